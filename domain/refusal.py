"""Why something is not done: one exception, with what a person needs to mend it."""

from typing import Any

from pydantic import Field

from domain.model import Record


class Fault(Record):
    """One field that is wrong: its JSON pointer and what is wrong with it."""

    pointer: str
    detail: str


class Refusal(Record):
    """A refusal as data, the same in a workflow, an activity and an API answer."""

    code: str
    """One of the codes of the API, for instance `rule_refused`."""
    zh: str
    en: str
    clause: str | None = None
    """The id of the clause that refuses; none when no rule but the form is broken."""
    faults: list[Fault] = Field(default_factory=list)


class Refused(Exception):  # noqa: N818  # a refusal is an outcome, not an error of the program
    """Raised by any layer that says no; nothing has changed when it is raised."""

    def __init__(
        self, code: str, zh: str, en: str, *, clause: str | None = None, faults: list[Fault] | None = None
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.refusal = Refusal(code=code, zh=zh, en=en, clause=clause, faults=faults or [])
        self.current: Any = None
        """What the sender was too late for, as they may see it."""

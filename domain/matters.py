"""What is settled beside the programme: a request, an incident, a change, a complaint, each with its own outcome."""

import re
from datetime import date
from typing import Final, Literal

from pydantic import Field

from domain.application import Application, Ref
from domain.grounds import Bringer
from domain.model import Record

NUMBERED: Final = re.compile(r"-\d+$")
INCIDENT: Final = "incident.report"
COMPLAINT: Final = "complaint.file"
APPEAL: Final = "appeal.file"
"""Acts, and the kinds of the matters that they open; the last is also the due date until which one may appeal."""
AFTERWARDS: Final = frozenset({COMPLAINT, "report.correct"})
"""Acts that a case takes after it has ended: its mark may still be in use, its last report may be wrong."""
OUTLIVE: Final = frozenset(
    {COMPLAINT, "complaint.acknowledge", "complaint.handle", APPEAL, "appeal.acknowledge", "appeal.decide"}
)
"""Matters, tasks and due dates that outlive a case: what was filed is answered although the case has ended."""


class Matter(Record):
    """One matter: what it is, who brought it, and what became of it.

    Tasks that are asked about it name it as their `subject`; its words lie in the content it names.
    """

    id: str
    """`<kind>-<number>`."""
    kind: str
    """The act that opened it, or what a timer proposes."""
    opened_on: date
    by: str
    """The person; empty for a machine and a timer."""
    brought_by: Bringer | Literal["public"]
    content: str = ""
    """SHA-256 of the act's payload as stored."""
    news: str = ""
    """The id of a machine's message, by which it is known however often it comes."""
    audit_id: str | None = None
    """The audit that was ordered for it, or that it is combined with."""
    grounds: list[str] = Field(default_factory=list)
    """Letters: the grounds of a proposal, the trigger of an incident, the kinds of a change."""
    until: date | None = None
    """The date asked for."""
    proposed: Application | None = None
    """What is certified once it is granted."""
    about: str = ""
    """The ruling that is appealed against."""
    told: str = ""
    """Who is told what becomes of it, as an effect's `to`; nobody where that is asked for by receipt."""
    message: str = ""
    """The message that brought it, by which a receipt finds it."""
    answer: str = ""
    """SHA-256 of the answer to it as stored."""
    edition: Ref | None = None
    """The announced edition that the holder is to meet (R:9/8.1)."""
    decided_by: list[str] = Field(default_factory=list)
    """The persons who have decided so far, where it takes two."""
    state: Literal["open", "closed"] = "open"
    outcome: str = ""
    closed_on: date | None = None


def kind_of(subject: str) -> str:
    """Give the kind of a task's subject: of `change.request-2` it is `change.request`."""
    return NUMBERED.sub("", subject)

"""What is settled beside the programme, while a message is worked on: opened, found, closed."""

from datetime import date
from typing import Any

from domain.audit import Audit
from domain.grounds import Bringer
from domain.matters import Matter
from domain.state import TIMER, CaseState, Facts, Message
from domain.tasks import Task


class Matters:
    """The verbs by which a case opens and settles matters."""

    state: CaseState
    message: Message
    facts: Facts
    today: date

    @property
    def bringer(self) -> Bringer:
        """On whose behalf the sender of this message acts."""
        actor = self.message.actor
        if actor == TIMER:
            return "timer"
        by_role: dict[str, Bringer] = {"applicant": "client", "alliance": "alliance", "machine": "machine"}
        return next((by_role[role] for role in actor.roles if role in by_role), "body")

    def open_matter(self, kind: str, **known: Any) -> Matter:  # noqa: ANN401  # the matter's own fields
        """Open a matter of a kind; what is asked about it names it as its subject."""
        days = self.state.asked.setdefault(kind, [])
        days.append(self.today)
        matter = Matter(
            id=f"{kind}-{len(days)}",
            kind=kind,
            opened_on=self.today,
            by=self.message.actor.person,
            brought_by=self.bringer,
            content=self.facts.content,
            **known,
        )
        self.state.matters.append(matter)
        return matter

    def matter(self, of: Task) -> Matter:
        """The matter a task is about."""
        return next(matter for matter in self.state.matters if matter.id == of.subject)

    def matter_of(self, audit: Audit, *kinds: str) -> Matter | None:
        """The open matter of some kinds that an audit was ordered for or combined with."""
        return next((one for one in self.open_matters(*kinds) if one.audit_id == audit.id), None)

    def open_matters(self, *kinds: str) -> list[Matter]:
        """The open matters of some kinds, oldest first."""
        return [matter for matter in self.state.matters if matter.state == "open" and matter.kind in kinds]

    def close_matter(self, matter: Matter, outcome: str) -> None:
        """A matter is settled."""
        matter.state, matter.outcome, matter.closed_on = "closed", outcome, self.today

"""What a case waits for: the due dates that run, and the rules and the calendar they are counted by."""

from datetime import date
from typing import Literal, TypeVar

from domain.application import Application
from domain.audit import Audit
from domain.calendar import Calendar
from domain.cycle import judged_on
from domain.dates import Due, rolled
from domain.readings import rolls_forward
from domain.reminders import reminders
from domain.rules import Limit, Rules, Wait
from domain.state import CaseState, Deadline

T = TypeVar("T")
Settled = Literal["met", "void"]


class Waiting:
    """The verbs by which a case lets due dates run, finds and ends them."""

    state: CaseState
    today: date

    @property
    def rules(self) -> Rules:
        """The rules this case is pinned to."""
        return _known(self.state.rules)

    @property
    def calendar(self) -> Calendar:
        """The working days as the case knows them."""
        return _known(self.state.calendar)

    @property
    def application(self) -> Application:
        """The application as it stands, supplements included."""
        return _known(self.state.application)

    def wait(self, kind: str) -> Wait:
        """What the pack says of one task kind."""
        return self.rules.waits[kind]

    def limit(self, kind: str) -> Limit:
        """The limit the pack sets for a task kind that has one."""
        return _known(self.wait(kind).limit)

    def run_deadline(
        self,
        kind: str,
        until: Due,
        *,
        deadline_id: str,
        purpose: str = "",
        audit: Audit | None = None,
        late_entry: bool = False,
        opens_on: date | None = None,
    ) -> Deadline:
        """Let a due date run; its lapse is judged later where an entry may come late."""
        until = self.rolled(until)
        deadline = Deadline(
            id=deadline_id,
            kind=kind,
            purpose=purpose,
            audit_id=audit.id if audit else None,
            due_on=until.on,
            judged_on=judged_on(until.on, self.rules.cycle) if late_entry else until.on,
            provisional=until.provisional,
            clause=until.clause,
            proof=until.proof,
            remind=self.reminders(kind, until.on),
            opens_on=opens_on,
        )
        self.state.deadlines.append(deadline)
        return deadline

    def reminders(self, kind: str, due_on: date) -> list[date]:
        """The days after today on which a due date of a kind is reminded of, soonest first."""
        return reminders(self.rules, kind, due_on, self.today, self.calendar)

    def rolled(self, until: Due) -> Due:
        """A limit's last day as this case reads a holiday: it stays, or rolls to a working day (Civil Code 203)."""
        return rolled(until, self.calendar) if rolls_forward(self.rules.readings) else until

    def settle_deadlines(self, as_state: Settled, *, kind: str, audit_id: str | None = None) -> None:
        """End the running due dates of a kind, as `met` or `void`."""
        for deadline in self.state.deadlines:
            if deadline.state == "running" and (kind, audit_id) == (deadline.kind, deadline.audit_id):
                self.settle(deadline, as_state)

    def settle(self, deadline: Deadline, as_state: Settled = "met") -> None:
        """End a due date."""
        deadline.state = as_state
        deadline.met_on = self.today if as_state == "met" else None
        deadline.remind, deadline.opens_on = [], None

    def running(self, kind: str, audit: Audit | None = None) -> Deadline | None:
        """The running due date of a kind, of this audit."""
        audit_id = audit.id if audit else None
        return next(
            (one for one in self.state.deadlines if (one.kind, one.audit_id, one.state) == (kind, audit_id, "running")),
            None,
        )

    def same_due(self, kind: str, audit: Audit) -> Due:
        """The due date for which this was asked last: asked again, it ends on the same day."""
        asked = [one for one in self.state.deadlines if (one.kind, one.audit_id) == (kind, audit.id)]
        last = asked[-1]
        return Due(on=last.due_on, provisional=last.provisional, clause=last.clause, proof=last.proof)


def _known(value: T | None) -> T:
    if value is None:
        raise RuntimeError("a case knows this from its first message on")
    return value

"""Decisions against the client: what stood before them is kept while they may be appealed against (R:7/6.4.6.2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from domain.dates import Anchor, due
from domain.matters import APPEAL
from domain.rulings import Ruling
from domain.state import CaseState
from domain.tasks import Task
from workflows.case import Case

CLAUSE = "R:7/6.4.6.2"
OWN_WISH = "j"
"""The ground of R:10/9.3.1 that is the client's own; nobody appeals against what they asked for."""


@contextmanager
def ruling(case: Case, task: Task) -> Iterator[None]:
    """Whatever happens inside follows from a decision against the client, by the answer to a task.

    From now on the client may appeal, for as long as the pack says; a case whose rules know no appeals has none.
    """
    wait = case.rules.waits.get(APPEAL)
    if wait is None or wait.limit is None:
        yield
        return
    before = case.state.model_copy(deep=True)
    yield
    after = case.state
    reviewers = [person for person, duties in after.duties.items() if "review" in duties and task.audit_id]
    matter = next((one for one in after.matters if one.id == task.subject), None)
    changed = _changed(before, after, task.id)
    if after.status == "cancelled" or changed["grounds"] == [OWN_WISH]:
        return
    made = Ruling(
        id=task.id,
        kind=task.kind,
        clause=task.clause,
        on=case.today,
        by=sorted({case.message.actor.person, *reviewers, *(matter.decided_by if matter else ())}),
        audit_id=task.audit_id,
        subject=task.subject,
        stage=before.stage,
        status=before.status,
        ended=after.stage == "closed",
        suspension=before.suspension,
        **changed,
    )
    after.rulings.append(made)
    until = due(Anchor(kind="decision", on=case.today), wait.limit, wait.clause, case.calendar)
    last = case.run_deadline(APPEAL, until, deadline_id=deadline_of(made)).due_on
    case.tell_applicant(f"如不服该决定,可提出申诉,不迟于{last}", f"You may appeal against this decision until {last}")


def deadline_of(made: Ruling) -> str:
    """The id of the due date until which a ruling may be appealed against."""
    return f"{APPEAL}-against-{made.id}"


def _changed(before: CaseState, after: CaseState, task: str) -> dict[str, Any]:
    """What became of a case: the parts of a `Ruling` by which that can be undone."""
    stages = {audit.id: audit.stage for audit in before.audits}
    closed = {audit.id for audit in after.audits if audit.stage == "closed"}
    worth = {one.number: one.status for one in after.certificates}
    kept = {task.id for task in after.tasks}
    void = {one.id for one in after.deadlines if one.state == "void"}
    settled = {one.id for one in after.matters if one.state == "closed"}
    causes = after.suspension.causes if after.suspension else []
    return {
        "grounds": [ground for cause in causes if cause.by == task for ground in cause.grounds],
        "certificates": {one.number: one.status for one in before.certificates if one.status != worth[one.number]},
        "renewal": before.application if before.certified and not after.certified else None,
        "flags": [flag for flag in before.flags if flag not in after.flags],
        "audits": {audit: stage for audit, stage in stages.items() if stage != "closed" and audit in closed},
        "opened": [audit.id for audit in after.audits if audit.id not in stages],
        "tasks": [task for task in before.tasks if task.id not in kept],
        "deadlines": [one.id for one in before.deadlines if one.state == "running" and one.id in void],
        "matters": [one.id for one in before.matters if one.state == "open" and one.id in settled],
    }

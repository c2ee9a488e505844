"""R:7/6.4.6.1: findings are rectified by the client and verified by the team, within their limit."""

from domain.answers import Rectification, Verification
from domain.audit import Audit, Finding
from domain.cycle import rectification as limit_of
from domain.dates import Anchor, Due, due
from domain.rules import Limit
from domain.state import Deadline
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid

CLAUSE = "R:7/6.4.6.1"


def begin(case: Case, audit: Audit) -> None:
    """The client rectifies what the list asks for; the limit runs from the list's confirmation or lapse."""
    if audit.last_day is None:
        raise RuntimeError("findings are rectified after an audit's last day")
    limit = case.limit("rectification.submit")
    until = case.rolled(limit_of(case.today, audit.last_day, limit, case.rules.cycle, case.calendar))
    if until.on < case.today:
        # Day 90 went by before the list came out: a lateness of the body never fails the client.
        until = case.rolled(due(Anchor(kind="findings", on=case.today), limit, CLAUSE, case.calendar))
    for finding in audit.findings:
        if finding.rectify:
            finding.due_on = until.on
    case.ask("rectification.submit", audit=audit, until=until)


def submitted(case: Case, task: Task, answer: Rectification) -> None:
    """Cause, action and evidence for each finding that is still to be cleared; the team verifies."""
    audit = case.audit(task)
    outstanding = {one.id: one for one in audit.findings if one.rectify and one.status in ("open", "rejected")}
    _refuse_others([item.finding for item in answer.items], outstanding, "item")
    case.record_message(answer, task.clause, audit=audit.id)
    for item in answer.items:
        outstanding[item.finding].status = "submitted"
    case.ask("rectification.verify", audit=audit)


def verified(case: Case, task: Task, answer: Verification) -> None:
    """All accepted → the report; a rejected one may be handed in again inside the limit, or the audit fails."""
    audit = case.audit(task)
    submitted = {one.id: one for one in audit.findings if one.status == "submitted"}
    _refuse_others([item.finding for item in answer.items], submitted, "verdict")
    case.record_message(answer, task.clause, audit=audit.id)
    case.take_duty(case.message.actor.person, "evaluation")
    for item in answer.items:
        submitted[item.finding].status = "accepted" if item.accepted else "rejected"
    rejected = [one for one in audit.findings if one.status == "rejected"]
    if not rejected:
        case.ask("audit.report", audit=audit)
    elif until := _time_left(case, audit, task):
        case.ask("rectification.submit", audit=audit, until=until)
    else:
        audit.fail("rectification")
        case.ask("audit.report", audit=audit)


def _time_left(case: Case, audit: Audit, verification: Task) -> Due | None:
    """Until when a rejected item may be handed in again; none when the client's time is used up.

    Where the team verified too late, the client gets the days it had left when it handed in.
    """
    same = case.same_due("rectification.submit", audit)
    if case.today <= same.on:
        return same
    left = same.on - verification.opened_on
    if verification.due_on is None or case.today <= verification.due_on or left.days < 1:
        return None
    limit = Limit(amount=left.days, unit="days")
    return due(Anchor(kind="task", on=case.today), limit, CLAUSE, case.calendar)


def not_submitted(case: Case, deadline: Deadline) -> None:
    """Not rectified by the end of the last day: the audit fails."""
    audit = case.audit(deadline)
    case.drop_tasks("rectification.submit", audit)
    audit.fail("rectification", final=True)
    case.ask("audit.report", audit=audit)


def _refuse_others(named: list[str], expected: dict[str, Finding], what: str) -> None:
    faults = [
        (f"/items/{place}/finding", "not one of the findings that are open now, or named twice")
        for place, finding in enumerate(named)
        if finding not in expected or finding in named[:place]
    ]
    faults += [("/items", f"no {what} for {finding}") for finding in expected if finding not in named]
    if faults:
        raise invalid("须逐项对应待整改的扣分项", "Each open finding needs exactly one item.", faults)

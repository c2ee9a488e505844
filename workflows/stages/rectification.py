"""R:7/6.4.6.1: findings are rectified by the client and verified by the team, within their limit."""

from domain.answers import Rectification, Verification
from domain.cycle import rectification as limit_of
from domain.state import Audit, Deadline, Finding, Task
from workflows.case import Case, invalid


def begin(case: Case, audit: Audit) -> None:
    """The client rectifies what the list asks for; the limit runs from the list's confirmation or lapse."""
    if audit.last_day is None:
        raise RuntimeError("findings are rectified after an audit's last day")
    until = limit_of(case.today, audit.last_day, case.limit("rectification.submit"), case.rules.cycle, case.calendar)
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
    elif rejected[0].due_on and case.today <= rejected[0].due_on:
        case.ask("rectification.submit", audit=audit, until=case.same_due("rectification.submit", audit))
    else:
        audit.fail("rectification")
        case.ask("audit.report", audit=audit)


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

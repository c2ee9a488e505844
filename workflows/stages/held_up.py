"""R:11/10.1: an audit on site that is planned again, and the window in which it has to close."""

from domain.audit import Audit
from domain.cycle import judged_on
from domain.engagement import plan_stands
from domain.state import Deadline
from workflows.case import Case


def waits_for_the_plan(case: Case, deadline: Deadline) -> bool:
    """R:11/10.1: whether a window is judged later, because its audit is planned again for the headcount found on site.

    There is no closing meeting before that plan stands, and a lateness of the body never fails the client.
    """
    held_up = any(_closes(deadline, audit) and not plan_stands(case.state, audit) for audit in case.state.audits)
    if held_up:
        deadline.judged_on = judged_on(case.today, case.rules.cycle)
    return held_up


def plan_stands_again(case: Case, audit: Audit) -> None:
    """The closing may be entered for as many days from now on as after any window (R:11/10.1)."""
    for deadline in case.state.deadlines:
        if deadline.state == "running" and _closes(deadline, audit):
            deadline.judged_on = max(deadline.judged_on, judged_on(case.today, case.rules.cycle))


def _closes(deadline: Deadline, audit: Audit) -> bool:
    """Whether an audit that is open on site would meet a due date by its closing."""
    if audit.stage != "audit" or audit.first_day is None or audit.last_day:
        return False
    if deadline.kind == "surveillance":
        return audit.audit_kind == "surveillance"
    return (deadline.kind, deadline.audit_id) == ("recertification.on_site", audit.id)

"""R:11/10.1, R:7/7.3.3: a window whose audit is planned again, or that is asked to be put off, is judged later."""

from domain.audit import Audit
from domain.cycle import judged_on
from domain.engagement import plan_stands
from domain.state import Deadline
from workflows.case import Case
from workflows.stages.proposals import POSTPONE


def is_held_up(case: Case, deadline: Deadline) -> bool:
    """R:11/10.1, R:7/7.3.3: whether a window is judged later: a lateness of the body never fails the client.

    Its audit is planned again for the headcount found on site, before which there is no closing meeting; or it was
    asked in time to put a surveillance off, and nobody has decided on that yet.
    """
    held_up = any(_closes(deadline, audit) and not plan_stands(case.state, audit) for audit in case.state.audits)
    if held_up or (deadline.kind == "surveillance" and case.open_matters(POSTPONE)):
        deadline.judged_on = judged_on(case.today, case.rules.cycle)
        return True
    return False


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

"""R:7/7.3.3, R:7/6.6.2: whether an audit was closed within its window."""

from datetime import date

from domain.audit import Audit
from workflows.case import Case
from workflows.stages import cycle, proposals, surveillance


def surveillance_closed(case: Case, audit: Audit, on: date) -> None:
    """R:7/7.3.3: the surveillance took place; what was dated in time may be entered a few days late."""
    surveillance.year_served(case, on)
    if audit.audit_kind == "reaudit":
        return
    window = case.running("surveillance")
    if window is None:
        before = [one for one in case.state.deadlines if one.kind == "surveillance"]
        case.flag("late_entry", on=bool(before) and before[-1].state == "missed")
        return
    if on > window.due_on:
        raise case.refuse(
            window.clause,
            f"监督审查须不迟于{window.due_on}完成",
            f"The surveillance had to close by {window.due_on}.",
        )
    again = window.clause == proposals.CLAUSE
    case.flag("late_entry", on=again or case.today > window.due_on)
    case.settle(window)
    proposals.drop_proposals(case, proposals.POSTPONE)


def recertification_closed(case: Case, audit: Audit, on: date) -> None:
    """R:7/6.6.2: the audit on site was closed; a surveillance due until then is served by it.

    Where only a mystery visit is still to come, a closing too late converts once that is in, or by its timer: the
    client is not shown the closing before (R:4/4.2).
    """
    window = case.running("recertification.on_site", audit)
    if window is None:
        return
    if on > window.due_on:
        if audit.audit_kind == "reaudit":
            zh, en = f"再次审查须不迟于{window.due_on}完成", f"The re-audit had to close by {window.due_on}."
            raise case.refuse(window.clause, zh, en)
        if not case.waits_for_visit(audit, "audit.close"):
            window.state = "missed"
            cycle.on_site_not_closed(case, window)
        return
    case.flag("late_entry", on=case.today > window.due_on)
    case.settle(window)
    surveillance.year_served(case, on)
    if due := case.running("surveillance"):
        case.settle(due)
        proposals.drop_proposals(case, proposals.POSTPONE)

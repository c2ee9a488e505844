"""R:7/6.5.1: surveillances more often than usual, from a decision on until the next grant."""

from domain import cycle as dates
from domain.audit import Audit
from domain.dates import Anchor, Due, earlier
from domain.state import Deadline
from workflows.case import Case
from workflows.stages.surveillance import as_due, watch


def raise_frequency(case: Case) -> None:
    """R:7/6.5.1: the next surveillance is due so many months after the decision, unless it is due earlier already.

    One that is late, or held and not decided yet, keeps its date; what follows is counted by the new length.
    """
    months = case.state.surveillance_months = case.rules.cycle.higher_frequency_months
    case.note(surveillance_months=months)
    due = dates.frequent_surveillance(Anchor(kind="decision", on=case.today), months)
    window, audit = case.running("surveillance"), open_surveillance(case)
    if window and due.on < window.due_on:
        _bring_forward(case, window, due, audit)
    elif window is None and audit is None and due.on < case.granted.valid_until:
        watch(case, due)
    told = f"监督审查改为每{months}个月一次", f"Surveillances are due every {months} months from now on"
    case.tell_applicant(*told)
    case.tell_role("case_manager", *told)


def _bring_forward(case: Case, window: Deadline, due: Due, audit: Audit | None) -> None:
    """The window ends on the earlier day, and with it the plan that is asked for."""
    case.settle(window, "void")
    fresh = watch(case, earlier(due, as_due(window)), planned=audit is not None)
    if audit and audit.plan is None:
        case.drop_tasks("audit.plan", audit)
        case.ask("audit.plan", audit=audit, until=as_due(fresh))


def open_surveillance(case: Case) -> Audit | None:
    """The surveillance that is under way, or its re-audit."""
    found = (one for one in case.state.audits if one.stage != "closed" and case.programme_kind(one) == "surveillance")
    return next(found, None)

"""R:7/7.4.5: no decision rests on a credit check older than 30 days."""

from domain.audit import Audit
from domain.cycle import credit_good_until
from domain.state import Deadline
from workflows.case import Case

CLAUSE = "R:7/7.4.5"


def is_fresh(case: Case, audit: Audit) -> bool:
    """Whether a decision may rest on the audit's credit check today."""
    checked = audit.given.get("audit.credit")
    return checked is not None and case.today <= credit_good_until(checked.on, case.rules.cycle).on


def watch(case: Case, audit: Audit) -> None:
    """R:7/7.4.5: a check older than 30 days bears no decision; it is asked for again when it grows old."""
    if not any(task.kind == "decision.make" and task.audit_id == audit.id for task in case.state.tasks):
        return
    if any(task.kind == "audit.credit" and task.audit_id == audit.id for task in case.state.tasks):
        return
    given = audit.given.get("audit.credit")
    if given is None and not audit.on_site:
        return
    if given is None or not is_fresh(case, audit):
        case.reopen(audit, "audit.credit")
        return
    until = credit_good_until(given.on, case.rules.cycle)
    case.run_deadline(
        "audit.credit", until, deadline_id=f"audit.credit-{case.state.turn}", purpose="stale", audit=audit
    )


def is_old(case: Case, deadline: Deadline) -> None:
    """The check before the decision has grown old: credit is checked again."""
    case.reopen(case.audit(deadline), "audit.credit")

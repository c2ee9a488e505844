"""R:7/6.4.6.1: the one re-audit after a failed audit, and what a missed one leads to."""

from domain import cycle as dates
from domain.audit import Audit
from domain.dates import earlier
from domain.state import Deadline
from workflows.case import Case
from workflows.stages import cycle, planning


def may_follow(case: Case, audit: Audit) -> bool:
    """R:7/6.4.6.1: an initial audit once; a recertification only where the repetition can close before expiry."""
    if audit.last_day is None or any(other.of == audit.id for other in case.state.audits):
        return False
    if audit.audit_kind == "recertification":
        return case.certificate.status != "expired" and case.today < case.certificate.valid_until
    return audit.audit_kind == "initial"


def open_reaudit(case: Case, audit: Audit) -> None:
    """R:7/6.4.6.1: one re-audit, whose first day lies at most 90 days after the first audit's last."""
    audit.stage = "closed"
    plan = planning.for_reaudit_of(case, audit)
    again = planning.open_audit(case, "reaudit", of=audit.id, attempt=audit.attempt + 1, until=plan)
    if audit.last_day is None:
        raise RuntimeError("a reported audit has a last day")
    until = dates.reaudit(audit.last_day, case.rules.cycle)
    if until.on < case.today:
        # The report came too late for that: a lateness of the body never fails the client.
        until = dates.reaudit_after_late_report(case.today, case.rules.cycle)
    if audit.audit_kind == "recertification":
        closes = dates.recertification_on_site(case.certificate.valid_until)
        until = earlier(until, closes)
        case.run_deadline(
            "recertification.on_site", closes, deadline_id=f"on-site-{again.id}", audit=again, late_entry=True
        )
    case.run_deadline("reaudit", until, deadline_id=f"reaudit-{again.id}", audit=again, late_entry=True)
    case.tell_applicant(
        f"审查未通过,可再次审查一次,不迟于{until.on}开始", f"The audit failed; one re-audit may begin by {until.on}"
    )


def reaudit_missed(case: Case, deadline: Deadline) -> None:
    """R:7/6.4.6.1: the re-audit did not begin in time: certification ends, or the renewal is not granted."""
    if case.state.certificates and "converted_to_initial" not in case.state.flags:
        cycle.renewal_not_repeated(case, case.audit(deadline))
        return
    case.terminate(case.audit(deadline))
    case.tell_applicant("未在期限内再次审查,认证终止", "No re-audit in time: certification ends")

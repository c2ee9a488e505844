"""R:7/6.4.7: how long a certificate may take, from where the case's reading lets that run."""

from domain.audit import Audit
from domain.cycle import issue_overdue
from domain.dates import Anchor
from domain.readings import IssueAnchor, issue_runs_from
from domain.state import Deadline
from workflows.case import Case


def watch(case: Case, audit: Audit, moment: IssueAnchor) -> None:
    """R:7/6.4.7: a certificate is due 90 working days after the moment that is this case's reading."""
    if not audit.passed or not leads_to_a_certificate(case, audit):
        return
    if not issue_runs_from(case.rules.readings, moment):
        return
    until = issue_overdue(Anchor(kind=moment, on=case.today), case.rules.cycle, case.calendar)
    case.await_no_certificate(audit)
    case.run_deadline("certificate.issue", until, deadline_id=f"certificate.issue-{case.state.turn}", audit=audit)


def leads_to_a_certificate(case: Case, audit: Audit) -> bool:
    """Whether an audit that passes ends in a new certificate."""
    return case.programme_kind(audit) in ("initial", "recertification", "scope")


def is_overdue(case: Case, _: Deadline) -> None:
    """R:7/6.4.7: that is shown and told; it ends nothing."""
    case.flag("issue_overdue")
    case.tell_role("ops", "超过90个工作日未颁发证书", "No certificate 90 working days after the passing report")

"""R:7/6.4.7: how long a certificate may take, from where the case's reading lets that run."""

from typing import Literal

from domain.audit import Audit
from domain.cycle import issue_overdue
from domain.dates import Anchor
from domain.state import Deadline
from workflows.case import Case

ANCHOR = "issue-overdue-anchor"
"""The erratum that says where the limit begins; the report where a case is pinned to no reading."""


def watch(case: Case, audit: Audit, moment: Literal["report", "review", "decision"]) -> None:
    """R:7/6.4.7: a certificate is due 90 working days after the moment that is this case's reading."""
    if not audit.passed or audit.audit_kind == "surveillance":
        return
    if case.rules.readings.get(ANCHOR, "report") != moment:
        return
    until = issue_overdue(Anchor(kind=moment, on=case.today), case.rules.cycle, case.calendar)
    case.settle_deadlines("void", kind="certificate.issue")
    case.run_deadline("certificate.issue", until, deadline_id=f"certificate.issue-{case.state.turn}")


def is_overdue(case: Case, _: Deadline) -> None:
    """R:7/6.4.7: that is shown and told; it ends nothing."""
    case.flag("issue_overdue")
    case.tell_role("ops", "超过90个工作日未颁发证书", "No certificate 90 working days after the passing report")

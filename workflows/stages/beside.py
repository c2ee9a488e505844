"""R:9, R:10/9.2: what becomes of proposed changes when the audit or the certificate they rest on is no more."""

from domain.matters import Matter
from domain.scope import PROPOSES
from workflows.case import Case


def end_with_certificate(case: Case) -> None:
    """A certificate has run out: nothing of it is changed any more; what a renewal looks at as well goes on with it."""
    renewals = {one.id for one in case.state.audits if one.stage != "closed" and case.in_programme(one)}
    for matter in case.open_matters(*PROPOSES):
        if matter.audit_id not in renewals:
            drop(case, matter, "expired")


def drop(case: Case, matter: Matter, outcome: str) -> None:
    """A proposed change comes to nothing: nobody is asked about it any more, and an audit of its own ends."""
    case.drop_about(matter)
    case.close_matter(matter, outcome)
    for audit in case.state.audits:
        if (audit.id, audit.audit_kind) == (matter.audit_id, "scope") and audit.stage != "closed":
            case.close_audit(audit)

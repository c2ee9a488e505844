"""R:7/6.5.1: a special audit beside the programme: ordered, decided on, ended with the certificate."""

from typing import Final

from domain.answers import Decision
from domain.audit import Audit
from domain.matters import INCIDENT, Matter
from domain.state import Effect
from domain.tasks import Task
from workflows.case import Case
from workflows.stages import planning, suspension

NOT_CONFORMING: Final = "a"
"""The ground of R:10/9.3.1 for what a failed special audit shows: the requirements are met no more."""
OTHER: Final = "k"


def order(case: Case, matter: Matter) -> Audit:
    """R:7/6.5.1: a special audit begins with its plan; another matter joins one that still looks at the organization.

    Two teams at the same client over the same days would see nothing that one does not. What an audit can look at no
    more waits until that is decided.
    """
    audit = open_special(case)
    if audit and (audit.last_day or audit.failed):
        raise case.conflict("专项审查已结束现场,须先作出决定", "A special audit waits for its decision first.")
    audit = audit or planning.open_audit(case, "special")
    matter.audit_id = audit.id
    case.note(audit=audit.id)
    case.tell_applicant("将实施专项审查", "A special audit is ordered")
    return audit


def open_special(case: Case) -> Audit | None:
    """The special audit that is under way."""
    return next((one for one in case.state.audits if one.audit_kind == "special" and one.stage != "closed"), None)


def concluded(case: Case, task: Task, audit: Audit, answer: Decision) -> None:
    """R:7/6.5.1, R:10/9.3.1, R:7/6.5.3.3: the certification goes on, or is suspended; the programme's dates stay."""
    case.send(Effect(id="", kind="submission", about=f"special:{audit.id}"))
    for matter in case.open_matters(INCIDENT):
        if matter.audit_id == audit.id:
            case.close_matter(matter, answer.outcome)
    if answer.outcome == "suspend":
        grounds = answer.grounds or [NOT_CONFORMING if audit.fails else OTHER]
        suspension.suspend(case, task, list(grounds), failed_surveillance=False)
    else:
        case.tell_applicant("专项审查通过,认证保持", "Special audit passed: certification is maintained")


def ended_with_certificate(case: Case) -> None:
    """R:7/7.3.3: the certificate has expired while it is renewed: what is looked into about it is void."""
    for audit in case.state.audits:
        if case.programme_kind(audit) in ("special", "surveillance") and audit.stage != "closed":
            case.close_audit(audit)
    for matter in case.open_matters(INCIDENT):
        case.drop_about(matter)
        case.close_matter(matter, "expired")

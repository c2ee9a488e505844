"""R:7/7.3.3, 6.6: the certificate and its cycle: grant, recertification, expiry."""

from typing import Literal

from domain import cycle as dates
from domain.answers import RecertificationApplication
from domain.application import Application
from domain.audit import Audit
from domain.certificates import Certificate
from domain.dates import Anchor, Due
from domain.refusal import Refused
from domain.scope import application_of, carried, is_alive
from domain.state import CycleNumber, Deadline, Effect
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import beside, planning, proposals, special, surveillance, suspension


def certify(case: Case, audit: Audit) -> None:
    """R:4/4.4, R:7/7.3.3: the certificate, for three years, and the dates of its cycle."""
    # What was proposed or applied for under another edition names that one still (R:9/8.1).
    refs = {"scheme": case.state.scheme, "special_rule": case.state.special_rule}
    case.state.application = application_of(case.state, audit).model_copy(update=refs)
    old = case.certificate if case.state.certificates else None
    renewed = old if old and audit_renews(case) else None
    certificate, until = _certificate(case, renewed)
    case.state.certificates.append(certificate)
    if old:
        old.successor = certificate.number
        kind: Literal["initial", "recertification"] = "initial" if _converted(case) else "recertification"
        case.state.cycle = CycleNumber(number=case.state.cycle.number + 1, kind=kind)
    case.state.status = "certified"
    case.follow_programme()
    case.stop_watching_issue(audit, "met")
    case.state.surveillance_months = None
    if certificate.status != "upcoming":
        _carry_over(case)
    proposals.drop_proposals(case)
    case.rely_on("certificate")
    for flag in ("converted_to_initial", "late_application", surveillance.BREACH):
        case.flag(flag, on=False)
    if old:
        surveillance.forget_before(case, case.today)
    record(case, certificate)
    case.run_deadline("certificate.expiry", until, deadline_id=f"certificate.expiry-{certificate.number}")
    surveillance.begin_cycle(case, audit)
    _watch_renewal(case, certificate)
    case.send(Effect(id="", kind="certificate", about=certificate.number))
    case.send(Effect(id="", kind="submission", about=f"certification:{certificate.number}"))
    case.tell_applicant(f"认证通过,已颁发证书{certificate.number}", f"Certified: certificate {certificate.number}")


def audit_renews(case: Case) -> bool:
    """Whether a grant today renews a certificate that still runs (R:7/6.6): no gap, no overlap."""
    return case.certificate.status in ("valid", "suspended") and case.today <= case.certificate.valid_until


def _converted(case: Case) -> bool:
    return "converted_to_initial" in case.state.flags


def _certificate(case: Case, renewed: Certificate | None) -> tuple[Certificate, Due]:
    anchor = Anchor(kind="decision", on=case.today)
    valid_from = case.today
    if renewed:
        anchor = Anchor(kind="valid_until", on=renewed.valid_until)
        valid_from = dates.renewal_starts(case.today, renewed.valid_until)
    until = dates.expiry(anchor, case.rules.cycle)
    certificate = Certificate(
        number=case.facts.certificate_number,
        status="upcoming" if valid_from > case.today else "valid",
        decided_on=case.today,
        valid_from=valid_from,
        valid_until=until.on,
        predecessor=case.state.certificates[-1].number if case.state.certificates else None,
        scheme=case.state.scheme,
        special_rule=case.state.special_rule,
    )
    return certificate, until


def record(case: Case, certificate: Certificate, clause: str = "R:7/7.3.3") -> None:
    """Enter into the record what a certificate is from now on."""
    case.record(
        f"certificate.{certificate.status}",
        clause,
        number=certificate.number,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
    )


# Recertification (R:7/6.6) --------------------------------------------------------------------------------


def _watch_renewal(case: Case, certificate: Certificate) -> None:
    until = dates.recertification_apply_by(certificate.valid_until, case.rules.cycle)
    case.run_deadline(
        "recertification.apply",
        until,
        deadline_id=f"recertification.apply-of-{certificate.number}",
        opens_on=dates.recertification_opens(certificate.valid_until, case.rules.cycle),
    )


def recertification_opens(case: Case, deadline: Deadline) -> None:
    """R:7/6.6.1: from now on the client may apply to renew."""
    task = case.ask("recertification.apply")
    task.due_on, deadline.id = deadline.due_on, task.id


def not_applied_in_time(case: Case, _: Deadline) -> None:
    """R:7/6.6.1: later is still accepted, and flagged."""
    case.tell_role("case_manager", "再认证申请已逾期", "No application for recertification in time")


def renewal_applied(case: Case, task: Task, answer: RecertificationApplication) -> None:
    """R:7/6.6.1: the application to renew; the audit is planned so that it closes before expiry."""
    application = Application.model_validate(answer.model_dump(exclude={"changes"}))
    if application.organization.uscc != case.application.organization.uscc:
        raise invalid("须为同一组织", "Another organization.", [("/organization/uscc", "not the certified one")])
    if application.scheme != case.application.scheme or application.special_rule != case.application.special_rule:
        raise invalid("认证方案不符", "Another scheme.", [("/scheme", "not the certified one")])
    if answer.service.category != case.application.service.category:
        raise invalid("行业类别不符", "Another trade.", [("/service/category", "not the certified one")])
    under_way = [one for one in case.state.audits if one.stage != "closed" and (one.first_day or one.failed)]
    if any(case.in_programme(audit) for audit in under_way):
        raise case.conflict("请先完成正在进行的审查", "Another audit of this case is under way: finish it first.")
    valid_until = case.certificate.valid_until
    apply_by = dates.recertification_apply_by(valid_until, case.rules.cycle)
    case.flag("late_application", on=case.today > apply_by.on)
    case.record(task.kind, task.clause, task=task.id, content=case.facts.content, sites=len(application.sites))
    case.settle_deadlines("met", kind="recertification.apply")
    case.state.certified = case.state.application
    case.state.application = application
    _void_open_surveillance(case)
    on_site = dates.recertification_on_site(valid_until)
    audit = planning.open_audit(case, "recertification", until=on_site)
    case.run_deadline(
        "recertification.on_site",
        on_site,
        deadline_id=f"recertification.on_site-{audit.id}",
        audit=audit,
        late_entry=True,
    )


def _void_open_surveillance(case: Case) -> None:
    """A surveillance that was only planned gives way to the recertification; its due date stays."""
    for audit in case.state.audits:
        if audit.audit_kind == "surveillance" and audit.stage != "closed" and audit.first_day is None:
            case.close_audit(audit)


def on_site_not_closed(case: Case, deadline: Deadline) -> None:
    """R:7/6.6.2: not closed by expiry: the case goes on as an initial certification."""
    audit = case.audit(deadline)
    if audit.audit_kind == "reaudit":
        renewal_not_repeated(case, audit)
        return
    audit.audit_kind = "initial"
    case.flag("converted_to_initial")
    case.tell_applicant("再认证未在证书到期前完成现场审查,转为初次认证", "Recertification goes on as an initial one")


def renewal_not_repeated(case: Case, audit: Audit) -> None:
    """The one re-audit of a renewal did not take place in time: the failed audit is reviewed and decided."""
    if audit.stage != "closed":
        case.close_audit(audit)
        case.enter(next(one for one in case.state.audits if one.id == audit.of), "review")


def expired(case: Case, deadline: Deadline) -> None:
    """R:7/7.3.3: a certificate has run out; a renewed one takes over, or the case ends unless it is being renewed."""
    number = deadline.id.removeprefix("certificate.expiry-")
    old = next(one for one in case.state.certificates if one.number == number)
    if old.status not in ("valid", "suspended"):
        return
    old.status = "expired"
    case.record("certificate.expired", deadline.clause, number=old.number)
    for running in case.state.deadlines:
        if running.state == "running" and running.kind == "recertification.apply" and running.due_on <= old.valid_until:
            case.settle(running, "void")
    successor = next((one for one in case.state.certificates if one.number == old.successor), None)
    if successor:
        _take_over(case, successor)
        return
    suspension.is_past(case)
    proposals.drop_proposals(case, *proposals.PROPOSALS)
    for kind in ("surveillance", proposals.CALENDAR_YEAR):
        case.settle_deadlines("void", kind=kind)
    case.send(Effect(id="", kind="submission", about=f"expiry:{old.number}"))
    beside.end_with_certificate(case)
    if any(_leads_to_a_certificate(case, audit) for audit in case.state.audits):
        case.state.status = "expired"
        special.ended_with_certificate(case)
    else:
        case.end("expired")
    case.tell_applicant(f"证书{old.number}已到期", f"Certificate {old.number} has expired")


def _take_over(case: Case, successor: Certificate) -> None:
    """A renewed certificate begins, suspended where the old one was; the alliance knows only the old one's so far."""
    now = case.state.suspension
    successor.status = "suspended" if now else "valid"
    _carry_over(case)
    record(case, successor)
    if now:
        case.note(grounds=now.grounds)
        case.send(Effect(id="", kind="submission", about=f"suspension:{successor.number}"))


def _carry_over(case: Case) -> None:
    """What was renewed is certified from now on; changes proposed meanwhile go on from there, if anything is left."""
    before, after = case.state.certified, case.application
    case.state.certified = None
    for matter in case.state.matters:
        if before and matter.proposed and is_alive(case.state, matter):
            try:
                matter.proposed = carried(before, after, matter.proposed, asks=True)
            except Refused:
                beside.drop(case, matter, "renewed")


def _leads_to_a_certificate(case: Case, audit: Audit) -> bool:
    """Whether a renewal, converted or not, or its re-audit is under way; a surveillance ends with its certificate."""
    return audit.stage != "closed" and case.programme_kind(audit) in ("recertification", "initial")


def refused_renewal(case: Case, audit: Audit) -> bool:
    """Whether a certificate still runs: it stays until it expires, for what it was granted for."""
    case.stop_watching_issue(audit)
    case.state.application = case.state.certified or case.state.application
    case.state.certified = None
    if case.certificate.status not in ("valid", "suspended"):
        return False
    case.follow_programme()
    surveillance.open_due(case)
    return True

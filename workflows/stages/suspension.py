"""R:7/6.5.3.2, R:10/9.3.1: how certification comes to be suspended, for how long, and when that has run out."""

from collections.abc import Sequence
from datetime import date

from domain import cycle as dates
from domain.acts import SuspensionExtension, SuspensionRequest
from domain.answers import Approval, SuspensionDecision
from domain.audit import Audit
from domain.dates import Due
from domain.grounds import Ground, check_brought
from domain.matters import Matter
from domain.state import Deadline, Effect
from domain.suspension import (
    AFTER_SURVEILLANCE,
    LENGTH,
    RUN_OUT,
    Cause,
    Suspension,
    check_extension,
    extended,
    joined,
    prolonged,
    without,
)
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import surveillance, withdrawal
from workflows.stages.proposals import (
    CALENDAR_YEAR,
    CLAUSE,
    EXTEND,
    MISSED,
    OVER,
    REQUEST,
    RESTORE,
    check_decided,
    drop_proposals,
    propose,
)
from workflows.stages.rulings import ruling

# Asked for and decided ------------------------------------------------------------------------------------


def requested(case: Case, act: SuspensionRequest) -> None:
    """R:10/9.3.1a-k: somebody asks that certification be suspended; the client for itself alone."""
    case.refuse_unless_certified()
    check_brought(known_grounds(case), act.grounds, case.bringer)
    if case.open_matters(REQUEST):
        raise case.conflict("已有未决的暂停申请", "A suspension is asked for already.")
    case.record_message(act, f"{CLAUSE}{act.grounds[0]}")
    propose(case, REQUEST, list(act.grounds))


def known_grounds(case: Case) -> Sequence[Ground]:
    """The grounds to suspend of the rules that the case is pinned to."""
    return case.rules.grounds.suspension if case.rules.grounds else ()


def decided(case: Case, task: Task, answer: SuspensionDecision) -> None:
    """R:10/9.3.1: suspended, or not; a missed surveillance that does not suspend gets a new date."""
    matter = case.matter(task)
    case.refuse_if_evaluator()
    case.refuse_if_asked_by(matter.by)
    grounds = list(answer.grounds or matter.grounds)
    check_decided(known_grounds(case), grounds, matter)
    if answer.outcome == "suspend" and not answer.grounds and matter.brought_by == "timer":
        raise invalid("暂停须指明情形", "Name the grounds.", [("/grounds", "required")])
    until = _new_date(case, matter, answer)
    case.record_message(answer.model_copy(update={"until": until}), task.clause, subject=task.subject)
    case.take_duty(case.message.actor.person, "decision")
    case.close_matter(matter, answer.outcome)
    if answer.outcome == "suspend":
        with ruling(case, task):
            suspend(case, task, grounds, failed_surveillance=False)
    elif until:
        surveillance.give_new_date(case, task.opened_on, until)


def _new_date(case: Case, matter: Matter, answer: SuspensionDecision) -> date | None:
    """The new due date of a missed surveillance whose suspension is dismissed, unless it was held meanwhile."""
    latest = case.granted.valid_until
    took_place = any(_serves(case, one) for one in case.state.audits if one.stage != "closed")
    if answer.outcome != "dismiss" or matter.kind != MISSED or took_place or case.running("surveillance"):
        return None
    if answer.until is None or not case.today < answer.until <= latest:
        fault = ("/until", f"a date after today, until {latest}")
        raise invalid("须给出新的监督日期", "Give the surveillance a new date.", [fault])
    return answer.until


def _serves(case: Case, audit: Audit) -> bool:
    """Whether an audit was held that a surveillance was due for: that one, or the renewal's, once closed on site."""
    if audit.audit_kind == "surveillance":
        return bool(audit.last_day or audit.failed)
    return case.programme_kind(audit) == "recertification" and audit.last_day is not None


# How long --------------------------------------------------------------------------------------------------


def suspend(case: Case, task: Task, grounds: list[str], *, failed_surveillance: bool) -> None:
    """R:7/6.5.3.2, R:10/9.3.1: certification is suspended; the client stops using certificate and marks."""
    certificate, before = case.certificate, case.state.suspension
    until = dates.suspension_end(
        case.today, case.granted.valid_until, case.rules.cycle, failed_surveillance=failed_surveillance
    )
    clause = AFTER_SURVEILLANCE if failed_surveillance else LENGTH
    cause = Cause(by=task.id, grounds=grounds, ends_on=until.on, clause=clause)
    now = case.state.suspension = joined(before, cause, case.today)
    if before is None or (now.ends_on < before.ends_on and not now.over):
        _end_on(case, until)
    case.state.status = "suspended"
    case.follow_programme()
    certificate.status = "suspended"
    case.record(
        "certificate.suspended", until.clause, number=certificate.number, grounds=now.grounds, ends_on=now.ends_on
    )
    # What was asked about the grounds so far does not answer this one.
    drop_proposals(case, MISSED, CALENDAR_YEAR, RESTORE)
    if failed_surveillance:
        drop_proposals(case, EXTEND)
    case.send(Effect(id="", kind="submission", about=f"suspension:{certificate.number}"))
    case.tell_applicant(
        f"认证已暂停,暂停期至{now.ends_on},请停止使用证书和标志",
        f"Certification is suspended until {now.ends_on}: stop using the certificate and the marks",
    )


def fell_away(case: Case, now: Suspension, task: str) -> bool:
    """R:7/6.4.6.2: a decision that suspended is reopened; gives whether others still suspend."""
    left = case.state.suspension = without(now, task)
    if left is None:
        is_past(case)
        return False
    case.note(grounds=left.grounds, ends_on=left.ends_on)
    case.tell_applicant(
        f"其他暂停决定仍有效,暂停期至{left.ends_on}", f"Another decision still suspends, until {left.ends_on}"
    )
    if left.ends_on > now.ends_on:
        case.flag(OVER, on=False)
        drop_proposals(case, OVER)
        _end_on(case, extended(now.since, left.ends_on, case.granted.valid_until))
    return True


def _end_on(case: Case, until: Due) -> None:
    case.settle_deadlines("void", kind="suspension.end")
    case.run_deadline("suspension.end", until, deadline_id=f"suspension.end-{case.state.turn}")


def extension_asked(case: Case, act: SuspensionExtension) -> None:
    """R:10/9.3.1: an exception with an end date; it has to be approved before the suspension ends."""
    now = running(case)
    after_surveillance = now.clause == AFTER_SURVEILLANCE
    check_extension(now.ends_on, act.until, case.today, failed_surveillance=after_surveillance)
    last = extended(now.since, act.until, case.granted.valid_until).on
    if act.until > last:
        fault = ("/until", f"after {last}")
        raise case.refuse("R:7/7.3.3", "不得晚于证书有效期", "It may not outlast the certificate.", [fault])
    if case.open_matters(EXTEND):
        raise case.conflict("已有未决的延长申请", "A longer suspension is asked for already.")
    case.record_message(act, LENGTH)
    matter = case.open_matter(EXTEND, until=act.until)
    case.ask("approval.give", subject=matter.id).clause = LENGTH


def extension_decided(case: Case, task: Task, answer: Approval) -> None:
    """R:10/9.3.1: approved, the suspension ends on the day that was asked for."""
    matter = case.matter(task)
    case.refuse_if_evaluator()
    case.refuse_if_asked_by(matter.by)
    case.record_message(answer, task.clause, until=matter.until)
    case.take_duty(case.message.actor.person, "decision")
    case.close_matter(matter, answer.outcome)
    if answer.outcome == "refuse" or matter.until is None:
        return
    now = running(case)
    valid_until = case.granted.valid_until
    longer = case.state.suspension = prolonged(now, extended(now.since, matter.until, valid_until).on)
    # It ends later still where the decision that ended first has been appealed away since.
    _end_on(case, extended(now.since, longer.ends_on, valid_until))
    case.tell_applicant(f"暂停期延长至{longer.ends_on}", f"The suspension now ends on {longer.ends_on}")


def running(case: Case) -> Suspension:
    """The suspension that runs.

    Raises:
        Refused: `stage_conflict` where there is none; `rule_refused` under R:10/9.4a where it has run out.
    """
    now = case.state.suspension
    if now is None:
        raise case.conflict("证书未暂停", "The certificate is not suspended.")
    if now.over:
        raise case.refuse(RUN_OUT, "暂停期已届满", "The suspension has run out.")
    return now


# Its end ---------------------------------------------------------------------------------------------------


def ran_out(case: Case, _: Deadline) -> None:
    """R:10/9.4a: it has run out: nothing restores the certificate any more, and its withdrawal is proposed."""
    now = case.state.suspension
    if now is None:
        return
    now.over = True
    case.flag(OVER)
    drop_proposals(case, EXTEND, RESTORE)
    for audit in case.state.audits:
        if audit.stage != "closed" and restores(case, audit):
            case.close_audit(audit)
    case.follow_programme()
    withdrawal.propose(case, OVER, ["a"])
    case.tell_role("decision_maker", "暂停期已届满", "The suspension has run out")


def restores(case: Case, audit: Audit) -> bool:
    """Whether an audit is the one re-audit after a failed surveillance (R:7/6.5.3.2)."""
    return audit.audit_kind == "reaudit" and case.programme_kind(audit) == "surveillance"


def is_past(case: Case) -> None:
    """A suspension is restored, or over with its certificate: nothing of it is asked any more."""
    case.state.suspension = None
    case.flag(OVER, on=False)
    case.settle_deadlines("void", kind="suspension.end")
    drop_proposals(case, EXTEND, RESTORE, OVER)

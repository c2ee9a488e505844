"""R:7/6.5.3.2, R:10/9.3: how a suspension begins, and when it has run out."""

from datetime import date

from domain import cycle as dates
from domain.answers import SuspensionDecision
from domain.dates import A_DAY, Anchor
from domain.state import Certificate, Deadline, Effect, Suspension, Task
from workflows.case import Case, invalid

MISSED_SURVEILLANCE = "R:10/9.3.1"
MISSED = "missed_surveillance"
"""Subject of the proposal to suspend that a missed surveillance makes."""


def surveillance_missed(case: Case, deadline: Deadline) -> None:
    """R:7/7.3.3, R:10/9.3.1c: one proposal to suspend, decided by a person."""
    case.ask("suspension.decide", subject=MISSED)
    case.tell_applicant("未按期接受监督审查", f"The surveillance was due on {deadline.due_on} and did not take place")


def propose(case: Case, kind: str, grounds: list[str]) -> None:
    """A timer proposes to suspend, on these grounds; a person decides."""
    matter = case.open_matter(kind, grounds=grounds)
    case.ask("suspension.decide", subject=matter.id)


def drop_proposal(case: Case) -> None:
    """There is nothing left to suspend for: it took place after all, or its certificate has ended or was renewed."""
    for task in [task for task in case.state.tasks if task.subject == MISSED]:
        case.drop(task)


def suspend(case: Case, grounds: list[str], *, failed_surveillance: bool) -> None:
    """R:7/6.5.3.2, R:10/9.3.1: certification is suspended; the client stops using certificate and marks."""
    certificate = case.certificate
    until = dates.suspension_end(
        case.today, _last_day(case, certificate), case.rules.cycle, failed_surveillance=failed_surveillance
    )
    now = case.state.suspension or Suspension(since=case.today, ends_on=until.on, grounds=[])
    # A further ground joins the running suspension, the earlier end wins.
    now.grounds = sorted({*now.grounds, *grounds})
    if case.state.suspension is None or until.on < now.ends_on:
        case.settle_deadlines("void", kind="suspension.end")
        case.run_deadline("suspension.end", until, deadline_id=f"suspension.end-{case.state.turn}")
        now.ends_on = until.on
    case.state.suspension = now
    case.state.status = "suspended"
    case.follow_programme()
    certificate.status = "suspended"
    case.record(
        "certificate.suspended", until.clause, number=certificate.number, grounds=now.grounds, ends_on=now.ends_on
    )
    drop_proposal(case)
    case.send(Effect(id="", kind="submission", about=f"suspension:{certificate.number}"))
    case.tell_applicant(
        "认证已暂停,请停止使用证书和标志",
        f"Certification is suspended until {now.ends_on}: stop using the certificate and the marks",
    )


def _last_day(case: Case, certificate: Certificate) -> date:
    """The last day of certification: a certificate that is renewed already goes on in the next one."""
    following = next((one for one in case.state.certificates if one.number == certificate.successor), certificate)
    return following.valid_until


def decided(case: Case, task: Task, answer: SuspensionDecision) -> None:
    """R:10/9.3.1: suspended, or not; a missed surveillance that does not suspend gets a new date."""
    case.refuse_if_evaluator()
    if answer.outcome == "suspend" and not answer.grounds:
        raise invalid("暂停须指明情形", "Name the grounds.", [("/grounds", "required")])
    latest = case.certificate.valid_until
    open_ones = [one for one in case.state.audits if one.audit_kind == "surveillance" and one.stage != "closed"]
    held = any(one.last_day or one.failed for one in open_ones)
    asked = answer.outcome == "dismiss" and not held
    if asked and (answer.until is None or not case.today < answer.until <= latest):
        fault = ("/until", f"a date after today, until {latest}")
        raise invalid("须给出新的监督日期", "Give the surveillance a new date.", [fault])
    case.record_message(answer, task.clause, subject=task.subject)
    case.take_duty(case.message.actor.person, "decision")
    if answer.outcome == "suspend":
        suspend(case, list(answer.grounds), failed_surveillance=False)
    elif asked and answer.until and case.running("surveillance") is None:
        anchor = Anchor(kind="task", on=task.opened_on)
        until = dates.approved_until(anchor, answer.until, MISSED_SURVEILLANCE)
        planned = any(audit.audit_kind == "surveillance" and audit.stage != "closed" for audit in case.state.audits)
        for audit in case.state.audits:
            if audit.audit_kind == "surveillance" and audit.stage == "planning" and audit.plan is None:
                case.drop_tasks("audit.plan", audit)
                case.ask("audit.plan", audit=audit, until=until)
        case.run_deadline(
            "surveillance",
            until,
            deadline_id=f"surveillance-{case.state.turn}",
            late_entry=True,
            opens_on=None if planned else case.today + A_DAY,
        )


def ran_out(case: Case, _: Deadline) -> None:
    """The suspension has run out: it is shown, and the decision makers are told."""
    if case.state.suspension:
        case.state.suspension.over = True
        case.flag("suspension_over")
        case.tell_role("decision_maker", "暂停期已届满", "The suspension has run out")

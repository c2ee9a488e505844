"""R:7/6.4.6.2: a decision whose appeal is upheld is made again, by others; it is not turned into its opposite."""

from collections.abc import Mapping

from domain.certificates import CertificateStatus
from domain.model import Text
from domain.requirements import HOLDERS
from domain.rulings import Ruling
from domain.state import Effect
from domain.suspension import AFTER_SURVEILLANCE, Suspension, rests_on
from workflows.case import Case
from workflows.stages import proposals, restoration, suspension
from workflows.stages.rulings import CLAUSE

TOLD = {"valid": "restoration", "upcoming": "restoration", "suspended": "suspension"}
"""What a certificate is again → as what the alliance is told of it."""


def reopen(case: Case, made: Ruling) -> bool:
    """What stood before a decision stands again, and it is asked for anew; gives whether there is anything left of it.

    Nothing is left of a suspension that has ended, nor of what was decided about a certificate that is no more.
    """
    if not made.ended and _is_past(case, made):
        return False
    if made.ended:
        _undo_end(case, made)
    elif made.grounds and case.state.suspension:
        _lift(case, made, case.state.suspension)
    if made.renewal:
        case.state.certified, case.state.application = case.state.application, made.renewal
    for audit in case.state.audits:
        if audit.id in made.opened and audit.stage != "closed":
            case.close_audit(audit)
    _open_again(case, made)
    _drop_what_is_past(case)
    _ask_again(case, made)
    case.follow_programme()
    return True


def _is_past(case: Case, made: Ruling) -> bool:
    """Whether what a decision was about has ended since, by something else; a renewal outlives its certificate."""
    now = case.state.suspension
    if made.grounds:
        return now is None or not rests_on(now, made.id)
    return case.state.status not in HOLDERS and not (made.renewal and case.state.status == "expired")


def _lift(case: Case, made: Ruling, now: Suspension) -> None:
    """This decision suspends no longer; where no other does, what is suspended now is valid again."""
    if suspension.fell_away(case, now, made.id):
        _repeat_surveillance(case)
        return
    case.state.status = "certified"
    _give_back(case, {one.number: "valid" for one in case.state.certificates if one.status == "suspended"})


def _repeat_surveillance(case: Case) -> None:
    """R:7/6.5.3.2: a failed surveillance still suspends: its re-audit, which a run-out that is none had closed."""
    now, open_ones = case.state.suspension, [one for one in case.state.audits if one.stage != "closed"]
    if now and now.clause == AFTER_SURVEILLANCE and not any(suspension.restores(case, one) for one in open_ones):
        failed = [one for one in case.state.audits if one.audit_kind == "surveillance" and one.fails]
        restoration.open_reaudit(case, failed[-1])


def _drop_what_is_past(case: Case) -> None:
    """What was asked about a suspension goes on no more where that has fallen away or run out since."""
    now = case.state.suspension
    if now is None:
        suspension.is_past(case)
    elif now.over:
        proposals.drop_proposals(case, proposals.EXTEND, proposals.RESTORE)


def _undo_end(case: Case, made: Ruling) -> None:
    """R:7/6.4.8, R:10/9.4: a case that had ended goes on where it stood; the register says so from today."""
    state = case.state
    state.stage, state.status, state.suspension = made.stage, made.status, made.suspension
    for flag in made.flags:
        case.flag(flag)
    _give_back(case, made.certificates)


def _give_back(case: Case, worth: Mapping[str, CertificateStatus]) -> None:
    """Certificates are worth what they were; the alliance, which was told otherwise, is told again (R:7/6.4.6.2)."""
    for certificate in case.state.certificates:
        if certificate.number in worth:
            certificate.status = worth[certificate.number]
            case.record(f"certificate.{certificate.status}", CLAUSE, number=certificate.number, outcome="reopened")
            if kind := TOLD.get(certificate.status):
                case.send(Effect(id="", kind="submission", about=f"{kind}:{certificate.number}"))


def _open_again(case: Case, made: Ruling) -> None:
    """What the decision closed, dropped and voided goes on; a due date that has passed meanwhile lapses at once."""
    state = case.state
    for audit in state.audits:
        audit.stage = made.audits.get(audit.id, audit.stage)
    for matter in state.matters:
        if matter.id in (*made.matters, made.subject):
            matter.state, matter.outcome, matter.closed_on = "open", "", None
        if matter.id == made.subject:
            matter.decided_by = []
    for deadline in state.deadlines:
        if deadline.id in made.deadlines and (deadline.kind != "suspension.end" or made.ended):
            deadline.state, deadline.remind = "running", case.reminders(deadline.kind, deadline.due_on)
    for task in made.tasks:
        state.tasks.append(task)
        case.tell_asked(task, Text(zh="请继续办理", en="Please go on with"))


def _ask_again(case: Case, made: Ruling) -> None:
    """The decision is asked for; neither who made it nor who reviewed it makes it again, of judgements at least.

    Where its result or its review leaves no other decision, an audit is reviewed first: inputs may be taken again.
    """
    audit = next((one for one in case.state.audits if one.id == made.audit_id), None)
    if audit:
        case.enter(audit, "review" if audit.fails or audit.review == "disagree" else "decision")
    else:
        case.ask(made.kind, subject=made.subject).clause = made.clause
    about = made.subject or made.audit_id
    if about:
        case.state.barred[about] = sorted({*case.state.barred.get(about, ()), *made.by})

"""R:7/6.4.6.2: a decision whose appeal is upheld is made again, by others; it is not turned into its opposite."""

from domain.model import Text
from domain.state import CertificateStatus, Effect, Ruling, Suspension
from workflows.case import Case
from workflows.stages import suspension
from workflows.stages.proposals import EXTEND, OVER, RESTORE, drop_proposals
from workflows.stages.rulings import CLAUSE

TOLD = {"valid": "restoration", "suspended": "suspension"}
"""What a certificate is again → as what the alliance is told of it."""


def reopen(case: Case, made: Ruling) -> bool:
    """What stood before a decision stands again, and it is asked for anew; gives whether there is anything left of it.

    Nothing is left of a suspension that has ended, nor of a case that has ended otherwise, unless its certificate only
    expired while its renewal was refused.
    """
    expired = made.renewal is not None and case.state.status == "expired"
    if case.state.stage == "closed" and not made.ended and not expired:
        return False
    if made.grounds and not made.ended:
        now = case.state.suspension
        if now is None or now.since > made.on:
            return False
        _lift(case, made, now)
    elif made.ended:
        _undo_end(case, made)
    elif made.renewal:
        case.state.certified, case.state.application = case.state.application, made.renewal
    for audit in case.state.audits:
        if audit.id in made.opened and audit.stage != "closed":
            case.close_audit(audit)
    _open_again(case, made)
    _ask_again(case, made)
    case.follow_programme()
    return True


def _lift(case: Case, made: Ruling, now: Suspension) -> None:
    """The grounds of this decision suspend no longer; where there is no other, the certificate is valid again."""
    now.grounds = [ground for ground in now.grounds if ground not in made.grounds]
    if now.grounds:
        suspension.goes_on(case, now)
        return
    case.state.suspension = None
    case.state.status = "certified"
    case.flag(OVER, on=False)
    case.settle_deadlines("void", kind="suspension.end")
    drop_proposals(case, EXTEND, RESTORE, OVER)
    # Whichever is suspended now: issued again meanwhile it has another number, by a further ground it was so before.
    _give_back(case, {one.number: "valid" for one in case.state.certificates if one.status == "suspended"})


def _undo_end(case: Case, made: Ruling) -> None:
    """R:7/6.4.8, R:10/9.4: a case that had ended goes on where it stood; the register says so from today."""
    state = case.state
    state.stage, state.status, state.suspension = made.stage, made.status, made.suspension
    for flag in made.flags:
        case.flag(flag)
    _give_back(case, made.certificates)


def _give_back(case: Case, worth: dict[str, CertificateStatus]) -> None:
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
            matter.state, matter.outcome, matter.closed_on, matter.decided_by = "open", "", None, []
    for deadline in state.deadlines:
        if deadline.id in made.deadlines and (deadline.kind != "suspension.end" or made.ended):
            deadline.state, deadline.remind = "running", case.reminders(deadline.kind, deadline.due_on)
    for task in made.tasks:
        state.tasks.append(task)
        case.tell_asked(task, Text(zh="请继续办理", en="Please go on with"))


def _ask_again(case: Case, made: Ruling) -> None:
    """The decision is asked for; neither who made it nor who reviewed it makes it again, of judgements at least."""
    audit = next((one for one in case.state.audits if one.id == made.audit_id), None)
    if audit:
        case.enter(audit, "decision")
    else:
        case.ask(made.kind, subject=made.subject).clause = made.clause
    about = made.subject or made.audit_id
    if about:
        case.state.barred[about] = sorted({*case.state.barred.get(about, ()), *made.by})

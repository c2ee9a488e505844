"""R:10/9.4: a certificate is withdrawn on one of the grounds a-i, or cancelled at the client's own wish."""

from typing import Final

from domain.acts import WithdrawalRequest
from domain.answers import WithdrawalDecision
from domain.grounds import GIVEN_UP, Ground, check_brought, decision_makers, reported_as, status_after
from domain.matters import Matter
from domain.state import Effect
from domain.tasks import Task
from workflows.case import Case
from workflows.stages import proposals
from workflows.stages.rulings import ruling

CLAUSE: Final = "R:10/9.4"


def propose(case: Case, kind: str, grounds: list[str]) -> None:
    """R:10/9.4: a withdrawal is proposed, for a person to decide."""
    matter = case.open_matter(kind, grounds=grounds)
    _ask(case, matter)


def _ask(case: Case, matter: Matter) -> None:
    case.ask("withdrawal.decide", subject=matter.id).clause = f"{CLAUSE}{matter.grounds[0]}"


def requested(case: Case, act: WithdrawalRequest) -> None:
    """R:10/9.4a-i: the body asks for it on a ground, or the client gives its certificate up (h)."""
    case.refuse_unless_certified()
    grounds: list[str] = [*act.grounds] or ([GIVEN_UP] if case.bringer == "client" else [])
    check_brought(_known(case), grounds, case.bringer)
    if any(one.brought_by == case.bringer for one in case.open_matters(proposals.WITHDRAW)):
        raise case.conflict("已有未决的撤销申请", "A withdrawal is asked for already.")
    case.record_message(act, f"{CLAUSE}{grounds[0]}", brought=grounds)
    propose(case, proposals.WITHDRAW, grounds)


def _known(case: Case) -> list[Ground]:
    return case.rules.grounds.withdrawal if case.rules.grounds else []


def decided(case: Case, task: Task, answer: WithdrawalDecision) -> None:
    """R:10/9.4: withdrawn, or not; at once after a surveillance only where two decision makers say so (R:10/9.4b)."""
    matter = case.matter(task)
    case.refuse_if_evaluator()
    for person in (matter.by, *matter.decided_by):
        case.refuse_if_asked_by(person)
    grounds = list(answer.grounds or matter.grounds)
    proposals.check_decided(_known(case), grounds, matter)
    case.record_message(answer, f"{CLAUSE}{grounds[0]}", subject=task.subject)
    case.take_duty(case.message.actor.person, "decision")
    if answer.outcome == "dismiss":
        case.close_matter(matter, "dismiss")
        return
    matter.grounds = grounds
    matter.decided_by.append(case.message.actor.person)
    if len(matter.decided_by) < decision_makers(_known(case), grounds, suspended=case.state.suspension is not None):
        _ask(case, matter)
        return
    case.close_matter(matter, "withdraw")
    with ruling(case, task):
        withdraw(case, grounds)


def withdraw(case: Case, grounds: list[str]) -> None:
    """R:10/9.4: the case ends; certificate and marks are used no more, and the register says so at once."""
    status = status_after(grounds)
    ended = [one for one in case.state.certificates if one.status in ("valid", "suspended", "upcoming")]
    for certificate in ended:
        certificate.status = status
        case.record(f"certificate.{status}", f"{CLAUSE}{grounds[0]}", number=certificate.number, grounds=grounds)
        about = f"{reported_as(grounds, case.rules.readings)}:{certificate.number}"
        case.send(Effect(id="", kind="submission", about=about))
    case.rely_on("withdrawal")
    case.state.suspension = None
    case.flag(proposals.OVER, on=False)
    case.end(status)
    word, en = ("注销", "cancelled") if status == "cancelled" else ("撤销", "withdrawn")
    case.tell_applicant(
        f"认证证书已{word},请停止使用证书和标志并交回证书",
        f"The certificate is {en}: stop using it and the marks, and return it",
    )

"""R:7/6.4.6.2: the client appeals against a decision; whoever took no part says whether it is made again."""

from domain.acts import Filing
from domain.answers import Acknowledgement, AppealDecision
from domain.matters import APPEAL
from domain.rulings import Ruling
from domain.state import Deadline
from domain.tasks import Task
from workflows.case import Case
from workflows.stages.reopening import reopen
from workflows.stages.rulings import CLAUSE, deadline_of

OPEN = "appeal_open"
"""The flag."""


def filed(case: Case, act: Filing) -> None:
    """The client appeals, within the days that the pack gives; what it is about is the decision that it names."""
    made = _appealed(case, act.about)
    case.record_message(act, CLAUSE, about=made.id)
    matter = case.open_matter(APPEAL, about=made.id, told="applicant")
    _settle_limit(case, made)
    case.flag(OPEN)
    case.ask("appeal.acknowledge", subject=matter.id)


def _appealed(case: Case, about: str) -> Ruling:
    """The decision that is named by its task or the task's kind, else the latest that may still be appealed against."""
    running = {one.id for one in case.state.deadlines if one.state == "running"}
    possible = [made for made in case.state.rulings if deadline_of(made) in running]
    named = [made for made in possible if about in (made.id, made.kind)]
    if not possible:
        zh, en = "没有可申诉的决定,或申诉期限已过", "There is no decision to appeal against, or no longer."
        raise case.refuse(CLAUSE, zh, en, [("/about", "no decision that may be appealed against")])
    return (named or possible)[-1]


def _settle_limit(case: Case, made: Ruling) -> None:
    for deadline in case.state.deadlines:
        if deadline.id == deadline_of(made):
            case.settle(deadline)


def not_filed(case: Case, deadline: Deadline) -> None:
    """No appeal in time: the decision is final."""
    case.state.rulings = [made for made in case.state.rulings if deadline_of(made) != deadline.id]


def acknowledged(case: Case, task: Task, answer: Acknowledgement) -> None:
    """The client is told that its appeal is looked into."""
    case.record_message(answer, task.clause, subject=task.subject)
    case.ask("appeal.decide", subject=task.subject)
    case.tell_applicant("申诉已受理", "Your appeal is being looked into")


def decided(case: Case, task: Task, answer: AppealDecision) -> None:
    """Upheld → the decision is made again, by others; dismissed → it stands."""
    matter = case.matter(task)
    case.refuse_if_took_part()
    case.record_message(answer, task.clause, subject=task.subject)
    decision = case.events[-1]
    case.take_duty(case.message.actor.person, "decision")
    made = next(one for one in case.state.rulings if one.id == matter.about)
    case.state.rulings.remove(made)
    matter.answer = case.facts.content
    case.close_matter(matter, answer.outcome)
    case.flag(OPEN, on=bool(case.open_matters(APPEAL)))
    if answer.outcome == "dismiss":
        case.tell_applicant("申诉不成立,原决定维持", "The appeal is dismissed: the decision stands")
        return
    reopened = reopen(case, made)
    decision.data["reopened"] = reopened
    again = ("将重新作出决定", "the decision is made again") if reopened else ("原决定已不再执行", "it is over already")
    case.tell_applicant(f"申诉成立,{again[0]}", f"The appeal is upheld: {again[1]}")

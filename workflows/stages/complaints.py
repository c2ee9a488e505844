"""R:10/9.3.1f: a complaint is acknowledged, handled by somebody who took no part, and answered."""

from domain.acts import Complaint
from domain.answers import Acknowledgement, ComplaintAnswer
from domain.matters import COMPLAINT, Matter
from domain.model import Text
from domain.refusal import Refused
from domain.requirements import HOLDERS
from domain.state import PUBLIC
from domain.tasks import Task
from workflows.case import Case

CLAUSE = "R:10/9.3.1f"
MOST_OPEN = 20
"""Complaints of strangers that one case holds at once: its state stays small, whoever floods it."""


def filed(case: Case, act: Complaint) -> None:
    """Somebody complains; the client, who reads the record, does not learn who."""
    if "complaint.handle" not in case.rules.waits:
        raise case.conflict("本案所用规则未规定投诉流程", "The edition of this case knows no complaints.")
    stranger = case.message.actor == PUBLIC
    if stranger and sum(one.brought_by == "public" for one in case.open_matters(COMPLAINT)) >= MOST_OPEN:
        raise Refused("rate_limited", "未处理的投诉过多,请稍后再试", "Too many complaints are open; try again later.")
    matter = case.open_matter(COMPLAINT, message=case.message.id, told=_told(case))
    case.record_message(act, CLAUSE, matter=matter.id)
    if stranger:
        matter.brought_by = "public"
    if case.bringer != "client":
        case.events[-1].actor = PUBLIC.user
    case.ask("complaint.acknowledge", subject=matter.id)


def _told(case: Case) -> str:
    """Whoever complains with an account is written to; anybody else has a receipt to ask by."""
    actor = case.message.actor
    if actor == PUBLIC:
        return ""
    return "applicant" if case.bringer == "client" else f"user:{actor.user}"


def acknowledged(case: Case, task: Task, answer: Acknowledgement) -> None:
    """Whoever complained is told that it is looked into."""
    case.record_message(answer, task.clause, subject=task.subject)
    case.ask("complaint.handle", subject=task.subject)
    _tell(case, case.matter(task), "投诉已受理", "The complaint is being looked into")


def handled(case: Case, task: Task, answer: ComplaintAnswer) -> None:
    """Looked into by somebody without any duty in the case; whoever complained is told the answer."""
    matter = case.matter(task)
    case.refuse_if_took_part()
    case.refuse_if_asked_by(matter.by)
    case.record_message(answer, task.clause, subject=task.subject)
    matter.answer = case.facts.content
    case.close_matter(matter, answer.outcome)
    _tell(case, matter, "投诉已处理,请查看答复", "The complaint is handled: see the answer")
    if answer.outcome != "dismissed" and case.state.status in HOLDERS:
        # How grave it is, and whose fault, nobody has decided yet: R:7/6.5.1d, R:10/9.3.1f.
        case.tell_role(
            "case_manager",
            "投诉成立,如属严重,请报告事件或提出暂停",
            "A complaint is upheld: if it is grave, report an incident or ask for a suspension",
        )


def _tell(case: Case, matter: Matter, zh: str, en: str) -> None:
    if matter.told:
        case.tell(matter.told, Text(zh=zh, en=en), Text(zh=f"{zh}。", en=f"{en}."))

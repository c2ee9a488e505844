"""R:7/6.5.1: an incident is reported, and a person decides: a special audit, surveillance more often, or neither."""

from domain.acts import IncidentReport
from domain.answers import Approval
from domain.grounds import check_brought
from domain.matters import INCIDENT
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import frequency, special


def reported(case: Case, act: IncidentReport) -> None:
    """R:7/6.5.1a-f: somebody reports one of the circumstances; whoever decides on it is asked."""
    case.refuse_unless_certified()
    case.refuse_later_than_today("/on", act.on)
    if case.rules.grounds:
        check_brought(case.rules.grounds.special_audit, [act.trigger], case.bringer, "/trigger")
    news = case.message.id if case.bringer == "machine" else ""
    matter = case.open_matter(INCIDENT, grounds=[act.trigger], news=news)
    clause = f"R:7/6.5.1{act.trigger}"
    case.record_message(act, clause, subject=matter.id)
    case.ask("approval.give", subject=matter.id).clause = clause
    case.tell_role("decision_maker", "收到事件报告,请决定", "An incident is reported: decide what follows")


def decided(case: Case, task: Task, answer: Approval) -> None:
    """R:7/6.5.1: a special audit is ordered, or surveillance more often, or neither; with a reason in any case."""
    matter = case.matter(task)
    case.refuse_if_evaluator()
    case.refuse_if_asked_by(matter.by)
    if not answer.reason:
        raise invalid("须说明理由", "This decision needs a reason.", [("/reason", "required")])
    case.record_message(answer, task.clause)
    case.take_duty(case.message.actor.person, "decision")
    if answer.outcome == "special_audit":
        special.order(case, matter)
        return
    case.close_matter(matter, answer.outcome)
    if answer.outcome == "higher_frequency":
        frequency.raise_frequency(case)
    elif matter.brought_by == "client":
        case.tell_applicant("所报事件无需进一步审查", "What you reported calls for no further audit")

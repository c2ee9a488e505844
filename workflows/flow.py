"""The flow: each message of a case, what it leads to.

`react` is a pure function of the state, the message and what services found out for it. The record activity
runs it to write the record, the workflow runs it to go on, the API runs it to say no before anything happens:
all three come to the same result.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import NamedTuple

from domain.agenda import agenda
from domain.answers import Approval
from domain.dates import end_of_day
from domain.editions import EDITION
from domain.matters import AFTERWARDS, APPEAL, INCIDENT, kind_of
from domain.payloads import payload_of
from domain.policy import hidden, may_act, may_answer, must_see
from domain.refusal import Refused
from domain.state import CaseState, EventDraft, Facts, Message
from domain.tasks import Task
from workflows.case import Begins, Case
from workflows.refusing import invalid
from workflows.stages import (
    amendments,
    appeals,
    application,
    audit,
    changes,
    complaints,
    contract,
    credit,
    cycle,
    deadlines,
    editions,
    evaluation,
    extension,
    held_up,
    incidents,
    issue,
    marks,
    operations,
    planning,
    proposals,
    reaudit,
    rectification,
    reduction,
    reporting,
    requirements,
    restoration,
    review,
    starting,
    surveillance,
    suspension,
    withdrawal,
)

Step = Callable[..., None]
"""An answer's gets the case, the task and the payload; an act's the case and the payload; a lapse's the case and
the due date."""


class Reaction(NamedTuple):
    """What a message leads to: the case after it, and the events for its record."""

    state: CaseState
    events: list[EventDraft]


# The flow, stage by stage ---------------------------------------------------------------------------------

ANSWERED: dict[str, Step] = {
    # R:7/7.2 application, review, contract
    "application.review": application.reviewed,
    "application.supplement": application.supplemented,
    "contract.sign": contract.signed,
    # R:7/7.3 planning, R:7/7.4.1 document review
    "audit.plan": planning.planned,
    "audit.plan.confirm": planning.confirmed,
    "audit.documents": planning.documents_reviewed,
    "documents.correct": planning.documents_corrected,
    # R:7/7.4.2–7.4.5 on site, interim verdict, deduction list, report
    "audit.open": audit.opened,
    "audit.management": evaluation.management_scored,
    "audit.characteristics": evaluation.characteristics_scored,
    "audit.checklist": evaluation.checklist_answered,
    "audit.contents": evaluation.contents_concluded,
    "audit.mystery_visit": audit.visited,
    "audit.credit": evaluation.credit_checked,
    "audit.close": audit.closed,
    "findings.confirm": audit.list_confirmed,
    "findings.answer": audit.objection_answered,
    "audit.report": audit.reported,
    # R:7/6.4.6.1 rectification
    "rectification.submit": rectification.submitted,
    "rectification.verify": rectification.verified,
    # R:7/6.4.6.2 review and decision
    "review.independent": review.reviewed,
    "decision.make": review.decided,
    # R:7/6.5, R:7/6.6, R:10/9.3 after the certificate
    "recertification.apply": cycle.renewal_applied,
    "suspension.decide": suspension.decided,
    # R:10/9.2 reduction
    "scope.confirm": reduction.confirmed,
    "restoration.verify": restoration.verified,
    "withdrawal.decide": withdrawal.decided,
    # complaints and appeals, by people who took no part
    "complaint.acknowledge": complaints.acknowledged,
    "complaint.handle": complaints.handled,
    "appeal.acknowledge": appeals.acknowledged,
    "appeal.decide": appeals.decided,
    # deliveries that failed
    "operations.resolve": operations.resolved,
}
"""What an answer leads to."""

APPROVED: dict[str, Step] = {
    "not_applicable": evaluation.approved,
    "person_days": planning.deviation_decided,
    EDITION: editions.decided,
    "change.request": changes.decided,
    proposals.POSTPONE: surveillance.postponement_decided,
    proposals.EXTEND: suspension.extension_decided,
    INCIDENT: incidents.decided,
}
"""What an `approval.give` leads to, by the kind of its subject."""

APPROVAL_OUTCOMES: dict[str, tuple[str, ...]] = {
    "incident.report": ("special_audit", "higher_frequency", "refuse"),
    "change.request": ("approve", "special_audit", "refuse"),
}
"""Kind of a subject → what may be said of it, where that is not to approve or refuse."""

DONE: dict[str, Step] = {
    "case.withdraw": application.withdrawn,
    "team.replace": amendments.replaced,
    "conflict.declare": amendments.conflict_declared,
    "headcount.correct": amendments.headcount_corrected,
    "edition.change": editions.proposed,
    "change.request": changes.requested,
    "scope.extend": extension.requested,
    "scope.reduce": reduction.requested,
    proposals.POSTPONE: surveillance.postpone,
    proposals.REQUEST: suspension.requested,
    proposals.EXTEND: suspension.extension_asked,
    proposals.RESTORE: restoration.requested,
    proposals.WITHDRAW: withdrawal.requested,
    "complaint.file": complaints.filed,
    "appeal.file": appeals.filed,
    "mark_use.record": marks.recorded,
    "report.correct": reporting.corrected,
    INCIDENT: incidents.reported,
    "audit.start": starting.started,
    "note.add": operations.noted,
}

LAPSED: dict[tuple[str, str], Step] = {
    ("application.supplement", ""): application.not_supplemented,
    ("contract.sign", "latest"): contract.not_signed,
    ("audit.plan.confirm", ""): planning.taken_as_agreed,
    ("documents.correct", ""): planning.documents_not_corrected,
    ("findings.confirm", ""): audit.list_not_confirmed,
    ("rectification.submit", ""): rectification.not_submitted,
    ("reaudit", ""): reaudit.reaudit_missed,
    ("certificate.issue", ""): issue.is_overdue,
    ("certificate.expiry", ""): cycle.expired,
    ("surveillance", ""): surveillance.missed,
    (proposals.CALENDAR_YEAR, ""): surveillance.year_ended,
    ("recertification.apply", ""): cycle.not_applied_in_time,
    ("recertification.on_site", ""): cycle.on_site_not_closed,
    ("suspension.end", ""): suspension.ran_out,
    ("audit.credit", "stale"): credit.is_old,
    ("appeal.file", ""): appeals.not_filed,
    ("mark_use", ""): marks.not_mended,
    ("advertising.change", ""): marks.advertising_not_changed,
    ("requirements.transition", ""): requirements.lapsed,
}
"""What the end of a limit leads to; every other limit escalates."""

BEGINS: Begins = {
    "document_review": planning.begin_document_review,
    "audit": audit.begin,
    "rectification": rectification.begin,
    "review": review.begin,
    "decision": review.begin_decision,
}
"""What an audit begins each stage with; its plan begins it."""

OPENS: dict[str, Step] = {
    # R:7/6.5.1 surveillance, R:7/6.6.1 recertification: asked for by themselves, in good time
    "surveillance": surveillance.opens,
    "recertification.apply": cycle.recertification_opens,
}


def react(state: CaseState, message: Message, facts: Facts, at: datetime) -> Reaction:
    """What one message does to a case, `at` an instant of the case's own clock.

    Raises:
        Refused: the message is refused; nothing has changed.
    """
    case = Case(_copy(state), message, facts, at, BEGINS)
    case.state.turn += 1
    if facts.calendar:
        deadlines.take_calendar(case, facts.calendar)
    if message.expected_version not in (None, state.version):
        raise Refused("stale_version", "案件已更新", f"The case is at version {state.version}.")
    editions.take_if_due(case)
    match message.kind:
        case "application":
            application.received(case)
        case "answer":
            _answered(case)
        case "act":
            _done(case)
        case "alarm":
            _rang(case)
        case "delivered":
            operations.delivered(case)
        case "rollout":
            requirements.announced(case)  # whatever it brings is in its facts
    case.finish()
    return Reaction(case.state, case.events)


def _copy(state: CaseState) -> CaseState:
    """A copy to change; what no stage ever changes in place is shared, because copying it is most of the cost."""
    shared: list[object] = [state.rules, state.calendar, state.application, state.certified]
    shared += [deadline.proof for deadline in state.deadlines]
    shared += [matter.proposed for matter in state.matters]
    shared += [part for audit in state.audits for part in (audit.plan, audit.results)]
    return deepcopy(state, {id(one): one for one in shared if one is not None})


def admit(state: CaseState, message: Message) -> None:
    """Whether this person may send this message now, without looking at its content.

    Raises:
        Refused: `task_not_open`, `stage_conflict`, `forbidden` and their like.
    """
    if state.erased:
        raise Refused("stage_conflict", "案件保存期限已过，内容已删除", "The case was deleted at the end of its term.")
    if message.kind == "answer":
        must_see(state, message.actor)
        task = next((task for task in state.tasks if task.id == message.task), None)
        if task is None or task.kind != message.name or hidden(task, message.actor):
            raise Refused("task_not_open", "该任务未打开或已完成", "This task is not open.")
        may_answer(state, task, message.actor)
    elif message.kind == "act":
        still = message.name in AFTERWARDS or (message.name == APPEAL and state.rulings)
        if state.stage == "closed" and not still:
            raise Refused("stage_conflict", "案件已结束", "The case has ended.")
        may_act(state, message.name, message.actor)


def _answered(case: Case) -> None:
    """R:7/7.1a-f, R:A: what is answered leads to the next step, as the chart draws them."""
    admit(case.state, case.message)
    task = next(task for task in case.state.tasks if task.id == case.message.task)
    case.refuse_if_decided_before(task)
    payload = payload_of(case.message)
    step = _approval(task, payload) if isinstance(payload, Approval) else ANSWERED[task.kind]
    case.close(task)
    step(case, task, payload)


def _approval(task: Task, answer: Approval) -> Step:
    if answer.subject != task.subject:
        raise invalid("审批事项不符", "This is another subject.", [("/subject", f"not {task.subject}")])
    kind = kind_of(answer.subject)
    outcomes = APPROVAL_OUTCOMES.get(kind, ("approve", "refuse"))
    if answer.outcome not in outcomes:
        listed = ", ".join(outcomes)
        raise invalid(f"该事项只能选择:{listed}", f"Choose one of: {listed}.", [("/outcome", listed)])
    return APPROVED[kind]


def _done(case: Case) -> None:
    admit(case.state, case.message)
    payload = payload_of(case.message)
    DONE[case.message.name](case, payload)


def _rang(case: Case) -> None:
    # The calendar that came with it may have moved it.
    if not any(entry.name == case.message.name and entry.at <= case.at for entry in agenda(case.state)):
        return
    what, _, deadline_id = case.message.name.partition(":")
    deadline = next(one for one in case.state.deadlines if (one.id, one.state) == (deadline_id, "running"))
    if what == "remind":
        deadline.remind.pop(0)
        deadlines.remind(case, deadline)
        return
    if what == "open":
        deadline.opens_on = None
        OPENS[deadline.kind](case, deadline)
        return
    if held_up.is_held_up(case, deadline):
        return
    # A lapse counts from the next day, however late its timer was worked on.
    case.turn_back_to(end_of_day(deadline.judged_on))
    deadline.state = "missed"
    case.record(f"timer.{deadline.kind}", deadline.clause, deadline=deadline_id)
    wait = case.rules.waits.get(deadline.kind)
    lapsed = LAPSED.get((deadline.kind, deadline.purpose), deadlines.escalate)
    if wait and wait.lapse == "escalate" and not deadline.purpose:
        lapsed = deadlines.escalate
    concerned = deadlines.concerned(case, deadline)
    lapsed(case, deadline)
    deadlines.tell_missed(case, deadline, concerned)

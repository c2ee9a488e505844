"""R:9/8.1: a running case goes under another edition of its rules, keeps its own, or changes on a day."""

from typing import TypeVar

from domain.acts import EditionChange
from domain.answers import Approval
from domain.cycle import approved_until
from domain.dates import Anchor
from domain.editions import CHANGED_REQUIREMENTS, EDITION, NewEdition, PlannedEdition, edition_name, last_day_before
from domain.model import Text
from domain.redate import moved_by
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import deadlines

T = TypeVar("T")
MAY_CHANGE = ("planning", "document_review", "closed")
"""Stages of an audit in which the case may come under another edition."""
MOVED = Text(zh="认证要求变更,期限变更", en="The requirements have changed and the date has moved")


def proposed(case: Case, act: EditionChange) -> None:
    """The case manager proposes what becomes of the case; a decision maker approves it or not."""
    if case.state.edition:
        raise case.conflict("已有未决的版本变更", "Another change of the edition is under way.")
    new = _known(case.facts.edition)
    if act.outcome != "keep" and new.name == _own(case):
        raise invalid("案件已适用该版本", "The case is under this edition.", [("/scheme", "the case's own edition")])
    if (act.outcome == "transition") != (act.on is not None):
        raise invalid("仅过渡须给出日期", "A transition has a date, nothing else.", [("/on", "only for a transition")])
    if act.on and act.on <= case.today:
        raise invalid("过渡日期须在今后", "The transition lies in the past.", [("/on", f"not after {case.today}")])
    case.state.edition = PlannedEdition(
        scheme=new.scheme,
        special_rule=new.special_rule,
        name=new.name,
        by=case.message.actor.person,
        outcome=act.outcome,
        begins_on=act.on,
    )
    case.record_message(act, CHANGED_REQUIREMENTS, edition=new.name)
    _ask_approval(case)


def decided(case: Case, task: Task, answer: Approval) -> None:
    """Approved: at once, from a day on, or never; refused: as if nobody had proposed it."""
    planned = _known(case.state.edition)
    case.refuse_if_evaluator()
    case.refuse_if_asked_by(planned.by)
    takes = answer.outcome == "approve" and planned.outcome != "keep"
    if takes and _known(case.facts.edition).name != planned.name:
        raise case.conflict("该版本在提议后已变更,须重新提议", "It is not what was proposed: propose it again.")
    case.record_message(answer, task.clause, edition=planned.name)
    case.take_duty(case.message.actor.person, "decision")
    case.state.edition = None
    if answer.outcome == "refuse":
        return
    if planned.outcome == "keep":
        case.state.kept = sorted({*case.state.kept, planned.name})
        return
    begins = max(planned.begins_on or case.today, case.today)
    case.state.edition = planned.model_copy(update={"approved": True, "begins_on": begins})
    take_if_due(case)
    if begins > case.today:
        last = approved_until(Anchor(kind="task", on=task.opened_on), last_day_before(begins), CHANGED_REQUIREMENTS)
        case.run_deadline("edition.transition", last, deadline_id=f"edition.transition-{case.state.turn}")
        case.tell_applicant(f"认证要求自{begins}起变更", f"The certification requirements change on {begins}")


def take_if_due(case: Case) -> None:
    """The case goes under the other edition once that is due and no audit is on site or under review (R:9/8.1).

    An audit is judged and decided by the edition with which it went on site. What is not the edition that was
    approved any more, because a pack or the body's own rules have changed since, has to be approved as it is.
    """
    planned, new = case.state.edition, case.facts.edition
    if planned is None or new is None or not planned.is_due(case.today) or case.message.name == "edition.change":
        return
    if case.state.stage == "closed" or any(audit.stage not in MAY_CHANGE for audit in case.state.audits):
        return
    if new.name != planned.name:
        case.state.edition = planned.model_copy(update={"approved": False, "name": new.name})
        _ask_approval(case)
        return
    _take(case, new)


def _ask_approval(case: Case) -> None:
    case.ask("approval.give", subject=EDITION).clause = CHANGED_REQUIREMENTS


def _take(case: Case, new: NewEdition) -> None:
    old = _own(case)
    moved = moved_by(new.rules, case.state.deadlines, case.calendar, case.today)
    before = {one.id: one for one in case.state.deadlines}
    _pin(case, new)
    case.record_brought(
        case.message.actor,
        "edition.changed",
        CHANGED_REQUIREMENTS,
        old=old,
        new=new.name,
        deadlines=[deadlines.change(before[one.id], one) for one in moved],
    )
    for after in moved:
        case.state.deadlines[case.state.deadlines.index(before[after.id])] = after
        deadlines.move(case, before[after.id], after, MOVED)
    case.tell_applicant("案件改按变更后的认证要求办理", "The case goes on under the changed requirements")


def _pin(case: Case, new: NewEdition) -> None:
    state = case.state
    for certificate in state.certificates:
        if certificate.scheme is None:
            certificate.scheme, certificate.special_rule = state.scheme, state.special_rule
    state.scheme, state.special_rule, state.rules, state.edition = new.scheme, new.special_rule, new.rules, None
    refs = {"scheme": new.scheme, "special_rule": new.special_rule}
    state.application = case.application.model_copy(update=refs)
    case.settle_deadlines("void", kind="edition.transition")
    for task in state.tasks:
        wait = new.rules.waits.get(task.kind)
        if wait and task.subject is None:
            task.clause, task.title = wait.clause, wait.title


def _own(case: Case) -> str:
    return edition_name(case.state.scheme, case.state.special_rule, case.state.rules)


def _known(value: T | None) -> T:
    if value is None:
        raise RuntimeError("the facts of a change of edition name it")
    return value

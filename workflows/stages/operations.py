"""Beside the programme: deliveries and their failures, and remarks."""

import json

from domain.acts import Note
from domain.answers import Resolution
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid

LONGEST_REASON = 500


def noted(case: Case, _: Note) -> None:
    """An insider's remark goes into the record."""
    case.record_quietly(None)


def delivered(case: Case) -> None:
    """A delivery ended: done, parked until the next batch, or failed for good, a task for operations."""
    effect = next((one for one in case.state.effects if one.id == case.message.name), None)
    if effect is None:
        return
    if case.message.outcome == "parked":
        # The batch may have been faster, and have told how it ended.
        effect.state = "parked" if effect.state == "waiting" else effect.state
        return
    if case.message.outcome == "failed":
        effect.state = "failed"
        effect.reason = json.loads(case.message.content).get("reason", "")[:LONGEST_REASON]
        case.ask("operations.resolve", subject=effect.id)
        return
    case.state.effects.remove(effect)
    if effect.kind == "submission":
        receipt = json.loads(case.message.content)
        case.record("alliance.reported", "R:7/6.4.6.2", about=effect.about, corrects=effect.corrects, **receipt)


def resolved(case: Case, task: Task, answer: Resolution) -> None:
    """Operations has the failed delivery tried again, or leaves it with a reason."""
    if answer.outcome == "abandon" and not answer.reason:
        raise invalid("放弃须说明理由", "Leaving it needs a reason.", [("/reason", "required")])
    case.record_message(answer, task.clause, subject=task.subject)
    for effect in list(case.state.effects):
        if effect.id == task.subject:
            effect.state = "waiting"
            effect.tries += 1
            if answer.outcome == "abandon":
                case.state.effects.remove(effect)

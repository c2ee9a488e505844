"""Starting a case: with its application, with what comes after it has ended, or from the record where it stood."""

from typing import NamedTuple

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.interface import CASE, DEAD_AFTER, Start
from domain.state import CaseState, Message


class Beginning(NamedTuple):
    """How this installation starts its cases."""

    task_queue: str
    events_a_run: int
    delivery_seconds: float


async def begin(client: Client, how: Beginning, state: CaseState, message: Message | None = None) -> str:
    """Start a case, with a message for it if there is one; a repetition reaches the same case. Gives its id."""
    await client.start_workflow(
        CASE,
        Start(state=state, message=message, events_a_run=how.events_a_run, delivery_seconds=how.delivery_seconds),
        id=state.id,
        task_queue=how.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=DEAD_AFTER,
    )
    return state.id

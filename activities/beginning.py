"""Starting a case with its application: the API does it for one, a wave for many."""

from datetime import timedelta
from typing import NamedTuple

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.interface import Start
from domain.state import CaseState, Message

CASE = "CertificationCase"
"""The workflow of a case."""
DEAD_AFTER = timedelta(seconds=5)
"""A turn whose worker was killed is given to another after this."""


class Beginning(NamedTuple):
    """How this installation starts its cases."""

    task_queue: str
    events_a_run: int
    delivery_seconds: float


async def begin(client: Client, how: Beginning, state: CaseState, message: Message) -> str:
    """Start a case with its application; a repetition reaches the same case. Gives its id."""
    await client.start_workflow(
        CASE,
        Start(state=state, message=message, events_a_run=how.events_a_run, delivery_seconds=how.delivery_seconds),
        id=state.id,
        task_queue=how.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=DEAD_AFTER,
    )
    return state.id

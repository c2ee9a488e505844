"""Bringing one message to many cases: beginning that, which cases are next, and handing it to one of them."""

from contextlib import suppress

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.interface import BRING, NEXT_CASES, REFUSED, ROLLOUT, SUBMIT, Order
from domain.state import CALENDAR, Message
from records import days

PAGE = 100


async def roll_out(client: Client, task_queue: str, order: Order) -> bool:
    """Begin to bring a message to its cases, once: the same message again is known; gives true."""
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            ROLLOUT,
            order,
            id=order.message.id,
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    return True


def of_calendar(version: str, selection: str = "provisional") -> Order:
    """The order that brings a version of the calendar to cases."""
    message = Message(id=f"calendar.load:{version}", kind="rollout", name="calendar.load", actor=CALENDAR)
    return Order(message=message, selection=selection)


class RolloutActivities:
    """Holds the database and the engine's client."""

    def __init__(self, engine: Engine, client: Client) -> None:
        self._engine = engine
        self._client = client

    @activity.defn(name=NEXT_CASES)
    def next_cases(self, order: Order) -> list[str]:
        """The next page of the cases that are to get it; empty when there are no more."""
        with Session(self._engine) as session:
            return days.cases_after(session, order.selection, order.after, PAGE)

    @activity.defn(name=BRING)
    async def bring(self, case_id: str, message: Message) -> None:
        """Hand a message to a case, and wait until it is worked on; one that has ended or says no has done with it."""
        try:
            await self._client.get_workflow_handle(case_id).execute_update(SUBMIT, message)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
        except WorkflowUpdateFailedError as error:
            if not isinstance(error.cause, ApplicationError) or error.cause.type != REFUSED:
                raise
            activity.logger.warning("a case refused what was rolled out", extra={"why": str(error.cause)})

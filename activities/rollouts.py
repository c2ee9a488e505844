"""Bringing one message to many cases: beginning that, which cases are next, and handing it to one of them."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.calendars import Calendars
from activities.interface import BRING, NEXT_CASES, REFUSED, ROLLOUT, SUBMIT, Order
from domain.application import Ref
from domain.dates import local_date
from domain.redate import moves
from domain.requirements import REQUIREMENTS_CHANGE, concerns
from domain.state import CALENDAR, Actor, Announcement, Message
from records import days, queries

PAGE = 100
LOADED = "calendar.load"
"""The message that brings a calendar."""


async def roll_out(client: Client, task_queue: str, order: Order) -> bool:
    """Begin to bring a message to its cases, once: the same message for the same selection is known; gives true."""
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            ROLLOUT,
            order,
            id=f"{order.message.id}:{order.selection}",
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    return True


async def hand(client: Client, case_id: str, message: Message) -> None:
    """Hand a message to a case, and wait until it is worked on; one that has ended or says no has done with it."""
    try:
        await client.get_workflow_handle(case_id).execute_update(SUBMIT, message)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
    except WorkflowUpdateFailedError as error:
        if not isinstance(error.cause, ApplicationError) or error.cause.type != REFUSED:
            raise
        activity.logger.warning("a case refused what it was brought", extra={"case": case_id}, exc_info=error.cause)


def of_calendar(version: str, selection: str = "provisional") -> Order:
    """The order that brings a version of the calendar to cases; a case knows the version, whatever the selection."""
    message = Message(id=f"{LOADED}:{version}", kind="rollout", name=LOADED, actor=CALENDAR)
    return Order(message=message, selection=selection)


def of_requirements(edition: Ref, until: date, by: Actor) -> Order:
    """The order that tells every holder of an announced edition, once; it comes from no body (R:9/8.1)."""
    content = Announcement(edition=edition, transition_until=until).model_dump_json()
    message = Message(
        id=f"requirements:{edition.id}/{edition.version}",
        kind="rollout",
        name=REQUIREMENTS_CHANGE,
        actor=by.model_copy(update={"body": ""}),
        content=content,
    )
    return Order(message=message, selection="holders")


class RolloutActivities:
    """Holds the database and the engine's client."""

    def __init__(self, engine: Engine, client: Client) -> None:
        self._engine = engine
        self._client = client
        self._calendars = Calendars()

    @activity.defn(name=NEXT_CASES)
    def next_cases(self, order: Order) -> list[str]:
        """The next page of the cases that are to get it; empty when there are no more."""
        with Session(self._engine) as session:
            return days.cases_after(session, order.selection, order.after, PAGE)

    @activity.defn(name=BRING)
    async def bring(self, case_id: str, message: Message) -> None:
        """Hand a message to a case, and wait until it is worked on; one that has ended or says no has done with it."""
        if not await asyncio.to_thread(self._is_wanted, case_id, message):
            return
        await hand(self._client, case_id, message)

    def _is_wanted(self, case_id: str, message: Message) -> bool:
        """Whether a case has not had the message and is concerned: a calendar changes a date of it, or its packs do.

        A case whose dates stay takes a calendar with whatever reaches it next.
        """
        with Session(self._engine) as session:
            row = queries.case_row(session, case_id)
            if row is None or queries.turn_of(session, case_id, message.id):
                return False
            if message.name == REQUIREMENTS_CHANGE:
                return concerns(queries.state_of(row), Announcement.model_validate_json(message.content).edition)
            if message.name != LOADED:
                return True
            today = local_date(datetime.now(UTC) + timedelta(seconds=row.clock_ahead))
            return moves(self._calendars.current(session), queries.deadlines_of(row), today)

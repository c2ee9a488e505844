"""The case engine as the API sees it: start a case, bring it a message, move a rehearsed clock."""

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from asgi_correlation_id import correlation_id
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from activities.beginning import Beginning, begin
from activities.interface import ERRAND, REFUSED, Incident, Order
from activities.rollouts import roll_out
from api.problems import UNAVAILABLE
from domain.refusal import Refusal, Refused
from domain.state import CaseState, Message
from services.engine import rehearsing
from settings import Settings
from workflows.certification import CertificationCase

T = TypeVar("T")
log = logging.getLogger(__name__)

REST_SECONDS = 120
"""How long an advance waits for a case to come to rest."""
A_MOMENT = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Pending:
    """A message that was accepted but is not at rest yet, and the update that brings it."""

    message_id: str
    update_id: str


class CaseEngine:
    """Brings messages to cases; every failure of the engine is `unavailable`, every refusal is raised as it is."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._beginning = Beginning(settings.task_queue, settings.events_a_run, settings.delivery_seconds)
        self._skipper: TimeSkipper | None = rehearsing(client) if settings.rehearsal else None
        self._clocks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def start(self, state: CaseState, message: Message) -> int | Pending:
        """Start a case with a message, its application mostly; a repetition reaches the same case."""
        client = self._skipper.client if self._skipper else self._client
        message = _traced(message)
        if await self._unless_away(begin(client, self._beginning, state, message)) is None:
            raise refused(UNAVAILABLE)
        return await self.submit(state.id, message)

    async def bring(self, state: CaseState, message: Message) -> int | Pending:
        """Bring a message to a case as the record has it; one that has ended goes on with it in a new run.

        A rehearsed case that has ended has no clock any more: it takes none.
        """
        if state.stage != "closed" or state.rehearsal:
            return await self.submit(state.id, message)
        # The record still lists the notices of the last turn, whoever would get them now.
        owed = [effect for effect in state.effects if effect.kind != "notice"]
        try:
            return await self.start(state.model_copy(update={"effects": owed}), message)
        except Refused as refused_by:
            if refused_by.refusal.code != "stage_conflict":
                raise
            # It has ended again before anybody could ask it: the record knows what became of the message.
            return Pending(message.id, message.id)

    async def submit(self, case_id: str, message: Message) -> int | Pending:
        """Bring a message; gives the record's version after it, or that it is accepted and still under way."""
        # A new try is a new update; what was done is known by the message's own id.
        update_id = f"{message.id}.{uuid.uuid4().hex[:8]}"
        sending = self._handle(case_id).start_update(
            CertificationCase.submit, _traced(message), id=update_id, wait_for_stage=WorkflowUpdateStage.ACCEPTED
        )
        try:
            update = await self._unless_away(sending)
            if update is None:
                return Pending(message.id, update_id)
            return await asyncio.wait_for(update.result(), self._settings.answer_seconds)
        except (TimeoutError, RPCTimeoutOrCancelledError, RPCError):
            return Pending(message.id, update_id)
        except WorkflowUpdateFailedError as error:
            raise _of_failure(error) from error

    async def tell(self, case_id: str, news: Incident) -> bool:
        """Bring a machine's news to a case, without waiting for what it makes of it; whether the case goes on."""
        try:
            return await self._unless_away(self._signal(case_id, news)) is not None
        except Refused as refused_by:
            if refused_by.refusal.code != "stage_conflict":
                raise
            return False

    async def _signal(self, case_id: str, news: Incident) -> bool:
        await self._handle(case_id).signal(CertificationCase.incident, news)
        return True

    async def refusal(self, case_id: str, update_id: str) -> Refusal | None:
        """Why a message was refused after all, or `unavailable` where it was lost; none while it is under way."""
        update = self._handle(case_id).get_update_handle_for(CertificationCase.submit, update_id)
        try:
            await asyncio.wait_for(update.result(), A_MOMENT.total_seconds() * 10)
        except WorkflowUpdateFailedError as error:
            return _of_failure(error).refusal
        except RPCError as error:
            return UNAVAILABLE if error.status == RPCStatusCode.NOT_FOUND else None
        except (TimeoutError, RPCTimeoutOrCancelledError, RuntimeError):
            return None
        return None

    def clock(self, case_id: str) -> asyncio.Lock:
        """What holds a case's clock: one advance at a time."""
        return self._clocks.setdefault(case_id, asyncio.Lock())

    async def advance(self, case_id: str, now: datetime, duration: timedelta) -> None:
        """Move a rehearsed case's clock; every timer on the way fires, in order; returns at rest.

        A case that has ended, or ends on the way, has no timers left: its clock moves on paper only.
        """
        if self._skipper is None:
            raise Refused("not_found", "未找到", "Not found.")
        handle = self._client.get_workflow_handle_for(CertificationCase.run, case_id)
        try:
            await self._come_to_rest(handle, now)
            await self._skipper.fast_forward(handle, duration)
            await self._come_to_rest(handle, now + duration)
        except RuntimeError as error:
            # A client that has never reached the server says so with a RuntimeError.
            raise refused(UNAVAILABLE) from error
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise _of_rpc(error) from error

    async def _come_to_rest(self, handle: WorkflowHandle[CertificationCase, str], at: datetime) -> None:
        patience = time.monotonic() + REST_SECONDS
        while not await self._at_rest(handle, at):  # the case is far away
            if time.monotonic() > patience:
                raise refused(UNAVAILABLE)
            await asyncio.sleep(A_MOMENT.total_seconds())

    async def _at_rest(self, handle: WorkflowHandle[CertificationCase, str], at: datetime) -> bool:
        try:
            return await handle.query(CertificationCase.at_rest, at)
        except RPCError as error:
            # A run that has only just taken over cannot be asked yet.
            if error.status != RPCStatusCode.FAILED_PRECONDITION:
                raise
            return False

    async def roll_out(self, order: Order) -> None:
        """Bring a message to many cases; it goes on by itself, and the same one again changes nothing."""
        if await self._unless_away(roll_out(self._client, self._settings.task_queue, order)) is None:
            raise refused(UNAVAILABLE)

    async def begin_errand(self, errand: str, key: str) -> None:
        """Have an errand carried out beside every case; the same key again changes nothing while it is under way."""
        queue = self._settings.task_queue
        starting = self._client.start_workflow(
            ERRAND,
            errand,
            id=f"{queue}:{errand}:{key}",
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        if await self._unless_away(starting) is None:
            raise refused(UNAVAILABLE)

    async def must_answer(self) -> None:
        """Refuse what could only be half done while the engine is away."""
        if not await self.answers():
            raise refused(UNAVAILABLE)

    async def answers(self) -> bool:
        """Whether the engine answers at all."""
        try:
            return await asyncio.wait_for(self._client.service_client.check_health(), 3)
        except (TimeoutError, RPCError, RuntimeError):
            return False

    def _handle(self, case_id: str) -> WorkflowHandle[CertificationCase, str]:
        return self._client.get_workflow_handle_for(CertificationCase.run, case_id)

    async def _unless_away(self, sending: Coroutine[Any, Any, T]) -> T | None:
        """What the engine answers; none where it has taken it and nobody works on it yet."""
        try:
            return await asyncio.wait_for(sending, self._settings.answer_seconds)
        except (TimeoutError, RPCTimeoutOrCancelledError) as error:
            if await self.answers():
                return None
            raise refused(UNAVAILABLE) from error
        except RuntimeError as error:
            # A client that has never reached the server says so with a RuntimeError.
            raise refused(UNAVAILABLE) from error
        except RPCError as error:
            raise _of_rpc(error) from error


def _of_failure(error: WorkflowUpdateFailedError) -> Refused:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        return refused(Refusal.model_validate(cause.details[0]))
    return refused(UNAVAILABLE)


def _of_rpc(error: RPCError) -> Refused:
    log.warning("the engine refused a call", exc_info=error)
    if error.status == RPCStatusCode.NOT_FOUND:
        return Refused("stage_conflict", "案件已结束", "The case has ended.")
    return refused(UNAVAILABLE)


def _traced(message: Message) -> Message:
    """The message with the id of the request that brings it."""
    return message.model_copy(update={"request": correlation_id.get() or ""})


def refused(refusal: Refusal) -> Refused:
    """A refusal that came across the engine, as it was raised."""
    return Refused(refusal.code, refusal.zh, refusal.en, clause=refusal.clause, faults=refusal.faults)

"""The applications of a wave become cases, each once, and each is told what became of it."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, TemporalError

from activities.beats import beating_beside
from activities.beginning import Beginning, begin
from activities.facts import FactFinder
from activities.interface import REFUSED, START_APPLICATIONS, SUBMIT
from activities.turns import React
from domain.refusal import Refusal, Refused
from domain.state import Actor, CaseState, Message
from records import queries, waves
from records.wave_tables import WaveApplicationRow

SECONDS = 30
"""How long a case may take to take its application."""


class WaveActivities:
    """Holds the database, the fact finder, the flow's `react`, and the client that starts cases."""

    def __init__(  # what a case needs to begin
        self, engine: Engine, facts: FactFinder, react: React, client: Client, how: Beginning, *, rehearsal: bool
    ) -> None:
        self._engine = engine
        self._facts = facts
        self._react = react
        self._client = client
        self._how = how
        self._rehearsal = rehearsal

    @activity.defn(name=START_APPLICATIONS)
    async def start(self) -> str:
        """Start a case for every application that waits (R:7/7.2.1); gives how many are settled.

        Raises:
            ApplicationError: some could not be settled; the engine tries again, and those that are stay as they are.
        """
        settled = left = 0
        async with beating_beside():
            for row in await asyncio.to_thread(self._waiting):
                try:
                    refusal = await self._refusal(row)
                except (TemporalError, TimeoutError) as error:
                    activity.logger.warning("an application waits", extra={"case": row.case_id}, exc_info=error)
                    left += 1
                    continue
                await asyncio.to_thread(self._settle, row, refusal)
                settled += 1
        if left:
            raise ApplicationError(f"{left} applications could not be settled")
        return f"{settled} settled"

    def _waiting(self) -> list[WaveApplicationRow]:
        with Session(self._engine) as session:
            return list(waves.waiting(session))

    def _settle(self, row: WaveApplicationRow, refusal: Refusal | None) -> None:
        with Session(self._engine) as session:
            waves.settle(session, row, refusal)
            session.commit()

    async def _refusal(self, row: WaveApplicationRow) -> Refusal | None:
        """Why no case comes of an application; none where its case has taken it."""
        actor = Actor.model_validate_json(row.actor)
        state = CaseState(id=row.case_id, body=actor.body, applicant=row.applicant, rehearsal=self._rehearsal)
        message = Message(
            id=f"wave:{row.case_id}:{row.tries}",
            kind="application",
            name="application",
            actor=actor,
            content=row.content,
        )
        try:
            if await asyncio.to_thread(self._is_recorded, state, message):
                return None
        except Refused as refused:
            return refused.refusal
        async with asyncio.timeout(SECONDS):
            return await self._begun(state, message)

    def _is_recorded(self, state: CaseState, message: Message) -> bool:
        """Whether a case has taken its application; otherwise it is tried out, and refused before anything begins."""
        with Session(self._engine) as session:
            if queries.turn_of(session, state.id, message.id):
                return True
            now = datetime.now(UTC)
            self._react(state, message, self._facts.gather(session, state, message, now, preview=True), now)
        return False

    async def _begun(self, state: CaseState, message: Message) -> Refusal | None:
        await begin(self._client, self._how, state, message)
        try:
            await self._client.get_workflow_handle(state.id).execute_update(SUBMIT, message)
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == REFUSED:
                return Refusal.model_validate(error.cause.details[0])
            raise
        return None

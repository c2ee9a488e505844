"""The reports that wait for the alliance, sent together: each once, and its case told how that ended."""

import asyncio
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import TemporalError

from activities.beats import beating_beside
from activities.deliveries import FOR_GOOD, DeliveryActivities, outcome_of
from activities.interface import SUBMIT_BATCH, told
from activities.rollouts import hand
from domain.state import Message
from domain.submissions import Submission
from records import reports
from records.issued import AllianceOutboxRow
from services.alliance import AllianceUnavailable

PAGE = 100
OUTAGES = 3
"""After so many in a row the alliance is taken to be away; a single report that it cannot take holds up no other."""
SECONDS = 30
"""How long a case may take to be told; it is told with the next batch otherwise."""


class AllianceBatches:
    """Holds the database, the engine's client and whoever reports a single fact."""

    def __init__(self, engine: Engine, client: Client, deliveries: DeliveryActivities) -> None:
        self._engine = engine
        self._client = client
        self._deliveries = deliveries

    @activity.defn(name=SUBMIT_BATCH)
    async def submit(self) -> str:
        """Send what the outbox holds, oldest first; gives how many reports have left it (R:7/6.5.3.3).

        What an outage leaves is for the next run; the same again changes nothing.
        """
        gone, outages = 0, 0
        after: tuple[datetime, str] | None = None
        async with beating_beside():
            while rows := await asyncio.to_thread(self._page, after):
                for row in rows:
                    message = await asyncio.to_thread(self._sent, row)
                    outages = 0 if message else outages + 1
                    if outages == OUTAGES:
                        return f"{gone} gone; the alliance is away"
                    if message and await self._told(row, message):
                        gone += 1
                after = (rows[-1].at, rows[-1].id)
        return f"{gone} gone"

    def _page(self, after: tuple[datetime, str] | None) -> list[AllianceOutboxRow]:
        with Session(self._engine) as session:
            return list(reports.parked(session, after, PAGE))

    def _sent(self, row: AllianceOutboxRow) -> Message | None:
        """What the case is told of its report; none in an outage."""
        try:
            receipt = self._deliveries.report(Submission.model_validate_json(row.content), row.case_id)
        except FOR_GOOD as refusal:
            return told(row.effect_id, row.tries, "failed", {"reason": str(refusal)})
        except AllianceUnavailable:
            return None
        return told(row.effect_id, row.tries, "done", outcome_of(receipt))

    async def _told(self, row: AllianceOutboxRow, message: Message) -> bool:
        """Whether the case knows now; then the report leaves the outbox."""
        try:
            async with asyncio.timeout(SECONDS):
                await hand(self._client, row.case_id, message)
        except (TemporalError, TimeoutError) as error:
            activity.logger.warning(
                "a case could not be told of its report", extra={"case": row.case_id}, exc_info=error
            )
            return False
        await asyncio.to_thread(self._forget, row)
        return True

    def _forget(self, row: AllianceOutboxRow) -> None:
        with Session(self._engine) as session:
            kept = session.get(AllianceOutboxRow, row.id)
            if kept and kept.tries == row.tries:
                session.delete(kept)
                session.commit()

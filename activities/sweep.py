"""The hourly sweep: finds dates in the record that passed without their act, and has their cases go on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.beats import beating
from activities.beginning import Beginning, begin
from activities.interface import SWEEP, WAKE, Delivered, Delivery
from domain.dates import SHANGHAI
from domain.model import Text
from domain.state import CaseState, Effect
from records import queries, timers
from records.late import SweepFindingRow
from records.tables import CaseRow
from services.notices import NoticeUnavailable

CATCHING_UP = timedelta(seconds=20)
"""What catches up by itself within this, after an outage, is listed as late and not as overdue."""


class SweepActivities:
    """Holds the database, the engine's client and what carries out deliveries; made in the client's event loop."""

    def __init__(
        self,
        engine: Engine,
        client: Client,
        deliver: Callable[[Delivery], Delivered],
        runs: Beginning,
        catching_up: timedelta = CATCHING_UP,
    ) -> None:
        self._engine = engine
        self._client = client
        self._deliver = deliver
        self._runs = runs
        self._catching_up = catching_up
        self._loop = asyncio.get_running_loop()

    @activity.defn(name=SWEEP)
    def sweep(self) -> str:
        """Wake each case that has let a date pass, or start it again from the record; gives how many there were.

        A repetition is harmless: a case that is awake looks at its agenda once more.
        """
        with beating():
            if self._overdue():
                activity.wait_for_worker_shutdown_sync(self._catching_up)
            found = self._overdue()
            self._resolve(found)
            for one in found:
                self._see_to(one)
            self._tell()
        return str(len(found))

    def _overdue(self) -> list[timers.Overdue]:
        with Session(self._engine) as session:
            return timers.overdue(session, datetime.now(UTC))

    def _resolve(self, found: list[timers.Overdue]) -> None:
        with Session(self._engine) as session:
            timers.resolve(session, found, datetime.now(UTC))
            session.commit()

    def _see_to(self, found: timers.Overdue) -> None:
        with Session(self._engine) as session:
            state = queries.state_of(session.get_one(CaseRow, found.case_id))
        done = asyncio.run_coroutine_threadsafe(self._wake(state), self._loop).result()
        with Session(self._engine) as session:
            timers.keep_finding(session, found, done, datetime.now(UTC))
            session.commit()

    async def _wake(self, state: CaseState) -> str:
        """Have a case look at its agenda; one whose workflow is gone goes on from the record. Gives what was done."""
        try:
            await self._client.get_workflow_handle(state.id).signal(WAKE)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                await begin(self._client, self._runs, state)
                return timers.RESTARTED
            activity.logger.exception("an overdue case cannot be reached", extra={"case": state.id})
            return "unreachable"
        return "woken"

    def _tell(self) -> None:
        """Tell operations of each finding once; in quiet hours, or without a mail server, a later sweep does."""
        with Session(self._engine) as session, suppress(NoticeUnavailable):
            for finding in session.exec(select(SweepFindingRow).where(col(SweepFindingRow.told).is_(False))).all():
                notice = _notice(finding)
                delivered = self._deliver(Delivery(case_id=finding.case_id, effects=[notice]))
                finding.told = notice.id not in delivered.held
                session.commit()


def _notice(finding: SweepFindingRow) -> Effect:
    at = f"{finding.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    named = ", ".join(finding.deadlines)
    return Effect(
        id=f"overdue:{finding.due_at:%Y%m%dT%H%M}",
        kind="notice",
        to="role:ops",
        subject=Text(zh="期限已过而未处理", en="A due date passed without its act"),
        body=Text(
            zh=f"{at}到期的事项未按时处理({named}),系统已再次启动该案件({finding.done})。",
            en=f"What was due on {at} in Shanghai was not worked on ({named}); the case: {finding.done}.",
        ),
    )

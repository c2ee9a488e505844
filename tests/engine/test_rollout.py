"""What is rolled out reaches every case: one that could not take it is tried again after an hour."""

import asyncio
import uuid
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.interface import BRING, NEXT_CASES, Order
from activities.rollouts import of_calendar, roll_out
from domain.calendar import Override
from domain.state import Message
from records import days
from services.engine import connect, rehearsing
from settings import Settings
from tests.lives import a_database
from worker import bring_calendar
from workflows.rollout import PAUSE, Rollout

CASES = ["case1", "case2", "case3"]
SECONDS = 20


class Far:
    """The cases on the far side, of which some take nothing at first."""

    def __init__(self, *, away: set[str]) -> None:
        self.away = away
        self.brought: list[str] = []
        self.selections: set[str] = set()
        self._tries = asyncio.Semaphore(0)

    @activity.defn(name=NEXT_CASES)
    async def next_cases(self, order: Order) -> list[str]:
        self.selections.add(order.selection)
        return [case for case in CASES if case > order.after][:2]

    @activity.defn(name=BRING)
    async def bring(self, case_id: str, _: Message) -> None:
        self.brought.append(case_id)
        self._tries.release()
        if case_id in self.away:
            raise ApplicationError("the case is away", non_retryable=True)

    async def tried(self, times: int) -> None:
        """Wait until so many tries have been made."""
        async with asyncio.timeout(SECONDS):
            for _ in range(times):
                await self._tries.acquire()


@pytest.mark.parametrize("away", [set(), {"case2"}, {"case1", "case3"}])
async def test_what_a_case_could_not_take_is_brought_again_and_to_the_others_once(
    engine: str, tmp_path: Path, away: set[str]
) -> None:
    client = await connect(engine, Settings().temporal_namespace, tmp_path / "payload.key")
    far, queue, skipper = Far(away=set(away)), uuid.uuid4().hex, rehearsing(client)
    async with Worker(client, task_queue=queue, workflows=[Rollout], activities=[far.next_cases, far.bring]):
        order = of_calendar(uuid.uuid4().hex)
        handle = await skipper.client.start_workflow(Rollout.run, order, id=order.message.id, task_queue=queue)
        await far.tried(len(CASES))
        far.away.clear()
        if away:
            await skipper.fast_forward(handle, PAUSE + timedelta(minutes=1))
        async with asyncio.timeout(SECONDS):
            await handle.result()
    assert Counter(far.brought) == Counter([*CASES, *away])


async def test_a_correction_goes_to_running_cases_although_its_version_went_to_provisional_ones(
    engine: str, tmp_path: Path
) -> None:
    client = await connect(engine, Settings().temporal_namespace, tmp_path / "payload.key")
    far, queue, version = Far(away=set()), uuid.uuid4().hex, uuid.uuid4().hex
    async with Worker(client, task_queue=queue, workflows=[Rollout], activities=[far.next_cases, far.bring]):
        for selection in ("provisional", "running", "running"):
            order = of_calendar(version, selection)
            assert order.message.id == f"calendar.load:{version}"
            await roll_out(client, queue, order)
        await far.tried(2 * len(CASES))
        for selection in far.selections:
            async with asyncio.timeout(SECONDS):
                await client.get_workflow_handle(f"calendar.load:{version}:{selection}").result()
    assert (far.selections, Counter(far.brought)) == ({"provisional", "running"}, Counter(CASES * 2))


async def test_a_worker_begins_with_a_calendar_for_every_running_case(engine: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, task_queue=uuid.uuid4().hex)
    database = a_database(tmp_path, settings.sql_url)
    with Session(database) as session:  # so many rows as no other test of this engine has
        days.add(session, [Override(day=date(2026, 10, 8), working=False, source="x")] * 977, "ops")
        session.commit()
    client = await connect(engine, settings.temporal_namespace, tmp_path / "payload.key")
    far = Far(away=set())
    worker = Worker(client, task_queue=settings.task_queue, workflows=[Rollout], activities=[far.next_cases, far.bring])
    async with worker:
        await bring_calendar(settings, client, database)
        await far.tried(len(CASES))
    database.dispose()
    assert far.selections == {"running"}

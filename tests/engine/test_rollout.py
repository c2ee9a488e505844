"""What is rolled out reaches every case: one that could not take it is tried again after an hour."""

import asyncio
import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.interface import BRING, NEXT_CASES, Order
from activities.rollouts import of_calendar
from domain.state import Message
from services.engine import connect, rehearsing
from settings import Settings
from workflows.rollout import PAUSE, Rollout

CASES = ["case1", "case2", "case3"]
SECONDS = 20


class Far:
    """The cases on the far side, of which some take nothing at first."""

    def __init__(self, *, away: set[str]) -> None:
        self.away = away
        self.brought: list[str] = []
        self._tries = asyncio.Semaphore(0)

    @activity.defn(name=NEXT_CASES)
    async def next_cases(self, order: Order) -> list[str]:
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

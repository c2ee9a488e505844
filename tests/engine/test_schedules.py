"""What the installation does regularly is a schedule of the engine: kept anew at each start, and made up for."""

import asyncio
import uuid
from datetime import timedelta
from pathlib import Path

from temporalio import activity
from temporalio.client import Client, ScheduleOverlapPolicy
from temporalio.worker import Worker

from activities.schedules import Regular, keep
from services.engine import connect
from settings import Settings
from workflows.errand import Errand

SECONDS = 30


class Post:
    """An errand that says how often it was run."""

    def __init__(self) -> None:
        self.runs = 0
        self.done = asyncio.Event()

    @activity.defn(name="post")
    async def post(self) -> str:
        self.runs += 1
        self.done.set()
        return "posted"


async def a_client(engine: str, folder: Path) -> Client:
    return await connect(engine, Settings().temporal_namespace, folder / "payload.key")


async def test_an_errand_is_carried_out_when_its_schedule_says(engine: str, tmp_path: Path) -> None:
    client, post, queue = await a_client(engine, tmp_path), Post(), uuid.uuid4().hex
    async with Worker(client, task_queue=queue, workflows=[Errand], activities=[post.post]):
        await keep(client, queue, Regular("post", "0 8 * * *"))
        await client.get_schedule_handle(f"{queue}:post").trigger()
        await asyncio.wait_for(post.done.wait(), SECONDS)
    assert post.runs == 1


async def test_a_schedule_kept_again_follows_what_is_said_now(engine: str, tmp_path: Path) -> None:
    client, queue = await a_client(engine, tmp_path), uuid.uuid4().hex
    for cron in ("0 8 * * *", "0 9 * * *"):
        await keep(client, queue, Regular("post", cron))
    schedule = (await client.get_schedule_handle(f"{queue}:post").describe()).schedule
    [calendar] = schedule.spec.calendars
    assert (calendar.hour[0].start, schedule.spec.time_zone_name) == (9, "Asia/Shanghai")


async def test_what_an_outage_missed_is_made_up_for(engine: str, tmp_path: Path) -> None:
    client, queue = await a_client(engine, tmp_path), uuid.uuid4().hex
    await keep(client, queue, Regular("post", "0 8 * * *"))
    policy = (await client.get_schedule_handle(f"{queue}:post").describe()).schedule.policy
    assert (policy.catchup_window, policy.overlap) == (timedelta(days=365), ScheduleOverlapPolicy.BUFFER_ONE)

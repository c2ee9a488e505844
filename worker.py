"""The composition root of the worker: connects everything a case needs, and works until it is told to stop."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import time, timedelta

import uvloop
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.archive import ARCHIVE, ArchiveActivities
from activities.batches import AllianceBatches
from activities.beginning import Beginning
from activities.calendars import Calendars
from activities.deliveries import DeliveryActivities, Outside
from activities.digest import DIGEST, DigestActivities
from activities.facts import FactFinder
from activities.interface import SUBMIT_BATCH, SWEEP
from activities.retention import RETENTION, RetentionActivities
from activities.rollouts import RolloutActivities, of_calendar, roll_out
from activities.roots import ROOT, RootActivities
from activities.schedules import Regular, keep
from activities.sweep import SweepActivities
from activities.turns import TurnActivities
from activities.waves import WaveActivities
from records.database import connect as connect_database
from services import logs
from services.engine import connect, rehearsing
from services.notices import Notices
from services.schemes import Library
from services.storage import Storage
from settings import Settings
from workflows.certification import CertificationCase
from workflows.errand import Errand
from workflows.flow import react
from workflows.rollout import Rollout

log = logging.getLogger(__name__)
DIGEST_AT = time(8)
"""In Shanghai, with the reminders of the day."""
THREADS = 12
"""Eight for the record, four for what goes out: a mail server that hangs stops no case."""


@asynccontextmanager
async def working(settings: Settings, client: Client) -> AsyncIterator[None]:
    """A worker at work; its database connections are closed at the end."""
    database = connect_database(settings.sql_url)
    try:
        async with build(settings, client, database):
            await bring_calendar(settings, client, database)
            for errand in regular(settings):
                await keep(client, settings.task_queue, errand)
            yield
    finally:
        database.dispose()


async def bring_calendar(settings: Settings, client: Client, database: Engine) -> None:
    """A new release of the calendar's source publishes years and may correct one: quiet cases get it at the next start.

    So does a correction that was kept while the engine went away. Every running case is looked at, once a version.
    """

    def version() -> str:
        with Session(database) as session:
            return Calendars().current(session).version

    try:
        order = of_calendar(await asyncio.to_thread(version), "running")
    except OperationalError:
        log.warning("the record is away: quiet cases keep their calendar until the next start")
        return
    await roll_out(client, settings.task_queue, order)


def regular(settings: Settings) -> list[Regular]:
    """What this installation does by itself, and when; a schedule that was kept once goes on with the outbox's rest."""
    batches = [Regular(SUBMIT_BATCH, settings.alliance_batch)] if settings.alliance_batch else []
    hour = settings.quiet.after(DIGEST_AT)
    daily = [
        Regular(DIGEST, f"{hour.minute} {hour.hour} * * *"),
        Regular(ROOT, "5 0 * * *"),
        Regular(ARCHIVE, "20 0 * * *"),
        Regular(RETENTION, "35 0 * * *"),
    ]
    return [Regular(SWEEP, "7 * * * *"), *daily, *batches]


def build(settings: Settings, client: Client, database: Engine) -> Worker:
    """A worker with its activities wired to their services."""
    library = Library.load(*settings.further_packs)
    late_after = timedelta(seconds=settings.late_after_seconds)
    how = Beginning(settings.task_queue, settings.events_a_run, settings.delivery_seconds)
    facts = FactFinder(library)
    turns = TurnActivities(database, facts, react, late_after)
    rollouts = RolloutActivities(database, client)
    storage = Storage.open(settings.files_url)
    deliveries = DeliveryActivities(database, Notices(settings.mail), library, storage, outside(settings))
    sweeps = SweepActivities(database, client, deliveries.deliver, how)
    batches = AllianceBatches(database, client, deliveries)
    starting = rehearsing(client).client if settings.rehearsal else client
    waves = WaveActivities(database, facts, react, starting, how, rehearsal=settings.rehearsal)
    archive = ArchiveActivities(database, client, storage)
    retention = RetentionActivities(database, storage)
    daily_root = RootActivities(database, settings.timestamp_url)
    cases = [turns.record, deliveries.deliver, rollouts.next_cases, rollouts.bring]
    digest = DigestActivities(database, Notices(settings.mail), settings.public_url, settings.quiet)
    nightly = [daily_root.root, archive.archive, retention.retention]
    errands = [sweeps.sweep, digest.digest, batches.submit, waves.start, *nightly]
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[CertificationCase, Rollout, Errand],
        activities=[*cases, *errands],
        activity_executor=ThreadPoolExecutor(THREADS),
        max_concurrent_activities=4,
        max_concurrent_local_activities=8,
        workflow_runner=SandboxedWorkflowRunner() if settings.workflow_sandbox else UnsandboxedWorkflowRunner(),
        max_cached_workflows=500,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


def outside(settings: Settings) -> Outside:
    """How the product is reached, and how it reaches the alliance."""
    return Outside(
        public_url=settings.public_url,
        alliance_url=settings.alliance_url,
        alliance_token=settings.alliance_token,
        alliance_codes=settings.alliance_codes,
        local_receipts=settings.embedded,
        in_batches=bool(settings.alliance_batch),
        quiet=settings.quiet,
        chats=settings.chats,
    )


async def main() -> None:
    """Work until SIGTERM or SIGINT, then finish what is under way."""
    settings = Settings()
    logs.configure(settings.log_level)
    workflow.logger.workflow_info_on_message = activity.logger.activity_info_on_message = False
    key_file, pems = settings.payload_key_file, settings.temporal_pems
    client = await connect(settings.temporal_address, settings.temporal_namespace, key_file, pems=pems)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with working(settings, client):
        gc.freeze()
        if settings.ready_file:
            settings.ready_file.touch()
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())

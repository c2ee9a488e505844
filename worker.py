"""The composition root of the worker: connects everything a case needs, and works until it is told to stop."""

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.deliveries import DeliveryActivities, Outside
from activities.facts import FactFinder
from activities.turns import TurnActivities
from records.database import connect as connect_database
from services import calendars
from services.engine import connect
from services.notices import Notices
from services.schemes import Library
from services.storage import Storage
from settings import Settings
from workflows.certification import CertificationCase
from workflows.flow import react

THREADS = 8


def build(settings: Settings, client: Client) -> Worker:
    """A worker with its activities wired to their services."""
    database = connect_database(settings.sql_url)
    library = Library.load()
    turns = TurnActivities(database, FactFinder(library, calendars.load()), react)
    storage = Storage.open(settings.files_url)
    deliveries = DeliveryActivities(database, Notices(settings.mail), library, storage, outside(settings))
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[CertificationCase],
        activities=[turns.record, deliveries.deliver],
        activity_executor=ThreadPoolExecutor(THREADS),
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
    )


async def main() -> None:
    """Work until SIGTERM or SIGINT, then finish what is under way."""
    settings = Settings()
    key_file = settings.data / "keys" / "payload.key"
    client = await connect(settings.temporal_address, settings.temporal_namespace, key_file)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with build(settings, client):
        if settings.ready_file:
            settings.ready_file.touch()
        await stop.wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main())

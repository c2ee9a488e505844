"""Histories of closed runs are in the file store before Temporal lets them expire, once, and replay from there."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from activities.archive import ARCHIVE, LEAST, ArchiveActivities
from deploy.embedded.temporal import RETENTION
from records.database import connect as connect_database
from records.retention_tables import HistoryExportRow
from services.encryption import data_converter
from services.key_ring import KeyRing
from services.storage import Storage
from tests.histories.journey import Journey
from tests.product import Product, running
from worker import regular
from workflows.certification import CertificationCase


@pytest.fixture
async def product(engine: str, tmp_path: Path) -> AsyncIterator[Product]:
    async with running(engine, tmp_path, answer_seconds=30, events_a_run=1) as product:
        yield product


async def an_archive(product: Product, database: Engine) -> ArchiveActivities:
    client = await Journey(product).client()
    return ArchiveActivities(database, client, Storage.open(product.settings.files_url))


async def test_each_closed_run_of_a_case_is_exported_once_and_replays(product: Product) -> None:
    case = await Journey(product, pause=0.5).apply()
    await case.answer("manager", "application.review", outcome="accept")
    closed = len(await case.histories()) - 1
    database = connect_database(product.settings.sql_url)
    archive = await an_archive(product, database)
    exported = 0
    async with asyncio.timeout(20):
        while exported < closed:  # the list of runs may be a moment late
            exported += await archive.export()
    assert (exported, await archive.export()) == (closed, 0)
    assert closed > 0
    with Session(database) as session:
        rows = session.exec(select(HistoryExportRow).order_by(col(HistoryExportRow.closed_at))).all()
    database.dispose()
    assert {row.case_id for row in rows} == {case.id}
    for row in rows:
        assert await replays(product, row)


async def replays(product: Product, row: HistoryExportRow) -> bool:
    kept = gzip.decompress(Storage.open(product.settings.files_url).get(row.sha256)).decode()
    replayer = Replayer(
        workflows=[CertificationCase],
        data_converter=data_converter(KeyRing(product.settings.payload_key_file)),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    history = WorkflowHistory.from_json(row.case_id, kept)
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    return result.replay_failure is None


async def test_a_history_that_expired_meanwhile_stops_no_other(
    product: Product, caplog: pytest.LogCaptureFixture
) -> None:
    case = await Journey(product, pause=0.5).apply()
    await case.answer("manager", "application.review", outcome="accept")
    database = connect_database(product.settings.sql_url)
    archive = await an_archive(product, database)
    client = await case.client()
    [run, *_] = [one async for one in client.list_workflows(f"WorkflowId = '{case.id}'")]
    run.run_id = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    assert not await archive.keep(run)
    assert "has expired before it was exported" in caplog.text
    database.dispose()


async def test_the_engine_keeps_closed_runs_longer_than_the_errand_may_need(product: Product) -> None:
    database = connect_database(product.settings.sql_url)
    archive = await an_archive(product, database)
    database.dispose()
    assert LEAST <= await archive.retention() == RETENTION >= timedelta(days=7)
    assert ARCHIVE in [one.errand for one in regular(product.settings)]

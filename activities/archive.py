"""The archive: the histories of closed runs, kept in the file store before Temporal lets them expire."""

import asyncio
import gzip
import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from activities.beats import beating_beside
from activities.interface import CASE
from records import queries
from records.database import begin_writing
from records.retention_tables import HistoryExportRow
from records.store import insert_or_ignore
from records.tables import CaseRow
from services.storage import Storage

log = logging.getLogger(__name__)
ARCHIVE: Final = "archive"
CLOSED: Final = f"WorkflowType = '{CASE}' AND ExecutionStatus != 'Running'"
LEAST: Final = timedelta(days=7)
"""What a namespace has to keep closed runs for: a daily errand may miss some days."""


class ArchiveActivities:
    """Holds the database, the engine's client and the file store."""

    def __init__(self, engine: Engine, client: Client, storage: Storage) -> None:
        self._engine = engine
        self._client = client
        self._storage = storage

    @activity.defn(name=ARCHIVE)
    async def archive(self) -> str:
        """Keep every closed run's history that is not kept yet; gives how many there were."""
        async with beating_beside():
            if (kept_for := await self.retention()) < LEAST:
                log.error("the namespace %s keeps closed runs for %s only", self._client.namespace, kept_for)
            return str(await self.export())

    async def retention(self) -> timedelta:
        """How long the namespace keeps closed runs."""
        asked = DescribeNamespaceRequest(namespace=self._client.namespace)
        told = await self._client.workflow_service.describe_namespace(asked)
        return told.config.workflow_execution_retention_ttl.ToTimedelta()

    async def export(self) -> int:
        """The same, for the cases of this record; a repetition changes nothing."""
        done = 0
        async for run in self._client.list_workflows(CLOSED):
            if await asyncio.to_thread(self._is_wanted, run):
                done += await self.keep(run)
        return done

    async def keep(self, run: WorkflowExecution) -> bool:
        """Bring one run's history into the store; no when Temporal has none any more."""
        handle = self._client.get_workflow_handle(run.id, run_id=run.run_id)
        try:
            history = await handle.fetch_history()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            log.warning("the history of run %s of case %s has expired before it was exported", run.run_id, run.id)
            return False
        packed = gzip.compress(history.to_json().encode(), mtime=0)
        await asyncio.to_thread(self._write, run, packed)
        return True

    def _is_wanted(self, run: WorkflowExecution) -> bool:
        with Session(self._engine) as session:
            row = session.get(CaseRow, run.id)
            if row is None or queries.state_of(row).erased:
                return False
            return session.get(HistoryExportRow, (run.id, run.run_id)) is None

    def _write(self, run: WorkflowExecution, packed: bytes) -> None:
        with Session(self._engine) as session:
            begin_writing(session)
            if queries.state_of(session.get_one(CaseRow, run.id, with_for_update=True)).erased:
                return  # meanwhile
            stored = self._storage.put(packed)
            row = {"case_id": run.id, "run_id": run.run_id, "sha256": stored.sha256, "at": datetime.now(UTC)}
            closed = {"closed_at": run.close_time or datetime.now(UTC)}
            insert = insert_or_ignore(session, HistoryExportRow).values(**row, **closed)
            session.connection().execute(insert.on_conflict_do_nothing())
            session.commit()

"""The embedded Temporal server: configured, versioned, started and made ready for cases."""

import asyncio
import fcntl
import os
import sqlite3
from asyncio import to_thread
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, TextIO

from temporalio.api.workflowservice.v1 import ListNamespacesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from deploy.embedded.binaries import TEMPORAL_SERVER, ensure, version_of
from deploy.embedded.child import Command
from deploy.embedded.errors import EngineUnavailable
from deploy.embedded.namespace import is_served, make_ready
from deploy.embedded.supervisor import Kept, Pace, StartFailedError
from deploy.embedded.temporal_config import Ports, choose_ports, write_config

NAMESPACE: Final = "jingpin"
RETENTION: Final = timedelta(days=30)
_READY_WITHIN: Final = 90.0
_GRACE: Final = 10.0
_TRIES: Final = 3


class TemporalServer:
    """Temporal's own server on a SQLite file in `data/temporal`, reachable on 127.0.0.1 only.

    Either `start()` and `stop()` it, or give what `prepare()` returns to the supervisor and `release()` at the end.
    One object serves one run at a time; the folder serves one process at a time.

    Args:
        data: The product's data folder.
        rehearsal: Let workflows skip time.
        preferred_port: The port of its gRPC frontend when that is free.
        namespace: Registered when missing.
        retention: How long closed workflows are kept; set at each start.
    """

    def __init__(
        self,
        data: Path,
        *,
        rehearsal: bool,
        preferred_port: int = 7233,
        namespace: str = NAMESPACE,
        retention: timedelta = RETENTION,
    ) -> None:
        self.namespace = namespace
        self._folder = data.absolute() / "temporal"
        self._log = data.absolute() / "logs" / "temporal-server.log"
        self._rehearsal = rehearsal
        self._preferred_port = preferred_port
        self._retention = retention
        self._ports: Ports | None = None
        self._lock: TextIO | None = None
        self._client: Client | None = None
        self._kept: Kept | None = None

    @property
    def address(self) -> str:
        """`127.0.0.1:port` of the frontend, known from `prepare()` on."""
        if self._ports is None:
            raise RuntimeError("the server's address is known once it is prepared or started")
        return f"127.0.0.1:{self._ports.grpc[0]}"

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self._folder / "temporal.sqlite"

    async def start(self) -> None:
        """Build it if need be, start it, wait until it serves the namespace and its search attributes.

        Raises:
            EngineUnavailable: The message says why and what to do.
        """
        for left in reversed(range(_TRIES)):
            command = await self.prepare()
            self._kept = Kept(command, say=lambda _: None, pace=Pace())
            try:
                await self._kept.start()
            except StartFailedError as error:
                await self.stop()
                # A port may be taken between being chosen and being used.
                if left == 0 or "address already in use" not in str(error):
                    raise EngineUnavailable(str(error), f"Read {self._log}; it ends with the reason.") from error
            except BaseException:
                await self.stop()
                raise
            else:
                return

    async def stop(self) -> None:
        """Stop it, after 10 s by force; nothing when it does not run."""
        if self._kept is not None:
            await self._kept.stop(_GRACE)
            self._kept = None
        self.release()

    async def prepare(self) -> Command:
        """Find the binary, check the folder, choose ports, write the configuration; returns what to run.

        The folder stays locked until `release()`.

        Raises:
            EngineUnavailable: No binary, another process uses the folder, or another version wrote it.
        """
        (binary,) = await to_thread(ensure, TEMPORAL_SERVER)
        version = await to_thread(version_of, binary)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._check_version(version)
            await to_thread(_forget_members, self.database)
            self._ports = await to_thread(choose_ports, self._preferred_port)
            return self._command(binary, self._ports)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give up the folder, once the server has ended."""
        self._client = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _command(self, binary: Path, ports: Ports) -> Command:
        config = write_config(self._folder / "config", self.database, ports, rehearsal=self._rehearsal)
        return Command(
            name="Temporal server",
            argv=(str(binary), "--config-file", str(config), "--allow-no-auth", "start"),
            log=self._log,
            ready=self._ready,
            ready_within=_READY_WITHIN,
            canary=self._answers,
            env=without_temporal_settings(),
        )

    async def _ready(self) -> bool:
        try:
            if self._client is None:
                _, writer = await asyncio.open_connection("127.0.0.1", self.address.rpartition(":")[2])
                writer.close()
                self._client = await Client.connect(self.address, namespace=self.namespace)
            await make_ready(self._client, self.namespace, self._retention)
            return await is_served(self._client, self.namespace)
        except (RPCError, RuntimeError):
            return False

    async def _answers(self) -> bool:
        """Whether it still reads its database."""
        if self._client is None:
            return False
        try:
            await self._client.workflow_service.list_namespaces(ListNamespacesRequest(page_size=1))
        except RPCError:
            return False
        return True

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise EngineUnavailable(
                f"Another jingpin runs on the data folder {self._folder.parent}.",
                "Stop it first, or name another folder with --data.",
            ) from error
        self._lock = lock

    def _check_version(self, version: str) -> None:
        """Refuse a database of another server version, whose tables may differ; record it for a new one."""
        record = self._folder / "server-version"
        recorded = record.read_text().strip() if record.exists() else None
        if not self.database.exists():
            record.write_text(f"{version}\n")
        elif recorded != version:
            raise EngineUnavailable(*_other_version(self.database, recorded, version))


def without_temporal_settings() -> dict[str, str]:
    """This process's environment without `TEMPORAL_…`, which would override the configuration files."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}


def _forget_members(database: Path) -> None:
    """Empty the list of processes that run this cluster: at this moment there are none.

    The last run's are listed with its ports, and a server that finds them there within seconds of their end
    waits about a minute for them before it serves.
    """
    if not database.exists():
        return
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError), connection:
        connection.execute("DELETE FROM cluster_membership")


def _other_version(database: Path, recorded: str | None, version: str) -> tuple[str, str]:
    """What happened and what to do, for a database that this server must not open."""
    wrote = f"Temporal server {recorded}" if recorded else "an unknown version of the Temporal server"
    again = (
        f"go on with that version: `go install {TEMPORAL_SERVER.package}@v{recorded}`, then set "
        f"{TEMPORAL_SERVER.override} to the binary; or "
        if recorded
        else ""
    )
    what = (
        f"{database} was written by {wrote}, and this is {version}: a SQLite file does not survive a change of version."
    )
    remedy = (
        f"{again}stop jingpin, move {database.parent} aside and start again with an empty engine. "
        "The record of every case stays in jingpin's own database, from which open cases are rebuilt."
    )
    return what, remedy

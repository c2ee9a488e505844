"""A product for tests of its death: the worker is a process of its own, the API runs here, the engine can stop."""

import asyncio
import contextlib
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asgi_lifespan import LifespanManager
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from activities.interface import Outcome, Turn
from activities.turns import TurnActivities
from api.app import create_app
from deploy.embedded.child import bound_to_this_process
from records.database import connect, migrate
from records.seed import seed
from services.notices import MailSink
from settings import Settings
from tests.product import PASSWORD, Product
from worker import main

ROOT = Path(__file__).parents[2]
READY_WITHIN = 30.0
PRODUCT = "worker"
"""The module that is the product's worker."""
DOOMED = "tests.engine.processes"
"""This module: a worker that fails at one message."""


@dataclass
class WorkerProcess:
    """The worker of a product, started, stopped still and killed at will."""

    settings: Settings
    process: asyncio.subprocess.Process | None = None
    changes: dict[str, str] = field(default_factory=dict)

    async def start(self, module: str = PRODUCT, **environment: str) -> None:
        """Start a module as the worker and wait until it works."""
        data = self.settings.data
        sign = data / f"{uuid.uuid4().hex}.ready"
        with (data / "worker.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *bound_to_this_process((sys.executable, "-m", module)),
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._environment() | {"JINGPIN_READY_FILE": str(sign)} | environment,
            )
        async with asyncio.timeout(READY_WITHIN):
            while not sign.exists():
                assert self.process.returncode is None, (data / "worker.log").read_text(encoding="utf-8")[-2000:]
                await asyncio.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        settings = self.settings
        mine = {
            "JINGPIN_DATA": str(settings.data),
            "JINGPIN_DATABASE_URL": settings.database_url,
            "JINGPIN_REHEARSAL": str(int(settings.rehearsal)),
            "JINGPIN_SMTP_URL": settings.smtp_url,
            "JINGPIN_TEMPORAL_ADDRESS": settings.temporal_address,
            "JINGPIN_TASK_QUEUE": settings.task_queue,
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("JINGPIN_")}
        return inherited | mine | self.changes

    def freeze(self) -> None:
        """Stop it still: it holds its connections and answers nothing."""
        self._send(signal.SIGSTOP)

    async def kill(self) -> None:
        """SIGKILL, as a machine that goes away would."""
        self._send(signal.SIGKILL)
        await self.died()

    async def died(self, within: float = 20.0) -> int:
        """Wait for its end; gives its status."""
        assert self.process is not None
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def again(self) -> None:
        """Kill it and start the product's worker in its place."""
        await self.kill()
        await self.start()

    def _send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)


@contextlib.asynccontextmanager
async def mortal(address: str, data: Path, **changes: Any) -> AsyncIterator[tuple[Product, WorkerProcess]]:
    """A product with its API here and its worker, not yet started, as a process of its own."""
    with MailSink(data / "mail") as sink:
        settings = Settings(
            **{
                "data": data,
                "temporal_address": address,
                "rehearsal": True,
                "task_queue": uuid.uuid4().hex,
                "smtp_url": f"smtp://127.0.0.1:{sink.port}",
                "demo_password": SecretStr(PASSWORD),
                **changes,
            }
        )
        migrate(settings.sql_url)
        database = connect(settings.sql_url)
        seed(database, PASSWORD)
        database.dispose()
        app, worker = create_app(settings), WorkerProcess(settings)
        async with LifespanManager(app):
            product = Product(settings, app)
            try:
                yield product, worker
            finally:
                await worker.kill() if worker.process else None
                for person in product.people.values():
                    await person.http.aclose()


def doomed() -> None:
    """Work as the product's worker does, but fail at one message: `DIES_AFTER` its commit, or `AWAY_FOR` it."""
    work_on = TurnActivities.work_on

    def fail_at_one(self: TurnActivities, turn: Turn) -> Outcome:
        if turn.message.id == os.environ.get("AWAY_FOR"):
            raise OperationalError("the record", {}, ConnectionError("away"))
        outcome = work_on(self, turn)
        if turn.message.id == os.environ.get("DIES_AFTER"):
            os._exit(9)
        return outcome

    TurnActivities.work_on = fail_at_one  # type: ignore[method-assign]
    asyncio.run(main())


if __name__ == "__main__":
    doomed()

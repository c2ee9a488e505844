"""Records the history of every path anew: `just histories [path…]`, on a real rehearsal server."""

import argparse
import asyncio
import contextlib
import gzip
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from deploy.embedded.temporal import TemporalServer
from services.encryption import data_converter
from services.key_ring import KeyRing
from tests.histories import aftermath, paths, years  # noqa: F401  # each names its paths
from tests.histories.journey import Journey
from tests.histories.paths import PATHS
from tests.product import Product, running
from workflows.certification import CertificationCase

FOLDER = Path(__file__).parent / "recorded"
KEY = Path(__file__).with_name("payload.key")
UNDELIVERED = paths.delivery_failed_and_resolved.__name__
NOBODY = "smtp://127.0.0.1:1"
"""Where no mail server answers."""
HANDING_ON = years.handed_on_after_every_turn.__name__
AT_ONCE = 6
"""Paths under way together: each waits for its engine most of the time."""
A_PAUSE = 0.3
"""Seconds in which a case hands on to its next run."""


def key() -> Path:
    """The key of the recordings, which a clone gives everybody to read: the product would refuse it so."""
    KEY.chmod(0o600)
    return KEY


def converter() -> DataConverter:
    """The product's data converter with the key of the recordings."""
    return data_converter(KeyRing(key()))


def files_of(name: str) -> list[Path]:
    """The recorded runs of a path, in order."""
    return sorted(FOLDER.glob(f"{name}.[0-9][0-9].json.gz"))


def path_of(file: Path) -> str:
    """The path that a file is a recording of."""
    return file.name.partition(".")[0]


def history_of(file: Path) -> WorkflowHistory:
    """A recorded run; its file is its id."""
    return WorkflowHistory.from_json(file.name, gzip.decompress(file.read_bytes()).decode())


def replayer(workflow: type = CertificationCase, runner: WorkflowRunner | None = None) -> Replayer:
    """What takes a recorded run through the workflow's code again."""
    return Replayer(
        workflows=[workflow], data_converter=converter(), workflow_runner=runner or UnsandboxedWorkflowRunner()
    )


def keep(name: str, histories: Iterable[WorkflowHistory]) -> None:
    """Write a path's runs in the place of those recorded before."""
    for old in files_of(name):
        old.unlink()
    for number, history in enumerate(histories, start=1):
        packed = gzip.compress(history.to_json().encode(), mtime=0)
        (FOLDER / f"{name}.{number:02d}.json.gz").write_bytes(packed)


async def record(names: list[str]) -> None:
    """Go each path and keep its histories."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = TemporalServer(Path(folder), rehearsal=True)
        await server.start()
        try:
            await _record_on(server.address, Path(folder), names)
        finally:
            await server.stop()


async def _record_on(address: str, folder: Path, names: list[str]) -> None:
    async with (
        _product(address, folder / "long", events_a_run=800) as long,
        _product(address, folder / "short", events_a_run=1) as short,
        _product(address, folder / "mute", events_a_run=800, smtp_url=NOBODY, delivery_seconds=1) as mute,
    ):
        turnstile = asyncio.Semaphore(AT_ONCE)

        async def go(name: str) -> None:
            async with turnstile:
                journeys = {HANDING_ON: Journey(short, pause=A_PAUSE), UNDELIVERED: Journey(mute)}
                journey = journeys.get(name, Journey(long))
                case = await PATHS[name](journey)
                keep(name, await case.histories())
                print(f"{name}: {case.case['stage']}, {case.case['status']}, {len(files_of(name))} runs")  # noqa: T201

        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(go(name))


@contextlib.asynccontextmanager
async def _product(address: str, data: Path, **settings: Any) -> AsyncIterator[Product]:
    (data / "keys").mkdir(parents=True)
    shutil.copy(key(), data / "keys" / "payload.key")
    async with running(address, data, answer_seconds=60, **settings) as product:
        yield product


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", nargs="*", metavar="path", help="only these paths; left out: every one")
    asyncio.run(record(arguments.parse_args().path or list(PATHS)))

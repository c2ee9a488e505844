"""Processes are started in order, restarted when they die, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from deploy.embedded.child import Command
from deploy.embedded.supervisor import Pace, StartFailedError, run

QUICK = Pace(first=0.05, longest=0.2, healthy_after=60.0, canary_every=0.05, stop_within=4.0)
STAYS = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
DIES = "import time; time.sleep(0.1); raise SystemExit(3)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS
HAS_CHILD = (
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[2], sys.argv[1]]); time.sleep(60)"
)


class Heard:
    """Collects what the supervisor says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        """Hear one line."""
        self.lines.append(line)


def a_command(folder: Path, script: str = STAYS, *more: str, name: str = "worker", **options: object) -> Command:
    """A command that runs the script; it counts as ready once the script has written `folder/name`."""
    sign = folder / name

    async def ready() -> bool:
        return sign.exists() and sign.stat().st_size > 0

    command = {
        "name": name,
        "argv": (sys.executable, "-c", script, str(sign), *more),
        "log": folder / f"{name}.log",
        "ready": ready,
    }
    return Command(**{**command, **options})


def alive(sign: Path) -> bool:
    """Whether the process that wrote its number there runs."""
    number = int(sign.read_text())
    try:
        os.kill(number, 0)
        status = Path(f"/proc/{number}/status")
        # An orphan that has ended keeps its number until the first process of the system takes notice.
        return not (sys.platform == "linux" and "State:\tZ" in status.read_text())
    except (ProcessLookupError, FileNotFoundError):
        return False


async def until(condition: Callable[[], bool], within: float = 10.0) -> None:
    """Wait for it."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what it waits for happens in another process
            await asyncio.sleep(0.02)


async def while_running(
    commands: list[Command], story: Callable[[], Awaitable[None]], heard: Heard | None = None
) -> None:
    """Supervise the commands; tell the story once all are ready, then leave."""
    leave, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(run(commands, say=heard or Heard(), on_ready=ready.set, leave=leave, pace=QUICK))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if ready.is_set():
        await story()
    leave.set()
    await work


async def test_all_run_once_ready_and_none_after(tmp_path: Path) -> None:
    names = ("server", "worker", "api")

    async def story() -> None:
        assert all(alive(tmp_path / name) for name in names)

    await while_running([a_command(tmp_path, name=name) for name in names], story)
    assert not any(alive(tmp_path / name) for name in names)


async def test_one_that_dies_is_started_again(tmp_path: Path) -> None:
    heard, sign = Heard(), tmp_path / "worker"

    async def story() -> None:
        first = sign.read_text()
        sign.unlink()
        os.kill(int(first), signal.SIGKILL)
        await until(lambda: sign.exists() and sign.read_text() not in {"", first})
        await until(lambda: len(heard.lines) == 2)

    await while_running([a_command(tmp_path)], story, heard)
    assert "worker ended with status -9; starting it again in 0.05 s" in heard.lines[0]
    assert heard.lines[1] == "worker is running again"


async def test_pauses_between_restarts_double_up_to_the_longest(tmp_path: Path) -> None:
    heard = Heard()
    soon = a_command(tmp_path, DIES, ready=lambda: asyncio.sleep(0, result=True))

    async def story() -> None:
        await until(lambda: sum("starting it again" in line for line in heard.lines) >= 4)

    await while_running([soon], story, heard)
    pauses = [line.split(" again in ")[1].split(" s ")[0] for line in heard.lines if " again in " in line]
    assert pauses[:4] == ["0.05", "0.1", "0.2", "0.2"]


async def test_one_whose_canary_is_silent_is_started_again(tmp_path: Path) -> None:
    heard = Heard()
    command = a_command(tmp_path, canary=lambda: asyncio.sleep(0, result=False))

    async def story() -> None:
        await until(lambda: bool(heard.lines))

    await while_running([command], story, heard)
    assert "worker no longer answers (3 checks failed)" in heard.lines[0]


async def test_one_that_dies_at_its_first_start_ends_the_run_with_its_log(tmp_path: Path) -> None:
    server = a_command(tmp_path, name="server")
    broken = a_command(tmp_path, "raise SystemExit('no such setting: PORT')")
    with pytest.raises(StartFailedError, match=r"(?s)worker ended at once with status 1.*no such setting: PORT"):
        await run([server, broken], say=Heard(), pace=QUICK)
    assert not alive(tmp_path / "server")


async def test_one_that_is_not_ready_in_time_ends_the_run(tmp_path: Path) -> None:
    never = a_command(tmp_path, ready=lambda: asyncio.sleep(0, result=False), ready_within=0.5)
    with pytest.raises(StartFailedError, match=r"worker was not ready within 0\.5 s"):
        await run([never], say=Heard(), pace=QUICK)
    assert not (tmp_path / "worker").exists() or not alive(tmp_path / "worker")


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = a_command(tmp_path, argv=(str(tmp_path / "nowhere"),))
    with pytest.raises(StartFailedError, match=r"cannot start .*nowhere: No such file or directory"):
        await run([missing], say=Heard(), pace=QUICK)


async def test_one_that_ignores_the_request_is_killed_in_time(tmp_path: Path) -> None:
    async def story() -> None:
        assert alive(tmp_path / "worker")

    began = time.monotonic()
    await while_running([a_command(tmp_path, name="api"), a_command(tmp_path, STUBBORN)], story)
    assert not alive(tmp_path / "worker")
    assert not alive(tmp_path / "api")
    assert time.monotonic() - began < QUICK.stop_within + 3


async def test_what_a_process_started_ends_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        assert alive(tmp_path / "worker")

    await while_running([a_command(tmp_path, HAS_CHILD, STAYS)], story)
    await until(lambda: not alive(tmp_path / "worker"))


PARENT = """
import asyncio, pathlib, sys
from deploy.embedded.child import Command
from deploy.embedded.supervisor import run

folder = pathlib.Path(sys.argv[1])

async def ready():
    return (folder / "worker").exists()

argv = (sys.executable, "-c", sys.argv[2], str(folder / "worker"))
command = Command(name="worker", argv=argv, log=folder / "log", ready=ready)
asyncio.run(run([command], say=print, on_ready=lambda: (folder / "ready").touch()))
"""


async def a_supervisor(folder: Path) -> "subprocess.Popen[bytes]":
    """A process that supervises one child, which is ready."""
    parent = subprocess.Popen(  # noqa: ASYNC220, S603 - the script above; it returns at once
        [sys.executable, "-c", PARENT, str(folder), STAYS],
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )
    await until((folder / "ready").exists)
    return parent


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_the_supervisor_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    parent = await a_supervisor(tmp_path)
    parent.send_signal(number)
    assert await asyncio.to_thread(parent.wait, 10) == 0
    assert not alive(tmp_path / "worker")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a child's life to its parent's")
async def test_children_die_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    parent = await a_supervisor(tmp_path)
    parent.kill()
    await asyncio.to_thread(parent.wait, 10)
    await until(lambda: not alive(tmp_path / "worker"))

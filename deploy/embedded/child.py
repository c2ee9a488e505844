"""Child processes that Ctrl-C does not reach, that log to a file and that never outlive their parent."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LAUNCH = Path(__file__).with_name("launch.py")
_LOG_LIMIT = 20 * 2**20

Probe = Callable[[], Awaitable[bool]]
"""Answers whether a process does its work now; `OSError` and `TimeoutError` count as no."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One process to run.

    Attributes:
        name: What messages call it.
        argv: Program and arguments. Name the program itself, not a wrapper such as `uv run`: the promise that
            it dies with its parent holds for this process only.
        log: Where its output goes, appended; a log over 20 MiB is moved to `<log>.1` at the next start.
        ready: Probed until it says yes after each start.
        env: The whole environment, or None to inherit this process's.
        cwd: Its working folder, or None to stay here.
        ready_within: Seconds it may take to become ready.
        canary: Probed while it runs; three refusals one after the other restart it.
    """

    name: str
    argv: Sequence[str]
    log: Path
    ready: Probe
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    ready_within: float = 60.0
    canary: Probe | None = None


def bound_to_this_process(argv: Sequence[str]) -> list[str]:
    """The same command, started through the launcher: on Linux it is killed when the calling process dies.

    The kernel watches the *thread* that starts it: use one that lives as long as the children should.
    """
    return [sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()), *argv]


async def spawn(command: Command) -> asyncio.subprocess.Process:
    """Start the command in a session of its own, its output appended to its log."""
    command.log.parent.mkdir(parents=True, exist_ok=True)
    if command.log.exists() and command.log.stat().st_size > _LOG_LIMIT:
        command.log.replace(f"{command.log}.1")
    with command.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *bound_to_this_process(command.argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env=command.env,
            cwd=command.cwd,
            start_new_session=True,
        )


async def stop(process: asyncio.subprocess.Process, grace: float) -> None:
    """Ask the process to end, kill it and whatever it started after `grace` seconds, and wait for it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def says_yes(probe: Probe, within: float = 5.0) -> bool:
    """The probe's answer; no when it takes longer than `within` seconds or its connection fails."""
    try:
        async with asyncio.timeout(within):
            return await probe()
    except (OSError, TimeoutError):
        return False


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, indented for a message; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-count:])

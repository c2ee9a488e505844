"""Starts the product's processes in order, restarts one that dies, and stops them all in reverse order.

Usage: `await run([server, web_ui, worker, api], say=console.print, on_ready=print_addresses)`; it returns
after SIGINT, SIGTERM or SIGHUP (or the event `leave`) once every process has ended.
"""

import asyncio
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deploy.embedded.child import Command, last_lines, says_yes, spawn, stop

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL = 0.1
_REFUSALS = 3
_KILL_RESERVE = 1.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How the supervisor waits, in seconds.

    Attributes:
        first: Pause before the first restart; it doubles with each further one.
        longest: The longest such pause.
        healthy_after: A process that ran this long begins again at `first`.
        canary_every: Pause between two canaries.
        stop_within: Time for all processes together to end.
    """

    first: float = 1.0
    longest: float = 30.0
    healthy_after: float = 60.0
    canary_every: float = 10.0
    stop_within: float = 15.0


class StartFailedError(Exception):
    """A process did not become ready; the message holds the end of its log."""

    def __init__(self, command: Command, reason: str) -> None:
        tail = last_lines(command.log) or "  (its log is empty)"
        super().__init__(f"{command.name} {reason}. The end of {command.log}:\n{tail}")
        self.name = command.name
        self.reason = reason


class Kept:
    """One command: started until ready, then kept running."""

    def __init__(self, command: Command, *, say: Callable[[str], None], pace: Pace) -> None:
        self.command = command
        self.process: Process | None = None
        self._say = say
        self._pace = pace

    async def start(self) -> None:
        """Start the process and wait until it is ready.

        Raises:
            StartFailedError: It ended, or was not ready in time; nothing of it is left.
        """
        try:
            self.process = process = await spawn(self.command)
        except OSError as error:
            raise StartFailedError(self.command, f"could not be started: {error}") from error
        try:
            async with asyncio.timeout(self.command.ready_within):
                while not await says_yes(self.command.ready):
                    await self._pause_while_running(process, _POLL)
                    if process.returncode is not None:
                        break
        except TimeoutError:
            await self.stop(_KILL_RESERVE)
            raise StartFailedError(self.command, f"was not ready within {self.command.ready_within:g} s") from None
        if process.returncode is not None:
            await self.stop(0)
            raise StartFailedError(self.command, f"ended at once with status {process.returncode}")

    async def keep(self) -> None:
        """Restart the process whenever it dies or its canary does; runs until cancelled."""
        pause = self._pace.first
        while True:
            began = time.monotonic()
            trouble = await self._trouble()
            if time.monotonic() - began >= self._pace.healthy_after:
                pause = self._pace.first
            await self.stop(_KILL_RESERVE)
            self._say(f"{self.command.name} {trouble}; starting it again in {pause:g} s (log: {self.command.log})")
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._pace.longest)
            try:
                await self.start()
            except StartFailedError as error:
                self._say(str(error))
            else:
                self._say(f"{self.command.name} is running again")

    async def stop(self, grace: float) -> None:
        """End the process, killing it after `grace` seconds; nothing when it does not run."""
        if self.process is not None:
            await stop(self.process, grace)

    async def _trouble(self) -> str:
        """Wait until something is wrong, and say what."""
        process = self.process
        if process is None:
            return "did not start"
        refusals = 0
        while refusals < _REFUSALS:
            await self._pause_while_running(process, self._pace.canary_every)
            if process.returncode is not None:
                return f"ended with status {process.returncode}"
            sound = self.command.canary is None or await says_yes(self.command.canary)
            refusals = 0 if sound else refusals + 1
        return f"no longer answers ({_REFUSALS} checks failed)"

    @staticmethod
    async def _pause_while_running(process: Process, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await process.wait()


async def run(
    commands: Sequence[Command],
    *,
    say: Callable[[str], None],
    on_ready: Callable[[], None] | None = None,
    leave: asyncio.Event | None = None,
    pace: Pace | None = None,
) -> None:
    """Run the commands until a signal arrives or `leave` is set; leave no process behind, however it ends.

    Args:
        commands: Started in this order, each when the one before is ready; stopped in reverse.
        say: Takes each line meant for the user.
        on_ready: Called once, when the last command is ready.
        leave: Ends the run when set; signals set it too.
        pace: Waiting times, for tests.

    Raises:
        StartFailedError: A command did not become ready at its first start.
    """
    leave = leave or asyncio.Event()
    pace = pace or Pace()
    kept = [Kept(command, say=say, pace=pace) for command in commands]
    with _signals_set(leave):
        work = asyncio.create_task(_start_and_keep(kept, on_ready))
        waiting = asyncio.create_task(leave.wait())
        try:
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            waiting.cancel()
            await asyncio.gather(work, waiting, return_exceptions=True)
            await _stop_all(kept, pace.stop_within)


async def _start_and_keep(kept: Sequence[Kept], on_ready: Callable[[], None] | None) -> None:
    for each in kept:
        await each.start()
    if on_ready is not None:
        on_ready()
    async with asyncio.TaskGroup() as group:
        for each in kept:
            group.create_task(each.keep())


async def _stop_all(kept: Sequence[Kept], within: float) -> None:
    """Stop in reverse order; one that hangs is killed early enough to leave each other its second."""
    deadline = time.monotonic() + within - _KILL_RESERVE
    for left, each in zip(range(len(kept) - 1, -1, -1), reversed(kept), strict=True):
        await each.stop(max(0.0, deadline - time.monotonic() - left * _KILL_RESERVE))


@contextmanager
def _signals_set(event: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    installed: list[signal.Signals] = []
    # Outside the main thread the event is the only way out.
    with suppress(RuntimeError, ValueError, NotImplementedError):
        for number in _SIGNALS:
            loop.add_signal_handler(number, event.set)
            installed.append(number)
    try:
        yield
    finally:
        for number in installed:
            loop.remove_signal_handler(number)

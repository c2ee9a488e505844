"""Tells the user what takes long: a live line on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

_PLAIN_EVERY = 30.0

CONSOLE = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """Print one line for the user, on standard error."""
    CONSOLE.print(line, markup=False, soft_wrap=True)


@contextmanager
def long_step(what: str) -> Iterator[Callable[[], None]]:
    """Announce a step; the yielded function, called often while it runs, shows the time gone by."""
    began = shown = time.monotonic()
    if CONSOLE.is_terminal:
        with CONSOLE.status(what) as status:
            yield lambda: status.update(f"{what} ({_elapsed(began)})")
    else:
        say(f"{what} …")

        def tick() -> None:
            nonlocal shown
            if time.monotonic() - shown >= _PLAIN_EVERY:
                shown = time.monotonic()
                say(f"{what} … {_elapsed(began)}")

        yield tick
    say(f"{what}: done in {_elapsed(began)}")


def _elapsed(since: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - since), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"

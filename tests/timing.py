"""How long our own code takes, told apart from what else runs beside it."""

import time
from collections.abc import Callable


def least_seconds(act: Callable[[], object], *, times: int) -> float:
    """The least processor time of this thread over some runs.

    Not the whole process: the engine's own threads work in it too, and a collection of all that thousands of
    tests left behind falls into any run, but not into each.
    """
    return min(seconds(act) for _ in range(times))


def seconds(act: Callable[[], object]) -> float:
    """The processor time of one run on this thread."""
    began = time.thread_time()
    act()
    return time.thread_time() - began

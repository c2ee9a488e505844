"""Signs of life of an activity at work: one whose worker was killed is begun again within seconds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from temporalio import activity

EVERY_SECONDS = 2


@contextmanager
def beating() -> Iterator[None]:
    """Tell the engine every two seconds that the activity lives, whatever it waits for."""
    if not activity.in_activity():
        yield
        return
    over, within = threading.Event(), copy_context()

    def beat() -> None:
        while not over.wait(EVERY_SECONDS):
            within.run(activity.heartbeat)

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()

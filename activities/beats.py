"""Signs of life of an activity at work: one whose worker was killed is begun again within seconds."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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


@asynccontextmanager
async def beating_beside() -> AsyncIterator[None]:
    """The same for an activity that is a coroutine."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(EVERY_SECONDS)

    heart = asyncio.create_task(beat()) if activity.in_activity() else None
    try:
        yield
    finally:
        if heart:
            heart.cancel()

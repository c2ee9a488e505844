"""A client of the workflow engine: every payload typed and encrypted, rehearsed cases on clocks of their own."""

import asyncio
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from services.encryption import data_converter
from services.key_ring import KeyRing

SKIPS_AT_ONCE = 100_000
"""Timers that one advance may fire; the server's default is lower than a case's life has."""


async def connect(address: str, namespace: str, key_file: Path, *, lazy: bool = False) -> Client:
    """A client for `host:port`, with the keys from the first one's file on.

    A lazy one waits for nothing: an absent server shows in the first call.
    """
    converter = data_converter(KeyRing(key_file))
    return await Client.connect(address, namespace=namespace, data_converter=converter, lazy=lazy)


async def reach(address: str, namespace: str, key_file: Path) -> Client | str:
    """The same for whoever can do without, and makes no key: a client, or why there is none."""
    if not await asyncio.to_thread(key_file.exists):
        return f"there is no key {key_file}"
    try:
        return await connect(address, namespace, key_file)
    except RuntimeError as error:
        return f"no engine at {address}: {error}"


def rehearsing(client: Client) -> TimeSkipper:
    """Starts cases whose clock stands by until it is advanced."""
    config = TimeSkippingConfig(enabled=False, max_session_skip_count=SKIPS_AT_ONCE)
    return TimeSkipper(client, config=config)

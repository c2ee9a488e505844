"""A client of the workflow engine: every payload typed and encrypted, rehearsed cases on clocks of their own."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from temporalio.client import Client
from temporalio.service import TLSConfig
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from services.encryption import data_converter
from services.key_ring import KeyRing

SKIPS_AT_ONCE = 100_000
"""Timers that one advance may fire; the server's default is lower than a case's life has."""


Pems = Mapping[str, Path]
"""PEM files for TLS with the engine: `ca`, and `cert` and `key` of this side."""


async def connect(
    address: str, namespace: str, key_file: Path, *, pems: Pems | None = None, lazy: bool = False
) -> Client:
    """A client for `host:port`, with the keys from the first one's file on.

    With `pems`, also with none of them, it speaks TLS. A lazy one waits for nothing: an absent server shows in the
    first call.
    """
    converter = data_converter(KeyRing(key_file))
    tls = False if pems is None else _tls({name: file.read_bytes() for name, file in pems.items()})
    return await Client.connect(address, namespace=namespace, data_converter=converter, tls=tls, lazy=lazy)


def _tls(pems: Mapping[str, bytes]) -> TLSConfig:
    return TLSConfig(
        server_root_ca_cert=pems.get("ca"), client_cert=pems.get("cert"), client_private_key=pems.get("key")
    )


async def reach(address: str, namespace: str, key_file: Path, pems: Pems | None = None) -> Client | str:
    """The same for whoever can do without, and makes no key: a client, or why there is none."""
    if not await asyncio.to_thread(key_file.exists):
        return f"there is no key {key_file}"
    try:
        return await connect(address, namespace, key_file, pems=pems)
    except RuntimeError as error:
        return f"no engine at {address}: {error}"


def rehearsing(client: Client) -> TimeSkipper:
    """Starts cases whose clock stands by until it is advanced."""
    config = TimeSkippingConfig(enabled=False, max_session_skip_count=SKIPS_AT_ONCE)
    return TimeSkipper(client, config=config)

"""A request's line and headers, from a client that does not stop sending them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from api.heads import Heads


async def app(_: Any, __: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, http=Heads))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # it offers nothing to wait for
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
    yield reader, writer
    writer.close()
    server.should_exit = True
    await serving


async def test_a_head_that_is_too_long_is_refused() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 4000 + b"\r\n\r\n")
        assert b" 204 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
        line = asyncio.create_task(reader.readline())
        with contextlib.suppress(ConnectionError):
            while not line.done():
                writer.write(b"a" * 4000)
                await asyncio.sleep(0.01)
        assert b" 400 " in await asyncio.wait_for(line, 10)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost:"])
async def test_a_head_that_never_ends_is_given_up(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.heads.SLOWEST_HEAD", 0.2)
    async with connected() as (reader, writer):
        writer.write(begun)
        assert await asyncio.wait_for(reader.read(), 10) == b""

"""How much a request may send and for how long, counted before anybody reads it: an ASGI middleware."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_JSON = 1_000_000
LARGEST_WAVE = 10_000_000
LARGEST_UPLOAD = 51 * 1024 * 1024
"""Bytes of a whole request: an upload's file of 50 MB and its form around it, a wave's, and of anything else."""

MOST_DIGITS = 18
"""Of a declared length; Python refuses to read thousands."""


SLOWEST_JSON = 20.0
SLOWEST_UPLOAD = 600.0
"""Seconds until the last byte of an upload, and of anything else, has to be here."""


class TooSlow(Exception):  # noqa: N818  # a limit, not an error of the program
    """The request's body takes longer than its limit."""


class TooLarge(Exception):  # noqa: N818  # a limit, not an error of the program
    """The request's body goes past its limit."""


class BodyLimit:
    """Stops reading a body at its limits, and does not begin where its headers already say too much."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        left = _most(scope["path"], headers.get("content-type", ""))
        until = asyncio.get_running_loop().time() + (SLOWEST_UPLOAD if left == LARGEST_UPLOAD else SLOWEST_JSON)
        declared = headers.get("content-length", "")
        too_much = declared.isdecimal() and int(declared[:MOST_DIGITS]) > left
        whole = False

        async def counted() -> Message:
            nonlocal left, whole
            if too_much:
                raise TooLarge
            if whole:
                # Now it waits for the end of the connection.
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError as error:
                raise TooSlow from error
            whole = not message.get("more_body", False)
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        await self._app(scope, counted, send)


def _most(path: str, sent_as: str) -> int:
    """Only a file, which is not kept in memory, may be long, and a wave."""
    if path == "/api/v1/files" and sent_as.lower().startswith("multipart/form-data"):
        return LARGEST_UPLOAD
    return LARGEST_WAVE if path.startswith("/api/v1/waves/") else LARGEST_JSON

"""How much a request may send and for how long, counted before anybody reads it: an ASGI middleware."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_JSON = 1_000_000
LARGEST_WAVE = 10_000_000
LARGEST_UPLOAD = 51 * 1024 * 1024
"""Bytes of a whole request: an upload's file of 50 MB and its form around it, a wave's, and of anything else."""


SLOWEST_JSON = 20.0
SLOWEST_UPLOAD = 600.0
"""Seconds until the last byte of an upload, and of anything else, has to be here."""


class TooSlow(Exception):  # noqa: N818  # a limit, not an error of the program
    """The request's body takes longer than its limit."""


class TooLarge(Exception):  # noqa: N818  # a limit, not an error of the program
    """The request's body goes past its limit."""


class BodyLimit:
    """Stops reading a body at its limits, whatever its headers say of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        uploads = scope["path"] == "/api/v1/files"
        left = LARGEST_UPLOAD if uploads else LARGEST_JSON
        until = asyncio.get_running_loop().time() + (SLOWEST_UPLOAD if uploads else SLOWEST_JSON)
        whole = False
        if scope["path"].startswith("/api/v1/waves/"):
            left = LARGEST_WAVE

        async def counted() -> Message:
            nonlocal left, whole
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

"""How long a request's line and headers may be, and how long they may take: what the server itself does not limit."""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 16 * 1024
"""Bytes of a request's line and headers, beyond what one read from the connection brings."""
SLOWEST_HEAD: Final = 20.0
"""Seconds until a connection's first request, or one that has begun, has all of them."""


class Heads(HttpToolsProtocol):
    """Closes the connection of whoever sends more, or takes longer."""

    _head = 0
    _in_head = False
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the end of the headers."""
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._in_head = False
                self.send_400_response("The request's head is too large.")

    def on_message_begin(self) -> None:
        """A request's first byte is here."""
        self._head, self._in_head = 0, True
        self._wait(self.transport)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are here."""
        self._in_head = False
        self._wait(None)
        super().on_headers_complete()

    def _wait(self, transport: asyncio.Transport | None) -> None:
        if self._patience:
            self._patience.cancel()
        self._patience = self.loop.call_later(SLOWEST_HEAD, transport.close) if transport else None

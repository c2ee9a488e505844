"""Each request has an id: it stands in the answer, in the log, and with what the request has a case do."""

import logging
import re
import time
from typing import Final

import structlog
from asgi_correlation_id import CorrelationIdMiddleware, correlation_id
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)
SENT_ALONG: Final = re.compile(r"[0-9a-f-]{16,64}")
"""An id that is taken over from whoever asks, a proxy mostly: a UUID or a trace id, in which nobody's name fits."""
UNHEARD: Final = frozenset({"/health/live", "/health/ready"})


class Traces:
    """Names each request and writes one line of it, without anything that somebody sent but ids of cases."""

    def __init__(self, app: ASGIApp) -> None:
        self._named = CorrelationIdMiddleware(self._timed, validator=lambda one: bool(SENT_ALONG.fullmatch(one)))
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] == "http":
            await self._named(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=correlation_id.get()):
            try:
                await self._app(scope, receive, seen)
            finally:
                if scope["path"] not in UNHEARD:
                    log.info("answered", extra=_line(scope, status, time.perf_counter() - began))


def _line(scope: Scope, status: int, seconds: float) -> dict[str, object]:
    route, case = scope.get("route"), scope.get("path_params", {}).get("case_id", "")
    return {
        "method": scope["method"] if route else "",
        "route": getattr(route, "path_format", ""),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    } | ({"case": case} if re.fullmatch("[0-9a-f]{32}", case) else {})

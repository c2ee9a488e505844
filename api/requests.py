"""Request bodies read strictly: JSON without duplicate keys or NaN, and no larger than it needs to be."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.problems import invalid
from domain.refusal import Refused

LARGEST_JSON = 1_000_000
"""Bytes of a JSON body."""


class StrictRequest(Request):
    """A request whose JSON is refused where a lenient reader would guess."""

    async def body(self) -> bytes:
        """The whole body, at most `LARGEST_JSON` bytes.

        Raises:
            Refused: `too_large`.
        """
        if not hasattr(self, "_body"):
            chunks, size = [], 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > LARGEST_JSON:
                    raise Refused("too_large", "请求内容过大", f"The body is larger than {LARGEST_JSON} bytes.")
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:  # noqa: ANN401  # any JSON value
        """The body as JSON.

        Raises:
            Refused: `invalid` for malformed JSON, duplicate keys, NaN and infinities.
        """
        if not hasattr(self, "_json"):
            self._json = await self._strict_json()
        return self._json

    async def _strict_json(self) -> Any:  # noqa: ANN401  # any JSON value
        try:
            return parse(await self.body())
        except (ValueError, RecursionError) as error:
            raise invalid("", f"not JSON: {error}") from error


class StrictRoute(APIRoute):
    """A route that reads JSON strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI calls."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith("application/json"):
                request = StrictRequest(request.scope, request.receive)
                # FastAPI would answer a refusal raised while it reads the body with a plain 400.
                await request.json()
            return await handle(request)

        return strictly


def parse(text: bytes) -> Any:  # noqa: ANN401  # any JSON value
    """JSON without duplicate keys, NaN or infinities.

    Raises:
        ValueError: it is not such JSON.
    """
    return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")

"""Request bodies read strictly: JSON without duplicate keys or NaN, and no larger than it needs to be."""

import json
import math
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.problems import invalid
from domain.refusal import Refused

DEEPEST = 32
"""Levels of arrays and objects in one another."""


KEY = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")
"""What a key may be: characters of ASCII, taken as they are."""


class StrictRequest(Request):
    """A request whose JSON is refused where a lenient reader would guess."""

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
        takes_body = "POST" in (self.methods or ()) and self.body_field is not None

        async def strictly(request: Request) -> Response:
            key_of(request)
            if takes_body:
                # FastAPI would answer a refusal raised while it reads the body with a plain 400.
                if _is_form(request):
                    request = Request(request.scope, request.receive)
                    await request.body()
                else:
                    request = StrictRequest(request.scope, request.receive)
                    await request.json()
            return await handle(request)

        return strictly


def key_of(request: Request) -> str:
    """The request's `Idempotency-Key`; empty where it has none.

    Raises:
        Refused: `invalid` for an empty one, two, or one that is no key.
    """
    keys = request.headers.getlist("idempotency-key")
    if keys and not (len(keys) == 1 and KEY.fullmatch(keys[0])):
        raise invalid("/Idempotency-Key", "not one key of 1 to 200 printable ASCII characters")
    return keys[0] if keys else ""


def _is_form(request: Request) -> bool:
    """Whether a form is sent; anything else must say that it is JSON.

    Raises:
        Refused: `unsupported_media`.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return True
    if sent != "application/json":
        raise Refused("unsupported_media", "请使用JSON格式", "Send application/json.")
    return False


def parse(text: bytes) -> Any:  # noqa: ANN401  # any JSON value
    """JSON without duplicate keys, NaN or infinities, and nested no deeper than anything the product asks for.

    Raises:
        ValueError: it is not such JSON.
        Refused: `invalid`, with the place of what no database could keep.
    """
    found = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_finite)
    _check(found, "", DEEPEST)
    # Half a character pair, like U+0000, is JSON but no text that a database could keep.
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _check(value: Any, pointer: str, left: int) -> None:  # noqa: ANN401  # any JSON value
    if isinstance(value, str) and "\0" in value:
        raise invalid(pointer, "a character of no text: U+0000")
    if not isinstance(value, dict | list):
        return
    if not left:
        raise invalid(pointer, f"nested deeper than {DEEPEST} levels")
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        _check(name, pointer, left)
        _check(one, f"{pointer}/{name}", left - 1)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")

"""Lists in pages by key: `?limit=&cursor=` → `{items, next_cursor}`."""

import base64
import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from api.problems import invalid

Limit = Annotated[int, Query(ge=1, le=100)]
MOST = 2**31 - 1
Cursor = Annotated[str, Query(max_length=500)]


def read(cursor: str, *shape: type) -> list[Any]:
    """The place a cursor stands for, of the given shape; none for an empty one.

    Raises:
        Refused: `invalid`.
    """
    if not cursor:
        return []
    try:
        place = json.loads(base64.b64decode(cursor, b"-_", validate=True))
        fits = isinstance(place, list) and [type(part) for part in place] == list(shape)
        if fits and all(map(_can_be_asked_for, place)):
            return list(place)
    except (ValueError, RecursionError) as error:
        raise invalid("/cursor", "not a cursor of this list") from error
    raise invalid("/cursor", "not a cursor of this list")


def _can_be_asked_for(part: object) -> bool:
    """Whether a database can be asked for it: numbers count from 1 and end, and no text that it cannot hold."""
    if isinstance(part, int):
        return 0 < part <= MOST
    return isinstance(part, str) and "\0" not in part and part.encode().decode() == part


def page(
    items: Sequence[Any], limit: int, places: Sequence[Sequence[Any]], rest: Sequence[Any] | None = None
) -> dict[str, Any]:
    """A page of `limit` items out of one more, with the cursor of the next; or of fewer, with the place of the rest."""
    place = places[limit - 1] if len(items) > limit else rest
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode() if place else None
    return {"items": list(items[:limit]), "next_cursor": cursor}

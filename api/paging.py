"""Lists in pages by key: `?limit=&cursor=` → `{items, next_cursor}`."""

import base64
import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from api.problems import invalid

Limit = Annotated[int, Query(ge=1, le=100)]
FURTHEST = 2**63 - 1
"""What a database counts to."""
Cursor = Annotated[str, Query(max_length=500)]


def read(cursor: str, *shape: type) -> list[Any]:
    """The place a cursor stands for, of the given shape; none for an empty one.

    Raises:
        Refused: `invalid`.
    """
    if not cursor:
        return []
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError as error:
        raise invalid("/cursor", "not a cursor of this list") from error
    if not isinstance(place, list) or [type(part) for part in place] != list(shape):
        raise invalid("/cursor", "not a cursor of this list")
    if any(isinstance(part, int) and abs(part) > FURTHEST for part in place):
        raise invalid("/cursor", "not a cursor of this list")
    return place


def page(items: Sequence[Any], limit: int, places: Sequence[list[Any]]) -> dict[str, Any]:
    """A page of `limit` items out of one more, with the cursor of the next."""
    more = len(items) > limit
    cursor = base64.urlsafe_b64encode(json.dumps(places[limit - 1]).encode()).decode() if more else None
    return {"items": list(items[:limit]), "next_cursor": cursor}

"""The daily roots of the record, for anybody: whoever keeps one can hold the record to it later."""

from base64 import b64encode
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api import paging
from api.gate import within_limit
from api.problems import invalid
from api.register import CACHED
from records import roots
from records.root_table import RootRow, StampRow

router = APIRouter(prefix="/api/v1/record", tags=["register"], dependencies=[Depends(within_limit)])


@router.get("/roots")
def list_roots(request: Request, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> JSONResponse:
    """The roots, latest first; nobody is named.

    `root` is the SHA-256 of the RFC 8785 form of day, cases, heads and previous; `timestamp`, where there is one, an
    authority's answer by RFC 3161 in base64, with `root` as its message imprint.
    """
    place = paging.read(cursor, str)
    with Session(request.app.state.database) as session:
        found = roots.page(session, _day(place[0]) if place else None, limit + 1)
        items = [_item(*row) for row in found]
    return JSONResponse(paging.page(items, limit, [[one["day"]] for one in items]), headers=CACHED)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid("/cursor", "not a cursor of this list") from error


def _item(row: RootRow, stamp: StampRow | None) -> dict[str, Any]:
    said = {"day": row.day.isoformat(), "cases": row.cases, "heads": row.heads, "previous": row.previous}
    return said | {"root": row.root, "timestamp": b64encode(stamp.response).decode() if stamp else None}

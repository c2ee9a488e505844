"""Trying another edition on running cases: which verdicts and due dates it would change (R:9/8.1)."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session

from activities.editions import Editions
from api import paging
from api.desk import AtDesk
from domain.application import Ref
from domain.dates import local_date
from domain.refusal import Refused
from records import queries
from records.tables import CaseRow
from services.schemes import Library

router = APIRouter(prefix="/api/v1", tags=["schemes"])


@router.get("/schemes/{pack_id}/{version}/trial")
def try_edition(  # one query parameter each
    desk: AtDesk, request: Request, pack_id: str, version: str, limit: paging.Limit = 50, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """What a scheme, special rule or standard in this version would change in each running case that rests on another.

    Cases of the caller's body, by number; nothing is changed.
    """
    library: Library = request.app.state.library
    scheme = _scheme_of(library, pack_id, version)
    pack = Ref(id=pack_id, version=version)
    after = paging.read(cursor, str)
    with desk.session() as session:
        filters = {"scheme": scheme, "running": True}
        rows = queries.cases(session, desk.actor, filters, after[0] if after else "", limit + 1, with_state=True)
        found = [_tried(session, library, row, pack, is_scheme=scheme == pack_id) for row in rows]
    return paging.page(found, limit, [[row.number] for row in rows])


def _scheme_of(library: Library, pack_id: str, version: str) -> str:
    """The scheme that a pack is, or lies over."""
    with suppress(KeyError):
        return library.scheme(pack_id, version).id
    try:
        return library.trade_pack(pack_id, version).scheme
    except KeyError as error:
        raise Refused("not_found", "未找到", "Not found.") from error


def _tried(session: Session, library: Library, row: CaseRow, pack: Ref, *, is_scheme: bool) -> dict[str, Any]:
    """One running case; `changes` is empty where it does not rest on another version of the pack."""
    state = queries.state_of(row)
    own = state.scheme if is_scheme else state.special_rule
    changes: dict[str, Any] = {}
    if own and own.id == pack.id:
        today = local_date(datetime.now(UTC) + timedelta(seconds=row.clock_ahead))
        scheme, trade = (pack, None) if is_scheme else (None, pack)
        try:
            changes = Editions(library).trial(session, state, scheme, trade, today)
        except Refused as refused:
            changes = {"cannot_be_tried": refused.refusal.model_dump(include={"code", "zh", "en", "faults"})}
    return {"case_id": row.id, "number": row.number, "stage": row.stage, "status": row.status, "changes": changes}

"""Legal holds of a case: placed by one person and released by another, they keep it from being deleted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from api.desk import AtDesk, Desk
from api.requests import StrictRoute
from domain.model import Input
from domain.prose import Reason
from records import holds
from records.chain import instant
from records.database import begin_writing
from records.retention_tables import HoldRow

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["cases"])
Act = Callable[[Session, str, str, str, datetime], HoldRow]


class Why(Input):
    """Why a case is held, or released."""

    reason: Reason


@router.get("/cases/{case_id}/holds")
def list_holds(desk: AtDesk, case_id: str) -> dict[str, Any]:
    """A case's holds, the latest first."""
    with desk.session() as session:
        desk.case_in(session, case_id)
        return {"items": [_shown(row) for row in holds.of_case(session, case_id)]}


@router.post("/cases/{case_id}/holds", status_code=201)
async def hold(desk: AtDesk, case_id: str, body: Annotated[Why, Body()]) -> Response:
    """Keep a case from being deleted, whatever its term, from now on."""
    return await _done(desk, case_id, body, holds.place, 201)


@router.post("/cases/{case_id}/holds/release")
async def release(desk: AtDesk, case_id: str, body: Annotated[Why, Body()]) -> Response:
    """Let its term decide again: by somebody else than who placed the hold."""
    return await _done(desk, case_id, body, holds.release, 200)


async def _done(desk: Desk, case_id: str, body: Why, act: Act, status: int) -> Response:
    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(_do, desk, case_id, body.reason, act), status)

    return await desk.once(body.model_dump()).run(work)


def _do(desk: Desk, case_id: str, reason: str, act: Act) -> dict[str, Any]:
    with desk.session() as session:
        begin_writing(session)
        desk.case_in(session, case_id)
        shown = _shown(act(session, case_id, reason, desk.actor.person, datetime.now(UTC)))
        session.commit()
    return shown


def _shown(row: HoldRow) -> dict[str, Any]:
    return {
        "reason": row.reason,
        "placed_by": row.placed_by,
        "placed_at": instant(row.placed_at),
        "released_by": row.released_by,
        "released_at": row.released_at and instant(row.released_at),
        "release_reason": row.release_reason,
    }

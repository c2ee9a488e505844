"""Acts that take longer than their caller waits, the rehearsal clock, and whether the product is well."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy import text
from sqlmodel import Session

from api.desk import AtDesk, Desk
from api.problems import document, invalid
from api.requests import StrictRoute
from domain.dates import nine_oclock
from domain.model import Day, Input
from domain.refusal import Refused
from records import queries
from records.tables import OperationRow

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["operations"])
LONGEST_ADVANCE = timedelta(minutes=15)
"""Until then the same key waits for an advance under way, instead of moving the clock again."""

health = APIRouter(tags=["health"])

FURTHEST = timedelta(days=3660)
"""One advance goes at most ten years."""


@router.get("/operations/{operation_id}")
async def operation(desk: AtDesk, operation_id: str) -> dict[str, Any]:
    """What became of an act that was answered 202, for its caller."""
    row, done = await run_in_threadpool(_done, desk, operation_id)
    if done is not None:
        return {"state": "done", "result": done}
    refusal = await desk.engine.refusal(row.case_id, row.update_id)
    if refusal is None:
        return {"state": "running"}
    return {"state": "failed", "problem": document(desk.request, refusal)}


def _done(desk: Desk, operation_id: str) -> tuple[OperationRow, dict[str, Any] | None]:
    row = _operation(desk, operation_id)
    with desk.session() as session:
        found = queries.turn_of(session, row.case_id, row.message_id)
        return row, desk.told_in(session, row.case_id) if found else None


def _operation(desk: Desk, operation_id: str) -> OperationRow:
    with desk.session() as session:
        row = session.get(OperationRow, operation_id)
    if row is None or row.owner != desk.caller.account.user:
        raise Refused("not_found", "未找到", "Not found.")
    return row


class Advance(Input):
    """How far a rehearsed clock goes: some days, or until 09:00 in Shanghai of a date."""

    days: int | None = Field(default=None, ge=1, le=3660)
    until: Day | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Advance":
        if (self.days is None) == (self.until is None):
            raise ValueError("give days or until")
        return self


@router.post("/rehearsal/cases/{case_id}/advance")
async def advance(desk: AtDesk, case_id: str, body: Annotated[Advance, Body()]) -> Response:
    """Move a rehearsed case's clock; every timer on the way fires in order."""
    if not desk.settings.rehearsal:
        raise Refused("not_found", "未找到", "Not found.")
    await run_in_threadpool(desk.case, case_id)

    async def work() -> Response:
        async with desk.engine.clock(case_id):
            return await move()

    async def move() -> Response:
        now = (await run_in_threadpool(desk.case, case_id)).now
        duration = timedelta(days=body.days) if body.days else nine_oclock(body.until or now.date()) - now
        if not timedelta() < duration <= FURTHEST:
            raise invalid("/until", "not after the case's own clock, or more than ten years ahead")
        await desk.engine.advance(case_id, now, duration)
        await run_in_threadpool(desk.keep_clock, case_id, now + duration)
        return JSONResponse(await run_in_threadpool(desk.shown, case_id))

    return await desk.once(body.model_dump(mode="json"), abandoned_after=LONGEST_ADVANCE).run(work)


@health.get("/health/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/health/ready")
async def ready(request: Request) -> Response:
    """Database and engine answer."""
    checks = {"database": await run_in_threadpool(_database_answers, request)}
    checks["engine"] = await request.app.state.engine.answers()
    status = 200 if all(checks.values()) else 503
    return JSONResponse({"status": "ok" if status == 200 else "unavailable", "checks": checks}, status)  # noqa: PLR2004


def _database_answers(request: Request) -> bool:
    try:
        with Session(request.app.state.database) as session:
            session.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001  # whatever it is, the database does not answer
        return False
    return True

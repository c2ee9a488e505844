"""What an outage left behind, for operations: timers that fired late, dates that passed without their act."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api import paging
from api.desk import AtDesk
from records import timers

router = APIRouter(prefix="/api/v1", tags=["operations"])


class LateTimer(BaseModel):
    """Something that a case did by itself, later than it was due; instants of the case's own clock."""

    case_id: str
    number: str
    turn: int
    entry: str = Field(description="`lapse:`, `open:` or `remind:` and the due date's id")
    kind: str = Field(description="the due date's kind")
    due_at: datetime
    fired_at: datetime
    seconds_late: float


class OverdueDate(BaseModel):
    """A date that was found to have passed without its act."""

    case_id: str
    number: str
    deadlines: list[str] = Field(description="ids of the due dates that waited")
    due_at: datetime = Field(description="when the first of them was due")
    found_at: datetime
    done: str = Field(description="`woken`, `restarted` from the record, or `unreachable`")
    resolved_at: datetime | None = Field(description="when a later sweep found it worked on")


class LateTimers(BaseModel):
    """A page of late timers, newest first."""

    items: list[LateTimer]
    next_cursor: str | None


class OverdueDates(BaseModel):
    """A page of overdue dates, newest first."""

    items: list[OverdueDate]
    next_cursor: str | None


@router.get("/operations/late-timers", response_model=LateTimers)
def list_late_timers(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """Timers of the own body's cases that fired late, with their due and their real time, newest first."""
    with desk.session() as session:
        rows = timers.late_timers(session, desk.actor.body, _before(cursor), limit + 1)
    items = [
        row.model_dump() | {"number": number, "seconds_late": (row.fired_at - row.due_at).total_seconds()}
        for row, number in rows
    ]
    return paging.page(items, limit, [[row.id] for row, _ in rows])


@router.get("/operations/overdue-dates", response_model=OverdueDates)
def list_overdue_dates(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """Dates of the own body's cases that a sweep found to have passed without their act, newest first."""
    with desk.session() as session:
        rows = timers.findings(session, desk.actor.body, _before(cursor), limit + 1)
    items = [row.model_dump() | {"number": number} for row, number in rows]
    return paging.page(items, limit, [[row.id] for row, _ in rows])


def _before(cursor: str) -> int | None:
    """The id at which the page before ended."""
    place: list[int] = paging.read(cursor, int)
    return place[0] if place else None

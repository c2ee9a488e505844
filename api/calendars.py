"""The working days: which years are published, and loading the notice of another one."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError

from activities.calendars import Calendars
from activities.rollouts import of_calendar
from api.desk import AtDesk, Desk
from api.requests import StrictRoute
from domain.calendar import Notice, faults_of
from domain.refusal import Refused
from records import days

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["calendars"])

Year = Annotated[int, Path(ge=2000, le=2200)]


@router.get("/calendars")
def show_calendar(desk: AtDesk) -> dict[str, Any]:
    """The calendar in use: its version, its published years, and how many cases wait for the next one."""
    with desk.session() as session:
        calendar = Calendars().current(session)
        waiting = days.provisional_cases(session, desk.actor)
    years = list(range(calendar.known_from.year, calendar.known_until.year + 1))
    return {"version": calendar.version, "years": years, "provisional_cases": waiting}


@router.post("/calendars/{year}", status_code=201)
async def load_year(desk: AtDesk, year: Year, body: Annotated[Notice, Body()]) -> Response:
    """Load a year's complete notice, or correct a published year; open dates that rest on it are counted again."""

    async def work() -> Response:
        await desk.engine.must_answer()
        await run_in_threadpool(_keep, desk, year, body)
        shown = await run_in_threadpool(show_calendar, desk)
        selection = "running" if body.correction else "provisional"
        await desk.engine.roll_out(of_calendar(shown["version"], selection))
        return JSONResponse(shown, 201)

    return await desk.once(body.model_dump(mode="json")).run(work)


def _keep(desk: Desk, year: int, notice: Notice) -> None:
    """Add the notice's rows, unless exactly these came last: then only what follows from them is begun again."""
    rows = notice.rows(year)
    with desk.session() as session:
        if days.overrides(session)[-len(rows) :] == rows:
            return
        faults = faults_of(notice, year, Calendars().current(session))
        if faults:
            raise Refused("invalid", "日历内容不符合要求", "The notice is not valid.", faults=faults)
        days.add(session, rows, desk.actor.user)
        try:
            session.commit()
        except IntegrityError as error:
            raise Refused("stage_conflict", "该年日历刚由他人导入", "Somebody has just loaded this year.") from error

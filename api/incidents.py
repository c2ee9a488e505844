"""News of an organization from outside: brought to each of its certified cases (R:7/6.5.1)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import StringConstraints

from activities.interface import Incident
from api.desk import AtDesk, Desk
from api.requests import StrictRoute
from domain.application import Ident, Uscc
from domain.grounds import Trigger
from domain.model import Day, Input
from domain.prose import Reason
from domain.refusal import Refused
from records import queries

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["incidents"])


class News(Input):
    """What happened to an organization, and who says so; `id` is the source's own."""

    uscc: Uscc
    trigger: Trigger
    description: Reason
    on: Day
    source: Ident
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]


@router.post("/incidents")
async def report(desk: AtDesk, body: Annotated[News, Body()]) -> Response:
    """Bring an incident to the certified cases of an organization: of the own body, for the alliance of every body.

    Answers to how many; each works on it once by its `id`, also where it is sent again.
    """
    news = Incident.model_validate(body.model_dump(exclude={"uscc"}))

    async def work() -> Response:
        told = [await desk.engine.tell(case_id, news) for case_id in await run_in_threadpool(_takers, desk, body, news)]
        return JSONResponse({"cases": sum(told)})

    return await desk.once(body.model_dump(mode="json")).run(work)


def _takers(desk: Desk, body: News, news: Incident) -> list[str]:
    """The cases that would take it.

    Raises:
        Refused: every one of them refuses it, and why the first does.
    """
    takers, refused = [], None
    own = None if "alliance" in desk.actor.roles else desk.actor.body
    with desk.session() as session:
        for row in queries.certified_of(session, body.uscc, own):
            state = queries.state_of(row)
            now = datetime.now(UTC) + timedelta(seconds=row.clock_ahead)
            try:
                desk.try_out(session, state, news.message(state.body), now)
                takers.append(row.id)
            except Refused as refusal:
                refused = refused or refusal
    if refused and not takers:
        raise refused
    return takers

"""R:9/8.1: changed requirements: announcing an edition to every holder, and how far they have come with it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from activities.rollouts import of_requirements
from api.desk import AtDesk, Desk
from api.problems import invalid
from api.requests import StrictRoute
from domain.application import Ref
from domain.dates import local_date
from domain.model import Day, Input
from domain.prose import Prose
from domain.refusal import Refused
from records import requirements
from services.schemes import Library

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["schemes"])


class Announced(Input):
    """An installed edition of a scheme, a special rule or a standard, and the last day by which it is met."""

    edition: Ref
    transition_until: Day
    reason: Prose = ""


@router.post("/requirements", status_code=201)
async def announce(desk: AtDesk, request: Request, body: Annotated[Announced, Body()]) -> Response:
    """Announce an edition: every holder that rests on another version is told, with its own transition (R:9/8.1)."""
    library: Library = request.app.state.library
    if not _installed(library, body.edition):
        raise invalid("/edition", "no such pack is installed")
    if body.transition_until <= local_date(datetime.now(UTC)):
        raise invalid("/transition_until", "not after today")

    async def work() -> Response:
        await desk.engine.must_answer()
        await run_in_threadpool(_keep, desk, body)
        await desk.engine.roll_out(of_requirements(body.edition, body.transition_until, desk.actor))
        return JSONResponse(body.model_dump(mode="json"), 201)

    return await desk.once(body.model_dump(mode="json")).run(work)


def _installed(library: Library, edition: Ref) -> bool:
    for pack in (library.scheme, library.trade_pack):
        try:
            pack(edition.id, edition.version)
        except KeyError:
            continue
        return True
    return False


def _keep(desk: Desk, body: Announced) -> None:
    """Announced once: the same again is told again to nobody; another last day is another announcement."""
    with desk.session() as session:
        row = requirements.announce(session, body.edition, body.transition_until, body.reason, desk.actor.user)
        if row.transition_until != body.transition_until:
            raise Refused("stage_conflict", "该版本已发布", f"It is announced already, until {row.transition_until}.")
        session.commit()


@router.get("/requirements")
def list_requirements(desk: AtDesk) -> dict[str, Any]:
    """The announced editions, oldest first, and how many holders were told, have taken them, were issued again.

    The alliance sees all holders, a member of a body those of the own.
    """
    with desk.session() as session:
        return {"items": requirements.listed(session, desk.actor), "next_cursor": None}

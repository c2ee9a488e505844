"""The members of a body: what they are competent for, and the days on which they are not to be had (R:7/7.3.1)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, select

from api import paging
from api.desk import AtDesk, Desk
from api.problems import invalid
from api.requests import StrictRoute
from domain.application import Ident
from domain.model import Day, Input
from domain.prose import Prose
from domain.refusal import Refused
from records.tables import AbsenceRow, Account, CompetenceRow

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["members"])


class Absence(Input):
    """Days on which a member is not to be had, both included; the reason is for the body alone."""

    first: Day
    last: Day
    reason: Prose = ""


class Competence(Input):
    """A trade a member may audit, through its last day; without one it does not end."""

    trade: Ident
    until: Day | None = None


@router.get("/members")
def list_members(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """The active members of the caller's body by account, with competences and absences."""
    after = paging.read(cursor, str)
    query = select(Account).where(Account.body == desk.actor.body, col(Account.active))
    with desk.session() as session:
        found = session.exec(
            query.where(col(Account.user) > (after[0] if after else "")).order_by(Account.user).limit(limit + 1)
        )
        items = [_shown(session, account) for account in found]
    return paging.page(items, limit, [[item["user"]] for item in items])


@router.post("/members/{user}/absences", status_code=201)
async def add_absence(desk: AtDesk, user: str, body: Annotated[Absence, Body()]) -> Response:
    """Enter days on which a member cannot be planned; the same first day again replaces what was entered."""
    if body.last < body.first:
        raise invalid("/last", f"before {body.first}")

    def keep(session: Session, person: str) -> None:
        session.merge(AbsenceRow(person=person, first=body.first, last=body.last, reason=body.reason))

    return await _keep(desk, user, body, keep)


@router.post("/members/{user}/competences", status_code=201)
async def add_competence(desk: AtDesk, user: str, body: Annotated[Competence, Body()]) -> Response:
    """Enter a trade that a member is competent for, or another last day of it."""

    def keep(session: Session, person: str) -> None:
        session.merge(CompetenceRow(person=person, trade=body.trade, until=body.until))

    return await _keep(desk, user, body, keep)


async def _keep(desk: Desk, user: str, body: Input, keep: Callable[[Session, str], None]) -> Response:

    def work() -> dict[str, Any]:
        with desk.session() as session:
            account = session.get(Account, user)
            if account is None or account.body != desk.actor.body:
                raise Refused("not_found", "未找到", "Not found.")
            keep(session, account.person)
            session.commit()
            return _shown(session, account)

    async def once() -> Response:
        return JSONResponse(await run_in_threadpool(work), 201)

    return await desk.once(body.model_dump(mode="json")).run(once)


def _shown(session: Session, account: Account) -> dict[str, Any]:
    competences = session.exec(select(CompetenceRow).where(CompetenceRow.person == account.person))
    absences = session.exec(
        select(AbsenceRow).where(AbsenceRow.person == account.person).order_by(col(AbsenceRow.first))
    )
    return {
        "user": account.user,
        "name": account.name,
        "roles": account.roles,
        "competences": [{"trade": one.trade, "until": one.until and one.until.isoformat()} for one in competences],
        "absences": [
            {"first": one.first.isoformat(), "last": one.last.isoformat(), "reason": one.reason} for one in absences
        ],
    }

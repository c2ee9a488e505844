"""Accounts of a body: their roles and addresses, which take two people, and the invitations to a password."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Body, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, model_validator
from sqlmodel import Session

from api import identity, paging
from api.accounts import NewSecret, must_be_embedded
from api.desk import AtDesk, Desk
from api.problems import UNAVAILABLE, invalid
from api.requests import StrictRoute
from domain.application import Name
from domain.model import Input
from domain.prose import Prose
from domain.refusal import Refused
from records import grants, machines
from records.chain import instant
from records.database import begin_writing
from records.tables import Account, GrantRow
from services.notices import Notice, NoticeRefused, Notices, NoticeUnavailable

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["members"])

User = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{1,39}$")]
Role = Literal["case_manager", "auditor", "reviewer", "decision_maker", "ops", "admin", "machine"]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]


class Roles(Input):
    """The roles an account is to have; none closes it. Name and address are those of a new account."""

    user: User
    roles: list[Role] = Field(max_length=6)
    name: Name
    email: Email

    @model_validator(mode="after")
    def _a_machine_is_nothing_else(self) -> Self:
        if "machine" in self.roles and len(self.roles) > 1:
            raise ValueError("a machine has no other role")
        return self


class Address(Input):
    """The address an account is to be written to from now on: invitations go there."""

    email: Email


class Grant(Input):
    """Whether roles are granted."""

    outcome: Literal["granted", "refused"]
    reason: Prose = ""


class Acceptance(Input):
    """An invitation's token, and the password it is for."""

    token: Annotated[str, StringConstraints(max_length=100)]
    password: NewSecret


@router.post("/grants", status_code=201)
async def ask(desk: AtDesk, body: Annotated[Roles, Body()]) -> Response:
    """Ask for an account's roles; where it keeps fewer than it has, that is done at once."""
    must_be_embedded(desk.request)

    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(_ask, desk, body), 201)

    return await desk.once(body.model_dump(mode="json")).run(work)


def _ask(desk: Desk, body: Roles) -> dict[str, Any]:
    with desk.session() as session:
        begin_writing(session)
        account = session.get(Account, body.user)
        if account is not None and account.body != desk.actor.body:
            raise invalid("/user", "this name is taken")
        if account is None and not body.roles:
            raise invalid("/roles", "a new account needs a role")
        if account is not None and body.roles and machines.is_machine(account) != ("machine" in body.roles):
            raise invalid("/roles", "a machine stays one, and a person")
        return _asked(desk, session, body.model_dump())


@router.post("/members/{user}/address", status_code=201)
async def ask_for_an_address(desk: AtDesk, user: str, body: Annotated[Address, Body()]) -> Response:
    """Ask for another address of an account; it is granted like roles."""
    must_be_embedded(desk.request)

    def move() -> dict[str, Any]:
        with desk.session() as session:
            begin_writing(session)
            account = member(desk, session, user)
            wanted = {"kind": "address", "user": user, "email": body.email}
            return _asked(desk, session, wanted | {"name": account.name, "roles": account.roles})

    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(move), 201)

    return await desk.once(body.model_dump(mode="json")).run(work)


def _asked(desk: Desk, session: Session, wanted: dict[str, Any]) -> dict[str, Any]:
    by: dict[str, Any] = {"body": desk.actor.body, "asked_by": desk.actor.person, "asked_at": datetime.now(UTC)}
    row = grants.ask(session, GrantRow(id="", **by, **wanted))
    shown = _shown(row)
    session.commit()
    return shown


def member(desk: Desk, session: Session, user: str) -> Account:
    """An open account of the caller's body.

    Raises:
        Refused: `not_found`.
    """
    account = None if "\0" in user else session.get(Account, user)
    if account is None or not account.active or account.body != desk.actor.body:
        raise _not_found()
    return account


@router.get("/grants")
def list_grants(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """What was asked for in the caller's body, oldest first, and what became of it."""
    after = str((paging.read(cursor, str) or [""])[0]).replace("\0", "")
    with desk.session() as session:
        items = [_shown(row) for row in grants.page(session, desk.actor.body, after, limit + 1)]
    return paging.page(items, limit, [[one["id"]] for one in items])


@router.post("/grants/{grant_id}")
async def decide(desk: AtDesk, grant_id: str, body: Annotated[Grant, Body()]) -> Response:
    """Grant or refuse: by somebody who neither asked nor is concerned."""
    must_be_embedded(desk.request)
    desk.caller.must_be_fresh()

    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(_decide, desk, grant_id, body))

    return await desk.once(body.model_dump(mode="json")).run(work)


def _decide(desk: Desk, grant_id: str, body: Grant) -> dict[str, Any]:
    with desk.session() as session:
        begin_writing(session)
        row = None if "\0" in grant_id else session.get(GrantRow, grant_id, with_for_update=True)
        if row is None or row.body != desk.actor.body:
            raise _not_found()
        grants.decide(session, row, body.outcome, desk.actor.person, body.reason, datetime.now(UTC))
        session.commit()
        return _shown(row)


@router.post("/members/{user}/invitation", status_code=204)
async def invite(desk: AtDesk, user: str) -> Response:
    """Write an invitation to a first or a new password to the account's own address; the one before opens nothing.

    Nobody else is shown it, so that nobody acts under another's name.
    """
    must_be_embedded(desk.request)

    async def work() -> Response:
        await run_in_threadpool(_invite, desk, user)
        return Response(status_code=204)

    return await desk.once(None).run(work)


def _invite(desk: Desk, user: str) -> None:
    with desk.session() as session:
        account = member(desk, session, user)
        if machines.is_machine(account):
            raise _not_found()
        token = grants.invite(session, user, datetime.now(UTC))
        try:
            Notices(desk.settings.mail).send(_letter(account, token))
        except (NoticeUnavailable, NoticeRefused) as error:
            raise Refused("unavailable", UNAVAILABLE.zh, UNAVAILABLE.en) from error
        session.commit()


def _letter(account: Account, token: str) -> Notice:
    days = grants.INVITED.days
    return Notice(
        id=f"invitation.{account.user}.{token[:8]}",
        to=account.email,
        to_name=account.name,
        subject_zh="邀请您设置密码",
        subject_en="Set your password",
        body=f"账号 Account: {account.user}\n邀请码 Invitation: {token}\n{days} 天内有效,只能使用一次。"
        f" Valid for {days} days, once.\n",
    )


@router.post("/auth/invitation", status_code=204)
def accept(request: Request, body: Annotated[Acceptance, Body()]) -> Response:
    """Set the password that an invitation is for; every session of the account ends. Tries are counted by address."""
    must_be_embedded(request)
    request.app.state.doors.by_address.enter(request.client.host if request.client else "")
    hashed = identity.hasher.hash(body.password.get_secret_value())
    with Session(request.app.state.database) as session:
        begin_writing(session)
        user = grants.accept(session, body.token, hashed, datetime.now(UTC))
        session.commit()
    if user is None:
        raise _not_found()
    request.app.state.callers.end(user)
    return Response(status_code=204)


def _not_found() -> Refused:
    return Refused("not_found", "未找到", "Not found.")


def _shown(row: GrantRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "user": row.user,
        "name": row.name,
        "email": row.email,
        "roles": row.roles,
        "asked_by": row.asked_by,
        "asked_at": instant(row.asked_at),
        "outcome": row.outcome,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at and instant(row.decided_at),
        "reason": row.reason,
    }

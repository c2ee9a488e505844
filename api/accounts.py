"""Signing in and out over the API, and who one is."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Form, Request, Response
from pydantic import Field, SecretStr
from sqlmodel import Session

from api import identity
from api.desk import AtDesk
from api.gate import Gate
from api.problems import invalid
from api.requests import StrictRoute
from domain.model import Input
from domain.refusal import Refused
from records import machines, second_factors

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["accounts"])

SHORTEST, LONGEST = 12, 200
"""Characters of a password (NIST SP 800-63B-4, 3.1.1.2; the length alone is asked for)."""
WRONG_PASSWORDS = 10
"""Within a quarter of an hour; then the account is closed to passwords until some of them are that long ago."""
Secret = Annotated[SecretStr, Field(max_length=LONGEST)]
NewSecret = Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST)]


class Ending(Input):
    """Whether every session of the account ends, or the one that asks."""

    everywhere: bool = False


class NewPassword(Input):
    """The password until now and the one from now on."""

    current: Secret
    new: NewSecret


class Doors:
    """Counts who tries to sign in: each address over a minute, and each account's wrong passwords."""

    def __init__(self, per_minute: int) -> None:
        self.by_address = Gate(per_minute)
        self.wrong = Gate(WRONG_PASSWORDS, minutes=15)


@router.post("/auth/token")
def token(  # one field of the form each
    request: Request,
    grant_type: Annotated[Literal["password", "client_credentials"], Form()] = "password",
    username: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    code: Annotated[str, Form(max_length=6)] = "",
    client_id: Annotated[str, Form(max_length=100)] = "",
    client_secret: Annotated[str, Form(max_length=LONGEST)] = "",
) -> dict[str, Any]:
    """A bearer token: of a person's password a session of twelve hours, of a machine's secret one of an hour.

    OAuth 2 password and client credentials forms; a machine may also give its secret as HTTP Basic. An account with
    a second factor gives the `code` its app shows. Tries are counted by address, and wrong ones by account.
    """
    must_be_embedded(request)
    if grant_type == "client_credentials":
        user, lasts = admitted_machine(request, client_id, client_secret), identity.MACHINE_SESSION
    else:
        user, lasts = admitted(request, username, password, code), identity.SESSION
    issued = request.app.state.callers.begin(user, lasts)
    return {"access_token": issued, "token_type": "bearer", "expires_in": int(lasts.total_seconds())}


def admitted(request: Request, username: str, password: str, code: str) -> str:
    """The user whose name, password and, where it is asked for, code are right.

    Raises:
        Refused: `unauthenticated`; `rate_limited` after too many tries.
    """
    doors = _at_the_door(request, username)
    with Session(request.app.state.database) as session:
        account = identity.sign_in(session, username, password, on_wrong=lambda: doors.wrong.enter(username))
        user, key = account.user, request.app.state.secrets.key
        if second_factors.is_asked(session, user):
            session.rollback()
            if not second_factors.takes(session, user, code, key, datetime.now(UTC)):
                doors.wrong.enter(username)
                raise Refused("unauthenticated", "请输入二次验证码", "Give the code of your second factor.")
            session.commit()
    return user


def admitted_machine(request: Request, client_id: str, client_secret: str) -> str:
    """The machine account whose secret this is; what HTTP Basic says counts before the form (RFC 6749, 2.3.1).

    Raises:
        Refused: `unauthenticated`; `rate_limited` after too many tries.
    """
    user, secret = identity.basic(request) or (client_id, client_secret)
    doors = _at_the_door(request, user)
    with Session(request.app.state.database) as session:
        if not machines.opens(session, user.replace("\0", ""), secret, datetime.now(UTC)):
            doors.wrong.enter(user)
            raise identity.unauthenticated()
    return user


def _at_the_door(request: Request, user: str) -> Doors:
    doors: Doors = request.app.state.doors
    doors.by_address.enter(request.client.host if request.client else "")
    doors.wrong.check(user)
    return doors


@router.post("/auth/logout", status_code=204)
def sign_out(desk: AtDesk, body: Annotated[Ending, Body()]) -> Response:
    """End this session, or every one of the account: their tokens are worth nothing from now on."""
    must_be_embedded(desk.request)
    token = "" if body.everywhere else identity.presented(desk.request).token
    desk.request.app.state.callers.end(desk.caller.account.user, token)
    return Response(status_code=204)


@router.post("/me/password", status_code=204)
def change_password(desk: AtDesk, body: Annotated[NewPassword, Body()]) -> Response:
    """Set another password; every other session of the account ends."""
    must_be_embedded(desk.request)
    user, doors = desk.caller.account.user, desk.request.app.state.doors
    doors.wrong.check(user)
    with desk.session() as session:
        current = body.current.get_secret_value()
        account = identity.sign_in(session, user, current, on_wrong=lambda: doors.wrong.enter(user))
        if body.new.get_secret_value() == current:
            raise invalid("/new", "the same as before")
        account.password_hash = identity.hasher.hash(body.new.get_secret_value())
        session.add(account)
        session.commit()
    desk.request.app.state.callers.end(user, but=identity.presented(desk.request).token)
    return Response(status_code=204)


def must_be_embedded(request: Request) -> None:
    """Passwords and sessions are kept here in embedded mode only; elsewhere the issuer keeps them."""
    if not request.app.state.settings.embedded:
        raise Refused("not_found", "未找到", "Not found.")


@router.get("/me")
def me(desk: AtDesk) -> dict[str, Any]:
    """The caller: account, person, body and roles; and whether cases are rehearsed here."""
    account = desk.caller.account
    return {
        "user": account.user,
        "person": account.person,
        "name": account.name,
        "body": account.body,
        "roles": account.roles,
        "rehearsal": desk.settings.rehearsal,
    }

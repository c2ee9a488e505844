"""The second factor of embedded accounts: begun, confirmed and ended by whoever it protects."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response
from fastapi.responses import JSONResponse
from pydantic import StringConstraints
from sqlmodel import Session

from api.accounts import must_be_embedded
from api.desk import AtDesk, Desk
from api.problems import invalid
from api.requests import StrictRoute
from domain.model import Input
from records import second_factors

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["accounts"])


class Shown(Input):
    """The code that the app shows now."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


@router.post("/me/second-factor", status_code=201)
def begin(desk: AtDesk) -> Response:
    """A secret for an authenticator app, shown this once; it counts once a code of it is sent back."""
    _must_be_fresh(desk)
    with desk.session() as session:
        uri = second_factors.begin(session, desk.caller.account.user, desk.secrets.key)
        session.commit()
    return JSONResponse({"uri": uri}, 201, {"Cache-Control": "no-store"})


@router.post("/me/second-factor/confirmation", status_code=204)
def confirm(desk: AtDesk, body: Annotated[Shown, Body()]) -> Response:
    """The app shows the right code: from now on the password alone opens nothing."""
    return _with_a_code(desk, body, second_factors.confirm)


@router.post("/me/second-factor/end", status_code=204)
def end(desk: AtDesk, body: Annotated[Shown, Body()]) -> Response:
    """The password is enough again."""
    return _with_a_code(desk, body, second_factors.end)


def _with_a_code(desk: Desk, body: Shown, then: Callable[[Session, str], None]) -> Response:
    _must_be_fresh(desk)
    user, wrong = desk.caller.account.user, desk.request.app.state.doors.wrong
    wrong.check(user)
    with desk.session() as session:
        if not second_factors.takes(session, user, body.code, desk.secrets.key, datetime.now(UTC)):
            wrong.enter(user)
            raise invalid("/code", "not the code of now")
        then(session, user)
        session.commit()
    return Response(status_code=204)


def _must_be_fresh(desk: Desk) -> None:
    must_be_embedded(desk.request)
    desk.caller.must_be_fresh()

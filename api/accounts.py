"""Signing in, and who one is."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session

from api import identity
from api.desk import AtDesk

router = APIRouter(prefix="/api/v1", tags=["accounts"])


@router.post("/auth/token")
def token(
    request: Request,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
) -> dict[str, Any]:
    """A bearer token for an embedded account (OAuth 2 password form)."""
    with Session(request.app.state.database) as session:
        account = identity.sign_in(session, username, password)
    issued = request.app.state.tokens.issue(account.user)
    return {"access_token": issued, "token_type": "bearer", "expires_in": identity.TOKEN_SECONDS}


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

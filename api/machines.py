"""Secrets of a body's machine accounts, with which they sign in by themselves."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response
from fastapi.responses import JSONResponse

from api.accounts import must_be_embedded
from api.desk import AtDesk
from api.grants import member
from api.problems import invalid
from api.requests import StrictRoute, key_of
from domain.model import Input
from records import machines
from records.chain import instant
from records.database import begin_writing

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["members"])


class Renewal(Input):
    """Whether the secret until now, and every session begun with it, ends at once: where somebody else may know it."""

    at_once: bool = False


@router.post("/members/{user}/secret", status_code=201)
def renew(desk: AtDesk, user: str, body: Annotated[Renewal, Body()]) -> Response:
    """A secret for a machine account, shown this once; the one before is good for another week.

    The same `Idempotency-Key` gives the same secret again: it is made of the key, because no answer that holds it is
    kept.
    """
    must_be_embedded(desk.request)
    desk.caller.must_be_fresh()
    key = key_of(desk.request)
    made = desk.secrets.derived(f"machine|{desk.actor.user}|{user}|{body.at_once}|{key}") if key else ""
    with desk.session() as session:
        begin_writing(session)
        if not machines.is_machine(member(desk, session, user)):
            raise invalid("/user", "no machine")
        at = datetime.now(UTC)
        secret, ends_at = machines.renew(session, user, desk.actor.person, at, made, at_once=body.at_once)
        session.commit()
    if body.at_once:
        desk.request.app.state.callers.end(user)
    shown = {"client_id": user, "client_secret": secret, "ends_at": instant(ends_at)}
    return JSONResponse(shown, 201, {"Cache-Control": "no-store"})

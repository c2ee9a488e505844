"""Temporal's remote codec: lets the people who run the installation read payloads in the Web UI, and records each time.

A payload does not say whose it is, so whoever may open one may open every body's: only accounts that the settings
name, with an operator's role, and nobody where none is named.
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Body, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.cors import CORSMiddleware
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic import StringConstraints
from sqlmodel import Session
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payloads

from api.desk import AtDesk
from api.problems import invalid
from api.requests import StrictRoute
from domain.model import Input
from domain.refusal import Refused
from records.database import begin_writing
from records.decoding_table import DecodingRow
from records.tables import Account
from services.encryption import EncryptionCodec

router = APIRouter(route_class=StrictRoute, tags=["operations"])
TICKET: Final = timedelta(hours=1)
OPERATORS: Final = {"ops", "admin"}
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Wish(Input):
    """Why payloads have to be read."""

    reason: Reason


class UiMayAsk:
    """Lets the Web UI's pages, and no others, ask the codec from their own address (CORS)."""

    def __init__(self, app: ASGIApp, ui_url: str) -> None:
        self._app = app
        headers = ["content-type", "authorization", "x-namespace"]
        self._shared = CORSMiddleware(app, allow_origins=[ui_url], allow_methods=["POST"], allow_headers=headers)
        self._shares = bool(ui_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        shared = self._shares and scope["type"] == "http" and scope["path"].startswith("/codec/")
        await (self._shared if shared else self._app)(scope, receive, send)


@router.post("/api/v1/codec/tickets", status_code=201)
def ticket(desk: AtDesk, body: Annotated[Wish, Body()]) -> dict[str, str]:
    """An endpoint for the Web UI's codec settings, good for an hour: for a UI that knows no sign-in."""
    until = datetime.now(UTC) + TICKET
    user = desk.caller.account.user
    _record(desk.request, user, 0, body.reason)
    words = f"{user}.{int(until.timestamp())}"
    return {"endpoint": f"{desk.settings.public_url}/codec/{words}.{_seal(desk.request, words)}"}


@router.post("/codec/decode")
async def decode(desk: AtDesk, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    """Payloads as Temporal's JSON, opened: with a bearer token, as a UI sends it that passes its own on."""
    return await _opened(desk.request, desk.caller.account.user, body)


@router.post("/codec/{ticket}/decode")
async def decode_with_ticket(request: Request, ticket: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    """The same for whoever has a ticket."""
    words, _, seal = ticket.rpartition(".")
    user, _, until = words.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(request, words).encode()):
        raise _not_found()
    if int(until) < datetime.now(UTC).timestamp():
        raise _not_found()
    return await _opened(request, user, body)


def _seal(request: Request, words: str) -> str:
    return str(request.app.state.secrets.derived(f"codec {words}"))


async def _opened(request: Request, user: str, body: dict[str, Any]) -> dict[str, Any]:
    codec: EncryptionCodec = request.app.state.codec
    try:
        sealed = ParseDict(body, Payloads(), ignore_unknown_fields=True)
        await run_in_threadpool(_record, request, user, len(sealed.payloads), "")
        opened = Payloads(payloads=await codec.decode(sealed.payloads))
    except (ParseError, LookupError, InvalidTag, ValueError) as error:
        raise invalid("/payloads", f"not to be opened: {type(error).__name__}") from error
    return dict(MessageToDict(opened))


def _record(request: Request, user: str, payloads: int, reason: str) -> None:
    """Who opened how many, before anything is shown.

    Raises:
        Refused: `not_found` for an account that may not, or may no more.
    """
    with Session(request.app.state.database) as session:
        begin_writing(session)
        account = session.get(Account, user)
        named = user in request.app.state.settings.codec_accounts
        if not named or account is None or not account.active or not OPERATORS & {*account.roles}:
            raise _not_found()
        row = DecodingRow(user=user, person=account.person, at=datetime.now(UTC), payloads=payloads, reason=reason)
        session.add(row)
        session.commit()


def _not_found() -> Refused:
    return Refused("not_found", "未找到", "Not found.")

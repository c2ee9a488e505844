"""Short links to files: for pages, pictures and office programs, which cannot sign in."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from cryptography.fernet import Fernet, InvalidToken
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api.description import of_type
from api.desk import AtDesk, Desk
from api.files import content_of, visible
from api.identity import NEVER, Caller, Secrets
from api.requests import StrictRoute
from domain.refusal import Refused
from records.tables import Account

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["files"])

LASTS: Final = timedelta(minutes=5)


@router.post("/files/{file_id}/link", status_code=201)
async def make_link(desk: AtDesk, file_id: str) -> Response:
    """An address at which the caller's browser gets a file without signing in, for five minutes."""
    await run_in_threadpool(visible, desk, file_id)

    async def work() -> Response:
        now = datetime.now(UTC).replace(microsecond=0)
        signature = _seal(desk.secrets).encrypt_at_time(
            json.dumps([file_id, desk.actor.user]).encode(), int(now.timestamp())
        )
        url = f"{desk.settings.public_url}/api/v1/files/{file_id}/content?signature={signature.decode()}"
        return JSONResponse({"url": url, "expires_at": (now + LASTS).isoformat().replace("+00:00", "Z")}, 201)

    return await desk.once({}).run(work)


@router.get("/files/{file_id}/content", response_class=Response, responses=of_type("*/*"))
def open_link(request: Request, file_id: str, signature: Annotated[str, Query(max_length=1000)] = "") -> Response:
    """The file behind a link, as long as whoever asked for the link may see the file."""
    user = _asked_by(request.app.state.secrets, file_id, signature)
    with Session(request.app.state.database) as session:
        account = session.get(Account, user)
    if account is None or not account.active:
        raise _not_found()
    desk = Desk(request, Caller(account, NEVER))
    return content_of(desk, visible(desk, file_id))


def _asked_by(secrets: Secrets, file_id: str, signature: str) -> str:
    """Who asked for this link, if it is one of ours, for this file, and not too old."""
    try:
        named, user = json.loads(_seal(secrets).decrypt(signature.encode(), ttl=int(LASTS.total_seconds())))
    except InvalidToken:
        raise _not_found() from None
    if named != file_id:
        raise _not_found()
    return str(user)


def _seal(secrets: Secrets) -> Fernet:
    """Signs, dates and hides: an address says nothing of who asked for it."""
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(secrets.derived("links to files"))))


def _not_found() -> Refused:
    return Refused("not_found", "未找到", "Not found.")

"""Evidence files: kept under their content, shown only to those who may see their case."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import UploadFile

from api.description import of_type
from api.desk import AtDesk, Desk
from api.gate import Gate
from api.once import Once
from api.problems import invalid
from api.requests import StrictRoute
from domain.policy import knows_of
from domain.refusal import Refused
from records import queries
from records.tables import FileRow, FileUseRow
from services.antivirus import Antivirus
from services.mapped import mapped
from services.media import sniff
from services.storage import Storage, Stored
from settings import Settings

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["files"])

LARGEST_FILE: Final = 50 * 1024 * 1024
"""Bytes of one file."""
_LONGEST_NAME: Final = 200
_AT_ONCE: Final = 1 << 20
_LOOKED_INTO: Final = 8
"""Files that are looked into at once, on threads of their own: whoever sends many keeps nobody else waiting."""
_OF_ONE: Final = 16
"""Files that one account may be sending at once."""
_ABANDONED: Final = timedelta(minutes=2)
"""A file may wait to be looked into, and the scanner for its verdict."""
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                }
            }
        },
    }
}
SHOWN_AS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


class Intake:
    """What stands before the store: how often an account may send, and the scanner."""

    def __init__(self, settings: Settings) -> None:
        self.gate = Gate(settings.uploads_per_minute)
        self.antivirus = Antivirus(settings.clamav)
        self.threads = CapacityLimiter(_LOOKED_INTO)
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one_of(self, user: str) -> Iterator[None]:
        """Count an account's file while it is sent in.

        Raises:
            Refused: `rate_limited`: too many of them are under way.
        """
        if self._under_way[user] >= _OF_ONE:
            raise Refused("rate_limited", "同时上传的文件过多，请稍后重试", "Too many files at once; try again later.")
        self._under_way[user] += 1
        try:
            yield
        finally:
            self._under_way[user] -= 1
            if not self._under_way[user]:
                del self._under_way[user]


@router.post("/files", status_code=201, openapi_extra=_FORM)
async def upload(desk: AtDesk, request: Request) -> Response:
    """Store a file, the form's field `file`: PDF, PNG, JPEG, DOCX or XLSX by its content, at most 50 MB."""
    intake: Intake = request.app.state.intake
    intake.gate.enter(desk.caller.account.user)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refused("unsupported_media", "请以multipart/form-data上传", "Send multipart/form-data.")
    with intake.one_of(desk.caller.account.user):
        return await _taken_in(desk, request, intake)


async def _taken_in(desk: Desk, request: Request, intake: Intake) -> Response:
    # Read here and not by the framework, which would read before it knows who sends.
    async with request.form(max_files=1, max_fields=8) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise invalid("/file", "a file is needed")
        if (file.size or 0) > LARGEST_FILE:
            raise Refused("too_large", "文件超过50MB", "The file is larger than 50 MB.")
        name = plain_name(file.filename or "")
        digest = await to_thread.run_sync(_digest, file.file, name, limiter=intake.threads)
        once = Once(request, desk.caller, digest, abandoned_after=_ABANDONED)

        async def work() -> Response:
            return JSONResponse(await to_thread.run_sync(_keep, desk, file.file, name, limiter=intake.threads), 201)

        return await once.run(work)


def plain_name(name: str) -> str:
    """A file's name without folders, and without characters that cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(one if one.isprintable() else " " for one in last).strip(" .")
    return seen[:_LONGEST_NAME] or "file"


def _digest(file: BinaryIO, name: str) -> str:
    with mapped(file) as data:
        return hashlib.sha256(name.encode() + b"\0" + hashlib.sha256(data).digest()).hexdigest()


def _keep(desk: Desk, file: BinaryIO, name: str) -> dict[str, Any]:
    media_type = sniff(file, name)
    with mapped(file) as data:
        if found := desk.request.app.state.intake.antivirus.finds(data):
            raise Refused(
                "unsupported_media", f"文件“{name}”含有恶意代码：{found}", f"{name!r} contains malware: {found}"
            )
        storage: Storage = desk.request.app.state.storage
        shown = _enter(desk, storage.put(data), media_type, name)
        if not storage.exists(shown["sha256"]):
            # The same bytes, from a case past its term, were being deleted; now they are named again.
            storage.put(data)
    return shown


def _enter(desk: Desk, stored: Stored, media_type: str, name: str) -> dict[str, Any]:
    row = FileRow(
        id=uuid.uuid4().hex,
        sha256=stored.sha256,
        size=stored.size,
        media_type=media_type,
        name=name,
        owner=desk.caller.account.user,
        body=desk.caller.account.body,
        at=datetime.now(UTC),
    )
    with desk.session() as session:
        session.add(row)
        session.commit()
        return {
            "id": row.id,
            "sha256": row.sha256,
            "size": row.size,
            "media_type": row.media_type,
            "name": row.name,
        }


@router.get("/files/{file_id}", response_class=Response, responses=of_type("*/*"))
def download(desk: AtDesk, file_id: str) -> Response:
    """A file's bytes, for whoever sent it in and for those who may see a case that names it."""
    return content_of(desk, visible(desk, file_id))


def visible(desk: Desk, file_id: str) -> FileRow:
    """A file that the caller may see.

    Raises:
        Refused: `not_found`, also when it is not theirs to see.
    """
    with desk.session() as session:
        row = queries.file_row(session, file_id)
        uses = queries.uses_of_file(session, file_id)
    if row is None or not (row.owner == desk.caller.account.user or any(_may_see(desk, use) for use in uses)):
        raise Refused("not_found", "未找到", "Not found.")
    return row


def _may_see(desk: Desk, use: FileUseRow) -> bool:
    try:
        state = desk.case(use.case_id).state
    except Refused:
        return False
    return knows_of(state, use.audit, desk.actor)


def content_of(desk: Desk, row: FileRow) -> Response:
    """The file itself, verified before its first byte goes out."""
    storage: Storage = desk.request.app.state.storage
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
        "Content-Length": str(row.size),
        **SHOWN_AS,
    }
    return StreamingResponse(_parts(storage.open_file(row.sha256)), media_type=row.media_type, headers=headers)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(_AT_ONCE):
            yield part

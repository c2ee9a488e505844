"""Evidence files: kept under their content, shown only to those who may see their case."""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from api.desk import AtDesk, Desk
from api.once import Once
from api.requests import StrictRoute
from domain.policy import knows_of
from domain.refusal import Refused
from records import queries
from records.tables import FileRow, FileUseRow
from services.media import sniff

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["files"])

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes of one file."""


@router.post("/files", status_code=201)
async def upload(desk: AtDesk, request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Store a file: PDF, PNG, JPEG, DOCX or XLSX by its content, at most 50 MB."""
    data = await file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Refused("too_large", "文件超过50MB", "The file is larger than 50 MB.")
    name = file.filename or "file"
    once = Once(request, desk.caller, hashlib.sha256(name.encode() + b"\0" + data).hexdigest())

    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(_keep, desk, data, name[:200]), 201)

    return await once.run(work)


def _keep(desk: Desk, data: bytes, name: str) -> dict[str, Any]:
    media_type = sniff(data, name)
    stored = desk.request.app.state.storage.put(data)
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


@router.get("/files/{file_id}")
def download(desk: AtDesk, file_id: str) -> Response:
    """A file's bytes, for whoever sent it in and for those who may see a case that names it."""
    with desk.session() as session:
        row = queries.file_row(session, file_id)
        uses = queries.uses_of_file(session, file_id)
    if row is None or not (row.owner == desk.caller.account.user or any(_may_see(desk, use) for use in uses)):
        raise Refused("not_found", "未找到", "Not found.")
    data = desk.request.app.state.storage.get(row.sha256)
    disposition = f"attachment; filename*=UTF-8''{quote(row.name, safe='')}"
    return Response(data, media_type=row.media_type, headers={"Content-Disposition": disposition})


def _may_see(desk: Desk, use: FileUseRow) -> bool:
    try:
        state = desk.case(use.case_id).state
    except Refused:
        return False
    return knows_of(state, use.audit, desk.actor)

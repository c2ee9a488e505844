"""The list of certified organizations: for anybody, without signing in, as a page or as a table."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api import paging
from api.description import of_type
from api.gate import within_limit
from api.register import CACHED
from records import certificates
from records.certificates import Entry, Holder, Status
from services.csv_files import csv_file

router = APIRouter(prefix="/api/v1", tags=["register"], dependencies=[Depends(within_limit)])

Text = Annotated[str, Query(max_length=100)]
CERTIFICATE = ("number", "status", "service", "scope", "decided_on", "valid_from", "valid_until", "rehearsal")
HOLDER = ("uscc", "organization", "city")


@router.get("/alliance/organizations", responses=of_type("text/csv"))
def list_organizations(  # one query parameter each
    request: Request,
    status: Status = "valid",
    city: Text = "",
    q: Text = "",
    format: Literal["json", "csv"] = "json",  # noqa: A002  # the parameter's name
    limit: paging.Limit = 50,
    cursor: paging.Cursor = "",
) -> Response:
    """Organizations that hold a certificate of a status today, by their code, with these certificates.

    `q` is part of code or name. The table (`format=csv`) has all of them, one line for each certificate.
    """
    after = str((paging.read(cursor, str) or [""])[0])
    rehearsal: bool = request.app.state.settings.rehearsal
    most = limit + 1 if format == "json" else None
    found: list[Holder] = []
    # No text of a database holds this character, and PostgreSQL refuses to be asked for it.
    if "\0" not in city + q:
        with Session(request.app.state.database) as session:
            found = certificates.holders(session, status, city, q, after, most, rehearsal=rehearsal)
    if format == "csv":
        return _table(found)
    return JSONResponse(
        paging.page([_item(one) for one in found], limit, [[one.uscc] for one in found]), headers=CACHED
    )


def _table(found: list[Holder]) -> Response:
    rows = [
        (one.uscc, one.name, one.city, entry.row.body, *_certificate(entry).values())
        for one in found
        for entry in one.certificates
    ]
    headers = {**CACHED, "Content-Disposition": 'attachment; filename="organizations.csv"'}
    return Response(csv_file((*HOLDER, "body", *CERTIFICATE), rows), media_type="text/csv", headers=headers)


def _item(found: Holder) -> dict[str, Any]:
    return {
        "name": found.name,
        "uscc": found.uscc,
        "city": found.city,
        "bodies": found.bodies,
        "certificates": [_certificate(entry) for entry in found.certificates],
    }


def _certificate(entry: Entry) -> dict[str, Any]:
    row = entry.row.model_dump(mode="json", include={*CERTIFICATE}) | {"status": entry.status}
    return {name: row[name] for name in CERTIFICATE}

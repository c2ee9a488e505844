"""The public register: what every certificate is worth, for anybody, without signing in."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session

from api import paging, verify_page
from api.description import of_type
from api.gate import within_limit
from domain.model import Day
from domain.refusal import Refused
from records import certificates
from records.certificates import Entry, Status
from records.tables import Body

router = APIRouter(tags=["register"], dependencies=[Depends(within_limit)])

NO_SUCH_PAGE: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such certificate", "content": {"text/html": {}}}
}
CACHED = {"Cache-Control": "public, max-age=60"}
LONGEST_NUMBER = 64
Text = Annotated[str, Query(max_length=100)]


@router.get("/api/v1/certificates")
def list_certificates(
    request: Request,
    status: Status | None = None,
    q: Text = "",
    on: Day | None = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = "",
) -> JSONResponse:
    """The register by number, each certificate with its status of today or of the day `on`.

    `q` is part of number, holder or service.
    """
    place = paging.read(cursor, str)
    after = str(place[0]) if place else ""
    # No text of a database holds this character, and PostgreSQL refuses to be asked for it.
    if "\0" in q:
        return JSONResponse(paging.page([], limit, []), headers=CACHED)
    with Session(request.app.state.database) as session:
        found = certificates.page(session, status, q, after, limit + 1, on=on)
        items = [item(one) for one in found]
    return JSONResponse(paging.page(items, limit, [[one["number"]] for one in items]), headers=CACHED)


@router.get("/api/v1/certificates/{number}.pdf", response_class=Response, responses=of_type("application/pdf"))
def print_certificate(request: Request, number: str) -> Response:
    """The certificate as it was printed; 503 in the moments between its decision and its printing."""
    with Session(request.app.state.database) as session:
        _entry(session, number)
        document = certificates.certificate_document(session, number)
    if document is None:
        raise Refused("unavailable", "证书文件正在生成，请稍后重试", "The certificate is being printed; try again.")
    headers = {**CACHED, "Content-Disposition": f'inline; filename="{document.name}"'}
    return Response(request.app.state.storage.get(document.sha256), media_type="application/pdf", headers=headers)


@router.get("/api/v1/certificates/{number}")
def show_certificate(request: Request, number: str, on: Day | None = None) -> JSONResponse:
    """One certificate, with its status of today or of the day `on`."""
    with Session(request.app.state.database) as session:
        return JSONResponse(item(_entry(session, number, on)), headers=CACHED)


@router.get(
    "/verify/{number}",
    response_class=HTMLResponse,
    responses={404: {"description": "No such certificate", "content": {"text/html": {}}}},
)
def verify(request: Request, number: str) -> HTMLResponse:
    """What the QR code of a certificate opens: a page for people, also where there is no such certificate."""
    with Session(request.app.state.database) as session:
        try:
            found = _entry(session, number)
        except Refused:
            return HTMLResponse(verify_page.unknown(number), 404, verify_page.HEADERS)
        body = session.get(Body, found.row.body)
        printed = certificates.certificate_document(session, number) is not None
    names = (body.name_zh, body.name_en) if body else (found.row.body, "")
    page = verify_page.known(found, names, printed=printed)
    return HTMLResponse(page, headers={**CACHED, **verify_page.HEADERS})


def item(found: Entry) -> dict[str, Any]:
    """A certificate as the register's lists hold it; `on` is the day its status is of."""
    row = found.row
    rule = {"id": row.special_rule, "version": row.special_rule_version} if row.special_rule else None
    return {
        "number": row.number,
        "status": found.status,
        "on": found.on.isoformat(),
        "organization": row.organization,
        "uscc": row.uscc,
        "scheme": {"id": row.scheme, "version": row.scheme_version},
        "special_rule": rule,
        "service": row.service,
        "scope": row.scope,
        "sites": row.sites,
        "decided_on": row.decided_on.isoformat(),
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "predecessor": row.predecessor,
        "successor": row.successor,
        "body": row.body,
        "rehearsal": row.rehearsal,
    }


def _entry(session: Session, number: str, on: date | None = None) -> Entry:
    known = len(number) <= LONGEST_NUMBER and "\0" not in number
    found = certificates.entry(session, number, on) if known else None
    if found is None:
        raise Refused("not_found", "未找到", "Not found.")
    return found

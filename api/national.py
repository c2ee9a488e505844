"""The national reporting platform: a file of what has changed, and the receipt that is entered back."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlmodel import Session

from api import paging
from api.description import of_type
from api.desk import AtDesk, Desk
from api.problems import invalid
from api.requests import StrictRoute
from domain.application import Name
from domain.dates import local_date
from domain.model import Day, Input
from domain.prose import Reason
from domain.refusal import Refused
from records import exports
from records.chain import instant
from records.issued import NationalExportRow
from services.csv_files import csv_file
from services.storage import Storage

router = APIRouter(prefix="/api/v1/national", route_class=StrictRoute, tags=["national"])


class Period(Input):
    """The days whose changes are exported, both included."""

    from_: Day = Field(alias="from")
    to: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise ValueError("from is after to")
        return self


class Answer(Input):
    """What the platform said: its receipt's number and day, or why it rejects the file."""

    number: Name | None = None
    on: Day | None = None
    rejected: Reason | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.number is None) != (self.on is None) or (self.number is None) == (self.rejected is None):
            raise ValueError("give number and on, or rejected")
        return self


@router.post("/exports", status_code=201)
async def export(desk: AtDesk, body: Annotated[Period, Body()]) -> Response:
    """A file of the certificates' changes in a period that no confirmed export holds; the same again where none is new.

    R:7/6.4.6.2's results for a second receiver; the file's layout is a setting, since the platform's is not at hand.
    """

    async def work() -> Response:
        return await run_in_threadpool(_export, desk, body)

    return await desk.once(body.model_dump(mode="json")).run(work)


def _export(desk: Desk, period: Period) -> Response:
    span, body = (period.from_, period.to), desk.actor.body
    with desk.session() as session:
        exports.lock(session, body)
        changes = exports.unconfirmed(session, body, *span, rehearsal=desk.settings.rehearsal)
        same = exports.latest(session, body, span)
        if same and _says_all(session, same, changes):
            return JSONResponse(_item(same))
        if not changes:
            raise Refused("stage_conflict", "该期间没有需要上报的变更", "Nothing in this period is to be exported.")
        columns = desk.settings.national_layout
        stored = _storage(desk.request).put(csv_file([*columns.values()], exports.lines(changes, columns)))
        made = exports.keep(session, body, span, changes, stored.sha256, desk.actor.user)
        session.commit()
        return JSONResponse(_item(made), 201)


def _says_all(session: Session, same: NationalExportRow, changes: list[exports.Change]) -> bool:
    """Whether an export of the same days already says everything that is to be said."""
    if not changes:
        return same.state == "confirmed"
    held = {(one.number, one.place) for one in changes}
    return same.state == "open" and exports.holds(session, same.id) == held


@router.get("/exports")
def list_exports(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """The exports of the caller's body, oldest first."""
    after = str((paging.read(cursor, str) or [""])[0])
    with desk.session() as session:
        items = [_item(row) for row in exports.page(session, desk.actor.body, after, limit + 1)]
    return paging.page(items, limit, [[one["id"]] for one in items])


@router.get("/exports/{export_id}.csv", response_class=Response, responses=of_type("text/csv"))
def show_file(desk: AtDesk, export_id: str) -> Response:
    """The file, as it was made."""
    with desk.session() as session:
        row = _own(desk, session, export_id)
    headers = {"Content-Disposition": f'attachment; filename="{row.id}.csv"'}
    return Response(_storage(desk.request).get(row.sha256), media_type="text/csv", headers=headers)


@router.get("/exports/{export_id}")
def show_export(desk: AtDesk, export_id: str) -> dict[str, Any]:
    """An export: its days, how many changes it holds, and what the platform said."""
    with desk.session() as session:
        return _item(_own(desk, session, export_id))


@router.post("/exports/{export_id}/receipt")
async def answered(desk: AtDesk, export_id: str, body: Annotated[Answer, Body()]) -> Response:
    """The receipt is entered, once, or the file is rejected: what it holds comes again with the next export."""

    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(_answered, desk, export_id, body))

    return await desk.once(body.model_dump(mode="json")).run(work)


def _answered(desk: Desk, export_id: str, answer: Answer) -> dict[str, Any]:
    with desk.session() as session:
        exports.lock(session, desk.actor.body)
        row = _own(desk, session, export_id)
        said = ("rejected", None, None) if answer.rejected else ("confirmed", answer.number, answer.on)
        if answer.on and answer.on > local_date(datetime.now(UTC)):
            raise invalid("/on", "after today")
        if row.state == "open":
            if not answer.rejected and exports.confirmed_elsewhere(session, row):
                raise Refused(
                    "stage_conflict", "其中有变更已在其他导出中确认", "Another confirmed export holds a part."
                )
            row.state, row.receipt_number, row.receipt_on = said
            row.reason = answer.rejected or ""
            session.add(row)
            session.commit()
        elif (row.state, row.receipt_number, row.receipt_on) != said:
            raise Refused("stage_conflict", "该导出已有回执结论", "The platform's answer is entered already.")
        return _item(row)


def _own(desk: Desk, session: Session, export_id: str) -> NationalExportRow:
    row = None if "\0" in export_id else exports.of_body(session, desk.actor.body, export_id)
    if row is None:
        raise Refused("not_found", "未找到", "Not found.")
    return row


def _item(row: NationalExportRow) -> dict[str, Any]:
    receipt = {"number": row.receipt_number, "on": str(row.receipt_on)} if row.receipt_number else None
    return {
        "id": row.id,
        "from": row.first.isoformat(),
        "to": row.last.isoformat(),
        "changes": row.items,
        "state": row.state,
        "receipt": receipt,
        "rejected": row.reason or None,
        "made_by": row.made_by,
        "made_at": instant(row.at),
        "sha256": row.sha256,
    }


def _storage(request: Request) -> Storage:
    storage: Storage = request.app.state.storage
    return storage

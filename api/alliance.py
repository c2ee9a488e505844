"""What was reported to the alliance, and what is still to be."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter

from api import paging
from api.desk import AtDesk
from api.problems import invalid
from domain.dates import local_date
from records import reports
from records.chain import instant
from records.issued import AllianceReportRow

router = APIRouter(prefix="/api/v1", tags=["alliance"])


@router.get("/alliance/reports")
def list_reports(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """Every report with its receipt, oldest first; those of rehearsed cases are marked `rehearsal`."""
    with desk.session() as session:
        rows = reports.page(session, _place(cursor), limit + 1)
        items = [item(row) for row in rows]
        places = [[row.at.isoformat(), row.id] for row in rows]
    return paging.page(items, limit, places)


@router.get("/alliance/missing")
def list_missing(
    desk: AtDesk,
    rehearsal: bool = False,  # noqa: FBT001, FBT002  # a query parameter
    limit: paging.Limit = 50,
    cursor: paging.Cursor = "",
) -> dict[str, Any]:
    """What has to be reported and has no receipt (R:7/6.4.6.2, R:7/6.5.3.3): all of it, or that of one's own body.

    A page looks through some thousand cases at most: one with fewer items, or none, may have a next one.
    """
    body = "" if "alliance" in desk.actor.roles else desk.actor.body
    number, place = paging.read(cursor, str, str) or ("", "")
    with desk.session() as session:
        found, rest = reports.missing(session, body, (number, place), limit + 1, rehearsal=rehearsal)
        items = [_missing(one) for one in found]
    return paging.page(items, limit, [(one.case.number, one.fact.place) for one in found], rest)


def _missing(found: reports.Missing) -> dict[str, Any]:
    """A fact without a receipt; its days count to the case's own today."""
    case, fact = found.case, found.fact
    on = local_date(datetime.fromisoformat(fact.at))
    today = local_date(datetime.now(UTC) + timedelta(seconds=case.clock_ahead))
    return {
        "case_number": case.number,
        "body": case.body,
        "kind": fact.kind,
        "about": fact.about.partition(":")[2],
        "on": on.isoformat(),
        "days": (today - on).days,
        "clause": fact.clause,
    }


def item(row: AllianceReportRow) -> dict[str, Any]:
    """A report as it was submitted, its receipt, and when it was on record here."""
    receipt: dict[str, Any] = json.loads(row.receipt)
    return {**json.loads(row.content), "receipt": receipt, "reported_at": instant(row.at)}


def _place(cursor: str) -> tuple[datetime, str] | None:
    place = paging.read(cursor, str, str)
    if not place:
        return None
    at, report_id = place
    try:
        found = datetime.fromisoformat(at)
    except ValueError as error:
        raise invalid("/cursor", "not a cursor of this list") from error
    if found.tzinfo is None:
        raise invalid("/cursor", "not a cursor of this list")
    return found, report_id

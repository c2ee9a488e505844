"""What was reported to the alliance, for the alliance."""

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter

from api import paging
from api.desk import AtDesk
from api.problems import invalid
from domain.refusal import Refused
from records import reports
from records.chain import instant
from records.issued import AllianceReportRow

router = APIRouter(prefix="/api/v1", tags=["alliance"])


@router.get("/alliance/reports")
def list_reports(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """Every report with its receipt, oldest first; those of rehearsed cases are marked `rehearsal`."""
    if "alliance" not in desk.actor.roles:
        raise Refused("forbidden", "仅联盟可查看上报记录", "The reports are for the alliance only.")
    with desk.session() as session:
        rows = reports.page(session, _place(cursor), limit + 1)
        items = [item(row) for row in rows]
        places = [[row.at.isoformat(), row.id] for row in rows]
    return paging.page(items, limit, places)


def item(row: AllianceReportRow) -> dict[str, Any]:
    """A report as it was submitted, its receipt, and when it was on record here."""
    receipt: dict[str, Any] = json.loads(row.receipt)
    return {**json.loads(row.content), "receipt": receipt, "reported_at": instant(row.at)}


def _place(cursor: str) -> tuple[datetime, str] | None:
    place = paging.read(cursor, str, str)
    if not place:
        return None
    try:
        at, report_id = place
        found = datetime.fromisoformat(at)
    except (TypeError, ValueError) as error:
        raise invalid("/cursor", "not a cursor of this list") from error
    if found.tzinfo is None or not isinstance(report_id, str) or "\0" in report_id:
        raise invalid("/cursor", "not a cursor of this list")
    return found, report_id

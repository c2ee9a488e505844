"""The reports to the alliance: those on record, and those that wait for the next batch."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from records.issued import AllianceOutboxRow, AllianceReportRow
from records.tables import EventRow

REPORTED = "alliance.reported"
"""The event of a report that has its receipt."""


def page(session: Session, after: tuple[datetime, str] | None, limit: int) -> Sequence[AllianceReportRow]:
    """At most `limit` reports after a place (instant and id), oldest first."""
    at, report_id = col(AllianceReportRow.at), col(AllianceReportRow.id)
    query = select(AllianceReportRow)
    if after:
        query = query.where(or_(at > after[0], and_(at == after[0], report_id > after[1])))
    return session.exec(query.order_by(at, report_id).limit(limit)).all()


def parked(session: Session, after: tuple[datetime, str] | None, limit: int) -> Sequence[AllianceOutboxRow]:
    """At most `limit` reports of the outbox after a place (instant and id), oldest first."""
    at, report_id = col(AllianceOutboxRow.at), col(AllianceOutboxRow.id)
    query = select(AllianceOutboxRow)
    if after:
        query = query.where(or_(at > after[0], and_(at == after[0], report_id > after[1])))
    return session.exec(query.order_by(at, report_id).limit(limit)).all()


def about_of(session: Session, case_id: str, submission_id: str) -> str | None:
    """What a case's report with a receipt was about; none where its record knows of no such report."""
    told = select(EventRow.data).where(EventRow.case_id == case_id, EventRow.kind == REPORTED)
    found = (json.loads(data) for data in session.exec(told))
    return next((str(one["about"]) for one in found if one["submission"] == submission_id), None)

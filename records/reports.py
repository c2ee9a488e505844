"""The reports to the alliance that are on record."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from records.issued import AllianceReportRow


def page(session: Session, after: tuple[datetime, str] | None, limit: int) -> Sequence[AllianceReportRow]:
    """At most `limit` reports after a place (instant and id), oldest first."""
    at, report_id = col(AllianceReportRow.at), col(AllianceReportRow.id)
    query = select(AllianceReportRow)
    if after:
        query = query.where(or_(at > after[0], and_(at == after[0], report_id > after[1])))
    return session.exec(query.order_by(at, report_id).limit(limit)).all()

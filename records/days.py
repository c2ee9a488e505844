"""The days laid over the published calendar, and the cases whose dates rest on them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from domain.calendar import Override
from domain.requirements import HOLDERS
from domain.state import Actor
from records.queries import visible
from records.tables import CalendarDayRow, CaseRow

HOW_MANY = "SELECT count(*) FROM calendar_days"
"""As text: every action asks, and composing the statement takes longer than answering it."""


def count(session: Session) -> int:
    """How many rows there are: they are only ever added, so their number tells one calendar from another."""
    return int(session.connection().exec_driver_sql(HOW_MANY).scalar_one())


def overrides(session: Session) -> list[Override]:
    """All rows, oldest first."""
    rows = session.exec(select(CalendarDayRow).order_by(col(CalendarDayRow.id)))
    return [Override(day=row.day, working=row.working, source=row.source, notice_year=row.notice_year) for row in rows]


def add(session: Session, rows: Iterable[Override], added_by: str) -> None:
    """Add rows; the caller commits.

    Raises:
        IntegrityError: on commit, where a day of a year's notice is there already.
    """
    at = datetime.now(UTC)
    session.add_all(CalendarDayRow(**row.model_dump(), added_by=added_by, at=at) for row in rows)


SELECTIONS: dict[str, ColumnElement[bool]] = {
    "running": col(CaseRow.stage) != "closed",
    "holders": col(CaseRow.status).in_(HOLDERS),
    "provisional": col(CaseRow.provisional).is_(True),
}
"""Which cases something is rolled out to, by name."""


def cases_after(session: Session, selection: str, after: str, limit: int) -> list[str]:
    """The next cases of a selection, by id."""
    query = select(CaseRow.id).where(SELECTIONS[selection], col(CaseRow.id) > after)
    return list(session.exec(query.order_by(col(CaseRow.id)).limit(limit)))


def provisional_cases(session: Session, actor: Actor) -> int:
    """How many cases that a person sees have a running provisional date."""
    query = select(func.count()).select_from(CaseRow).where(visible(actor), col(CaseRow.provisional))
    return session.exec(query).one()

"""The exports to the national platform: which changes of certificates are in which, and what the platform said."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from domain.national import Line, kind_of_change
from records import certificates, store
from records.database import begin_writing
from records.issued import CertificateChangeRow, CertificateRow, NationalExportItemRow, NationalExportRow
from records.tables import Body


class Change(NamedTuple):
    """A change of a certificate: which it is, from 0, and its line."""

    number: str
    place: int
    line: Line


def lock(session: Session, body: str) -> None:
    """From here on nobody else makes or confirms an export of this body until the caller commits."""
    begin_writing(session)
    session.exec(select(Body.id).where(Body.id == body).with_for_update()).first()


def unconfirmed(session: Session, body: str, first: date, last: date, *, rehearsal: bool) -> list[Change]:
    """The changes of a body's certificates from one day to another that no confirmed export holds, oldest first."""
    change, row = CertificateChangeRow, CertificateRow
    query = select(change, row).join(row, col(row.number) == change.number)
    query = query.where(row.body == body, row.rehearsal == rehearsal, col(change.on).between(first, last))
    confirmed = _confirmed(session, body)
    rows = session.exec(query.order_by(col(change.on), col(change.number), col(change.place))).all()
    return [
        Change(one.number, one.place, _line(session, certificate, one.place))
        for one, certificate in rows
        if (one.number, one.place) not in confirmed
    ]


def _confirmed(session: Session, body: str) -> set[tuple[str, int]]:
    item, export = NationalExportItemRow, NationalExportRow
    query = select(item.number, item.place).join(export, col(export.id) == item.export_id)
    return set(session.exec(query.where(export.body == body, export.state == "confirmed")))


def _line(session: Session, row: CertificateRow, place: int) -> Line:
    history = certificates.changes(session, row.number)
    before = history[place - 1].status if place else None
    facts = row.model_dump(include={*Line.model_fields}) | {"edition": row.scheme_version, "sites": len(row.sites)}
    return Line(
        **facts,
        status_since=history[-1].on,
        change=kind_of_change(before, history[place].status),
        changed_on=history[place].on,
    )


def keep(
    session: Session, body: str, span: tuple[date, date], changes: Sequence[Change], sha256: str, by: str
) -> NationalExportRow:
    """Note an export whose file lies in the store; the caller commits."""
    number = store.next_number(session, f"national-export-{body}")
    row = NationalExportRow(
        id=f"{body}-{number:05d}",
        body=body,
        first=span[0],
        last=span[1],
        items=len(changes),
        sha256=sha256,
        made_by=by,
        at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    session.add_all(NationalExportItemRow(export_id=row.id, number=one.number, place=one.place) for one in changes)
    return row


def latest(session: Session, body: str, span: tuple[date, date]) -> NationalExportRow | None:
    """The last export of exactly these days."""
    row = NationalExportRow
    query = select(row).where(row.body == body, row.first == span[0], row.last == span[1])
    return session.exec(query.order_by(col(row.id).desc())).first()


def holds(session: Session, export_id: str) -> set[tuple[str, int]]:
    """The changes that an export holds."""
    item = NationalExportItemRow
    return set(session.exec(select(item.number, item.place).where(item.export_id == export_id)))


def page(session: Session, body: str, after: str, limit: int) -> Sequence[NationalExportRow]:
    """At most `limit` exports of a body with an id above `after`, oldest first."""
    row = NationalExportRow
    query = select(row).where(row.body == body, col(row.id) > after)
    return session.exec(query.order_by(col(row.id)).limit(limit)).all()


def of_body(session: Session, body: str, export_id: str) -> NationalExportRow | None:
    """An export by its id; none where it is another body's."""
    row = session.get(NationalExportRow, export_id)
    return row if row and row.body == body else None


def confirmed_elsewhere(session: Session, row: NationalExportRow) -> bool:
    """Whether another export that holds one of its changes has a receipt."""
    return bool(holds(session, row.id) & _confirmed(session, row.body))


def lines(changes: Iterable[Change], columns: Iterable[str]) -> list[list[object]]:
    """The changes as rows of a table."""
    names = list(columns)
    return [[getattr(one.line, name) for name in names] for one in changes]

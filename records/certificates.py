"""The register: every certificate with the history of its status, and the documents that were printed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, true, tuple_
from sqlmodel import Session, col, select

from domain.application import postal_address
from domain.certificates import Certificate, CertificateStatus
from domain.dates import local_date
from domain.scope import certified_by
from domain.state import CaseState
from records.issued import CertificateChangeRow, CertificateRow, DocumentRow
from records.search import holds
from records.tables import CaseRow

Status = CertificateStatus

ENDED: tuple[Status, ...] = ("withdrawn", "cancelled", "superseded")
"""What a certificate stays whatever the calendar says."""
MOVING = ("status", "predecessor", "successor")
"""What of a certificate changes after it was issued."""
CHUNK = 200
WORDS = (CertificateRow.number, CertificateRow.organization, CertificateRow.service, CertificateRow.uscc)
"""What the index of `records.search` is made of."""


class Entry(NamedTuple):
    """A certificate of the register and what it is worth on a day."""

    row: CertificateRow
    status: Status
    on: date


# Writing ------------------------------------------------------------------------------------------------------


def write(session: Session, after: CaseState, on: date) -> None:
    """Bring the register to what a case knows of its certificates, `on` the case's own day. The caller commits."""
    if not after.certificates:
        return
    found = session.exec(select(CertificateRow).where(CertificateRow.case_id == after.id))
    rows = {row.number: row for row in found}
    for place, certificate in enumerate(after.certificates):
        row = rows.get(certificate.number)
        if row is None:
            _add(session, issued(after, certificate, place), on)
        elif any(getattr(row, name) != getattr(certificate, name) for name in MOVING):
            _change(session, row, certificate, on)


def issued(state: CaseState, certificate: Certificate, place: int) -> CertificateRow:
    """The register's row of a certificate that a case has just issued."""
    application = certified_by(state, certificate)
    scheme, rule = certificate.scheme or application.scheme, certificate.special_rule or state.special_rule
    return CertificateRow(
        **certificate.model_dump(exclude={"scheme", "special_rule", "granted_on"}),
        scheme=scheme.id,
        case_id=state.id,
        place=place,
        body=state.body,
        organization=application.organization.name,
        uscc=application.organization.uscc,
        address=postal_address(application.organization.city, application.organization.address),
        city=application.organization.city,
        scheme_version=scheme.version,
        special_rule=rule.id if rule else None,
        special_rule_version=rule.version if rule else None,
        service=application.service.name,
        scope=application.service.description,
        sites=[site.model_dump(include={"id", "name", "address", "city"}) for site in application.sites],
        rehearsal=state.rehearsal,
    )


def _add(session: Session, row: CertificateRow, on: date) -> None:
    session.add(row)
    session.flush()
    session.add(CertificateChangeRow(number=row.number, place=0, on=on, status=row.status))


def _change(session: Session, row: CertificateRow, certificate: Certificate, on: date) -> None:
    if row.status != certificate.status:
        place = len(changes(session, row.number))
        session.add(CertificateChangeRow(number=row.number, place=place, on=on, status=certificate.status))
    for name in MOVING:
        setattr(row, name, getattr(certificate, name))
    session.add(row)


# Reading ------------------------------------------------------------------------------------------------------


def changes(session: Session, number: str) -> Sequence[CertificateChangeRow]:
    """A certificate's changes, first to last."""
    of_number = select(CertificateChangeRow).where(CertificateChangeRow.number == number)
    return session.exec(of_number.order_by(col(CertificateChangeRow.place))).all()


def status_on(row: CertificateRow, history: Sequence[CertificateChangeRow], day: date) -> Status:
    """What a certificate is on a day: what its case had made of it by then, and the calendar.

    Before its first day it is `upcoming`, after its last `expired`, unless it had ended otherwise before.
    """
    known = [change for change in history if change.on <= day]
    return _read(row, known[-1].status if known else "upcoming", day)


def entry(session: Session, number: str, on: date | None = None, now: datetime | None = None) -> Entry | None:
    """A certificate by its number, on a day or today (its case's today when it is rehearsed); None: never issued."""
    row = session.get(CertificateRow, number)
    if row is None:
        return None
    if on is None:
        case = session.get(CaseRow, row.case_id)
        on = _today(row, case.clock_ahead if case else 0, now or datetime.now(UTC))
    return Entry(row, status_on(row, changes(session, number), on), on)


def page(  # one filter each
    session: Session,
    status: Status | None,
    text: str,
    after: str,
    limit: int,
    *,
    on: date | None = None,
    now: datetime | None = None,
) -> list[Entry]:
    """At most `limit` certificates with a number above `after`, by number, as they are today or were on a day.

    `text` is part of number, holder or service.
    """
    now = now or datetime.now(UTC)
    query = _all(on).where(col(CertificateRow.number) > after)
    if text:
        query = query.where(holds(session, text, WORDS[:3], WORDS))
    if status and on:
        query = query.where(_may_be(status, on))
    elif status:
        query = query.where(or_(_is(status, local_date(now)), col(CertificateRow.rehearsal)))
    found = _in_chunks(session, query, (CertificateRow.number,), on, now, max(limit, CHUNK) if status else limit)
    return list(islice((one for one in found if status in (None, one.status)), limit))


def _all(on: date | None) -> Any:  # noqa: ANN401  # a select of three columns
    """Every certificate, how far its case's clock is ahead, and what was recorded of it last, or by a day."""
    ahead = select(CaseRow.clock_ahead).where(col(CaseRow.id) == CertificateRow.case_id)
    return select(CertificateRow, ahead.scalar_subquery(), _recorded(on))


def _recorded(on: date | None) -> Any:  # noqa: ANN401  # a column
    if on is None:
        return col(CertificateRow.status)
    change = select(CertificateChangeRow.status).where(
        CertificateChangeRow.number == CertificateRow.number, col(CertificateChangeRow.on) <= on
    )
    last = change.order_by(col(CertificateChangeRow.place).desc()).limit(1).correlate(CertificateRow)
    return func.coalesce(last.scalar_subquery(), "upcoming")


def _may_be(status: Status, on: date) -> ColumnElement[bool]:
    """Whether the calendar and the changes let a certificate be something on a day; `_read` says whether it was."""
    change = CertificateChangeRow
    by_then = select(change.number).where(change.status == status, col(change.on) <= on)
    changed = col(CertificateRow.number).in_(by_then)
    begun, over = col(CertificateRow.valid_from) <= on, col(CertificateRow.valid_until) < on
    if status in ENDED:
        return changed
    if status == "expired":
        return or_(over, changed)
    return ~begun if status == "upcoming" else and_(begun, ~over, changed if status == "suspended" else true())


def _in_chunks(  # where, in which order, on which day, how many
    session: Session,
    query: Any,  # noqa: ANN401  # a select of `_all`
    key: tuple[Any, ...],
    on: date | None,
    now: datetime,
    size: int,
) -> Iterator[Entry]:
    """What a query of `_all` finds, as far as it is asked for, in the order of a unique key.

    Each rehearsed certificate has a today of its own, which only this side of the database can tell.
    """
    rows: Sequence[Any] = session.exec(query.order_by(*key).limit(size)).all()
    while rows:
        for row, ahead, recorded in rows:
            day = on or _today(row, ahead, now)
            yield Entry(row, _read(row, recorded, day), day)
        if len(rows) < size:
            return
        last = tuple_(*(getattr(rows[-1][0], one.key) for one in key))
        rows = session.exec(query.where(tuple_(*key) > last).order_by(*key).limit(size)).all()


class Holder(NamedTuple):
    """A certified organization, with those of its certificates that were asked for, oldest number first."""

    uscc: str
    name: str
    city: str
    bodies: list[str]
    certificates: list[Entry]


def holders(  # noqa: PLR0913  # one filter each
    session: Session,
    status: Status,
    city: str,
    text: str,
    after: str,
    limit: int | None,
    *,
    rehearsal: bool,
    now: datetime | None = None,
) -> list[Holder]:
    """At most `limit` organizations that hold a certificate of a status today, by their code, above `after`.

    `text` is part of code or name; name and city are those of the latest certificate.
    """
    now = now or datetime.now(UTC)
    wanted = _is(status, local_date(now))
    query = _all(None).where(or_(wanted, col(CertificateRow.rehearsal)) if rehearsal else wanted)
    query = query.where(col(CertificateRow.uscc) > after)
    if not rehearsal:
        query = query.where(col(CertificateRow.rehearsal).is_(False))
    if city:
        query = query.where(CertificateRow.city == city)
    if text:
        query = query.where(holds(session, text, (CertificateRow.uscc, CertificateRow.organization), WORDS))
    found = _in_chunks(session, query, (CertificateRow.uscc, CertificateRow.number), None, now, CHUNK)
    grouped = groupby((one for one in found if one.status == status), key=lambda one: one.row.uscc)
    return [_holder(list(entries)) for _, entries in islice(grouped, limit)]


def _holder(entries: list[Entry]) -> Holder:
    latest = max(entries, key=lambda entry: entry.row.decided_on).row
    bodies = sorted({entry.row.body for entry in entries})
    return Holder(latest.uscc, latest.organization, latest.city, bodies, entries)


def _today(row: CertificateRow, ahead: float, now: datetime) -> date:
    return local_date(now + timedelta(seconds=ahead if row.rehearsal else 0))


def _read(row: CertificateRow, recorded: str, day: date) -> Status:
    if recorded in ENDED:
        return next(status for status in ENDED if status == recorded)
    if day < row.valid_from:
        return "upcoming"
    if day > row.valid_until or recorded == "expired":
        return "expired"
    return "suspended" if recorded == "suspended" else "valid"


def _is(status: Status, today: date) -> ColumnElement[bool]:
    """`_read`, as SQL for one day."""
    recorded = col(CertificateRow.status)
    if status in ENDED:
        return recorded == status
    begun, over = col(CertificateRow.valid_from) <= today, col(CertificateRow.valid_until) < today
    running = recorded.not_in(ENDED)
    if status == "upcoming":
        return and_(running, ~begun)
    if status == "expired":
        return and_(running, begun, or_(over, recorded == "expired"))
    same = recorded == "suspended" if status == "suspended" else recorded.in_(("valid", "upcoming"))
    return and_(same, begun, ~over)


# Documents ----------------------------------------------------------------------------------------------------


def documents_of(session: Session, case_id: str) -> Sequence[DocumentRow]:
    """The documents that were printed for a case, oldest first."""
    of_case = select(DocumentRow).where(DocumentRow.case_id == case_id)
    return session.exec(of_case.order_by(col(DocumentRow.at), col(DocumentRow.effect_id))).all()


def certificate_document(session: Session, number: str) -> DocumentRow | None:
    """The printed certificate, or None while it is not made."""
    of_number = select(DocumentRow).where(DocumentRow.kind == "certificate", DocumentRow.about == number)
    return session.exec(of_number.order_by(col(DocumentRow.at).desc())).first()

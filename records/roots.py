"""The daily roots: written over the heads of all cases, and held against the record."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import rfc8785
from sqlmodel import Session, and_, col, select

from records.chain import FIRST
from records.root_table import RootRow, StampRow
from records.tables import CaseRow, EventRow


class Root(NamedTuple):
    """What a root says."""

    day: date
    cases: int
    heads: str
    previous: str
    root: str


class Head(NamedTuple):
    """How far a case had come when a root was written."""

    version: int
    head: str


def write(session: Session, day: date, at: datetime) -> RootRow | None:
    """Add the root of a day, unless it or a later one is there. The caller commits."""
    rows = _rows(session)
    if rows and rows[-1].day >= day:
        return None
    known = _heads(rows)
    now = _present(session)
    moved = {case: head for case, head in now.items() if known.get(case) != head}
    root = _root(day, known | moved, rows[-1].root if rows else FIRST)
    row = RootRow(**root._asdict(), moved=json.dumps(_listed(moved)), at=at)
    session.add(row)
    return row


def page(session: Session, before: date | None, limit: int) -> Sequence[tuple[RootRow, StampRow | None]]:
    """At most `limit` roots of days before one, the latest first, each with its time stamp."""
    with_stamp = select(RootRow, StampRow).join(StampRow, isouter=True)
    query = with_stamp.order_by(col(RootRow.day).desc()).limit(limit)
    return session.exec(query.where(RootRow.day < before) if before else query).all()


def form(row: RootRow) -> bytes:
    """What a root is the SHA-256 of."""
    return rfc8785.dumps(_said(row.day, row.cases, row.heads, row.previous))


def root_findings(session: Session) -> Iterator[str]:
    """Whether every root is what the heads of its day come to, and the record still holds each of these heads."""
    known: dict[str, Head] = {}
    previous = FIRST
    for row in _rows(session):
        moved = _heads([row])
        known |= moved
        expected = _root(row.day, known, previous)
        for name, wanted in expected._asdict().items():
            if (found := getattr(row, name)) != wanted:
                yield f"{name} of the root of {row.day} is {found}, and should be {wanted}"
        for case in sorted(case for case, head in moved.items() if _hash(session, case, head.version) != head.head):
            yield f"the root of {row.day} holds another event {moved[case].version} of the case {case}"
        previous = row.root


def _rows(session: Session) -> Sequence[RootRow]:
    return session.exec(select(RootRow).order_by(col(RootRow.day))).all()


def _heads(rows: Sequence[RootRow]) -> dict[str, Head]:
    return {case: Head(version, head) for row in rows for case, version, head in json.loads(row.moved)}


def _present(session: Session) -> dict[str, Head]:
    last = and_(EventRow.case_id == CaseRow.id, EventRow.seq == CaseRow.version)
    query = select(CaseRow.id, CaseRow.version, EventRow.hash).join(EventRow, last)
    return {case: Head(version, head) for case, version, head in session.exec(query)}


def _hash(session: Session, case: str, seq: int) -> str | None:
    return session.exec(select(EventRow.hash).where(EventRow.case_id == case, EventRow.seq == seq)).first()


def _root(day: date, heads: dict[str, Head], previous: str) -> Root:
    digest = _digest(_listed(heads))
    return Root(day, len(heads), digest, previous, _digest(_said(day, len(heads), digest, previous)))


def _said(day: date, cases: int, heads: str, previous: str) -> dict[str, Any]:
    return {"day": day.isoformat(), "cases": cases, "heads": heads, "previous": previous}


def _listed(heads: dict[str, Head]) -> list[Any]:
    return [[case, *head] for case, head in sorted(heads.items())]


def _digest(value: Any) -> str:  # noqa: ANN401  # JSON
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()

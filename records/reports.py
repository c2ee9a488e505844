"""The reports to the alliance: those on record, and those that wait for the next batch."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from domain.reporting import KINDS, REPORTED, Event, Owed, unreported
from records.issued import AllianceOutboxRow, AllianceReportRow
from records.tables import CaseRow, EventRow

CHUNK = 200
"""Cases whose events are looked through together."""
CHUNKS_A_PAGE = 10
BEHIND_ALL = "\U0010ffff"
"""A place behind every fact of a case."""
NOTHING_TO_REPORT = ("open", "rejected", "application_withdrawn")
"""Statuses of cases that have come to no result yet, or never will."""


class Missing(NamedTuple):
    """A fact without a receipt, and the case it is of."""

    case: CaseRow
    fact: Owed


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


# What is missing ----------------------------------------------------------------------------------------------


def missing(
    session: Session, body: str, after: tuple[str, str], limit: int, *, rehearsal: bool
) -> tuple[list[Missing], tuple[str, str] | None]:
    """At most `limit` facts of a body's cases, or of all, that have no receipt, after a place (case number, place).

    Where so many cases were looked through that the rest is for another page, also the place to go on from.
    """
    found: list[Missing] = []
    number, place = after
    query = select(CaseRow).where(CaseRow.rehearsal == rehearsal, col(CaseRow.status).not_in(NOTHING_TO_REPORT))
    query = query.options(defer(CaseRow.state, raiseload=True))  # type: ignore[arg-type]
    if body:
        query = query.where(CaseRow.body == body)
    for _ in range(CHUNKS_A_PAGE):
        # The case of the place itself once more: it may have further facts.
        cases = session.exec(
            query.where(col(CaseRow.number) >= number).order_by(col(CaseRow.number)).limit(CHUNK)
        ).all()
        events = _events(session, [case.id for case in cases])
        facts = (Missing(case, fact) for case in cases for fact in unreported(events[case.id]))
        found += [one for one in facts if (one.case.number, one.fact.place) > (number, place)]
        if len(cases) < CHUNK or len(found) >= limit:
            return found[:limit], None
        number, place = cases[-1].number, BEHIND_ALL
    return found, (number, place)


def _events(session: Session, cases: list[str]) -> dict[str, list[Event]]:
    """The events that count, by case, oldest first."""
    columns = (EventRow.case_id, EventRow.at, EventRow.kind, EventRow.data)
    query = select(*columns).where(col(EventRow.case_id).in_(cases), col(EventRow.kind).in_(KINDS))
    found: dict[str, list[Event]] = defaultdict(list)
    for case_id, at, kind, data in session.exec(query.order_by(col(EventRow.case_id), col(EventRow.seq))):
        found[case_id].append(Event(at, kind, json.loads(data)))
    return found

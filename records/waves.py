"""Annual waves: their days, their applications, and how far their cases have come."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.refusal import Fault, Refusal, Refused
from records import store
from records.tables import CaseRow, TaskRow
from records.wave_tables import WaveApplicationRow, WaveRow

REFUSED = ("refused", "rejected", "terminated")
"""Statuses of cases that ended without a certificate, by the body's doing."""


def must_be_open(session: Session, wave_id: str, body: str, today: date) -> None:
    """Whether an application may join a wave today.

    Raises:
        Refused: `invalid` where it is no wave of this body, `rule_refused` outside its days (R:7/7.2.1).
    """
    wave = session.get(WaveRow, wave_id)
    if wave is None or wave.body != body:
        fault = Fault(pointer="/wave", detail="no wave of this body")
        raise Refused("invalid", "该机构没有此申报批次", "This body has no such wave.", faults=[fault])
    if not wave.opens_on <= today <= wave.closes_on:
        raise Refused(
            "rule_refused",
            f"申报批次仅在{wave.opens_on}至{wave.closes_on}受理",
            f"The wave takes applications from {wave.opens_on} to {wave.closes_on}.",
            clause="R:7/7.2.1",
        )


def create(session: Session, body: str, year: int, title: str, days: tuple[date, date], by: str) -> WaveRow:
    """Add a wave; the caller commits."""
    number = store.next_number(session, f"wave-{body}-{year}")
    row = WaveRow(
        id=f"{body}-{year}-{number}",
        body=body,
        year=year,
        title=title,
        opens_on=days[0],
        closes_on=days[1],
        created_by=by,
        at=datetime.now(UTC),
    )
    session.add(row)
    return row


def page(session: Session, body: str, after: str, limit: int) -> Sequence[WaveRow]:
    """At most `limit` waves of a body, or of all, with an id above `after`."""
    query = select(WaveRow).where(col(WaveRow.id) > after)
    if body:
        query = query.where(WaveRow.body == body)
    return session.exec(query.order_by(col(WaveRow.id)).limit(limit)).all()


# Applications -------------------------------------------------------------------------------------------------


def hand_in(session: Session, drafts: Sequence[WaveApplicationRow]) -> list[WaveApplicationRow]:
    """Add applications of one wave; one that is there changes nothing, unless it was refused and is mended.

    The caller commits.
    """
    if not drafts:
        return []
    of_wave = select(WaveApplicationRow).where(WaveApplicationRow.wave == drafts[0].wave)
    rows = {row.case_id: row for row in session.exec(of_wave)}
    for draft in drafts:
        known = rows.get(draft.case_id)
        if known is None:
            draft.position = len(rows) + 1
            rows[draft.case_id] = draft
        elif known.state == "refused" and known.content != draft.content:
            known.content, known.actor, known.applicant = draft.content, draft.actor, draft.applicant
            known.state, known.problem, known.tries = "waiting", "", known.tries + 1
        session.add(rows[draft.case_id])
    return [rows[draft.case_id] for draft in drafts]


def holds(session: Session, wave: str, case_id: str) -> bool:
    """Whether an application was handed in with a wave, on a day on which that took any: when it starts is ours."""
    return session.get(WaveApplicationRow, (wave, case_id)) is not None


def applications(session: Session, wave: str, after: int, limit: int) -> Sequence[WaveApplicationRow]:
    """At most `limit` applications of a wave after a position."""
    row = WaveApplicationRow
    query = select(row).where(row.wave == wave, col(row.position) > after)
    return session.exec(query.order_by(col(row.position)).limit(limit)).all()


def waiting(session: Session) -> Sequence[WaveApplicationRow]:
    """Every application that no case has been started for, in the order of waves and positions."""
    row = WaveApplicationRow
    query = select(row).where(row.state == "waiting")
    return session.exec(query.order_by(col(row.wave), col(row.position))).all()


def settle(session: Session, row: WaveApplicationRow, refusal: Refusal | None) -> None:
    """Note what became of an application; the caller commits."""
    kept = session.get(WaveApplicationRow, (row.wave, row.case_id))
    if kept and kept.tries == row.tries:
        kept.state = "refused" if refusal else "started"
        kept.problem = refusal.model_dump_json() if refusal else ""
        session.add(kept)


# Progress -----------------------------------------------------------------------------------------------------


def progress(session: Session, waves: Sequence[str]) -> dict[str, dict[str, Any]]:
    """How far each wave has come: counts of its applications, and of its cases by stage and status."""
    return {
        one: {
            "applications": _handed_in(session, one),
            **_of_cases(_cases(session, one)),
            "overdue": _overdue(session, one),
        }
        for one in waves
    }


def _handed_in(session: Session, wave: str) -> dict[str, int]:
    row = WaveApplicationRow
    counted = select(row.state, func.count()).where(row.wave == wave).group_by(row.state)
    return {"waiting": 0, "started": 0, "refused": 0} | dict(session.exec(counted).all())


def _cases(session: Session, wave: str) -> list[tuple[str, str, int]]:
    counted = select(CaseRow.stage, CaseRow.status, func.count()).where(CaseRow.wave == wave)
    return list(session.exec(counted.group_by(CaseRow.stage, CaseRow.status)))


def _of_cases(counted: list[tuple[str, str, int]]) -> dict[str, Any]:
    stages, statuses = Counter[str](), Counter[str]()
    for stage, status, count in counted:
        stages[stage] += count
        statuses[status] += count
    return {
        "cases": stages.total(),
        "stages": dict(stages),
        "statuses": dict(statuses),
        "certified": statuses["certified"],
        "refused": sum(statuses[status] for status in REFUSED),
    }


def _overdue(session: Session, wave: str) -> int:
    """Cases with a task whose due date has passed."""
    late = select(func.count(func.distinct(CaseRow.id))).join(TaskRow, col(TaskRow.case_id) == CaseRow.id)
    return session.exec(late.where(CaseRow.wave == wave, col(TaskRow.overdue))).one()

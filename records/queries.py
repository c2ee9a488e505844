"""Reading the record: cases, events, tasks, files; each list in pages by key."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, tuple_
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, select

from domain.dates import local_date
from domain.policy import BODY_WIDE
from domain.state import Actor, CaseState, Deadline, DueDates
from records.search import holds
from records.tables import (
    CaseRow,
    ContentRow,
    DutyRow,
    EventRow,
    FileRow,
    FileUseRow,
    PastDeadlineRow,
    TaskRow,
    TurnRow,
)


class Kept(NamedTuple):
    """What every action reads of a case."""

    turn: int
    state: str
    clock_ahead: float
    next_at: datetime | None


_KEPT = select(CaseRow.turn, CaseRow.state, CaseRow.clock_ahead, CaseRow.next_at).where(
    col(CaseRow.id) == bindparam("case")
)


def case_row(session: Session, case_id: str, *, to_write: bool = False) -> Kept | None:
    """A case's turn, state and clock, or None; read past the ORM, because every action reads it three times.

    `to_write`: nobody else writes the case, or deletes what it holds, until the caller commits.
    """
    query = _KEPT.with_for_update(key_share=True) if to_write else _KEPT
    found = session.connection().execute(query, {"case": case_id}).first()
    return Kept(*found) if found else None


def state_of(row: CaseRow | Kept) -> CaseState:
    """The state a row holds."""
    return CaseState.model_validate_json(row.state)


def deadlines_of(row: CaseRow | Kept) -> list[Deadline]:
    """The due dates of the state a row holds."""
    return DueDates.model_validate_json(row.state).deadlines


def turn_of(session: Session, case_id: str, message_id: str) -> TurnRow | None:
    """The turn in which a case worked on a message, or None."""
    found = select(TurnRow).where(TurnRow.case_id == case_id, TurnRow.message_id == message_id)
    return session.exec(found).first()


PAST = ("rejected", "refused", "terminated", "application_withdrawn", "withdrawn", "cancelled")
"""Statuses a reviewer of a new application is shown of earlier ones."""


def past_cases(session: Session, uscc: str) -> list[dict[str, str]]:
    """An organization's refusals and withdrawals in the whole alliance, without naming a body."""
    query = select(CaseRow).where(CaseRow.uscc == uscc, col(CaseRow.status).in_(PAST))
    rows = session.exec(query.order_by(col(CaseRow.opened_at)))
    return [
        {
            "status": row.status,
            "scheme": row.scheme,
            "service": row.service,
            "applied_on": str(local_date(row.opened_at)),
        }
        for row in rows
    ]


def events(session: Session, case_id: str, after: int, limit: int) -> list[dict[str, Any]]:
    """A case's events with a number above `after`, in order, as they are hashed."""
    rows = session.exec(
        select(EventRow)
        .where(EventRow.case_id == case_id, col(EventRow.seq) > after)
        .order_by(col(EventRow.seq))
        .limit(limit)
    )
    return [
        {
            "seq": row.seq,
            "at": row.at,
            "actor": row.actor,
            "kind": row.kind,
            "data": json.loads(row.data),
            "clause": row.clause,
            "hash": row.hash,
            "previous_hash": row.previous_hash,
        }
        for row in rows
    ]


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a case exists for this person (`domain.policy.sees`, as SQL)."""
    if "applicant" in actor.roles:
        return col(CaseRow.applicant) == actor.user
    return of_staff(actor, CaseRow.body, CaseRow.id)


def of_staff(actor: Actor, body: str, case: str) -> ColumnElement[bool]:
    """The same for a member of a body, of columns that hold a body and a case."""
    of_the_body = col(body) == actor.body
    if BODY_WIDE & set(actor.roles):
        return of_the_body
    mine = select(DutyRow.case_id).where(DutyRow.person == actor.person)
    return and_(of_the_body, col(case).in_(mine))


def cases(
    session: Session, actor: Actor, filters: dict[str, Any], after: str, limit: int, *, with_state: bool = False
) -> Sequence[CaseRow]:
    """The cases a person sees, by number, with their states where these are wanted: they are most of a row.

    `filters`: stage, status, scheme, wave, running, organization, due_before, q.
    """
    query = select(CaseRow).where(visible(actor), col(CaseRow.number) > after)
    if not with_state:
        query = query.options(defer(CaseRow.state, raiseload=True))  # type: ignore[arg-type]
    if filters.get("running"):
        query = query.where(col(CaseRow.stage) != "closed")
    for name in ("stage", "status", "scheme", "wave"):
        if filters.get(name):
            query = query.where(getattr(CaseRow, name) == filters[name])
    if organization := filters.get("organization"):
        query = query.where(or_(CaseRow.organization == organization, CaseRow.uscc == organization))
    if due_before := filters.get("due_before"):
        query = query.where(col(CaseRow.next_due) < due_before)
    if text := filters.get("q"):
        query = query.where(holds(session, text, (CaseRow.number, CaseRow.organization, CaseRow.service)))
    return session.exec(query.order_by(col(CaseRow.number)).limit(limit)).all()


def running_cases(session: Session, actor: Actor, limit: int) -> Sequence[CaseRow]:
    """The running cases a person sees, soonest due first."""
    query = select(CaseRow).where(visible(actor), col(CaseRow.stage) != "closed", col(CaseRow.next_due).is_not(None))
    return session.exec(query.order_by(col(CaseRow.next_due), col(CaseRow.number)).limit(limit)).all()


def certified_of(session: Session, uscc: str, body: str | None) -> Sequence[CaseRow]:
    """An organization's cases with a certificate in force: of one body, or of every body."""
    query = select(CaseRow).where(CaseRow.uscc == uscc, col(CaseRow.status).in_(("certified", "suspended")))
    return session.exec(query.where(CaseRow.body == body) if body else query).all()


NEVER = date(9999, 12, 31)
"""Stands for "no due date" where tasks are put in order."""


def inbox(  # one filter each
    session: Session,
    actor: Actor,
    role: str | None,
    due_before: date | None,
    after: list[str],
    limit: int,
    *,
    overdue: bool | None = None,
) -> Sequence[tuple[TaskRow, CaseRow]]:
    """The open tasks this person may answer, each with its case, soonest due first, those without a due date last."""
    roles = [one for one in actor.roles if role in (None, one)]
    query = select(TaskRow).where(or_(col(TaskRow.assignee).is_(None), col(TaskRow.assignee) == actor.user))
    if "applicant" in actor.roles:
        query = query.where(TaskRow.role == "applicant", TaskRow.applicant == actor.user)
    else:
        mine = or_(col(TaskRow.role).in_(roles), col(TaskRow.assignee) == actor.user)
        query = query.where(mine, of_staff(actor, TaskRow.body, TaskRow.case_id))
    if role:
        query = query.where(TaskRow.role == role)
    if due_before:
        query = query.where(col(TaskRow.due_on) < due_before)
    if overdue is not None:
        query = query.where(col(TaskRow.overdue) == overdue)
    if after:
        query = query.where(tuple_(*_order(TaskRow)) > tuple_(_day(after[0]), *after[1:]))
    # Only those of the page are joined to their cases.
    page = aliased(TaskRow, query.order_by(*_order(TaskRow)).limit(limit).subquery())
    joined = select(page, CaseRow).join(CaseRow, col(CaseRow.id) == page.case_id)
    return session.exec(joined.order_by(*_order(page))).all()


def _order(task: type[TaskRow]) -> tuple[Any, ...]:
    return func.coalesce(col(task.due_on), NEVER), col(task.case_id), col(task.id)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return NEVER


def inbox_place(row: TaskRow) -> list[str]:
    """Where a page of the inbox ends: due date, case and task."""
    return [(row.due_on or NEVER).isoformat(), row.case_id, row.id]


def past_deadlines(session: Session, case_id: str) -> list[Deadline]:
    """The due dates that a case settled long ago, oldest first."""
    rows = session.exec(select(PastDeadlineRow).where(PastDeadlineRow.case_id == case_id))
    return sorted((Deadline.model_validate_json(row.body) for row in rows), key=lambda one: one.due_on)


def content(session: Session, case_id: str, digest: str) -> str:
    """The JSON text that lies in a case's record under a digest.

    Raises:
        LookupError: there is none.
    """
    row = session.get(ContentRow, (case_id, digest))
    if row is None:
        raise LookupError(f"no content {digest} in case {case_id}")
    return row.body


def uses_of_file(session: Session, file_id: str) -> Sequence[FileUseRow]:
    """The cases that name a file."""
    return session.exec(select(FileUseRow).where(FileUseRow.file_id == file_id)).all()


def file_row(session: Session, file_id: str) -> FileRow | None:
    """A file's row, or None."""
    return session.get(FileRow, file_id)

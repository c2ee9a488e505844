"""Timers that fired late, and dates of running cases that passed without their act."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, or_, update
from sqlmodel import Session, col, select

from domain.agenda import Entry, agenda
from domain.dates import local_date
from domain.state import CaseState, DueDates, Message
from records.late import LateTimerRow, SweepFindingRow
from records.queries import Kept
from records.store import insert_or_ignore
from records.tables import CaseRow

# Late timers ----------------------------------------------------------------------------------------------


def is_behind(row: Kept, at: datetime, late_after: timedelta, *, rehearsal: bool) -> bool:
    """Whether a case works at an instant although it was to act, as the record promised, well before.

    What a rehearsed clock has skipped since the case was last written is nobody's lateness.
    """
    skipped = at - datetime.now(UTC) - timedelta(seconds=row.clock_ahead) if rehearsal else timedelta()
    return row.next_at is not None and at - row.next_at - skipped > late_after


def note(
    session: Session, before: CaseState, after: CaseState, message: Message, at: datetime, *, behind: bool
) -> None:
    """Write what the clock has to do with a turn: a timer that fired late, or what came to be in its own past.

    The latter is due at once, and not late for it: an opening, say, of the morning of a day that is moved to today.
    """
    rang = [entry for entry in agenda(before) if (message.kind, entry.name) == ("alarm", message.name)]
    if behind:
        session.add_all(_late(before, after.turn, entry, at) for entry in rang)
        return
    following = agenda(after)
    if following and following[0].at < at:
        session.connection().execute(update(CaseRow).where(col(CaseRow.id) == after.id).values(next_at=at))


def _late(before: CaseState, turn: int, entry: Entry, at: datetime) -> LateTimerRow:
    deadline_id = entry.name.partition(":")[2]
    kind = next(one.kind for one in before.deadlines if (one.id, one.state) == (deadline_id, "running"))
    return LateTimerRow(case_id=before.id, turn=turn, entry=entry.name, kind=kind, due_at=entry.at, fired_at=at)


def late_timers(session: Session, body: str, before: int | None, limit: int) -> Sequence[tuple[LateTimerRow, str]]:
    """The late timers of a body's cases that fired before the one of this id, newest first, with the case's number."""
    query = select(LateTimerRow, CaseRow.number).join(CaseRow, col(CaseRow.id) == LateTimerRow.case_id)
    if before is not None:
        query = query.where(col(LateTimerRow.id) < before)
    return session.exec(query.where(CaseRow.body == body).order_by(col(LateTimerRow.id).desc()).limit(limit)).all()


# Dates without their act ----------------------------------------------------------------------------------

GRACE = timedelta(minutes=15)
"""So long after it was due something may still be waiting for its turn."""
RESTARTED = "restarted"
"""What was done for a case whose workflow was gone."""


class Overdue(NamedTuple):
    """What a case should have done by itself and has not, soonest due first; never empty."""

    case_id: str
    entries: list[Entry]

    @property
    def deadlines(self) -> list[str]:
        """The ids of the due dates that wait."""
        return sorted({entry.name.partition(":")[2] for entry in self.entries})


def overdue(session: Session, now: datetime) -> list[Overdue]:
    """Every case with something on its agenda that is more than a quarter of an hour late; rehearsed ones aside.

    `next_at` is not believed alone: a case with a due date of an earlier day is looked at as well.
    """
    late = now - GRACE
    waiting = or_(col(CaseRow.next_at) < late, col(CaseRow.next_due) < local_date(late))
    query = select(CaseRow.id, CaseRow.state).where(col(CaseRow.rehearsal).is_(False), waiting)
    rows = session.exec(query.order_by(CaseRow.id).execution_options(yield_per=100))
    found = [Overdue(case_id, _waiting(state, late)) for case_id, state in rows]
    return [one for one in found if one.entries]


def _waiting(state: str, late: datetime) -> list[Entry]:
    return [entry for entry in agenda(DueDates.model_validate_json(state)) if entry.at < late]


def keep_finding(session: Session, found: Overdue, done: str, at: datetime) -> None:
    """Write what was found and done, once a case and date; found again, its row says what was done last.

    That a case was started again stays said, though it is only woken afterwards.
    """
    seen: dict[str, Any] = {"deadlines": found.deadlines, "done": done, "resolved_at": None}
    row = {"case_id": found.case_id, "due_at": found.entries[0].at, "found_at": at, "told": False, **seen}
    seen["done"] = case((col(SweepFindingRow.done) == RESTARTED, RESTARTED), else_=done)
    table = insert_or_ignore(session, SweepFindingRow).values(**row)
    session.execute(table.on_conflict_do_update(index_elements=["case_id", "due_at"], set_=seen))


def resolve(session: Session, found: Sequence[Overdue], at: datetime) -> None:
    """Mark what was found earlier and is worked on by now."""
    still = {(one.case_id, one.entries[0].at) for one in found}
    for row in session.exec(select(SweepFindingRow).where(col(SweepFindingRow.resolved_at).is_(None))):
        if (row.case_id, row.due_at) not in still:
            row.resolved_at = at


def findings(session: Session, body: str, before: int | None, limit: int) -> Sequence[tuple[SweepFindingRow, str]]:
    """What sweeps found in a body's cases before the finding of this id, newest first, with the case's number."""
    query = select(SweepFindingRow, CaseRow.number).join(CaseRow, col(CaseRow.id) == SweepFindingRow.case_id)
    if before is not None:
        query = query.where(col(SweepFindingRow.id) < before)
    return session.exec(query.where(CaseRow.body == body).order_by(col(SweepFindingRow.id).desc()).limit(limit)).all()

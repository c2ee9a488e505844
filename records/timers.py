"""Timers that fired late, and dates of running cases that passed without their act."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from domain.agenda import Entry, agenda
from domain.dates import local_date
from domain.state import CaseState, DueDates, Message
from records.late import LateTimerRow, SweepFindingRow
from records.store import insert_or_ignore
from records.tables import CaseRow

# Late timers ----------------------------------------------------------------------------------------------


def is_behind(promised: datetime | None, at: datetime, late_after: timedelta) -> bool:
    """Whether a case works at an instant although it was to act, as the record promised, well before."""
    return promised is not None and at - promised > late_after


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

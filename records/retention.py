"""What is past its term, and taking it out of the record: the chain stays whole, what is gone leaves its digest."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, SQLModel, and_, col, select

from domain.dates import end_of_day, local_date
from domain.retention import ACCESS, ANSWER, CASE, LATENESS, UNUSED_FILE, Term, digests_of, stripped
from domain.state import CaseState, Facts, Message
from records import holds
from records.issued import DocumentRow, NationalExportRow
from records.late import LateTimerRow, SweepFindingRow
from records.retention_tables import ErasureRow, HistoryExportRow
from records.tables import (
    BookingRow,
    CaseRow,
    ContentRow,
    EventRow,
    FileRow,
    FileUseRow,
    IdempotencyRow,
    InvitationRow,
    NoticeRow,
    OperationRow,
    SessionRow,
    TurnRow,
)
from records.wave_tables import WaveApplicationRow

BATCH = 20
"""Digests whose bytes are seen to while nobody enters a file."""


# Cases ------------------------------------------------------------------------------------------------------


def due_cases(session: Session, now: datetime, only: str = "") -> list[str]:
    """The closed cases, or one, whose term has ended by its own clock, that nobody holds and that are still there."""
    last = and_(EventRow.case_id == CaseRow.id, EventRow.seq == CaseRow.version)
    query = select(CaseRow.id, CaseRow.clock_ahead, EventRow.at).join(EventRow, last)
    gone = select(ErasureRow.case_id).where(ErasureRow.kind == "case", ErasureRow.case_id == CaseRow.id).exists()
    query = query.where(CaseRow.stage == "closed", ~gone, ~holds.open_of(CaseRow.id).exists())
    query = query.where(CaseRow.id == only) if only else query
    return [case for case, ahead, at in session.exec(query) if is_past(at, _today(now, ahead))]


def is_past(at: str, today: date) -> bool:
    """Whether a case's term has ended whose last event was at an instant."""
    return local_date(datetime.fromisoformat(at)) < CASE.first_kept(today)


def _today(now: datetime, ahead: float) -> date:
    return local_date(now + timedelta(seconds=ahead))


def erase_case(session: Session, case_id: str, now: datetime) -> bool:
    """Take out what a case holds; the caller commits. No where it is held, not at rest, or gone already."""
    row = session.get_one(CaseRow, case_id, with_for_update=True)
    state = CaseState.model_validate_json(row.state)
    if not due_cases(session, now, case_id) or not _is_at_rest(state):
        return False
    on = _today(now, row.clock_ahead)
    digest = hashlib.sha256(row.state.encode()).hexdigest()
    session.add(ErasureRow(case_id=case_id, kind="case", digest=digest, term=CASE.kind, on=on, done=True))
    for kind, sha256 in _held(session, case_id):
        done = kind == "content"
        session.add(ErasureRow(case_id=case_id, kind=kind, digest=sha256, term=CASE.kind, on=on, done=done))
    row.state = stripped(state).model_dump_json()
    for turn in session.exec(select(TurnRow).where(TurnRow.case_id == case_id)):
        turn.message = Message.model_validate_json(turn.message).model_copy(update={"content": "{}"}).model_dump_json()
        turn.facts = digests_of(Facts.model_validate_json(turn.facts)).model_dump_json()
    _drop_rows(session, case_id)
    return True


def _is_at_rest(state: CaseState) -> bool:
    """Whether nothing is owed; the record lists the notices of the last turn also when they are long sent."""
    owed = [effect for effect in state.effects if effect.kind != "notice"]
    return state.model_copy(update={"effects": owed}).over


def _held(session: Session, case_id: str) -> Iterator[tuple[str, str]]:
    """Kind and digest of what a case holds alone."""
    yield from (("content", one) for one in _of(session, ContentRow, case_id))
    yield from (("document", one) for one in _of(session, DocumentRow, case_id))
    yield from (("history", one) for one in _of(session, HistoryExportRow, case_id))
    yield from (("file", row.sha256) for row in _own_files(session, case_id))


def _of(session: Session, table: type[SQLModel], case_id: str) -> Sequence[str]:
    query = select(_column(table, "sha256")).where(_column(table, "case_id") == case_id)
    return session.exec(query).all()


def _column(table: type[SQLModel], name: str) -> Any:  # noqa: ANN401  # a column of any of these tables
    return col(getattr(table, name))


def _own_files(session: Session, case_id: str) -> Sequence[FileRow]:
    """The files that this case names and no other."""
    uses = select(FileUseRow.file_id)
    mine = col(FileRow.id).in_(uses.where(FileUseRow.case_id == case_id))
    others = uses.where(FileUseRow.file_id == FileRow.id, FileUseRow.case_id != case_id).exists()
    return session.exec(select(FileRow).where(mine, ~others)).all()


def _drop_rows(session: Session, case_id: str) -> None:
    files = [row.id for row in _own_files(session, case_id)]
    held = (ContentRow, DocumentRow, HistoryExportRow, FileUseRow)
    for table in (*held, NoticeRow, BookingRow, OperationRow, WaveApplicationRow):
        _drop(session, table, _column(table, "case_id") == case_id)
    _drop(session, FileRow, col(FileRow.id).in_(files))


def _drop(session: Session, table: type[SQLModel], which: ColumnElement[bool]) -> int:
    return int(session.connection().execute(delete(table).where(which)).rowcount)


# What belongs to no case ------------------------------------------------------------------------------------


def erase_unused_files(session: Session, now: datetime) -> int:
    """Take out files that no case names and whose term has ended; the caller commits."""
    used = select(FileUseRow.file_id).where(FileUseRow.file_id == FileRow.id).exists()
    late = select(FileRow).where(~used, FileRow.at < _first(UNUSED_FILE, now))
    rows = session.exec(late.with_for_update()).all()
    for row in rows:
        session.add(ErasureRow(kind="file", digest=row.sha256, term=UNUSED_FILE.kind, on=local_date(now)))
        session.delete(row)
    return len(rows)


def drop_lists(session: Session, now: datetime) -> int:
    """Delete what needs no trace; the caller commits. Gives how many rows there were."""
    lateness, answer, access = (_first(term, now) for term in (LATENESS, ANSWER, ACCESS))
    return sum(
        (
            _drop(session, LateTimerRow, col(LateTimerRow.fired_at) < lateness),
            _drop(session, SweepFindingRow, col(SweepFindingRow.found_at) < lateness),
            _drop(session, IdempotencyRow, col(IdempotencyRow.at) < answer),
            _drop(session, OperationRow, col(OperationRow.at) < answer),
            _drop(session, SessionRow, col(SessionRow.ends_at) < access),
            _drop(session, InvitationRow, col(InvitationRow.ends_at) < access),
        )
    )


def _first(term: Term, now: datetime) -> datetime:
    """The instant at which the first day begins, in Shanghai, that is kept."""
    return end_of_day(term.first_kept(local_date(now)) - timedelta(days=1))


# Bytes ------------------------------------------------------------------------------------------------------


def waiting(session: Session) -> Sequence[ErasureRow]:
    """What is out of the record and whose bytes have not been seen to yet."""
    return session.exec(select(ErasureRow).where(col(ErasureRow.done).is_(False)).limit(BATCH)).all()


def keep_names(session: Session) -> None:
    """Let no file be entered until this transaction ends: whoever enters one looks for its bytes afterwards."""
    if session.connection().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE files IN SHARE ROW EXCLUSIVE MODE")


def is_named(session: Session, sha256: str) -> bool:
    """Whether anything in the record still needs the bytes of a digest: two files may be the same."""
    tables = (FileRow, DocumentRow, HistoryExportRow, NationalExportRow)
    named = (select(_column(table, "sha256")).where(_column(table, "sha256") == sha256) for table in tables)
    return any(session.exec(query.limit(1)).first() for query in named)


# For whoever checks the record ------------------------------------------------------------------------------


def erasures(session: Session, case_id: str) -> Sequence[ErasureRow]:
    """What was deleted of a case."""
    return session.exec(select(ErasureRow).where(ErasureRow.case_id == case_id)).all()

"""Legal holds: what keeps a case from being deleted, placed by one person and released by another."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.refusal import Refused
from records.retention_tables import ErasureRow, HoldRow
from records.tables import CaseRow


def open_of(case_id: Mapped[str] | str) -> SelectOfScalar[HoldRow]:
    """The hold of a case that nobody has released."""
    return select(HoldRow).where(HoldRow.case_id == case_id, col(HoldRow.released_by).is_(None))


def of_case(session: Session, case_id: str) -> Sequence[HoldRow]:
    """Every hold of a case, the latest first."""
    return session.exec(select(HoldRow).where(HoldRow.case_id == case_id).order_by(col(HoldRow.id).desc())).all()


def place(session: Session, case_id: str, reason: str, person: str, at: datetime) -> HoldRow:
    """Hold a case; the caller commits.

    Raises:
        Refused: `stage_conflict` where it is held already, or deleted.
    """
    if _locked(session, case_id):
        raise Refused("stage_conflict", "案件已被保全", "The case is held already.")
    gone = select(ErasureRow.id).where(ErasureRow.case_id == case_id, ErasureRow.kind == "case")
    if session.exec(gone).first():
        raise Refused("stage_conflict", "案件保存期限已过，内容已删除", "The case was deleted at the end of its term.")
    row = HoldRow(case_id=case_id, reason=reason, placed_by=person, placed_at=at)
    session.add(row)
    session.flush()
    return row


def release(session: Session, case_id: str, reason: str, person: str, at: datetime) -> HoldRow:
    """Release a case's hold; the caller commits.

    Raises:
        Refused: `stage_conflict` where nobody holds it, `not_independent` for whoever placed it.
    """
    row = _locked(session, case_id)
    if row is None:
        raise Refused("stage_conflict", "案件未被保全", "The case is not held.")
    if row.placed_by == person:
        raise Refused("not_independent", "保全须由他人解除", "A hold is released by somebody else than who placed it.")
    row.released_by, row.released_at, row.release_reason = person, at, reason
    session.flush()
    return row


def _locked(session: Session, case_id: str) -> HoldRow | None:
    """The open hold; nobody deletes, holds or releases the case until the caller commits."""
    session.get_one(CaseRow, case_id, with_for_update=True)
    return session.exec(open_of(case_id)).first()

"""The keys under which POSTs were sent: each is taken by one of those who send it at once, and forgotten in time."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col

from records.tables import IdempotencyRow, OperationRow


def take(session: Session, key: str, body_hash: str, at: datetime) -> None:
    """Take a key that nobody has used. The caller commits.

    Raises:
        IntegrityError: on commit, where somebody else has taken it meanwhile.
    """
    session.add(IdempotencyRow(key=key, body_hash=body_hash, at=at))


def take_over(session: Session, row: IdempotencyRow, at: datetime) -> bool:
    """Take a key whose holder is gone, unless somebody else does so in the same moment. The caller commits."""
    abandoned = update(IdempotencyRow).where(col(IdempotencyRow.key) == row.key, col(IdempotencyRow.at) == row.at)
    return bool(session.connection().execute(abandoned.values(at=at)).rowcount)


def forget(session: Session, before: datetime) -> int:
    """Drop the keys, their answers and the operations of before an instant; gives how many. The caller commits.

    A message of a case is known by its turn for as long as the case is: it is not done again under its old key.
    """
    old = [delete(table).where(col(table.at) < before) for table in (IdempotencyRow, OperationRow)]
    return sum(session.connection().execute(one).rowcount for one in old)

"""Secrets of machine accounts: two are good at a time while one takes the other's place, none for more than a year."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from records.tables import Account, MachineSecretRow

LASTS = timedelta(days=365)
OVERLAP = timedelta(days=7)
"""For so long the secret before goes on, so that the machine can be given the new one."""
PERSON = "machine-"
"""How an account's person begins where there is none behind it; a machine stays one, also when it is closed."""


def is_machine(account: Account) -> bool:
    """Whether nobody stands behind an account."""
    return account.person.startswith(PERSON)


def renew(
    session: Session, user: str, made_by: str, at: datetime, made: str = "", *, at_once: bool
) -> tuple[str, datetime]:
    """A new secret of 256 bits and its end; the record keeps its digest. The caller commits.

    The one before goes on for a week, unless it is to end `at_once`; one before that ends now. A secret that was `made`
    for this and is there already is given again, and ends nothing.
    """
    if made and (known := session.get(MachineSecretRow, _digest(made))):
        return made, known.ends_at
    query = select(MachineSecretRow).where(MachineSecretRow.user == user, col(MachineSecretRow.ends_at) > at)
    for place, row in enumerate(session.exec(query.order_by(col(MachineSecretRow.made_at).desc())).all()):
        row.ends_at = min(row.ends_at, at if place or at_once else at + OVERLAP)
        session.add(row)
    secret, ends_at = made or secrets.token_urlsafe(32), at + LASTS
    session.add(MachineSecretRow(digest=_digest(secret), user=user, made_by=made_by, made_at=at, ends_at=ends_at))
    return secret, ends_at


def opens(session: Session, user: str, secret: str, at: datetime) -> bool:
    """Whether this is a secret of an open machine account, and not at its end."""
    row, account = session.get(MachineSecretRow, _digest(secret)), session.get(Account, user)
    known = row is not None and row.user == user and row.ends_at > at
    return known and account is not None and account.active


def end(session: Session, user: str, at: datetime) -> None:
    """End each secret of an account. The caller commits."""
    running = update(MachineSecretRow).where(col(MachineSecretRow.user) == user, col(MachineSecretRow.ends_at) > at)
    session.execute(running.values(ends_at=at))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

"""Sessions of embedded accounts: who has signed in, until when, and whether it was ended before."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from records.tables import Account, SessionRow


def begin(session: Session, user: str, at: datetime, lasts: timedelta) -> str:
    """Begin a session; gives its token, of 256 bits, of which the record keeps the digest. The caller commits."""
    session.execute(delete(SessionRow).where(col(SessionRow.user) == user, col(SessionRow.ends_at) <= at))
    token = secrets.token_urlsafe(32)
    session.add(SessionRow(digest=_digest(token), user=user, began_at=at, ends_at=at + lasts))
    return token


def of(session: Session, token: str, at: datetime) -> tuple[Account, datetime] | None:
    """The active account whose session a token opens, and when its password was given; none for any other token."""
    query = select(Account, SessionRow).where(col(SessionRow.user) == Account.user, col(Account.active))
    found = session.exec(query.where(SessionRow.digest == _digest(token), col(SessionRow.ends_at) > at)).first()
    return (found[0], found[1].began_at) if found else None


def end(session: Session, user: str, at: datetime, token: str = "", *, but: str = "") -> None:
    """End the session of a token, or each of a user's `but` that of one token. The caller commits."""
    ending = update(SessionRow).where(col(SessionRow.user) == user, col(SessionRow.ends_at) > at)
    if token:
        ending = ending.where(col(SessionRow.digest) == _digest(token))
    if but:
        ending = ending.where(col(SessionRow.digest) != _digest(but))
    session.execute(ending.values(ends_at=at))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

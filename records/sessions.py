"""Sessions: who has signed in, over the API or on the pages, until when, and whether it was ended before."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from records.tables import Account, SessionRow

IDLE = timedelta(minutes=30)
"""A session of the pages ends when it was not used for so long."""
NOTED = timedelta(minutes=1)
"""Its use is written down so often at most."""


def begin(session: Session, user: str, at: datetime, lasts: timedelta) -> str:
    """Begin a session over the API; gives its token, of 256 bits, of which the record keeps the digest.

    The caller commits.
    """
    return _keep(session, SessionRow(digest="", user=user, began_at=at, ends_at=at + lasts))


def begin_on_pages(session: Session, row: SessionRow, at: datetime, instead_of: str) -> str:
    """Begin a session on the pages, as `row` has it, in the place of another. The caller commits."""
    replaced = update(SessionRow).where(col(SessionRow.digest) == _digest(instead_of), col(SessionRow.ends_at) > at)
    session.execute(replaced.values(ends_at=at, issuer_token=""))
    row.seen_at = at
    return _keep(session, row)


def _keep(session: Session, row: SessionRow) -> str:
    token = secrets.token_urlsafe(32)
    row.digest = _digest(token)
    session.add(row)
    return token


def of(session: Session, token: str, at: datetime) -> tuple[Account, SessionRow] | None:
    """The active account whose session over the API a token opens, and the session; none for any other token."""
    return _running(session, token, at, col(SessionRow.seen_at).is_(None))


def of_pages(session: Session, token: str, at: datetime) -> tuple[Account, SessionRow] | None:
    """The same on the pages, where it is noted that the session was used. The caller commits."""
    found = _running(session, token, at, col(SessionRow.seen_at) > at - IDLE)
    if found and found[1].seen_at and at - found[1].seen_at > NOTED:
        found[1].seen_at = at
    return found


def _running(
    session: Session, token: str, at: datetime, kind: ColumnElement[bool]
) -> tuple[Account, SessionRow] | None:
    query = select(Account, SessionRow).where(col(SessionRow.user) == Account.user, col(Account.active))
    return session.exec(query.where(SessionRow.digest == _digest(token), col(SessionRow.ends_at) > at, kind)).first()


def end(session: Session, user: str, at: datetime, token: str = "", *, but: str = "") -> None:
    """End the session of a token, or each of a user's `but` that of one token. The caller commits."""
    ending = update(SessionRow).where(col(SessionRow.user) == user, col(SessionRow.ends_at) > at)
    if token:
        ending = ending.where(col(SessionRow.digest) == _digest(token))
    if but:
        ending = ending.where(col(SessionRow.digest) != _digest(but))
    session.execute(ending.values(ends_at=at, issuer_token=""))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

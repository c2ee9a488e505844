"""Accounts of a body, their roles and addresses: somebody asks, somebody else grants, and both stand in the record."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from domain.refusal import Refused
from records import machines, second_factors, sessions
from records.tables import NO_PASSWORD, Account, GrantRow, InvitationRow

INVITED = timedelta(days=3)
MACHINE = "machine"
ISSUER = "issuer"
"""Stands for whoever gives roles at an OpenID Connect issuer."""


def ask(session: Session, wanted: GrantRow) -> GrantRow:
    """Ask for roles or an address; taking roles away needs nobody else, is done at once and ends what was asked for.

    The caller commits.

    Raises:
        Refused: `stage_conflict`: something is asked for this account already.
    """
    account, before = session.get(Account, wanted.user), _open(session, wanted)
    fewer = _takes_away(wanted, account)
    if before and not fewer:
        raise Refused("stage_conflict", "该账号已有待批准的角色申请", "Roles are asked for this account already.")
    wanted.id = _id(wanted.asked_at)
    if fewer:
        wanted.outcome, wanted.decided_by, wanted.decided_at = "reduced", wanted.asked_by, wanted.asked_at
        if before:
            before.outcome, before.decided_by, before.decided_at = "refused", wanted.asked_by, wanted.asked_at
            session.add(before)
        _take_effect(session, wanted)
    session.add(wanted)
    return wanted


def vouched(session: Session, account: Account, at: datetime) -> None:
    """Keep on record that the issuer gives an account of a body these roles from now on. The caller commits."""
    given = account.model_dump(include={"body", "user", "name", "email", "roles"})
    session.add(GrantRow(id=_id(at), asked_by=ISSUER, asked_at=at, outcome="vouched", **given))


def _id(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"


def decide(session: Session, row: GrantRow, outcome: str, person: str, reason: str, at: datetime) -> None:
    """Grant what was asked for, or refuse it. The caller commits.

    Raises:
        Refused: `stage_conflict` when it is decided; `not_independent` for whoever asked, and whom it is for.
    """
    account = session.get(Account, row.user)
    if person in (row.asked_by, account.person if account else ""):
        raise Refused("not_independent", "角色须由另一人批准", "Roles take a second person, who is not concerned.")
    if row.outcome != "open":
        raise Refused("stage_conflict", "该角色申请已有结论", "It is decided already.")
    if outcome == "granted" and account is not None and account.body != row.body:
        raise Refused("stage_conflict", "该账号名已被使用", "The name was taken meanwhile.")
    row.outcome, row.decided_by, row.decided_at, row.reason = outcome, person, at, reason
    if outcome == "granted":
        _take_effect(session, row)
    session.add(row)


def _takes_away(wanted: GrantRow, account: Account | None) -> bool:
    return wanted.kind == "roles" and account is not None and account.active and {*wanted.roles} <= {*account.roles}


def _take_effect(session: Session, row: GrantRow) -> None:
    if row.kind == "address":
        _move(session, row)
        return
    new = Account(
        user=row.user,
        person=f"{machines.PERSON if MACHINE in row.roles else 'person-'}{uuid.uuid4().hex}",
        body=row.body,
        roles=[],
        name=row.name,
        email=row.email,
        password_hash=NO_PASSWORD,
    )
    account = session.get(Account, row.user) or new
    account.roles = sorted(row.roles)
    account.active = bool(row.roles)
    session.add(account)
    if not account.active:
        _close(session, row)


def _close(session: Session, row: GrantRow) -> None:
    """What opened the account opens nothing any more, also when it is opened again."""
    at = row.decided_at or row.asked_at
    sessions.end(session, row.user, at)
    machines.end(session, row.user, at)
    session.execute(delete(InvitationRow).where(col(InvitationRow.user) == row.user))


def _move(session: Session, row: GrantRow) -> None:
    """Write to another address from now on; an invitation to the one before opens nothing any more."""
    session.get_one(Account, row.user).email = row.email
    session.execute(delete(InvitationRow).where(col(InvitationRow.user) == row.user))


def _open(session: Session, wanted: GrantRow) -> GrantRow | None:
    """What the same body has asked for an account; what others ask for is nothing to it."""
    same = select(GrantRow).where(GrantRow.user == wanted.user, GrantRow.body == wanted.body)
    return session.exec(same.where(GrantRow.outcome == "open")).first()


def page(session: Session, body: str, after: str, limit: int) -> Sequence[GrantRow]:
    """At most `limit` of a body's, oldest first, after one."""
    query = select(GrantRow).where(GrantRow.body == body, col(GrantRow.id) > after)
    return session.exec(query.order_by(col(GrantRow.id)).limit(limit)).all()


def invite(session: Session, user: str, at: datetime) -> str:
    """A token that opens an account to a password for three days, once; the one before opens nothing any more."""
    token = secrets.token_urlsafe(32)
    session.merge(InvitationRow(user=user, digest=_digest(token), ends_at=at + INVITED))
    return token


def accept(session: Session, token: str, password_hash: str, at: datetime) -> str | None:
    """Set the password of the account that a token opens, once; gives its user, none for any other token.

    A second factor ends with it: whoever lost theirs asks for an invitation.
    """
    row = session.exec(select(InvitationRow).where(InvitationRow.digest == _digest(token))).first()
    account = session.get(Account, row.user) if row and row.ends_at > at else None
    if row is None or account is None or not account.active:
        return None
    account.password_hash = password_hash
    session.add(account)
    second_factors.end(session, account.user)
    session.delete(row)
    return account.user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

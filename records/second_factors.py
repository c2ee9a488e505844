"""The second factor of embedded accounts: codes of an authenticator app (RFC 6238), each taken once."""

import base64
import hmac
import secrets
from datetime import datetime, timedelta

import pyotp
from sqlmodel import Session

from domain.refusal import Refused
from records.database import begin_writing
from records.tables import SecondFactorRow

STEP = 30
"""Seconds for which a code is shown."""
A_STEP = timedelta(seconds=STEP)
ISSUER = "jingpin"


def begin(session: Session, user: str, key: bytes) -> str:
    """A new secret, as an address that apps read; it counts once it is confirmed. The caller commits.

    Raises:
        Refused: `stage_conflict`: one is in use.
    """
    begin_writing(session)
    row = session.get(SecondFactorRow, user)
    if row and row.confirmed:
        raise Refused("stage_conflict", "已启用二次验证,请先停用", "One is in use; end it first.")
    row = session.merge(SecondFactorRow(user=user, nonce=secrets.token_hex(16)))
    return _codes(row, key).provisioning_uri(name=user, issuer_name=ISSUER)


def is_asked(session: Session, user: str) -> bool:
    """Whether an account needs more than its password."""
    row = session.get(SecondFactorRow, user)
    return row is not None and row.confirmed


def takes(session: Session, user: str, code: str, key: bytes, at: datetime) -> bool:
    """Whether a code is the one of now, or of half a minute around it, and was not taken before. The caller commits."""
    begin_writing(session)
    row = session.get(SecondFactorRow, user, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    codes = _codes(row, key)
    for moment in (at - A_STEP, at, at + A_STEP):
        step = int(moment.timestamp()) // STEP
        if step > row.last_step and codes.verify(code, for_time=moment):
            row.last_step = step
            session.add(row)
            return True
    return False


def confirm(session: Session, user: str) -> None:
    """From now on the password alone opens nothing. The caller commits."""
    session.get_one(SecondFactorRow, user).confirmed = True


def end(session: Session, user: str) -> None:
    """The password is enough again. The caller commits."""
    if row := session.get(SecondFactorRow, user):
        session.delete(row)


def _codes(row: SecondFactorRow, key: bytes) -> pyotp.TOTP:
    """What the app shows: made of the installation's key and the record's part, so that neither alone gives a code."""
    secret = hmac.digest(key, f"second factor|{row.user}|{row.nonce}".encode(), "sha256")[:20]
    return pyotp.TOTP(base64.b32encode(secret).decode(), interval=STEP)

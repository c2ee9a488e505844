"""Who is asking: embedded accounts, their passwords, and the sessions they begin with them."""

import hmac
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.oidc import LEEWAY_SECONDS, Issuer
from domain.refusal import Refused
from domain.state import Actor
from records import accounts, sessions
from records.tables import NO_PASSWORD, Account
from services.keys import kept
from settings import Settings

SESSION = timedelta(hours=12)
NEVER = datetime.min.replace(tzinfo=UTC)
"""When somebody gave a password who has none: the public, the owner of a feed."""
FRESH = timedelta(minutes=5)
"""A password given within this satisfies step-up."""
REMEMBERED_SECONDS = 2
"""An account that is closed is known to be so after this."""
MOST_REMEMBERED = 1000

log = logging.getLogger(__name__)
hasher = PasswordHash.recommended()


@dataclass(frozen=True)
class Caller:
    """The account behind a request and when its password was last given."""

    account: Account
    signed_in_at: datetime

    @property
    def actor(self) -> Actor:
        """The caller as a case sees them."""
        one = self.account
        return Actor(user=one.user, person=one.person, body=one.body or "", roles=one.roles)

    @property
    def fresh(self) -> bool:
        """Whether the password was given less than five minutes ago."""
        return datetime.now(UTC) - self.signed_in_at < FRESH


class Secrets:
    """Makes secrets of words with a key kept in the data folder: nothing has to be stored of them."""

    def __init__(self, key_file: Path) -> None:
        self.key = kept(key_file, lambda: secrets.token_bytes(32))

    def derived(self, words: str) -> str:
        """A secret of 256 bits that nobody else can make of these words; of the same words always the same."""
        return hmac.new(self.key, words.encode(), "sha256").hexdigest()


def unauthenticated() -> Refused:
    """Nobody we know."""
    return Refused("unauthenticated", "请先登录", "Sign in first.")


def sign_in(session: Session, user: str, password: str, on_wrong: Callable[[], None]) -> Account:
    """The account of a right user name and password; takes as long for an unknown user, and tells of wrong ones.

    Raises:
        Refused: `unauthenticated`.
    """
    account = session.get(Account, user)
    has_one = account is not None and account.password_hash != NO_PASSWORD
    fits = hasher.verify(password, account.password_hash if account and has_one else _decoy())
    if not fits or account is None or not has_one or not account.active:
        on_wrong()
        raise unauthenticated()
    return account


def _decoy(made: list[str] = []) -> str:  # noqa: B006  # made once, on first use
    if not made:
        made.append(hasher.hash(secrets.token_urlsafe()))
    return made[0]


class Callers:
    """The accounts behind bearer tokens, remembered for a moment: a burst of requests asks the database once."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._issuer = None if settings.embedded else Issuer(settings.oidc_issuer, settings.oidc_audience)
        self._known: dict[str, tuple[float, Caller]] = {}

    async def of(self, request: Request) -> Caller:
        """The account behind a request's bearer token.

        Raises:
            Refused: `unauthenticated`.
        """
        token = bearer(request)
        until, known = self._known.get(token, (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        found = await run_in_threadpool(self._look_up, token)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[token] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found

    def _look_up(self, token: str) -> Caller:
        if self._issuer:
            return self._of_issuer(self._issuer.claims(token))
        with Session(self._engine) as session:
            found = sessions.of(session, token, datetime.now(UTC))
        if found is None:
            raise unauthenticated()
        return Caller(*found)

    def _of_issuer(self, claims: dict[str, Any]) -> Caller:
        """Somebody whom the issuer vouches for; `auth_time` says when they gave a password or its like."""
        one = accounts.vouched(claims, self._settings.oidc_claim_names, self._settings.oidc_roles)
        try:
            account = self._kept(one)
        except IntegrityError:  # another request of theirs was the first
            account = self._kept(one)
        if account is None:
            log.warning("the issuer vouches for somebody who has no place here")
            raise unauthenticated()
        at = claims.get("auth_time")
        known = isinstance(at, int | float) and 0 < at <= time.time() + LEEWAY_SECONDS
        return Caller(account, datetime.fromtimestamp(at, UTC) if known and at else NEVER)

    def _kept(self, one: accounts.Vouched | None) -> Account | None:
        with Session(self._engine, expire_on_commit=False) as session:
            account = accounts.keep(session, one) if one else None
            session.commit()
        return account

    def begin(self, user: str) -> str:
        """Begin a session of somebody who has just given the password; gives its token, which is kept nowhere."""
        with Session(self._engine) as session:
            token = sessions.begin(session, user, datetime.now(UTC), SESSION)
            session.commit()
        return token

    def end(self, user: str, token: str = "", *, but: str = "") -> None:
        """End one session of a user, or all of them `but` one, here at once and elsewhere within two seconds."""
        with Session(self._engine) as session:
            sessions.end(session, user, datetime.now(UTC), token, but=but)
            session.commit()
        self._known.clear()


def bearer(request: Request) -> str:
    """The bearer token of a request.

    Raises:
        Refused: `unauthenticated`: there is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated()
    return token

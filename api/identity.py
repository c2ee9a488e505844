"""Who is asking: accounts, their passwords, and the sessions that begin with them or with what an issuer says."""

import base64
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api import cookies, csrf
from api.oidc import LEEWAY_SECONDS, Issuer
from domain.refusal import Refused
from domain.state import Actor
from records import accounts, sessions
from records.tables import NO_PASSWORD, Account, SessionRow
from services.keys import kept
from settings import Settings

SESSION = timedelta(hours=12)
MACHINE_SESSION = timedelta(hours=1)
ISSUER_SESSION = timedelta(hours=1)
"""On the pages with an issuer: then it is asked again who that is, unseen by whoever is signed in there."""
NEVER = datetime.fromtimestamp(0, UTC)
"""When somebody gave a password who has none: the public, the owner of a feed, a machine."""
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

    def must_be_fresh(self) -> None:
        """What decides asks for the password again.

        Raises:
            Refused: `step_up_required`.
        """
        if not self.fresh:
            raise Refused("step_up_required", "请重新验证身份", "Give your password again.")


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


class Presented(NamedTuple):
    """What a request shows of its sender: a bearer token, or else the cookie of a session on the pages."""

    token: str
    by_cookie: bool


class Callers:
    """The accounts behind tokens and cookies, remembered for a moment: a burst of requests asks the database once."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self.issuer = None if settings.embedded else Issuer(settings.oidc_issuer, settings.oidc_audience)
        self._known: dict[Presented, tuple[float, Caller]] = {}
        self._forgotten = 0

    async def of(self, request: Request) -> Caller:
        """The account behind a request; what a cookie's session would change, its own pages have to ask for.

        Raises:
            Refused: `unauthenticated`; `forbidden` where another site may have sent it.
        """
        shown = presented(request)
        caller = await self._remembered(shown)
        if shown.by_cookie:
            await csrf.check(request, shown.token)
        return caller

    async def _remembered(self, shown: Presented) -> Caller:
        until, known = self._known.get(shown, (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        forgotten = self._forgotten
        found = await run_in_threadpool(self._look_up, shown)
        if forgotten != self._forgotten:  # a session was ended meanwhile: it may be this one
            return found
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[shown] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found

    def _look_up(self, shown: Presented) -> Caller:
        if self.issuer and not shown.by_cookie:
            return self.vouched(self.issuer.claims(shown.token))
        find = sessions.of_pages if shown.by_cookie else sessions.of
        with Session(self._engine, expire_on_commit=False) as session:
            found = find(session, shown.token, datetime.now(UTC))
            session.commit()
        if found is None:
            raise unauthenticated()
        account, row = found
        return Caller(account, NEVER if "machine" in account.roles else row.began_at)

    def vouched(self, claims: dict[str, Any]) -> Caller:
        """Somebody whom the issuer vouches for; `auth_time` says when they gave a password or its like.

        Raises:
            Refused: `unauthenticated`: they have no place here.
        """
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
        given = datetime.fromtimestamp(at, UTC) if known and at and "machine" not in account.roles else NEVER
        return Caller(account, given)

    def _kept(self, one: accounts.Vouched | None) -> Account | None:
        with Session(self._engine, expire_on_commit=False) as session:
            account = accounts.keep(session, one) if one else None
            session.commit()
        return account

    def begin(self, user: str, lasts: timedelta = SESSION) -> str:
        """Begin a session over the API of somebody who has just signed in; gives its token, which is kept nowhere."""
        with Session(self._engine) as session:
            token = sessions.begin(session, user, datetime.now(UTC), lasts)
            session.commit()
        return token

    def begin_on_pages(
        self, user: str, given_at: datetime | None = None, issuer_token: str = "", *, instead_of: str = ""
    ) -> str:
        """The same on the pages, in the place of another; the password was given now or at another time."""
        at = datetime.now(UTC)
        ends_at = at + (ISSUER_SESSION if self.issuer else SESSION)
        row = SessionRow(digest="", user=user, began_at=given_at or at, ends_at=ends_at, issuer_token=issuer_token)
        with Session(self._engine) as session:
            token = sessions.begin_on_pages(session, row, at, instead_of)
            session.commit()
        self._forget()
        return token

    def _forget(self) -> None:
        self._forgotten += 1
        self._known.clear()

    def end(self, user: str, token: str = "", *, but: str = "") -> None:
        """End one session of a user, or all of them `but` one, here at once and elsewhere within two seconds."""
        with Session(self._engine) as session:
            sessions.end(session, user, datetime.now(UTC), token, but=but)
            session.commit()
        self._forget()


def presented(request: Request) -> Presented:
    """What a request shows of its sender; a bearer token counts before a cookie.

    Raises:
        Refused: `unauthenticated`: nothing.
    """
    if "authorization" in request.headers:
        scheme, token = _authorization(request)
        shown = Presented(token if scheme == "bearer" else "", by_cookie=False)
    else:
        shown = Presented(cookies.read(request, cookies.SESSION), by_cookie=True)
    if not shown.token:
        raise unauthenticated()
    return shown


def basic(request: Request) -> tuple[str, str] | None:
    """Name and secret of HTTP Basic, in OAuth's own encoding (RFC 6749, 2.3.1); none without it.

    Raises:
        Refused: `unauthenticated`: it cannot be read.
    """
    scheme, value = _authorization(request)
    if scheme != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError as error:
        raise unauthenticated() from error
    return unquote_plus(user), unquote_plus(secret)


def _authorization(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), value

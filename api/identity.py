"""Who is asking: embedded accounts, their passwords, and the bearer tokens they sign in with."""

import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pwdlib import PasswordHash
from sqlalchemy import Engine
from sqlmodel import Session

from domain.refusal import Refused
from domain.state import Actor
from records.tables import Account
from services.keys import kept

TOKEN_SECONDS = 12 * 3600
FRESH_SECONDS = 300
"""A password token younger than this satisfies step-up."""
ALGORITHM = "HS256"
REMEMBERED_SECONDS = 2
"""An account that is closed is known to be so after this."""
MOST_REMEMBERED = 1000

hasher = PasswordHash.recommended()


@dataclass(frozen=True)
class Caller:
    """The account behind a request and when its password was last given (seconds since the epoch)."""

    account: Account
    signed_in_at: float

    @property
    def actor(self) -> Actor:
        """The caller as a case sees them."""
        one = self.account
        return Actor(user=one.user, person=one.person, body=one.body or "", roles=one.roles)

    @property
    def fresh(self) -> bool:
        """Whether the password was given less than five minutes ago."""
        return time.time() - self.signed_in_at < FRESH_SECONDS


class Tokens:
    """Signs and reads the bearer tokens of embedded accounts with a key kept in the data folder."""

    def __init__(self, key_file: Path) -> None:
        self._secret = kept(key_file, lambda: secrets.token_bytes(32))
        self._key = OctKey.import_key(self._secret)
        self._claims = jwt.JWTClaimsRegistry(sub={"essential": True}, exp={"essential": True})

    def issue(self, user: str) -> str:
        """A token for a user who has just given the password."""
        now = int(time.time())
        claims = {"sub": user, "auth_time": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def derived(self, words: str) -> str:
        """A secret of 256 bits that nobody else can make of these words; of the same words always the same."""
        return hmac.new(self._secret, words.encode(), "sha256").hexdigest()

    def read(self, token: str) -> tuple[str, float]:
        """The user of a valid token and the time of sign-in.

        Raises:
            Refused: `unauthenticated`.
        """
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            self._claims.validate(decoded.claims)
            return str(decoded.claims["sub"]), float(decoded.claims["auth_time"])
        except (JoseError, ValueError, KeyError) as error:
            raise unauthenticated() from error


def unauthenticated() -> Refused:
    """Nobody we know."""
    return Refused("unauthenticated", "请先登录", "Sign in first.")


def sign_in(session: Session, user: str, password: str) -> Account:
    """The account of a right user name and password; takes as long for an unknown user.

    Raises:
        Refused: `unauthenticated`.
    """
    account = session.get(Account, user)
    known_hash = account.password_hash if account else _decoy()
    if not hasher.verify(password, known_hash) or account is None or not account.active:
        raise unauthenticated()
    return account


def _decoy(made: list[str] = []) -> str:  # noqa: B006  # made once, on first use
    if not made:
        made.append(hasher.hash(secrets.token_urlsafe()))
    return made[0]


class Callers:
    """The accounts behind tokens, remembered for a moment: a burst of requests asks the database once."""

    def __init__(self, engine: Engine, tokens: Tokens) -> None:
        self._engine = engine
        self._tokens = tokens
        self._known: dict[str, tuple[float, Caller]] = {}

    async def of(self, request: Request) -> Caller:
        """The account behind a request's bearer token.

        Raises:
            Refused: `unauthenticated`.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated()
        until, known = self._known.get(token, (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        found = await run_in_threadpool(self._look_up, token)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[token] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found

    def _look_up(self, token: str) -> Caller:
        user, signed_in_at = self._tokens.read(token)
        with Session(self._engine) as session:
            account = session.get(Account, user)
        if account is None or not account.active:
            raise unauthenticated()
        return Caller(account, signed_in_at)

"""Tokens of an OpenID Connect issuer: its keys found by discovery, each token verified here."""

import base64
import hashlib
import hmac
import threading
import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.problems import UNAVAILABLE
from domain.refusal import Refused

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""What a token may be signed with: never a shared secret, never nothing (RFC 8725, 3.1)."""
NO_ACCESS = ("ID", "Refresh", "Logout", "Offline")
"""What Keycloak calls tokens that open nothing; other issuers tell them apart by their audience."""
LEEWAY_SECONDS = 30
"""How far clocks may be apart."""
KEPT_SECONDS = 3600
"""After this the issuer is asked for its keys again."""
APART_SECONDS = 10
"""Between two times of asking because a token names a key that is not known."""
PATIENCE_SECONDS = 5
LONGEST_TOKEN = 16_000


class Issuer:
    """One issuer, and the audience its tokens have to name; its keys are kept for an hour."""

    def __init__(self, url: str, audience: str) -> None:
        self._url = url.rstrip("/")
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "values": [self._url, f"{self._url}/"]},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys = KeySet([])
        self._found: dict[str, Any] = {}
        self._asked_at = -float(KEPT_SECONDS)
        self._one_at_a_time = threading.Lock()

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that this issuer has signed for this audience, and that has not expired.

        Raises:
            Refused: `unauthenticated` for every other token; `unavailable` while the issuer's keys cannot be had.
        """
        found = self._verified(token, self._claims)
        if found.claims.get("typ") in NO_ACCESS:
            raise _unauthenticated()
        return found.claims

    def identity(self, id_token: str, client: str, nonce: str, access_token: str) -> dict[str, Any]:
        """The claims of an ID token for this client, of the sign-in with this nonce (OIDC Core 3.1.3.7, 3.1.3.8).

        Raises:
            Refused: as for `claims`.
        """
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "values": [self._url, f"{self._url}/"]},
            aud={"essential": True, "value": client},
            azp={"essential": False, "value": client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        found = self._verified(id_token, registry)
        named = found.claims.get("at_hash")
        if named is not None and not hmac.compare_digest(str(named), _half_hash(access_token, found.header["alg"])):
            raise _unauthenticated()
        return found.claims

    def endpoint(self, name: str) -> str:
        """Where the issuer does something, as its discovery document says; nothing where it does not.

        Raises:
            Refused: `unavailable`.
        """
        self._ask(KEPT_SECONDS)
        return str(self._found.get(name, ""))

    def _verified(self, token: str, registry: jwt.JWTClaimsRegistry) -> jwt.Token:
        if len(token) > LONGEST_TOKEN:
            raise _unauthenticated()
        try:
            found = jwt.decode(token, self._key_of, algorithms=ALGORITHMS)
            registry.validate(found.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _unauthenticated() from error
        return found

    def _key_of(self, signed: Any) -> Any:  # noqa: ANN401  # as joserfc asks for a key
        """The issuer's own key that a token names, or its only one where it names none (OIDC Core 10.1).

        A key that a token brings along is not looked at.
        """
        kid = signed.headers().get("kid")
        for older_than in (KEPT_SECONDS, APART_SECONDS):
            self._ask(older_than)
            own = [key for key in self._keys.keys if key.get("use") != "enc"]
            named = own if kid is None else [key for key in own if key.kid == kid]
            if len(named) == 1:
                return named[0]
        raise KeyError("no such key")

    def _ask(self, older_than: float) -> None:
        """Ask the issuer for its keys, unless that was done lately."""
        with self._one_at_a_time:
            if time.monotonic() - self._asked_at < older_than:
                return
            try:
                self._keys = self._fetched()
            except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
                if not self._keys.keys:
                    raise Refused("unavailable", UNAVAILABLE.zh, UNAVAILABLE.en) from error
            self._asked_at = time.monotonic()

    def _fetched(self) -> KeySet:
        with httpx.Client(timeout=PATIENCE_SECONDS) as http:
            found = http.get(f"{self._url}/.well-known/openid-configuration").raise_for_status().json()
            if found["issuer"].rstrip("/") != self._url:
                raise ValueError("the issuer calls itself by another name")
            self._found = found
            return KeySet.import_key_set(http.get(found["jwks_uri"]).raise_for_status().json())


def _half_hash(token: str, algorithm: str) -> str:
    digest = hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256
    whole = digest(token.encode()).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def _unauthenticated() -> Refused:
    return Refused("unauthenticated", "请先登录", "Sign in first.")

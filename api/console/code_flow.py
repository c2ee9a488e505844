"""Signing in at the issuer: the authorization code flow with PKCE, from beginning to end (OIDC Core 3.1, RFC 7636)."""

import base64
import hashlib
import hmac
import secrets
import time
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

import httpx
from fastapi import Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from api import cookies
from api.console.pages import to
from api.identity import Caller
from api.oidc import PATIENCE_SECONDS, Issuer
from api.problems import UNAVAILABLE
from domain.refusal import Refused
from settings import Settings

COOKIE = "__Host-sign-in"
"""What was begun, signed and kept by the browser that began it: nobody else can bring it to an end."""
LASTS = timedelta(minutes=10)


class Back(NamedTuple):
    """Somebody who has signed in at the issuer, where they go on to, and what the issuer says of them."""

    caller: Caller
    next: str
    id_token: str


def begin(request: Request, then: str, *, again: str = "", anew: bool = False) -> RedirectResponse:
    """Lead to the issuer; `again` is the user who has to give the password once more, `anew` for somebody else."""
    settings, issuer = _configured(request)
    begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun["verifier"].encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client,
        "redirect_uri": _return_to(settings),
        "scope": "openid profile email",
        "state": begun["state"],
        "nonce": begun["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if again or anew:
        query |= {"prompt": "login", "max_age": "0"}
    answer = to(f"{issuer.endpoint('authorization_endpoint')}?{urlencode(query)}")
    ends = int(time.time() + LASTS.total_seconds())
    kept = jwt.encode({"alg": "HS256"}, begun | {"next": then, "user": again, "exp": ends}, _key(request))
    cookies.put(answer, COOKIE, kept, LASTS)
    return answer


def finish(request: Request) -> Back:
    """Whoever comes back from the issuer with the code of a sign-in that this browser began.

    Raises:
        Refused: `forbidden` for anybody else; `unavailable` while the issuer is away.
    """
    settings, issuer = _configured(request)
    begun, sent = _begun(request), request.query_params
    if not hmac.compare_digest(begun["state"].encode(), sent.get("state", "").encode()) or not sent.get("code"):
        raise _not_finished()
    if sent.get("iss", settings.oidc_issuer).rstrip("/") != settings.oidc_issuer.rstrip("/"):
        raise _not_finished()
    tokens = _exchanged(settings, issuer, sent["code"], begun["verifier"])
    access_token, id_token = str(tokens.get("access_token", "")), str(tokens.get("id_token", ""))
    try:
        own = issuer.identity(id_token, settings.oidc_client, begun["nonce"], access_token)
        caller = request.app.state.callers.vouched(_access_claims(issuer, access_token, own["sub"]) | own)
    except Refused as refused:
        raise _not_finished() if refused.refusal.code == "unauthenticated" else refused from refused
    if begun["user"] not in ("", caller.account.user):
        raise _not_finished()
    return Back(caller, begun["next"], id_token)


def farewell(request: Request, id_token: str) -> str:
    """Where the issuer ends its own session of somebody who signs out here; nothing where it does not."""
    settings: Settings = request.app.state.settings
    try:
        address = _configured(request)[1].endpoint("end_session_endpoint") if id_token else ""
    except Refused:
        return ""
    query = {
        "id_token_hint": id_token,
        "client_id": settings.oidc_client,
        "post_logout_redirect_uri": f"{settings.public_url.rstrip('/')}/",
    }
    return f"{address}?{urlencode(query)}" if address else ""


def _configured(request: Request) -> tuple[Settings, Issuer]:
    settings, issuer = request.app.state.settings, request.app.state.callers.issuer
    if issuer is None or not settings.oidc_client:
        raise Refused("not_found", "未找到", "Not found.")
    return settings, issuer


def _return_to(settings: Settings) -> str:
    return f"{settings.public_url.rstrip('/')}/sign-in/return"


def _key(request: Request) -> OctKey:
    return OctKey.import_key(request.app.state.secrets.derived("sign-in"))


def _begun(request: Request) -> dict[str, str]:
    try:
        found = jwt.decode(cookies.read(request, COOKIE), _key(request), algorithms=["HS256"])
        jwt.JWTClaimsRegistry(exp={"essential": True}).validate(found.claims)
    except (JoseError, ValueError) as error:
        raise _not_finished() from error
    return found.claims


def _exchanged(settings: Settings, issuer: Issuer, code: str, verifier: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _return_to(settings),
        "client_id": settings.oidc_client,
        "code_verifier": verifier,
    }
    secret = settings.oidc_client_secret
    # RFC 6749, 2.3.1: both are encoded as in a form before they become HTTP Basic.
    auth = (quote_plus(settings.oidc_client), quote_plus(secret.get_secret_value())) if secret else None
    try:
        answer = httpx.post(issuer.endpoint("token_endpoint"), data=form, auth=auth, timeout=PATIENCE_SECONDS)
        found = answer.raise_for_status().json()
    except httpx.HTTPStatusError as error:
        raise _not_finished() from error
    except (httpx.HTTPError, ValueError) as error:
        raise Refused("unavailable", UNAVAILABLE.zh, UNAVAILABLE.en) from error
    return found if isinstance(found, dict) else {}


def _access_claims(issuer: Issuer, access_token: str, sub: str) -> dict[str, Any]:
    """What the access token says beside the ID token, such as roles; nothing where it is none for this product."""
    try:
        found = issuer.claims(access_token)
    except Refused:
        return {}
    return found if found["sub"] == sub else {}


def _not_finished() -> Refused:
    return Refused(
        "forbidden",
        "登录未完成:请重新登录,或换用另一个账号",
        "The sign-in was not finished: sign in again, or with another account.",
    )

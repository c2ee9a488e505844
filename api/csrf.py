"""That what changes something was sent by one's own pages, where a browser adds the session's cookie by itself."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from domain.refusal import Refused

SAFE = ("GET", "HEAD", "OPTIONS")
FIELD, HEADER = "csrf", "x-csrf-token"
FORM = "application/x-www-form-urlencoded"


def token_of(request: Request, session: str) -> str:
    """What the pages of a session send along; nobody can make it without the product's key and the session's token."""
    derived: str = request.app.state.secrets.derived(f"csrf|{session}")
    return derived


async def check(request: Request, session: str) -> None:
    """Whether a request under a session's cookie was meant by whoever has the session.

    Raises:
        Refused: `forbidden`.
    """
    if request.method in SAFE:
        return
    check_origin(request)
    sent = request.headers.get(HEADER) or await _field(request)
    if not hmac.compare_digest(sent.encode(), token_of(request, session).encode()):
        raise _forbidden()


def check_origin(request: Request) -> None:
    """Whether a page of this product sent it, as the browser says (`Sec-Fetch-Site`, `Origin`); silence is no yes.

    Raises:
        Refused: `forbidden`.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    public = urlsplit(request.app.state.settings.public_url)
    own = {f"{public.scheme}://{public.netloc}", f"{request.url.scheme}://{request.url.netloc}"}
    silent = site is None and origin is None
    if silent or site not in (None, "same-origin") or (origin is not None and origin not in own):
        raise _forbidden()


async def _field(request: Request) -> str:
    if request.headers.get("content-type", "").partition(";")[0] != FORM:
        return ""
    return str((await request.form()).get(FIELD, ""))


def _forbidden() -> Refused:
    return Refused("forbidden", "页面已过期,请刷新后重试", "The page is out of date; reload it and try again.")

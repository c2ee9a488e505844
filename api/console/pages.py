"""What the pages share: how one is rendered, and that a refusal leads on or is a page itself."""

import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.problems import STATUS, invalid, wants_english
from domain.refusal import Refused

FOLDER = Path(__file__).parent
LOCAL = re.compile(r"/(?:[^/\\\s\x00-\x20\x7f][^\\\s\x00-\x20\x7f]*)?")
"""A path of this product: neither `//elsewhere`, nor what a browser would read as that."""
templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class PageRoute(APIRoute):
    """A page: who has to sign in is led there and back again, and any other refusal is told in words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI calls."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                return _refusal(request, refused)
            except RequestValidationError:
                return _refusal(request, invalid("", "not what the page sends"))

        return shown


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401  # any text
    """A page in the reader's language."""
    english = wants_english(request)

    def say(zh: str, en: str) -> str:
        return en if english else zh

    text = templates.get_template(template).render(say=say, lang="en" if english else "zh-CN", **values)
    return HTMLResponse(text, status, _headers(request))


def local(path: str) -> str:
    """A path of this product, to go on to; for anything else the first page."""
    return path if LOCAL.fullmatch(path) else "/"


def to(path: str, then: str = "") -> RedirectResponse:
    """Go on to a page, which leads on to `then`."""
    follow = f"?next={quote(then, safe='')}" if then else ""
    return RedirectResponse(path + follow, 303, {"Cache-Control": "no-store"})


def here(request: Request) -> str:
    """Where to come back to: the page that was asked for, or the first one where something was sent."""
    query = f"?{request.url.query}" if request.url.query else ""
    return local(request.url.path + query) if request.method == "GET" else "/"


def _refusal(request: Request, refused: Refused) -> Response:
    if refused.refusal.code == "unauthenticated":
        return to("/sign-in", here(request))
    if refused.refusal.code == "step_up_required":
        return to("/step-up", here(request))
    answer = page(request, "refusal.html", STATUS.get(refused.refusal.code, 500), refusal=refused.refusal)
    if retry := getattr(refused, "retry_after", None):
        answer.headers["Retry-After"] = str(retry)
    return answer


def _headers(request: Request) -> dict[str, str]:
    issuer = urlsplit(request.app.state.settings.oidc_issuer)
    # A form may end at the issuer: signing out leads there.
    forms = f"'self' {issuer.scheme}://{issuer.netloc}" if issuer.netloc else "'self'"
    policy = f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {forms}"
    return {
        "Content-Security-Policy": f"{policy}; base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }

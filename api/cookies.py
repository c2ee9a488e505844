"""The cookies of the pages: theirs alone, out of reach for scripts, and not sent along from elsewhere."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SESSION = "session"


def read(request: Request, name: str) -> str:
    """What a cookie holds, or nothing."""
    return request.cookies.get(_called(request, name), "")


def put(request: Request, response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """Give a cookie; without an end it goes with the browser's window."""
    response.set_cookie(
        _called(request, name),
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",
    )


def forget(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    put(request, response, name, "", timedelta(0))


def _called(request: Request, name: str) -> str:
    return f"__Host-{name}" if _secure(request) else name


def _secure(request: Request) -> bool:
    """Everywhere but on this machine itself without TLS, where browsers refuse a `__Host-` cookie."""
    public = urlsplit(request.app.state.settings.public_url)
    return public.scheme == "https" or public.hostname not in LOOPBACK

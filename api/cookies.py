"""The cookies of the pages: out of reach for scripts, for this host alone, and not sent along from elsewhere.

Without TLS browsers take them on this machine itself only: http://127.0.0.1 and http://localhost.
"""

from datetime import timedelta

from fastapi import Request, Response

SESSION = "__Host-session"


def read(request: Request, name: str) -> str:
    """What a cookie holds, or nothing."""
    return request.cookies.get(name, "")


def put(response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """Give a cookie; without an end it goes with the browser."""
    seconds = None if lasts is None else int(lasts.total_seconds())
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def forget(response: Response, name: str) -> None:
    """Take a cookie back."""
    put(response, name, "", timedelta(0))

"""Errors as RFC 9457 problem documents, with the API's codes, in the reader's language."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limits import TooLarge, TooSlow
from domain.refusal import Fault, Refusal, Refused
from services.antivirus import AntivirusUnavailable
from services.storage import StorageUnavailable

STATUS: dict[str, int] = {
    "unauthenticated": 401,
    "step_up_required": 401,
    "forbidden": 403,
    "not_independent": 403,
    "conflict_of_interest": 403,
    "not_found": 404,
    "task_not_open": 409,
    "stage_conflict": 409,
    "approval_required": 409,
    "idempotency_in_flight": 409,
    "stale_version": 412,
    "too_slow": 408,
    "too_large": 413,
    "unsupported_media": 415,
    "invalid": 422,
    "rule_refused": 422,
    "idempotency_key_reused": 422,
    "rate_limited": 429,
    "unavailable": 503,
}
"""Code → HTTP status."""

PLAIN: dict[int, tuple[str, int]] = {
    401: ("unauthenticated", 401),
    403: ("forbidden", 403),
    404: ("not_found", 404),
    405: ("method_not_allowed", 405),
    413: ("too_large", 413),
    503: ("unavailable", 503),
}
"""What the web framework says by a status alone → code and status here; everything else is `invalid`."""

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2
UNAVAILABLE = Refusal(code="unavailable", zh="服务暂不可用,请稍后重试", en="The service is not available; try again.")


def wants_english(request: Request) -> bool:
    """Whether the reader prefers English to Chinese (RFC 9110, 12.5.4); Chinese where it says nothing of both."""
    wishes = {"zh": 0.0, "en": 0.0}
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag, _, quality = part.partition(";q=")
        language = tag.strip().partition("-")[0]
        if language in wishes:
            wishes[language] = max(wishes[language], _weight(quality))
    return wishes["en"] > wishes["zh"]


def _weight(quality: str) -> float:
    try:
        return float(quality.strip() or 1)
    except ValueError:
        return 0.0


def document(request: Request, refusal: Refusal, status: int | None = None) -> dict[str, Any]:
    """A refusal as the JSON data of a problem document."""
    status = status or STATUS.get(refusal.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    content: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": refusal.code,
        "detail": refusal.en if wants_english(request) else refusal.zh,
    }
    if refusal.clause:
        content["clause"] = refusal.clause
    if refusal.faults:
        content["errors"] = [fault.model_dump() for fault in refusal.faults]
    return content


def problem(request: Request, refusal: Refusal, status: int | None = None, **more: Any) -> JSONResponse:  # noqa: ANN401
    """A refusal as a problem document, with more members of JSON."""
    content = document(request, refusal, status) | more
    status = int(content["status"])
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if refusal.code in ("unavailable", "rate_limited") else {}
    headers |= {"Vary": "Accept-Language", "Content-Language": "en" if wants_english(request) else "zh"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def invalid(pointer: str, detail: str) -> Refused:
    """One field is wrong."""
    fault = Fault(pointer=pointer, detail=detail)
    return Refused("invalid", "内容不符合要求", "The content is not valid.", faults=[fault])


class Mishaps:
    """Answers with a problem document where the product itself has failed, beneath what marks every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        begun = False

        async def seen(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, seen)
        except Exception:
            log.exception("a request failed")
            if begun or scope["type"] != "http":
                raise
            failed = Refusal(code="internal_error", zh="系统内部错误", en="The product has failed.")
            await problem(Request(scope), failed)(scope, receive, send)


def install(app: FastAPI) -> None:
    """Every error of the application leaves as a problem document."""

    @app.exception_handler(TooLarge)
    async def too_large(request: Request, _: TooLarge) -> JSONResponse:
        return problem(request, Refusal(code="too_large", zh="请求内容过大", en="The request is too large."))

    @app.exception_handler(TooSlow)
    async def too_slow(request: Request, _: TooSlow) -> JSONResponse:
        return problem(request, Refusal(code="too_slow", zh="请求传输过慢", en="The request took too long to arrive."))

    @app.exception_handler(DataError)
    async def kept_by_no_database(request: Request, _: DataError) -> JSONResponse:
        return problem(request, Refusal(code="invalid", zh="内容不符合要求", en="The request is not valid."))

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(StorageUnavailable)
    @app.exception_handler(AntivirusUnavailable)
    @app.exception_handler(ClientDisconnect)  # nobody is left to read it, and nothing is wrong here
    async def away(request: Request, _: Exception) -> JSONResponse:
        return problem(request, UNAVAILABLE)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return problem(request, error.refusal, **({"current": error.current} if error.current else {}))

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            Fault(pointer="".join(f"/{part}" for part in one["loc"][1:]), detail=str(one["msg"]))
            for one in error.errors()
        ]
        return problem(
            request, Refusal(code="invalid", zh="内容不符合要求", en="The request is not valid.", faults=found)
        )

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> JSONResponse:
        code, status = PLAIN.get(error.status_code, ("invalid", HTTPStatus.UNPROCESSABLE_ENTITY))
        answer = problem(request, Refusal(code=code, zh="请求有误", en=f"{error.detail}."), status)
        answer.headers.update(error.headers or {})
        return answer

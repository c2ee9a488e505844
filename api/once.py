"""`Idempotency-Key`: the same key and body give the same answer again, and the act is done once."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.identity import Caller
from api.requests import key_of
from domain.refusal import Refused
from records import repetitions
from records.tables import IdempotencyRow

ABANDONED = timedelta(seconds=30)
"""After this an unanswered key may be taken up again: whoever held it is gone."""
CASES = uuid.UUID("5d0f0f4e-6c58-4f0c-9d53-6d4d8a0a7c11")
"""Namespace of case ids made from keys, so that a repeated application reaches the same case."""


class Once:
    """One POST: its message id, and the answer it gave before if it was sent before."""

    def __init__(
        self, request: Request, caller: Caller, digest: str, *, abandoned_after: timedelta = ABANDONED
    ) -> None:
        self._engine: Engine = request.app.state.database
        self._digest = digest
        self._abandoned_after = abandoned_after
        key = key_of(request)
        scope = f"{caller.account.user}|{request.url.path}|{key}"
        self.key = hashlib.sha256(scope.encode()).hexdigest() if key else ""
        self.message_id = self.key or uuid.uuid4().hex
        self.case_id = (uuid.uuid5(CASES, self.key) if self.key else uuid.uuid4()).hex

    async def run(self, work: Callable[[], Awaitable[Response]]) -> Response:
        """Do the work unless its answer is known.

        Raises:
            Refused: `idempotency_key_reused`, `idempotency_in_flight`, or what the work raises.
        """
        if not self.key:
            return await work()
        known = await run_in_threadpool(self._take)
        if known:
            return known
        try:
            response = await work()
        except BaseException as error:
            refused = isinstance(error, Refused) and error.refusal.code != "unavailable"
            await run_in_threadpool(self._let_go if refused else self._give_back)
            raise
        await run_in_threadpool(self._keep, response)
        return response

    def _take(self) -> Response | None:
        now = datetime.now(UTC)
        with Session(self._engine) as session:
            row = session.get(IdempotencyRow, self.key)
            if row is None:
                repetitions.take(session, self.key, self._digest, now)
                try:
                    session.commit()
                except IntegrityError as error:
                    raise _in_flight() from error
                return None
            if row.body_hash != self._digest:
                raise Refused("idempotency_key_reused", "该键已用于其他内容", "The key was used with another body.")
            if row.status is not None:
                return _replayed(row)
            if now - row.at < self._abandoned_after or not repetitions.take_over(session, row, now):
                raise _in_flight()
            session.commit()
            return None

    def _keep(self, response: Response) -> None:
        with Session(self._engine) as session:
            row = session.get(IdempotencyRow, self.key)
            if row:
                row.status, row.response = response.status_code, bytes(response.body).decode()
                row.location = response.headers.get("location")
                session.add(row)
                session.commit()

    def _let_go(self) -> None:
        """The key stays with this body, which may be sent again: what was refused may be possible later."""
        with Session(self._engine) as session:
            row = session.get(IdempotencyRow, self.key)
            if row:
                row.at -= self._abandoned_after
                session.add(row)
                session.commit()

    def _give_back(self) -> None:
        with Session(self._engine) as session:
            row = session.get(IdempotencyRow, self.key)
            if row:
                session.delete(row)
                session.commit()


def _replayed(row: IdempotencyRow) -> Response:
    headers = {"Idempotency-Replayed": "true"} | ({"Location": row.location} if row.location else {})
    return Response(row.response, row.status or 200, headers, media_type="application/json")


def _in_flight() -> Refused:
    return Refused("idempotency_in_flight", "相同请求正在处理", "The same request is under way.")

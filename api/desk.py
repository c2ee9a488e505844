"""What the routes share: who calls, which case, what it would lead to, and bringing it to the engine."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlmodel import Session

from activities.facts import FactFinder
from api import identity, views
from api.access import check_role, of_a_case
from api.engine import CaseEngine, Pending
from api.once import ABANDONED, Once
from domain.policy import reaches
from domain.refusal import Refused
from domain.state import Actor, CaseState, Message
from records import queries
from records.tables import CaseRow, OperationRow
from settings import Settings
from workflows.flow import react


@dataclass(frozen=True)
class Known:
    """A case as the record holds it, and the instant of its own clock."""

    state: CaseState
    now: datetime


@dataclass(frozen=True)
class Desk:
    """One request's access to the record and the engine, for one caller."""

    request: Request
    caller: identity.Caller

    @property
    def settings(self) -> Settings:
        """The product's settings."""
        settings: Settings = self.request.app.state.settings
        return settings

    @property
    def engine(self) -> CaseEngine:
        """The case engine."""
        engine: CaseEngine = self.request.app.state.engine
        return engine

    @property
    def secrets(self) -> identity.Secrets:
        """What secrets are made with."""
        secrets: identity.Secrets = self.request.app.state.secrets
        return secrets

    @property
    def facts(self) -> FactFinder:
        """Finds out what a message needs."""
        facts: FactFinder = self.request.app.state.facts
        return facts

    @property
    def actor(self) -> Actor:
        """The caller as a case sees them."""
        return self.caller.actor

    def session(self) -> Session:
        """A session on the record."""
        return Session(self.request.app.state.database)

    def case(self, case_id: str) -> Known:
        """A case the caller may see.

        Raises:
            Refused: `not_found`, also when it is not theirs to see; `forbidden` where the route is not for their role.
        """
        with self.session() as session:
            return self.case_in(session, case_id)

    def case_in(self, session: Session, case_id: str, act: str = "") -> Known:
        """The same on a session that is open; for an act, also a case the caller may only send it to."""
        row = queries.case_row(session, case_id)
        if row is not None:
            state = queries.state_of(row)
            if reaches(state, act, self.actor):
                check_role(self.request, self.actor)
                return Known(state, datetime.now(UTC) + timedelta(seconds=row.clock_ahead))
        raise Refused("not_found", "未找到", "Not found.")

    def shown(self, case_id: str) -> dict[str, Any]:
        """A case's snapshot for the caller."""
        with self.session() as session:
            return self.shown_in(session, case_id)

    def shown_in(self, session: Session, case_id: str) -> dict[str, Any]:
        """The same on a session that is open."""
        known = self.case_in(session, case_id)
        ui = self.settings.temporal_ui_url
        link = f"{ui}/namespaces/{self.settings.temporal_namespace}/workflows/{case_id}" if ui else ""

        def content(digest: str) -> Any:  # noqa: ANN401  # any JSON value
            return json.loads(queries.content(session, case_id, digest))

        return views.snapshot(known.state, self.actor, known.now, cache(content), link)

    def told_in(self, session: Session, case_id: str) -> dict[str, Any]:
        """What whoever sent a message is told of its case: the snapshot, or its id alone where they do not see it."""
        try:
            return self.shown_in(session, case_id)
        except Refused:
            return {"id": case_id}

    def told(self, case_id: str) -> dict[str, Any]:
        """The same on a session of its own."""
        with self.session() as session:
            return self.told_in(session, case_id)

    def past_cases(self, case_id: str) -> list[dict[str, str]] | None:
        """What the body's staff is shown of an applicant's earlier cases while it reviews the application."""
        with self.session() as session:
            state = self.case_in(session, case_id).state
            if state.application is None or state.stage != "application" or not self.actor.body:
                return None
            return queries.past_cases(session, state.application.organization.uscc)

    def keep_clock(self, case_id: str, now: datetime) -> None:
        """Remember how far a rehearsed case's clock is ahead."""
        with self.session() as session:
            row = session.get(CaseRow, case_id)
            if row is not None:
                row.clock_ahead = (now - datetime.now(UTC)).total_seconds()
                session.add(row)
                session.commit()

    def try_out(self, session: Session, state: CaseState, message: Message, at: datetime) -> None:
        """Work a message out without writing anything.

        Raises:
            Refused: what the case would say.
        """
        facts = self.facts.gather(session, state, message, at, preview=True)
        react(state, message, facts, at)

    def expected_version(self, state: CaseState) -> int | None:
        """The case's version where `If-Match` names it; none when there is no such header or it is `*`.

        Raises:
            Refused: `stale_version` where it names other versions, weak ones (RFC 9110, 13.1.1) or none.
        """
        wanted = [one.strip() for line in self.request.headers.getlist("if-match") for one in line.split(",")]
        if wanted in ([], [""], ["*"]):
            return None
        if not {str(state.version), f'"{state.version}"'} & {*wanted}:
            raise Refused("stale_version", "案件已更新", f"The case is at version {state.version}.")
        return state.version

    async def bring(self, state: CaseState, message: Message) -> JSONResponse:
        """Bring a message to its case; answers with the snapshot at rest, or where to look for it."""
        settled = await self.engine.bring(state, message)
        return await self.answer(state.id, settled, 200)

    async def answer(self, case_id: str, settled: int | Pending, status: int) -> JSONResponse:
        """The snapshot, or 202 with its operation."""
        if isinstance(settled, Pending):
            location = await run_in_threadpool(self._operation, case_id, settled)
            return JSONResponse({"state": "running"}, 202, {"Location": location})
        return JSONResponse(await run_in_threadpool(self.told, case_id), status)

    def _operation(self, case_id: str, pending: Pending) -> str:
        row = OperationRow(
            id=pending.update_id,
            owner=self.caller.account.user,
            case_id=case_id,
            message_id=pending.message_id,
            update_id=pending.update_id,
            at=datetime.now(UTC),
        )
        with self.session() as session:
            session.merge(row)
            session.commit()
        return f"/api/v1/operations/{pending.update_id}"

    def once(self, body: Any, *, abandoned_after: timedelta = ABANDONED) -> Once:  # noqa: ANN401  # any JSON value
        """This POST's idempotency."""
        text = json.dumps(body, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return Once(self.request, self.caller, digest, abandoned_after=abandoned_after)


async def desk(request: Request) -> Desk:
    """The desk of a signed-in caller.

    Raises:
        Refused: `unauthenticated`; `forbidden` where the route is not for their role.
    """
    callers: identity.Callers = request.app.state.callers
    caller = await callers.of(request)
    if not of_a_case(request):
        check_role(request, caller.actor)
    return Desk(request, caller)


AtDesk = Annotated[Desk, Depends(desk)]

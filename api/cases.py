"""Cases: apply, list, look, answer tasks, act."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api import paging, views
from api.description import UNDER_WAY
from api.desk import AtDesk, Desk
from api.problems import invalid
from api.requests import StrictRoute
from domain.acts import ACTS
from domain.application import NewCase
from domain.audit import Stage
from domain.certificates import Status
from domain.model import Day
from domain.payloads import payload_of
from domain.refusal import Refused
from domain.state import CaseState, Message
from records import queries, tables
from workflows.flow import admit

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["cases"])

STEP_UP = ("decision.make", "suspension.decide", "withdrawal.decide", "approval.give")
"""What asks for a password given less than five minutes ago."""

TOO_LATE = ("task_not_open", "stage_conflict", "stale_version")
"""Refusals of somebody whom another may have forestalled: they are told how the case stands."""

Payload = Annotated[dict[str, Any], Body()]


@router.post("/cases", status_code=201, responses=UNDER_WAY)
async def apply(desk: AtDesk, body: Payload) -> Response:
    """Hand in an application: an applicant chooses the body, a case manager names the applicant (R:7/7.2.1)."""
    once = desk.once(body)

    async def work() -> Response:
        state, message = await run_in_threadpool(_application, desk, body, once.case_id, once.message_id)
        try:
            settled = await desk.engine.start(state, message)
        except Refused as refused:
            if refused.refusal.code != "stage_conflict":
                raise
            # Its workflow was refused and has ended already: say what it was told.
            await run_in_threadpool(_application, desk, body, once.case_id, once.message_id)
            raise
        return await desk.answer(state.id, settled, 201)

    return await once.run(work)


def _application(desk: Desk, body: dict[str, Any], case_id: str, message_id: str) -> tuple[CaseState, Message]:
    message = Message(
        id=message_id,
        kind="application",
        name="application",
        actor=desk.actor,
        content=json.dumps(body, ensure_ascii=False),
    )
    handed_in = payload_of(message)
    if not isinstance(handed_in, NewCase):
        raise TypeError("an application is a NewCase")
    chosen_body, applicant = parties(desk, handed_in)
    state = CaseState(id=case_id, body=chosen_body, applicant=applicant, rehearsal=desk.settings.rehearsal)
    with desk.session() as session:
        if queries.turn_of(session, case_id, message_id) is None:
            desk.try_out(session, state, message, datetime.now(UTC))
    return state, message


def parties(desk: Desk, handed_in: NewCase) -> tuple[str, str]:
    """The body and the applicant of a new case, whoever hands it in."""
    actor = desk.actor
    if "applicant" in actor.roles:
        if handed_in.applicant not in (None, actor.user):
            raise Refused("forbidden", "只能为本组织申请", "An applicant applies for itself only.")
        with desk.session() as session:
            if not handed_in.body or session.get(tables.Body, handed_in.body) is None:
                raise invalid("/body", "no such certification body")
        return handed_in.body, actor.user
    if handed_in.body not in (None, actor.body):
        raise Refused("forbidden", "只能在本机构立案", "A case manager opens cases of the own body only.")
    with desk.session() as session:
        account = session.get(tables.Account, handed_in.applicant) if handed_in.applicant else None
    if account is None or "applicant" not in account.roles:
        raise invalid("/applicant", "no such applicant account")
    return actor.body, account.user


@router.get("/cases")
def list_cases(  # noqa: PLR0913, PLR0917  # one query parameter each
    desk: AtDesk,
    stage: Stage | None = None,
    status: Status | None = None,
    organization: str | None = None,
    due_before: Day | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    wave: Annotated[str | None, Query(max_length=100)] = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = "",
) -> dict[str, Any]:
    """The cases the caller sees, by number."""
    filters = {"stage": stage, "status": status, "organization": organization, "due_before": due_before, "q": q}
    filters["wave"] = wave
    after = paging.read(cursor, str)
    with desk.session() as session:
        rows = queries.cases(session, desk.actor, filters, after[0] if after else "", limit + 1)
        items = [views.case_item(row) for row in rows]
    return paging.page(items, limit, [[row["number"]] for row in items])


@router.get("/cases/{case_id}")
def show_case(desk: AtDesk, case_id: str) -> JSONResponse:
    """A case's snapshot; its `ETag` is the version."""
    shown = desk.shown(case_id)
    past = desk.past_cases(case_id)
    if past is not None:
        shown["past_cases"] = past
    return JSONResponse(shown, headers={"ETag": f'"{shown["version"]}"'})


@router.get("/cases/{case_id}/events")
def list_events(desk: AtDesk, case_id: str, limit: paging.Limit = 100, cursor: paging.Cursor = "") -> dict[str, Any]:
    """The record of a case, in order, each event chained to the one before."""
    desk.case(case_id)
    after = paging.read(cursor, int)
    with desk.session() as session:
        items = queries.events(session, case_id, after[0] if after else 0, limit + 1)
    return paging.page(items, limit, [[item["seq"]] for item in items])


@router.post("/cases/{case_id}/tasks/{task_id}", responses=UNDER_WAY)
async def answer_task(desk: AtDesk, case_id: str, task_id: str, body: Payload) -> Response:
    """Answer a task: `{kind, …payload}`."""
    kind, payload = _split(body)
    return await _send(
        desk, case_id, body, Message(id="", kind="answer", name=kind, actor=desk.actor, task=task_id, content=payload)
    )


@router.post("/cases/{case_id}/acts", responses=UNDER_WAY)
async def act(desk: AtDesk, case_id: str, body: Payload) -> Response:
    """Do something nobody asked for: `{kind, …payload}`."""
    kind, payload = _split(body)
    if kind not in ACTS:
        raise invalid("/kind", "no such act")
    return await _send(desk, case_id, body, Message(id="", kind="act", name=kind, actor=desk.actor, content=payload))


def _split(body: dict[str, Any]) -> tuple[str, str]:
    kind = body.get("kind")
    if not isinstance(kind, str):
        raise invalid("/kind", "required")
    payload = {name: value for name, value in body.items() if name != "kind"}
    return kind, json.dumps(payload, ensure_ascii=False)


async def _send(desk: Desk, case_id: str, body: dict[str, Any], draft: Message) -> Response:
    once = desk.once(body)
    message = draft.model_copy(update={"id": once.message_id})

    async def work() -> Response:
        try:
            weighed = await run_in_threadpool(_weigh, desk, case_id, message, keyed=bool(once.key))
            return weighed if isinstance(weighed, JSONResponse) else await desk.bring(*weighed)
        except Refused as refused:
            if refused.refusal.code in TOO_LATE:
                refused.current = await run_in_threadpool(desk.told, case_id)
            raise

    return await once.run(work)


def _weigh(desk: Desk, case_id: str, message: Message, *, keyed: bool) -> JSONResponse | tuple[CaseState, Message]:
    """Refuse what the case would refuse, before anything happens; the answer, if it was worked on before.

    Otherwise gives the case, and the message with what its sender knew of it.
    """
    with desk.session() as session:
        known = desk.case_in(session, case_id, message.name if message.kind == "act" else "")
        if keyed and queries.turn_of(session, case_id, message.id):
            return JSONResponse(desk.told_in(session, case_id))
        message = message.model_copy(
            update={"known_turn": known.state.turn, "expected_version": desk.expected_version(known.state)}
        )
        if message.name in STEP_UP:
            desk.caller.must_be_fresh()
        admit(known.state, message)
        desk.try_out(session, known.state, message, known.now)
    return known.state, message


@router.get("/tasks")
def list_tasks(  # one query parameter each
    desk: AtDesk,
    role: str | None = None,
    overdue: bool | None = None,  # noqa: FBT001  # a query parameter
    due_before: Day | None = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = "",
) -> dict[str, Any]:
    """The caller's inbox, soonest due first."""
    with desk.session() as session:
        rows = queries.inbox(
            session, desk.actor, role, due_before, paging.read(cursor, str, str, str), limit + 1, overdue=overdue
        )
        items = [views.task_item(queries.state_of(case), row.id) for row, case in rows]
        places = [queries.inbox_place(row) for row, _ in rows]
    return paging.page(items, limit, places)

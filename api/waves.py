"""Annual waves: opening one, handing in its applications together, and how far it has come."""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from activities.interface import START_APPLICATIONS
from api import paging
from api.cases import parties
from api.desk import AtDesk, Desk
from api.once import CASES
from api.problems import document, invalid
from api.requests import StrictRoute
from domain.application import Ident, Name, NewCase
from domain.dates import local_date
from domain.model import Day, Input
from domain.refusal import Fault, Refusal, Refused
from records import store, tables, waves
from records.wave_tables import WaveApplicationRow, WaveRow

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["waves"])


class NewWave(Input):
    """A wave and its days, both included; a case manager opens one of the own body, the alliance one of any."""

    body: Ident | None = None
    year: int = Field(ge=2000, le=2999)
    title: Name
    opens_on: Day
    closes_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens_on > self.closes_on:
            raise ValueError("opens_on is after closes_on")
        return self


class Applications(Input):
    """The applications of a wave, each as of `POST /cases`."""

    applications: list[NewCase] = Field(min_length=1, max_length=500)


@router.post("/waves", status_code=201)
async def open_wave(desk: AtDesk, body: Annotated[NewWave, Body()]) -> Response:
    """Open a wave: a batch of applications of one year (R:7/7.2.1)."""

    async def work() -> Response:
        return JSONResponse(await run_in_threadpool(_open, desk, body), 201)

    return await desk.once(body.model_dump(mode="json")).run(work)


def _open(desk: Desk, wave: NewWave) -> dict[str, Any]:
    body = wave.body or desk.actor.body
    if "alliance" not in desk.actor.roles and body != desk.actor.body:
        raise Refused("forbidden", "只能为本机构设立申报批次", "Open waves of your own body only.")
    with desk.session() as session:
        if not body or session.get(tables.Body, body) is None:
            raise invalid("/body", "no such certification body")
        days = (wave.opens_on, wave.closes_on)
        row = waves.create(session, body, wave.year, wave.title, days, desk.actor.user)
        try:
            session.commit()
        except IntegrityError as error:
            raise Refused("stage_conflict", "该年度已有同名批次", "This year has a wave of this title.") from error
        return _shown(session, [row])[0]


@router.get("/waves")
def list_waves(desk: AtDesk, limit: paging.Limit = 50, cursor: paging.Cursor = "") -> dict[str, Any]:
    """The waves of the caller's body, or of all for the alliance, with how far each has come."""
    body = _seen_by(desk)
    after = str((paging.read(cursor, str) or [""])[0])
    with desk.session() as session:
        items = _shown(session, waves.page(session, body, after, limit + 1))
    return paging.page(items, limit, [[one["id"]] for one in items])


@router.get("/waves/{wave_id}")
def show_wave(desk: AtDesk, wave_id: str) -> dict[str, Any]:
    """How far a wave has come: its applications, and its cases by stage and status."""
    with desk.session() as session:
        return _shown(session, [_wave(desk, session, wave_id)])[0]


@router.get("/waves/{wave_id}/applications")
def list_applications(
    desk: AtDesk, wave_id: str, limit: paging.Limit = 50, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """What became of each application of a wave, for the body's staff."""
    after = paging.read(cursor, int)
    with desk.session() as session:
        wave = _wave(desk, session, wave_id)
        rows = waves.applications(session, wave.id, after[0] if after else 0, limit + 1)
        items = [_item(desk, row) for row in rows]
    return paging.page(items, limit, [[one["position"]] for one in items])


@router.post("/waves/{wave_id}/applications", status_code=201)
async def hand_in(desk: AtDesk, wave_id: str, body: Annotated[Applications, Body()]) -> Response:
    """Hand in applications together: each becomes a case in the background, once (R:7/7.2.1)."""
    once = desk.once(body.model_dump(mode="json"))
    await run_in_threadpool(show_wave, desk, wave_id)

    async def work() -> Response:
        await desk.engine.must_answer()
        items = await run_in_threadpool(_hand_in, desk, wave_id, body.applications)
        await desk.engine.begin_errand(START_APPLICATIONS, once.message_id)
        return JSONResponse({"items": items}, 201)

    return await once.run(work)


def _hand_in(desk: Desk, wave_id: str, handed_in: Sequence[NewCase]) -> list[dict[str, Any]]:
    with desk.session() as session:
        wave = _wave(desk, session, wave_id)
        waves.must_be_open(session, wave.id, wave.body, local_date(datetime.now(UTC)))
        drafts = [_draft(desk, wave.id, one, place) for place, one in enumerate(handed_in)]
        ids = [draft.case_id for draft in drafts]
        if twice := [place for place, one in enumerate(ids) if one in ids[:place]]:
            raise invalid(f"/applications/{twice[0]}", "the same organization, scheme and service again")
        items = [_item(desk, row) for row in waves.hand_in(session, drafts)]
        session.commit()
    return items


def _draft(desk: Desk, wave: str, handed_in: NewCase, place: int) -> WaveApplicationRow:
    try:
        if handed_in.wave not in (None, wave):
            raise invalid("/wave", "another wave")
        body, applicant = parties(desk, handed_in)
    except Refused as refused:
        no, at = refused.refusal, f"/applications/{place}"
        faults = [Fault(pointer=f"{at}{one.pointer}", detail=one.detail) for one in no.faults]
        raise Refused(no.code, no.zh, no.en, faults=faults) from refused
    complete = handed_in.model_copy(update={"body": body, "applicant": applicant, "wave": wave})
    key = store.open_key(handed_in, rehearsal=desk.settings.rehearsal)
    return WaveApplicationRow(
        wave=wave,
        case_id=uuid.uuid5(CASES, f"{wave}|{key}").hex,
        position=0,
        organization=handed_in.organization.name,
        uscc=handed_in.organization.uscc,
        service=handed_in.service.name,
        applicant=applicant,
        actor=desk.actor.model_dump_json(),
        content=complete.model_dump_json(exclude_none=True),
    )


def _item(desk: Desk, row: WaveApplicationRow) -> dict[str, Any]:
    """An application's outcome: `waiting`, `started` with its case, or `refused` with the problem."""
    problem = document(desk.request, Refusal.model_validate(json.loads(row.problem))) if row.problem else None
    return {
        "position": row.position,
        "organization": row.organization,
        "uscc": row.uscc,
        "service": row.service,
        "outcome": row.state,
        "case": row.case_id if row.state == "started" else None,
        "problem": problem,
    }


def _shown(session: Session, rows: Sequence[WaveRow]) -> list[dict[str, Any]]:
    counts = waves.progress(session, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "body": row.body,
            "year": row.year,
            "title": row.title,
            "opens_on": row.opens_on.isoformat(),
            "closes_on": row.closes_on.isoformat(),
            **counts[row.id],
        }
        for row in rows
    ]


def _seen_by(desk: Desk) -> str:
    """The body whose waves the caller sees; empty: of all."""
    return "" if "alliance" in desk.actor.roles else desk.actor.body


def _wave(desk: Desk, session: Session, wave_id: str) -> WaveRow:
    body = _seen_by(desk)
    row = None if "\0" in wave_id else session.get(WaveRow, wave_id)
    if row is None or (body and row.body != body):
        raise Refused("not_found", "未找到", "Not found.")
    return row

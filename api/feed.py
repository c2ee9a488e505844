"""A person's due dates and reminders as a calendar feed (RFC 5545), opened by a token of its own."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from icalendar import Alarm, Calendar, Event
from sqlmodel import Session, select

from api import views
from api.description import of_type
from api.desk import AtDesk, Desk
from api.gate import within_limit
from api.identity import NEVER, Caller
from api.requests import StrictRoute, key_of
from domain.dates import A_DAY, local_date, morning
from domain.policy import hidden
from domain.refusal import Refused
from domain.reminders import ISSUE, TITLES, reminders, title_of
from domain.state import Actor, CaseState, Deadline
from records import queries
from records.tables import Account, CalendarTokenRow, CaseRow

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["calendar"])

MOST = 1000
"""Cases and tasks of a feed, those soonest due first."""
LONG_DATES_TOO = {"applicant", "case_manager"}
"""Who is shown the due dates of a case for which nobody is asked yet."""


@router.post("/me/calendar-token", status_code=201)
async def renew_token(desk: AtDesk) -> Response:
    """Give the caller's feed a new token, in the place of the one before; it is shown this once.

    The same `Idempotency-Key` gives the same token again: it is made of the key, because no answer that holds it is
    kept.
    """
    key = key_of(desk.request)
    user = desk.actor.user
    token = desk.secrets.derived(f"calendar|{user}|{key}") if key else secrets.token_hex(32)
    await run_in_threadpool(_keep, desk, CalendarTokenRow(user=user, digest=_digest(token), at=datetime.now(UTC)))
    url = f"{desk.settings.public_url}/api/v1/calendar.ics?token={token}"
    return JSONResponse({"token": token, "url": url}, 201)


@router.get(
    "/calendar.ics", response_class=Response, responses=of_type("text/calendar"), dependencies=[Depends(within_limit)]
)
def show_feed(request: Request, token: Annotated[str, Query(max_length=200)]) -> Response:
    """The due dates of the token's owner: open tasks and, for applicants and case managers, their cases' long dates."""
    with Session(request.app.state.database) as session:
        actor = _owner(session, token)
        content = _calendar(session, actor, request.app.state.settings.public_url)
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")
    if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _keep(desk: Desk, row: CalendarTokenRow) -> None:
    with desk.session() as session:
        session.merge(row)
        session.commit()


def _owner(session: Session, token: str) -> Actor:
    row = session.exec(select(CalendarTokenRow).where(CalendarTokenRow.digest == _digest(token))).first()
    account = session.get(Account, row.user) if row else None
    if account is None or not account.active:
        raise Refused("not_found", "未找到", "Not found.")
    return Caller(account, NEVER).actor


def _calendar(session: Session, actor: Actor, public_url: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//jingpin//due dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "山西精品认证期限")
    mine = queries.inbox(session, actor, None, None, [], MOST)
    tasks = {(task.case_id, task.id) for task, _ in mine}
    cases = {case.id: case for _, case in mine}
    if LONG_DATES_TOO & set(actor.roles):
        cases |= {case.id: case for case in queries.running_cases(session, actor, MOST)}
    for case in cases.values():
        state = queries.state_of(case)
        own = {task.id for task in state.tasks if (case.id, task.id) in tasks and not hidden(task, actor)}
        for deadline in _shown(state, actor, own):
            calendar.add_component(_event(case, state, deadline, public_url))
    return bytes(calendar.to_ical())


def _shown(state: CaseState, actor: Actor, own: set[str]) -> Iterator[Deadline]:
    """The due dates of one's own tasks, and for the two sides those for which nobody is asked, or long before."""
    asked = {task.id for task in state.tasks}
    sides = bool(LONG_DATES_TOO & set(actor.roles))
    for one in views.deadlines_for(state, actor):
        is_long = one.state == "running" and (one.kind in (*TITLES, ISSUE) or one.id not in asked)
        if one.id in own or (sides and is_long):
            yield one


def _event(case: CaseRow, state: CaseState, deadline: Deadline, public_url: str) -> Event:
    title, link = title_of(deadline.kind, state.rules), f"{public_url}/api/v1/cases/{case.id}"
    marks = [("演练", case.rehearsal), ("已逾期", deadline.state == "missed"), ("暂定", deadline.provisional)]
    summary = " ".join([*(f"[{mark}]" for mark, on in marks if on), title.zh, case.number])
    event = Event()
    event.add("uid", f"{case.id}.{_lasting_id(deadline)}@jingpin")
    event.add("dtstamp", case.opened_at)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + A_DAY)
    event.add("transp", "TRANSPARENT")
    event.add("summary", summary)
    event.add("description", f"{case.organization}\n{title.en}\n条款 Clause: {deadline.clause}\n{link}")
    event.add("url", link)
    for day in _to_come(case, state, deadline):
        event.add_component(_alarm(day, summary))
    return event


def _lasting_id(deadline: Deadline) -> str:
    """The due date's id; once the client is asked to renew, that of its task takes the place of the first."""
    if deadline.kind == "recertification.apply":
        return f"{deadline.kind}.{deadline.proof.anchor.on}"
    return deadline.id


def _to_come(case: CaseRow, state: CaseState, deadline: Deadline) -> list[date]:
    """The days of the ladder from the case's today on."""
    if state.rules is None or state.calendar is None or deadline.state != "running":
        return []
    today = local_date(datetime.now(UTC) + timedelta(seconds=case.clock_ahead))
    return reminders(state.rules, deadline.kind, deadline.due_on, today - A_DAY, state.calendar)


def _alarm(day: date, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", morning(day), parameters={"VALUE": "DATE-TIME"})
    return alarm

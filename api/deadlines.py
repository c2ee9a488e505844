"""Every due date of a case with its proof, and what other anchors would make of them, on paper."""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import views
from api.desk import AtDesk
from api.problems import invalid
from domain.dates import local_date
from domain.redate import ENDS, Days, days_of, is_broken, what_if
from domain.state import Deadline
from records import queries

router = APIRouter(prefix="/api/v1", tags=["cases"])

CHANGE = re.compile(r"([a-z_]+)(?:@(\d{4}-\d\d-\d\d))?:(\d{4}-\d\d-\d\d)")
"""`decision:2027-01-15`; where a case has several days of a kind, `task@2026-12-01:2026-12-04` names one."""
YEARS = range(2000, 2200)
Asked = Annotated[list[str], Query(alias="what_if", max_length=20)]


@router.get("/cases/{case_id}/deadlines")
def list_deadlines(desk: AtDesk, case_id: str, asked: Asked = []) -> dict[str, Any]:  # noqa: B006  # only read
    """Every due date of a case with its proof, and the broken ones; `what_if` changes anchors on paper only.

    `what_if=<anchor kind>:<date>`, once for each anchor; of several days of a kind it is the latest that changes,
    first of those from which due dates run.
    """
    with desk.session() as session:
        known = desk.case_in(session, case_id)
        past = views.known_to(queries.past_deadlines(session, case_id), desk.actor)
    before = [*past, *views.deadlines_for(known.state, desk.actor)]
    days = days_of(before, views.audit_days(known.state, desk.actor))
    changes = _changes(asked, days)
    after = what_if(before, changes, known.state.calendar)
    today = local_date(known.now)
    shown = [_shown(now, then) for now, then in zip(after, before, strict=True)]
    broken = [is_broken(now, then, today, changes, days) for now, then in zip(after, before, strict=True)]
    return {"deadlines": shown, "broken": [one for one, past in zip(shown, broken, strict=True) if past]}


def _shown(now: Deadline, then: Deadline) -> dict[str, Any]:
    moved = {"was_due_on": then.due_on.isoformat()} if now.due_on != then.due_on else {}
    return views.deadline_view(now) | moved


def _changes(asked: list[str], known: Days) -> dict[tuple[str, date], date]:
    changes = {}
    for place, text in enumerate(asked):
        found = CHANGE.fullmatch(text)
        if found is None:
            raise invalid(f"/what_if/{place}", "write <anchor kind>:<date>")
        kind, day = found[1], _day(found[3], place)
        if kind not in ENDS:
            raise invalid(f"/what_if/{place}", f"no anchor: {kind}")
        old = _day(found[2], place) if found[2] else next(reversed(known[kind]), day)
        if found[2] and old not in known[kind]:
            raise invalid(f"/what_if/{place}", f"this case knows of no {kind} on {found[2]}")
        changes[kind, old] = day
    return changes


def _day(text: str, place: int) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"/what_if/{place}", f"no such day: {text}") from error
    if day.year not in YEARS:
        raise invalid(f"/what_if/{place}", "not a day that a case could have")
    return day

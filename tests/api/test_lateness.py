"""What operations sees after an outage: late timers and dates without their act, of its own body."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from records.late import LateTimerRow, SweepFindingRow
from tests.api.conftest import Web
from tests.records.builders import kept

DUE = datetime(2026, 11, 20, 16, tzinfo=UTC)
LATE, OVERDUE = "late-timers", "overdue-dates"


@pytest.fixture
def web(web: Web) -> Web:
    """Three late timers and findings of one case, one of each in another body's."""
    with web.session() as session:
        for number, body, count in ((1, "demo", 3), (2, "other", 1)):
            case = kept(session, number, body=body).id
            for n in range(count):
                due = DUE + timedelta(days=n)
                times = {"due_at": due, "fired_at": due + timedelta(minutes=90)}
                session.add(LateTimerRow(case_id=case, turn=n, entry=f"lapse:x-{n}", kind="x", **times))
                found = due + timedelta(hours=2)
                session.add(
                    SweepFindingRow(case_id=case, due_at=due, deadlines=[f"x-{n}"], found_at=found, done="woken")
                )
                session.flush()
        session.commit()
    return web


async def asked(web: Web, which: str, user: str = "ops", **query: Any) -> httpx.Response:
    headers = web.signed_in(user)
    return await web.visitor.get(f"/api/v1/operations/{which}", params=query, headers=headers)


async def test_a_late_timer_is_shown_with_its_due_and_its_real_time(web: Web) -> None:
    assert (await asked(web, LATE)).json()["items"][-1] == {
        "case_id": "case-1",
        "number": "JP-2026-00001",
        "turn": 0,
        "entry": "lapse:x-0",
        "kind": "x",
        "due_at": "2026-11-20T16:00:00Z",
        "fired_at": "2026-11-20T17:30:00Z",
        "seconds_late": 5400,
    }


async def test_an_overdue_date_is_shown_with_what_was_done(web: Web) -> None:
    assert (await asked(web, OVERDUE)).json()["items"][-1] == {
        "case_id": "case-1",
        "number": "JP-2026-00001",
        "deadlines": ["x-0"],
        "due_at": "2026-11-20T16:00:00Z",
        "found_at": "2026-11-20T18:00:00Z",
        "done": "woken",
        "resolved_at": None,
    }


@pytest.mark.parametrize("which", [LATE, OVERDUE])
async def test_the_newest_come_first_in_pages(web: Web, which: str) -> None:
    first = (await asked(web, which, limit=2)).json()
    rest = (await asked(web, which, limit=2, cursor=first["next_cursor"])).json()
    days = [item["due_at"][8:10] for item in first["items"] + rest["items"]]
    assert (days, rest["next_cursor"]) == (["22", "21", "20"], None)


@pytest.mark.parametrize("which", [LATE, OVERDUE])
@pytest.mark.parametrize(("user", "status"), [("ops", 200), ("admin", 200), ("manager", 403), ("applicant", 403)])
async def test_they_are_for_those_who_run_the_installation(web: Web, which: str, user: str, status: int) -> None:
    assert (await asked(web, which, user)).status_code == status


@pytest.mark.parametrize("which", [LATE, OVERDUE])
@pytest.mark.parametrize("cursor", ["x", "WyJ4Il0=", "WzBd", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5XQ=="])
async def test_a_cursor_of_another_kind_is_refused(web: Web, which: str, cursor: str) -> None:
    answer = await asked(web, which, cursor=cursor)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cursor")


async def test_the_interface_says_what_they_look_like(web: Web) -> None:
    told = (await web.visitor.get("/openapi.json")).json()["components"]["schemas"]
    assert set(told["LateTimer"]["required"]) >= {"due_at", "fired_at", "seconds_late"}
    assert set(told["OverdueDate"]["required"]) >= {"due_at", "found_at", "done", "resolved_at"}

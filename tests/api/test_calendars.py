"""Loading a year's notice over HTTP: who may, what is refused, and that nothing is half done without an engine."""

from datetime import date
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from activities.calendars import Calendars
from activities.interface import Order
from records import days
from tests.api.conftest import Web
from tests.states import granted

OFF = [(1, 1, 3), (2, 5, 12), (5, 1, 5)]
"""Month, first and last day: sixteen days off at New Year, the Spring Festival and Labour Day."""
NOTICE: dict[str, Any] = {
    "source": "国务院办公厅关于2027年部分节假日安排的通知",
    "days": [
        *(
            {"day": str(date(2027, month, day)), "working": False}
            for month, first, last in OFF
            for day in range(first, last + 1)
        ),
        {"day": "2027-01-09", "working": True},
    ],
}


def first(**changes: object) -> dict[str, Any]:
    """The notice's days, the first of them changed."""
    return {"days": [NOTICE["days"][0] | changes, *NOTICE["days"][1:]]}


class Willing:
    """An engine that takes every order; what it does with them is tested on the real one."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    async def must_answer(self) -> None:
        """It does."""

    async def roll_out(self, order: Order) -> None:
        """Keep it."""
        self.orders.append(order)


@pytest.fixture
def engine(web: Web) -> Willing:
    web.app.state.engine = Willing()
    return web.app.state.engine  # type: ignore[no-any-return]


async def load(web: Web, body: Any = NOTICE, year: object = 2027, user: str = "ops", **headers: str) -> httpx.Response:
    headers |= web.signed_in(user)
    return await web.visitor.post(f"/api/v1/calendars/{year}", json=body, headers=headers)


def rows(web: Web) -> int:
    with web.session() as session:
        return days.count(session)


def pointers(answer: httpx.Response) -> list[str]:
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    return [one["pointer"] for one in answer.json()["errors"]]


async def test_a_year_is_published_by_loading_its_notice(web: Web, engine: Willing) -> None:
    answer = await load(web)
    assert answer.status_code == 201
    assert (answer.json()["years"], answer.json()["version"][-2:]) == ([2025, 2026, 2027], "17")
    with Session(web.database) as session:
        calendar = Calendars().current(session)
    assert [calendar.is_working(date(2027, 1, day)) for day in (1, 4, 9, 10)] == [False, True, True, False]
    [order] = engine.orders
    assert (order.selection, order.message.id) == ("provisional", f"calendar.load:{calendar.version}")


async def test_everybody_may_look_at_the_calendar(web: Web) -> None:
    for user in ("applicant", "leader", "alliance", "ops"):
        answer = await web.visitor.get("/api/v1/calendars", headers=web.signed_in(user))
        assert answer.status_code == 200
        assert answer.json()["years"] == [2025, 2026]
        assert answer.json()["provisional_cases"] == 0
    assert (await web.visitor.get("/api/v1/calendars")).status_code == 401


async def test_the_cases_that_wait_for_another_year_are_those_one_sees(web: Web) -> None:
    with web.session() as session:
        for number in (1, 2):
            granted(number, flags=["provisional_dates"]).write(session)
        granted(3).write(session)
    counted = []
    for user in ("ops", "manager2"):
        answer = await web.visitor.get("/api/v1/calendars", headers=web.signed_in(user))
        counted.append(answer.json()["provisional_cases"])
    assert counted == [2, 0]


@pytest.mark.parametrize("user", ["applicant", "manager", "leader", "reviewer", "decider", "alliance"])
async def test_only_operations_and_administrators_load_one(web: Web, engine: Willing, user: str) -> None:
    answer = await load(web, user=user)
    assert (answer.status_code, answer.json()["code"], engine.orders) == (403, "forbidden", [])


async def test_the_same_key_gives_the_same_answer(web: Web, engine: Willing) -> None:
    first = await load(web, **{"Idempotency-Key": "k"})
    again = await load(web, **{"Idempotency-Key": "k"})
    assert first.json() == again.json()
    assert (again.headers["Idempotency-Replayed"], rows(web), len(engine.orders)) == ("true", 17, 1)


async def test_the_same_notice_again_adds_nothing_and_is_brought_to_cases_again(web: Web, engine: Willing) -> None:
    for _ in range(2):
        assert (await load(web)).status_code == 201
    assert rows(web) == 17
    assert len({order.message.id for order in engine.orders}) == 1


async def test_a_published_year_takes_corrections_only(web: Web, engine: Willing) -> None:
    await load(web)
    assert pointers(await load(web, NOTICE | first(day="2027-01-04"))) == ["/correction"]
    corrected = {"source": "更正", "days": [{"day": "2027-01-04", "working": False}], "correction": True}
    answer = await load(web, corrected, user="admin")
    assert (answer.status_code, answer.json()["version"][-2:]) == (201, "18")
    assert engine.orders[-1].selection == "running"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"days": []}, ["/days"]),
        ({"days": NOTICE["days"][:12]}, ["/days"]),
        (first(day="2027-13-01"), ["/days/0/day"]),
        (first(day="20270101"), ["/days/0/day"]),
        (first(day="2027-01-01T00:00:00"), ["/days/0/day"]),
        (first(day=1798761600), ["/days/0/day"]),
        (first(day=None), ["/days/0/day"]),
        (first(day="2028-01-01"), ["/days/0/day"]),
        (first(day="2027-01-04", working=True), ["/days/0/working"]),
        (first(working="no"), ["/days/0/working"]),
        (first(name="x"), ["/days/0/name"]),
        ({"source": ""}, ["/source"]),
        ({"source": "a\0b"}, ["/source"]),
        ({"correction": True}, ["/correction"]),
        ({"more": 1}, ["/more"]),
    ],
)
async def test_a_wrong_notice_is_refused_with_its_place(
    web: Web, engine: Willing, changes: dict[str, Any], where: list[str]
) -> None:
    assert pointers(await load(web, NOTICE | changes)) == where
    assert (rows(web), engine.orders) == (0, [])


@pytest.mark.parametrize("year", [1999, 2028, 2201, "soon"])
async def test_a_year_that_is_not_the_next_is_refused(web: Web, engine: Willing, year: object) -> None:
    days = [one | {"day": one["day"].replace("2027", "2028")} for one in NOTICE["days"] if not one["working"]]
    moved = NOTICE | ({"days": days} if year == 2028 else {})
    assert pointers(await load(web, moved, year)) == ["/year"]
    assert engine.orders == []


async def test_without_an_engine_nothing_is_loaded(web: Web) -> None:
    answer = await load(web)
    assert (answer.status_code, answer.json()["code"], rows(web)) == (503, "unavailable", 0)

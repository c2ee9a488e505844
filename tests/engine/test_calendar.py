"""A year's notice is loaded on the running product, and quiet cases have their provisional dates counted again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.dates import local_date
from records.chain import broken_at
from tests.applications import an_application
from tests.lives import PLAN
from tests.product import Person, Product, running

A_DAY = timedelta(days=1)
SECONDS = 20


@pytest.fixture(scope="module")
async def product(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running(engine, tmp_path_factory.mktemp("product"), answer_seconds=60, workflow_sandbox=True) as product:
        yield product


@pytest.fixture(scope="module")
async def year(product: Product) -> int:
    """A year that nobody has published, after this one."""
    ops = await product.sign_in("ops")
    published = (await ops.get("/calendars")).json()["years"]
    return max(int(published[-1]), date.today().year) + 1  # noqa: DTZ011  # any zone will do


@pytest.fixture(scope="module")
async def cases(product: Product, year: int) -> list[dict[str, Any]]:
    """Two cases whose documents are reviewed within 15 working days of 1 March of that year."""
    return [await under_review(product, date(year, 3, 1)) for _ in range(2)]


@pytest.fixture(scope="module")
async def after(product: Product, cases: list[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    """The same cases once their year is published: the week after 1 March is off, and another in October."""
    ops = await product.sign_in("ops")
    first = (await ops.get("/calendars")).json()["years"][-1] + 1
    for one in range(first, year + 1):
        answer = await ops.post(f"/calendars/{one}", notice(one))
        assert answer.status_code == 201, answer.text
    return [await certain(product, case) for case in cases]


def notice(year: int) -> dict[str, Any]:
    weeks = (date(year, 3, 2), date(year, 10, 1))
    off = [first + n * A_DAY for first in weeks for n in range(7)]
    return {"source": "国务院办公厅的通知", "days": [{"day": str(day), "working": False} for day in off]}


async def under_review(product: Product, on: date) -> dict[str, Any]:
    applicant, manager = await product.sign_in("applicant"), await product.sign_in("manager")
    case = (await applicant.post("/cases", await an_application(applicant))).json()
    case = (await manager.answer(case, "application.review", outcome="accept")).json()
    today = local_date(datetime.fromisoformat(case["now"]))
    contract = {"contract_number": "HT-1", "signed_on": str(today), "fee_total": "1.00"}
    case = (await manager.answer(case, "contract.sign", **contract, file_id=await manager.upload())).json()
    case = await product.advance(case, until=str(on))
    planned = {"planned_from": str(on + 60 * A_DAY), "planned_to": str(on + 65 * A_DAY)}
    answer = await manager.answer(case, "audit.plan", **PLAN | planned)
    assert answer.status_code == 200, answer.text
    return dict((await applicant.answer(answer.json(), "audit.plan.confirm", outcome="agree")).json())


async def certain(product: Product, case: dict[str, Any]) -> dict[str, Any]:
    """The case once its dates are certain; nobody sends it anything meanwhile."""
    manager = await product.sign_in("manager")
    for _ in range(SECONDS * 10):
        found = await manager.case(case["id"])
        if "provisional_dates" not in found["flags"]:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError("the case was not brought its calendar")


def review(case: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in case["deadlines"] if (one["kind"], one["state"]) == ("audit.documents", "running"))


def fifteenth(start: date, off: set[date]) -> str:
    """Walk until fifteen days from Monday to Friday, and not off, have been met."""
    day, left = start, 15
    while left:
        day += A_DAY
        left -= day.isoweekday() <= 5 and day not in off
    return str(day)


async def events(person: Person, case: dict[str, Any]) -> list[dict[str, Any]]:
    return list((await person.get(f"/cases/{case['id']}/events", limit=100)).json()["items"])


async def test_quiet_cases_are_brought_the_year_and_count_again(
    cases: list[dict[str, Any]], after: list[dict[str, Any]], year: int
) -> None:
    start, off = date(year, 3, 1), {date(year, 3, 2) + n * A_DAY for n in range(7)}
    for old, new in zip(cases, after, strict=True):
        assert (review(old)["due_on"], review(old)["provisional"]) == (fifteenth(start, set()), True)
        assert (review(new)["due_on"], review(new)["provisional"]) == (fifteenth(start, off), False)
        [task] = [task for task in new["tasks"] if task["kind"] == "audit.documents"]
        assert task["due_on"] == review(new)["due_on"]


async def test_the_record_holds_both_dates_and_is_still_a_chain(
    product: Product, cases: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    manager = await product.sign_in("manager")
    for old, new in zip(cases, after, strict=True):
        recorded = await events(manager, new)
        loaded = [event["data"] for event in recorded if event["kind"] == "calendar.loaded"][-1]
        [moved] = [one for one in loaded["deadlines"] if one["kind"] == "audit.documents"]
        assert (moved["old"], moved["new"]) == (review(old)["due_on"], review(new)["due_on"])
        assert broken_at(recorded) is None


async def test_the_same_notice_again_records_nothing_more(
    product: Product, after: list[dict[str, Any]], year: int
) -> None:
    ops, manager = await product.sign_in("ops"), await product.sign_in("manager")
    assert (await ops.post(f"/calendars/{year}", notice(year))).status_code == 201
    assert (await manager.post(f"/cases/{after[0]['id']}/acts", {"kind": "note.add", "text": "x"})).status_code == 200
    assert [event["kind"] for event in await events(manager, after[0])][-1] == "note.add"
    assert (await manager.case(after[1]["id"]))["version"] == after[1]["version"]


async def test_the_new_date_is_the_one_that_rings(product: Product, after: list[dict[str, Any]]) -> None:
    manager, case = await product.sign_in("manager"), after[1]
    last = date.fromisoformat(review(case)["due_on"])
    case = await product.advance(case, until=str(last))
    assert "timer.audit.documents" not in [event["kind"] for event in await events(manager, case)]
    case = await product.advance(case, until=str(last + A_DAY))
    assert "timer.audit.documents" in [event["kind"] for event in await events(manager, case)]


async def test_what_if_answers_on_the_running_product(product: Product, after: list[dict[str, Any]]) -> None:
    manager = await product.sign_in("manager")
    query = {"what_if": f"task:{after[0]['now'][:4]}-01-01"}
    answer = await manager.get(f"/cases/{after[0]['id']}/deadlines", **query)
    assert answer.status_code == 200
    assert [one["kind"] for one in answer.json()["broken"]].count("audit.documents") == 1

"""R:7/7.2 on the running product with PostgreSQL as its record, from an application to its contract."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

import worker
from records.chain import broken_at
from records.database import connect
from tests.applications import an_application
from tests.engine.test_application_and_contract import accepted, signed, today
from tests.postgresql import PostgreSQL
from tests.product import Person, Product, running

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def closing() -> Iterator[None]:
    """The worker leaves its connections to the end of its process, which is not the end of this one."""
    opened: list[Engine] = []

    def connected(url: str) -> Engine:
        opened.append(connect(url))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "connect_database", connected)
        yield
    for engine in opened:
        engine.dispose()


@pytest.fixture(scope="module")
async def product(
    engine: str, postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory, closing: None
) -> AsyncIterator[Product]:
    del closing
    data = tmp_path_factory.mktemp("on-postgresql")
    async with running(engine, data, sql_url=postgresql.database()) as product:
        yield product


@pytest.fixture
async def planned(product: Product, applicant: Person, manager: Person) -> dict[str, Any]:
    """A case that was supplemented, accepted and put under contract."""
    case = (await applicant.post("/cases", await an_application(applicant, documents="abcdegh"))).json()
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["i"])).json()
    case = await product.advance(case, days=20)
    document = {"kind": "i", "file_id": await applicant.upload("i.pdf")}
    case = (await applicant.answer(case, "application.supplement", documents=[document])).json()
    case = await accepted(manager, case)
    return dict((await signed(manager, case, today(case))).json())


async def test_a_supplemented_application_with_a_contract_is_planned(planned: dict[str, Any]) -> None:
    assert (planned["stage"], planned["status"]) == ("planning", "open")
    assert [task["kind"] for task in planned["tasks"]] == ["audit.plan"]


async def test_its_record_is_one_whole_chain(planned: dict[str, Any], manager: Person) -> None:
    events = (await manager.get(f"/cases/{planned['id']}/events")).json()["items"]
    assert [event["kind"] for event in events] == [
        "application",
        "application.review",
        "application.supplement",
        "application.review",
        "contract.sign",
    ]
    assert (broken_at(events), len(events)) == (None, planned["version"])


async def test_its_task_is_in_the_inbox_and_the_case_in_the_list(planned: dict[str, Any], manager: Person) -> None:
    inbox = (await manager.get("/tasks", limit=100)).json()["items"]
    assert (planned["id"], "audit.plan") in {(task["case_id"], task["kind"]) for task in inbox}
    cases = (await manager.get("/cases", stage="planning", limit=100)).json()["items"]
    assert planned["id"] in {case["id"] for case in cases}

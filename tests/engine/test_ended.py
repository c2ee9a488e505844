"""A case that has ended goes on from the record with a complaint or a correction, and ends again."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.dates import local_date
from records.chain import broken_at
from records.database import connect
from tests.engine.processes import WorkerProcess, mortal
from tests.flow.test_reporting import REPORT, receipted
from tests.histories.journey import Journey
from tests.lives import Life, put_files
from tests.product import Product

WORDS = {"about": "仍在使用标志", "reason": "证书已失效", "contact": "a@example.test"}


@pytest.fixture(scope="module")
async def pair(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Product, WorkerProcess]]:
    data = tmp_path_factory.mktemp("ended")
    async with mortal(engine, data, rehearsal=False, answer_seconds=20) as pair:
        await pair[1].start()
        yield pair


@pytest.fixture
async def taken_back(pair: tuple[Product, WorkerProcess]) -> Journey:
    """A case whose applicant took it back: its workflow is completed."""
    case = await Journey(pair[0]).apply()
    await case.act("applicant", "case.withdraw", reason="不再需要")
    await over(case)
    return case


@pytest.fixture
def terminated(pair: tuple[Product, WorkerProcess]) -> Journey:
    """A case of the record whose documents were not corrected, half a year ago; its end was reported."""
    database = connect(pair[0].settings.sql_url)
    put_files(database)
    life = Life(database, local_date(datetime.now(UTC)) - timedelta(days=180), rehearsal=False)
    life.case = life.case.model_copy(update={"id": uuid.uuid4().hex})
    life.contracted().plan()
    life.answer("applicant", "audit.plan.confirm", outcome="agree")
    life.answer("leader", "audit.documents", outcome="return", checks={"a": True, "b": False}, issues=["x"])
    life.until(life.due("documents.correct") + timedelta(days=1))
    receipted(life).days(60)
    assert life.case.status == "terminated"
    database.dispose()
    case = Journey(pair[0])
    case.case = {"id": life.case.id}
    return case


async def over(case: Journey) -> None:
    """Wait for the end of a case's run."""
    async with asyncio.timeout(30):
        await (await case.client()).get_workflow_handle(case.id).result()


async def status(case: Journey) -> WorkflowExecutionStatus | None:
    return (await (await case.client()).get_workflow_handle(case.id).describe()).status


async def complained(case: Journey, key: str) -> httpx.Response:
    """A stranger complains about a case."""
    async with case.product.stranger() as stranger:
        body = {"case_number": case.case["number"], **WORDS}
        return await stranger.post("/api/v1/complaints", json=body, headers={"Idempotency-Key": key})


async def kinds(case: Journey) -> list[str]:
    """What the record has of a case, in one whole chain."""
    events = await case.events()
    assert broken_at(events) is None
    return [event["kind"] for event in events]


async def handled(case: Journey) -> dict[str, Any]:
    """The complaint is looked into and answered; gives the case after it."""
    case.case = await (await case.product.sign_in("manager")).case(case.id)
    await case.answer("manager", "complaint.acknowledge")
    await case.answer("reviewer2", "complaint.handle", outcome="upheld", answer="已要求停止使用")
    return case.case


async def test_a_complaint_about_a_case_that_has_ended_is_handled(taken_back: Journey) -> None:
    before = await kinds(taken_back)
    assert await status(taken_back) == WorkflowExecutionStatus.COMPLETED
    for _ in range(2):
        answer = await complained(taken_back, taken_back.id)
        assert answer.status_code == 201, answer.text
    assert await status(taken_back) == WorkflowExecutionStatus.RUNNING
    ended = (taken_back.case["stage"], taken_back.case["status"])
    after = await handled(taken_back)
    assert (after["stage"], after["status"], after["tasks"]) == (*ended, [])
    await over(taken_back)
    assert await kinds(taken_back) == [*before, "complaint.file", "complaint.acknowledge", "complaint.handle"]


async def test_one_that_comes_while_nobody_works_is_kept_and_worked_on_once(
    taken_back: Journey, pair: tuple[Product, WorkerProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await kinds(taken_back)
    await pair[1].kill()
    monkeypatch.setattr(taken_back.product.settings, "answer_seconds", 1)
    try:
        answer = await complained(taken_back, taken_back.id)
        assert answer.status_code == 202, answer.text
    finally:
        await pair[1].start()
    monkeypatch.setattr(taken_back.product.settings, "answer_seconds", 20)
    again = await complained(taken_back, taken_back.id)
    assert (again.status_code, again.json()) == (202, answer.json())
    await taken_back.asked("complaint.acknowledge")
    assert await kinds(taken_back) == [*before, "complaint.file"]
    await handled(taken_back)
    await over(taken_back)


async def test_what_was_reported_is_put_right_after_the_end(terminated: Journey) -> None:
    """R:7/6.4.6.2."""
    before = await kinds(terminated)
    manager = await terminated.product.sign_in("manager")
    answer = await manager.act(terminated.case, "report.correct", submission=REPORT, reason="统一社会信用代码有误")
    assert answer.status_code in {200, 202}, answer.text
    await over(terminated)
    assert await kinds(terminated) == [*before, "report.correct", "alliance.reported"]
    assert (await terminated.events())[-1]["data"]["corrects"] == REPORT


async def test_nothing_else_begins_again(taken_back: Journey) -> None:
    manager = await taken_back.product.sign_in("manager")
    answer = await manager.act(taken_back.case, "note.add", text="x")
    assert (answer.status_code, answer.json()["code"]) == (409, "stage_conflict")
    assert await status(taken_back) == WorkflowExecutionStatus.COMPLETED

"""R:7/6.5.1: a machine's news reaches a certified case once, whatever comes of it the case goes on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities.interface import Incident
from tests.histories.journey import Journey
from tests.product import running

NEWS: dict[str, Any] = {"id": "2026-0001", "trigger": "a", "description": "行政处罚", "source": "credit-feed"}


@pytest.fixture
async def certified(engine: str, tmp_path: Path) -> AsyncIterator[Journey]:
    """A certified case that hands on to its next run after each turn."""
    async with running(engine, tmp_path, answer_seconds=60, events_a_run=1, workflow_sandbox=True) as product:
        yield await Journey(product, pause=0.2).certified()


async def incidents(case: Journey, expected: int) -> list[str]:
    """Who has reported incidents of a case, once there are so many."""
    for _ in range(100):
        found = [event["actor"] for event in await case.events() if event["kind"] == "incident.report"]
        if len(found) >= expected:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    return [event["actor"] for event in await case.events() if event["kind"] == "incident.report"]


async def another_run(case: Journey) -> None:
    """Wait until the case has handed on to its next run."""
    runs = len(await case.histories())
    await case.act("manager", "note.add", text="x")
    for _ in range(100):
        if len(await case.histories()) > runs:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("the case has not handed on")


async def test_news_is_worked_on_once_over_many_runs_and_what_is_none_is_dropped(certified: Journey) -> None:
    handle = (await certified.client()).get_workflow_handle(certified.id)
    news = Incident.model_validate(NEWS | {"on": certified.today})
    await handle.signal("incident", news)
    assert await incidents(certified, 1) == ["machine:credit-feed"]
    await another_run(certified)

    for dropped in (
        news,
        {"id": "x"},
        NEWS | {"id": "no such trigger", "trigger": "z", "on": "2026-01-01"},
        NEWS | {"id": "2026-0002", "on": "2199-01-01"},
    ):
        await handle.signal("incident", dropped)
    report = NEWS | {"id": "2026-0003", "uscc": certified.case["organization"]["uscc"], "on": str(certified.today)}
    ops, other = await certified.product.sign_in("ops"), await certified.product.sign_in("manager2")
    for person, cases in ((ops, 1), (ops, 1), (other, 0)):
        answer = await person.post("/incidents", report)
        assert (answer.status_code, answer.json()) == (200, {"cases": cases})
    assert await incidents(certified, 2) == ["machine:credit-feed"] * 2
    late = await ops.post("/incidents", report | {"on": "2199-01-01"})
    assert (late.status_code, late.json()["code"]) == (422, "invalid")

    await certified.act("manager", "note.add", text="x")
    assert [task["subject"] for task in certified.case["tasks"]] == ["incident.report-1", "incident.report-2"]
    assert [matter["brought_by"] for matter in certified.case["matters"]] == ["machine", "machine"]

"""After an outage over several due dates each fires once, in order, at the end of its own day, and is listed as late.

The cases are begun in the record sixty days ago, on the real clock; nobody has worked on them since.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.beginning import Beginning
from activities.interface import CASE, Delivered, Start
from activities.sweep import SweepActivities
from domain.dates import local_date
from records import timers
from records.chain import broken_at
from records.database import connect
from records.queries import case_row, state_of
from services.engine import connect as connect_engine
from tests.engine.processes import mortal
from tests.lives import Life, put_files
from tests.product import Product

BEGAN = local_date(datetime.now(UTC)) - timedelta(days=60)
LAPSES = ["timer.audit.plan.confirm", "timer.audit.documents"]
SECONDS = 30


@dataclass
class Outage:
    """What is left after it: the product, and a case whose workflow ran on beside one whose workflow was ended."""

    product: Product
    client: Client
    running: Life
    ended: Life
    reminded: Life
    """Its workflow was ended as well; nothing but a reminder was left out."""
    found: list[str]
    """What two sweeps at once said, while no worker worked."""

    async def items(self, which: str, life: Life) -> list[dict[str, Any]]:
        """What operations sees of a case, oldest first."""
        answer = await (await self.product.sign_in("ops")).get(f"/operations/{which}", limit=100)
        assert answer.status_code == 200, answer.text
        return [item for item in reversed(answer.json()["items"]) if item["case_id"] == life.case.id]

    async def runs(self, life: Life) -> int:
        """How many runs a case has had."""
        query = f'WorkflowId = "{life.case.id}"'
        return len([one async for one in self.client.list_workflows(query)])


def planned_long_ago(database: Engine, weeks: int) -> Life:
    """The applicant is asked to confirm a plan, sixty days ago; the audit was to be so many weeks later."""
    life = Life(database, BEGAN, rehearsal=False)
    life.case = life.case.model_copy(update={"id": uuid.uuid4().hex})
    first = life.today + timedelta(weeks=weeks)
    life.contracted().plan(planned_from=str(first), planned_to=str(first + timedelta(days=5)))
    return life


def supplemented_lately(database: Engine) -> Life:
    """The applicant is asked for a supplement, a few days before its last one."""
    life = Life(database, BEGAN + timedelta(days=33), rehearsal=False)
    life.case = life.case.model_copy(update={"id": uuid.uuid4().hex})
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", missing=["j"])
    return life


async def begin(client: Client, queue: str, life: Life) -> Any:
    """A case's workflow as it would run on: nobody is there to work on it."""
    return await client.start_workflow(CASE, Start(state=life.case), id=life.case.id, task_queue=queue)


async def swept(product: Product, client: Client, database: Engine) -> str:
    how = Beginning(product.settings.task_queue, 800, 600)
    sweeps = SweepActivities(database, client, lambda _: Delivered(), how, timedelta())
    return await asyncio.to_thread(ActivityEnvironment().run, sweeps.sweep)


async def caught_up(database: Engine) -> None:
    for _ in range(SECONDS * 10):
        with Session(database) as session:
            if timers.overdue(session, datetime.now(UTC)) == []:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("the cases did not catch up")


@pytest.fixture(scope="module")
async def outage(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outage]:
    async with mortal(engine, tmp_path_factory.mktemp("outage"), rehearsal=False, answer_seconds=20) as (product, work):
        settings = product.settings
        database = connect(settings.sql_url)
        put_files(database)
        running, ended = planned_long_ago(database, 1), planned_long_ago(database, 2)
        client = await connect_engine(engine, settings.temporal_namespace, settings.data / "keys" / "payload.key")
        await begin(client, settings.task_queue, running)
        reminded = supplemented_lately(database)
        for life in (ended, reminded):
            await (await begin(client, settings.task_queue, life)).terminate("an outage")
        found = await asyncio.gather(*(swept(product, client, database) for _ in range(2)))
        await work.start()
        await caught_up(database)
        yield Outage(product, client, running, ended, reminded, list(found))
        database.dispose()


@pytest.fixture(params=["running", "ended"])
def life(outage: Outage, request: pytest.FixtureRequest) -> Life:
    found: Life = getattr(outage, request.param)
    return found


async def test_each_date_fires_once_in_order_at_the_end_of_its_own_day(life: Life) -> None:
    lapses = [event for event in life.events() if event["kind"].startswith("timer.")]
    assert [event["kind"] for event in lapses] == LAPSES
    assert {event["at"][10:] for event in lapses} == {"T16:00:00.000000Z"}
    assert [event["at"] for event in lapses] == sorted({event["at"] for event in lapses})


async def test_each_of_them_is_listed_as_late(outage: Outage, life: Life) -> None:
    late = await outage.items("late-timers", life)
    assert [one["kind"] for one in late if one["entry"].startswith("lapse:")] == [
        kind.removeprefix("timer.") for kind in LAPSES
    ]
    assert all(one["seconds_late"] > 86400 for one in late if one["kind"] == "audit.plan.confirm")
    assert [one["due_at"] for one in late] == sorted(one["due_at"] for one in late)
    today = datetime.now(UTC).date()
    assert {datetime.fromisoformat(one["fired_at"]).date() for one in late} <= {today, today - timedelta(days=1)}


async def test_two_sweeps_at_once_start_one_workflow(outage: Outage) -> None:
    assert outage.found == ["3", "3"]
    assert await outage.runs(outage.ended) == 2
    assert await outage.runs(outage.running) == 1


async def test_a_sweep_says_what_it_did(outage: Outage) -> None:
    [woken] = await outage.items("overdue-dates", outage.running)
    [restarted] = await outage.items("overdue-dates", outage.ended)
    assert (woken["done"], restarted["done"]) == ("woken", "restarted")


async def test_acts_go_on_in_a_case_started_again(outage: Outage, life: Life) -> None:
    manager = await outage.product.sign_in("manager")
    answer = await manager.post(f"/cases/{life.case.id}/acts", {"kind": "note.add", "text": "x"}, key="after")
    assert answer.status_code == 200, answer.text
    events = life.events()
    assert (broken_at(events), events[-1]["kind"]) == (None, "note.add")


async def test_the_engine_and_the_record_agree_after_it(outage: Outage, life: Life) -> None:
    known: Any = await outage.client.get_workflow_handle(life.case.id).query("state")
    with Session(life.engine) as session:
        row = case_row(session, life.case.id)
        assert row is not None
        kept = state_of(row).model_dump(mode="json", exclude={"effects", "head"})
    assert {name: known[name] for name in kept} == kept


async def test_a_case_started_again_is_found_by_its_stage_although_that_has_not_changed(outage: Outage) -> None:
    late = {one["entry"] for one in await outage.items("late-timers", outage.reminded)}
    assert late == {"remind:application.supplement-1"}
    found = await outage.client.get_workflow_handle(outage.reminded.case.id).describe()
    assert {"JpStage": ["application"], "JpBody": ["demo"]}.items() <= found.search_attributes.items()


async def test_the_schedule_sweeps_and_finds_that_all_is_worked_on(outage: Outage) -> None:
    schedule = outage.client.get_schedule_handle(f"{outage.product.settings.task_queue}:sweep")
    await schedule.trigger()
    for _ in range(SECONDS * 10):
        if actions := (await schedule.describe()).info.recent_actions:
            break
        await asyncio.sleep(0.1)
    started: Any = actions[-1].action
    said = await outage.client.get_workflow_handle(started.workflow_id).result()
    assert said == "0"
    for life in (outage.running, outage.ended):
        assert (await outage.items("overdue-dates", life))[0]["resolved_at"]

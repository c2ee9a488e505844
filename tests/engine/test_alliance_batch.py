"""A real case's report waits for the batch on the real engine, through runs, and is recorded once with its receipt."""

import asyncio
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from activities.interface import SUBMIT_BATCH
from tests.activities.courier import alliance, received
from tests.histories.journey import Journey
from tests.product import running

SECONDS = 30
RESTS = {"rehearsal": False, "alliance_batch": "0 6 1 1 *", "events_a_run": 1}
"""Of real cases, in runs of one turn; the schedule is triggered by hand."""


async def parked(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until both reports of a case are parked: its certification and its end."""
    for _ in range(SECONDS * 5):
        if [one["state"] for one in (await handle.query("state"))["effects"]] == ["parked"] * 2:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the reports were not parked")


async def reports(case: Journey) -> list[dict[str, Any]]:
    return [event["data"] for event in await case.events() if event["kind"] == "alliance.reported"]


async def test_a_case_that_has_ended_stays_until_its_report_has_its_receipt(engine: str, tmp_path: Path) -> None:
    """R:7/6.4.6.2: nothing of what was decided is lost between the decision and the batch."""
    with alliance() as url:
        async with running(engine, tmp_path, alliance_url=url, **RESTS) as product:
            case = Journey(product, pause=0.1)
            await (await case.certified()).act("applicant", "withdrawal.request", reason="x")
            await case.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
            client = await case.client()
            handle = client.get_workflow_handle(case.id)
            await parked(handle)
            assert (case.case["stage"], await reports(case), received(url)) == ("closed", [], [])
            schedule = client.get_schedule_handle(f"{product.settings.task_queue}:{SUBMIT_BATCH}")
            await schedule.trigger()
            assert await asyncio.wait_for(handle.result(), SECONDS) == "cancelled"
            await schedule.trigger()
            assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED
            number = case.case["certificates"][0]["number"]
            told = [(event["receipt"], event["about"]) for event in await reports(case)]
            assert told == [("LM-000001", f"certification:{number}"), ("LM-000002", f"cancellation:{number}")]
            assert [call["body"]["outcome"] for call in received(url)] == ["granted", "cancelled"]

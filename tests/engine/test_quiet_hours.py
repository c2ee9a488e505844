"""At night nobody is written to: a case comes to rest, hands on and ends, and its letters go out in the morning."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus

from domain.dates import SHANGHAI
from services.engine import connect
from tests.applications import an_application
from tests.product import running

NIGHT_SECONDS = 20


async def test_letters_of_the_night_go_out_once_when_it_ends(engine: str, tmp_path: Path) -> None:
    morning = datetime.now(SHANGHAI) + timedelta(seconds=NIGHT_SECONDS)
    night = {"quiet_from": (morning - timedelta(hours=9)).time(), "quiet_until": morning.time()}
    async with running(engine, tmp_path, rehearsal=False, events_a_run=1, **night) as product:
        applicant, manager = await product.sign_in("applicant"), await product.sign_in("manager")
        case = (await applicant.post("/cases", await an_application(applicant))).json()
        answer = await manager.answer(case, "application.review", outcome="supplement", missing=["j"])
        assert answer.status_code == 200
        answer = await applicant.answer(answer.json(), "application.supplement", note="已补充")
        answer = await applicant.act(answer.json(), "case.withdraw", reason="不再需要")
        assert (answer.status_code, answer.json()["status"]) == (200, "application_withdrawn")
        client = await connect(engine, product.settings.temporal_namespace, tmp_path / "keys" / "payload.key")
        handle = client.get_workflow_handle(case["id"])
        assert datetime.now(SHANGHAI) < morning, "the night was over too soon for this machine"
        assert list((tmp_path / "mail").glob("*.eml")) == []
        await asyncio.wait_for(handle.result(), 3 * NIGHT_SECONDS)
        assert datetime.now(SHANGHAI) >= morning
        assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED
    # The supplement asked for, and to the manager that the application is taken back.
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2

"""A service that stays away becomes a task that operations sees, never a silent loop."""

import asyncio
import socket
from pathlib import Path
from typing import Any

from services.notices import MailSink
from tests.applications import an_application
from tests.product import Person, running


async def eventually(person: Person, case_id: str, kind: str, *, there: bool) -> dict[str, Any]:
    """The case once a task of this kind is open, or is no more."""
    for _ in range(100):
        case = await person.case(case_id)
        if there == any(task["kind"] == kind for task in case["tasks"]):
            return case
        await asyncio.sleep(0.2)
    raise AssertionError(f"{kind} did not {'open' if there else 'close'}")


def a_closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def test_a_mail_server_that_stays_away_is_a_task_for_operations(engine: str, tmp_path: Path) -> None:
    port = a_closed_port()
    async with running(engine, tmp_path, smtp_url=f"smtp://127.0.0.1:{port}", delivery_seconds=2) as product:
        applicant, manager = await product.sign_in("applicant"), await product.sign_in("manager")
        ops = await product.sign_in("ops")
        case = (await applicant.post("/cases", await an_application(applicant))).json()
        case = (await manager.answer(case, "application.review", outcome="supplement", missing=["j"])).json()
        assert case["tasks"][0]["kind"] == "application.supplement"
        case = await eventually(ops, case["id"], "operations.resolve", there=True)
        assert case["id"] in {task["case_id"] for task in (await ops.get("/tasks")).json()["items"]}
        task = next(task for task in case["tasks"] if task["kind"] == "operations.resolve")
        assert task["delivery"]["kind"] == "notice"
        assert task["delivery"]["to"] == "applicant"
        assert "refused" in task["delivery"]["reason"] or str(port) in task["delivery"]["reason"]
        assert "operations.resolve" not in {one["kind"] for one in (await applicant.case(case["id"]))["tasks"]}
        assert (await manager.answer(case, "operations.resolve", outcome="retry")).json()["code"] == "forbidden"
        with MailSink(tmp_path / "letters", port=port):
            await ops.answer(case, "operations.resolve", outcome="retry")
            case = await eventually(ops, case["id"], "operations.resolve", there=False)
            for _ in range(50):
                if list((tmp_path / "letters").glob("*.eml")):
                    break
                await asyncio.sleep(0.2)
        assert len(list((tmp_path / "letters").glob("*.eml"))) == 1
        answer = await applicant.answer(case, "application.supplement", note="已补充")
        assert answer.status_code == 200

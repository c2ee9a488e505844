"""A key is changed while cases run: their histories stay open, a key that is not there yet stops none for good."""

import asyncio
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from services.encryption import data_converter
from services.engine import connect
from services.key_ring import KeyRing
from tests.histories.journey import Journey
from tests.product import Product, running
from workflows.certification import CertificationCase

NEXT = "payload-0002"


@pytest.fixture
async def product(engine: str, tmp_path: Path) -> AsyncIterator[Product]:
    async with running(engine, tmp_path / "data", answer_seconds=30, events_a_run=1) as product:
        yield product


def keys_of(history: WorkflowHistory) -> set[str]:
    """The ids of the keys that sealed a run's payloads."""
    return {key for key in ("local", NEXT) if b64encode(key.encode()).decode() in history.to_json()}


async def replays(keys: Path, history: WorkflowHistory) -> bool:
    runner = UnsandboxedWorkflowRunner()
    with_code = Replayer(
        workflows=[CertificationCase], data_converter=data_converter(KeyRing(keys)), workflow_runner=runner
    )
    result = await with_code.replay_workflow(history, raise_on_replay_failure=False)
    return result.replay_failure is None


async def test_what_comes_after_a_rotation_names_the_new_key_and_what_was_before_replays(product: Product) -> None:
    case = await Journey(product).apply()
    before = {key for history in await case.histories() for key in keys_of(history)}
    KeyRing(product.settings.payload_key_file).rotate()
    manager = await product.sign_in("manager")
    for text in ("x", "y"):
        answer = await manager.post(f"/cases/{case.id}/acts", {"kind": "note.add", "text": text})
        assert answer.status_code == 200, answer.text
    histories = await case.histories()
    assert (before, "local" in keys_of(histories[0]), NEXT in keys_of(histories[-1])) == ({"local"}, True, True)
    for history in histories:
        assert await replays(product.settings.payload_key_file, history)


async def test_a_key_that_is_not_here_yet_fails_the_task_and_never_the_case(product: Product, tmp_path: Path) -> None:
    case = await Journey(product).apply()
    settings, elsewhere = product.settings, tmp_path / "elsewhere" / "payload.key"
    elsewhere.parent.mkdir()
    shutil.copy(settings.payload_key_file, elsewhere)
    later = KeyRing(elsewhere).rotate()
    client = await connect(settings.temporal_address, settings.temporal_namespace, elsewhere)
    handle = client.get_workflow_handle(case.id)
    await handle.signal("incident", "sealed by a key that the worker does not have")
    async with asyncio.timeout(20):
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                break
    assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    shutil.copy(later.file, settings.payload_key_file.parent)
    manager = await product.sign_in("manager")
    answer = await manager.post(f"/cases/{case.id}/acts", {"kind": "note.add", "text": "x"})
    assert answer.status_code == 200, answer.text

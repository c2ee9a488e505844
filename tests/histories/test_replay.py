"""Every path has recorded histories, and the workflow's code of today replays all of them."""

import time
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.histories.altered import ImpatientCase
from tests.histories.lesson import RECORD, lesson
from tests.histories.paths import PATHS
from tests.histories.record import FOLDER, HANDING_ON, files_of, history_of, path_of, replayer

ONE = "supplemented_and_certified"
SECONDS = 20


async def failure_of(histories: list[tuple[str, WorkflowHistory]], **how: WorkflowRunner | type) -> str:
    """Replay histories one after another; gives the lesson of the first that fails, or nothing."""
    with_code = replayer(**how)  # type: ignore[arg-type]
    for name, history in histories:
        result = await with_code.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure:
            return lesson(name, history, result.replay_failure)
    return ""


def recorded(name: str) -> list[tuple[str, WorkflowHistory]]:
    return [(file.name, history_of(file)) for file in files_of(name)]


@pytest.mark.parametrize("name", PATHS)
async def test_a_path_replays_as_it_was_recorded(name: str) -> None:
    assert files_of(name), f"{name} was never recorded: run `{RECORD} {name}`"
    failure = await failure_of(recorded(name))
    assert not failure, failure


def test_a_recording_belongs_to_a_path() -> None:
    strays = [file.name for file in FOLDER.iterdir() if path_of(file) not in PATHS]
    assert not strays, f"no path of tests/histories is called so: {strays}; delete these files or name the path again"


@pytest.mark.parametrize("runner", [SandboxedWorkflowRunner(), UnsandboxedWorkflowRunner()], ids=["in", "out"])
async def test_it_replays_in_the_sandbox_and_out_of_it(runner: WorkflowRunner) -> None:
    failure = await failure_of(recorded(ONE), runner=runner)
    assert not failure, failure


async def test_every_recording_replays_within_the_time_that_people_wait() -> None:
    began = time.monotonic()
    for name in PATHS:
        await failure_of(recorded(name))
    assert time.monotonic() - began < SECONDS


async def test_another_order_of_commands_fails_and_says_what_to_do() -> None:
    failure = await failure_of(recorded(ONE)[:1], workflow=ImpatientCase)
    assert "First difference: event 5, MARKER_RECORDED" in failure
    for word in ("workflow.patched(", f"`{RECORD} [path…]`) is right only", "wrong as a way", ONE):
        assert word in failure


def test_a_case_that_hands_on_after_every_turn_is_recorded_run_by_run() -> None:
    runs = [history for _, history in recorded(HANDING_ON)]
    assert len(runs) > 10
    assert max(len(run.events) for run in runs) < min(len(run.events) for _, run in recorded(ONE))


def test_no_recording_holds_a_name_in_plain_text() -> None:
    for file in FOLDER.iterdir():
        text = history_of(file).to_json()
        assert "晋韵" not in text
        assert "9114010" not in text


def test_a_recording_is_small() -> None:
    sizes = {file: file.stat().st_size for file in FOLDER.iterdir()}
    largest = max(sizes, key=lambda file: sizes[file])
    assert sizes[largest] < 400_000, Path(largest).name

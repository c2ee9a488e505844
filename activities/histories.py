"""What Temporal's histories tell of a case, beside what its record holds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.interface import Outcome, Start
from domain.state import CaseState, Facts
from records.audit import CaseRecord
from records.differences import differences
from records.tables import TurnRow

PATIENCE = timedelta(seconds=5)
LOCAL_ACTIVITY = "core_local_activity"
"""What the SDK calls its markers of local activities; a case has no other than `record`."""


class EngineAway(Exception):  # noqa: N818  # a state of affairs
    """The engine does not answer."""


class Run(NamedTuple):
    """One run of a case's workflow: what it began with, and what each of its turns came to."""

    start: CaseState
    outcomes: list[Outcome]


class Told(NamedTuple):
    """What the engine knows of a case."""

    runs: list[Run]
    """Those whose histories are kept; a closed one is not for ever."""
    state: CaseState | None
    """What its workflow says it knows; None: it could not be asked."""
    silent: str
    """Why it could not be asked; empty where there is no workflow any more."""


async def told(client: Client, case_id: str) -> Told:
    """All that the engine tells of a case.

    Raises:
        EngineAway: it does not answer.
        Exception: a payload that this installation's key does not open.
    """
    handle = client.get_workflow_handle(case_id)
    try:
        latest = await _latest(handle)
        state, silent = await _state(handle) if latest else (None, "")
        found = client.list_workflows(f"WorkflowId = '{case_id}'", rpc_timeout=PATIENCE)
        ids = {one.run_id async for one in found} | latest  # the list may be a moment late
        handles = [client.get_workflow_handle(case_id, run_id=run_id) for run_id in ids]
        runs = [await _run(client, one) for one in handles]
    except RPCError as error:
        raise EngineAway(error.message) from error
    return Told(runs, state, silent)


async def _latest(handle: WorkflowHandle[object, object]) -> set[str]:
    try:
        return {(await handle.describe(rpc_timeout=PATIENCE)).run_id}
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return set()
        raise


async def _state(handle: WorkflowHandle[object, object]) -> tuple[CaseState | None, str]:
    try:
        return await handle.query("state", result_type=CaseState, rpc_timeout=PATIENCE), ""
    except (RPCError, WorkflowQueryFailedError) as error:
        return None, f"the workflow does not answer: {error}"


async def _run(client: Client, handle: WorkflowHandle[object, object]) -> Run:
    history = await handle.fetch_history(rpc_timeout=PATIENCE)
    begun = history.events[0].workflow_execution_started_event_attributes
    [start] = await client.data_converter.decode(begun.input.payloads, [Start])
    outcomes = []
    for marker in map(_recorded, history.events):
        if marker:
            outcomes += await client.data_converter.decode(marker.details["result"].payloads, [Outcome])
    return Run(start.state, outcomes)


def _recorded(event: HistoryEvent) -> MarkerRecordedEventAttributes | None:
    """The marker of a turn that was recorded; a refused one left no turn."""
    marker = event.marker_recorded_event_attributes
    is_marker = event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    recorded = is_marker and marker.marker_name == LOCAL_ACTIVITY and not marker.HasField("failure")
    return marker if recorded else None


# What differs ----------------------------------------------------------------------------------------------


def findings(record: CaseRecord, known: Told) -> Iterator[str]:
    """Where the histories tell of other turns than the record, and the workflow knows another state."""
    turns = {turn.turn: turn for turn in record.turns}
    heads = {0: ""} | {number: turn.head for number, turn in turns.items()}
    seen: set[int] = set()
    for run in known.runs:
        first = run.start.turn
        if heads.get(first) != run.start.head:
            yield f"a run began at turn {first} with the head {run.start.head or 'none'}, not with the record's"
        for number, outcome in enumerate(run.outcomes, start=first + 1):
            seen.add(number)
            yield from _turn_findings(turns.get(number), outcome, number)
    for number in turns:
        if seen and number > min(seen) and number not in seen:
            yield f"no history tells of turn {number}"
    yield from _state_findings(record, known)


def _turn_findings(turn: TurnRow | None, outcome: Outcome, number: int) -> Iterator[str]:
    if turn is None:
        yield f"a history tells of turn {number}, which is not in the record"
        return
    found = {"head": turn.head, "at": turn.at, "facts": Facts.model_validate_json(turn.facts).model_dump()}
    expected = {"head": outcome.head, "at": outcome.at, "facts": outcome.facts.model_dump()}
    if outcome.message:
        found["message"], expected["message"] = turn.message_id, outcome.message.id
    for one in differences(found, expected, f"turn {number}"):
        yield f"{one}, as a history tells it"


def _state_findings(record: CaseRecord, known: Told) -> Iterator[str]:
    """What has gone out since the last turn, and what waits for the end of quiet hours, only the workflow knows."""
    stored = CaseState.model_validate_json(record.row.state)
    state = known.state
    if state is None:
        if not known.silent and not stored.over:
            yield "the case is not over, and there is no workflow of it"
        return
    if state.turn != record.row.turn:
        yield f"the workflow is at turn {state.turn}, the record at {record.row.turn}; in a busy case look again"
        return
    sent = {effect.id for effect in stored.effects} - {effect.id for effect in state.effects}
    stored.effects = [effect for effect in stored.effects if effect.id not in sent]
    for effect in state.effects:
        effect.not_before = None
    for one in differences(stored.model_dump(mode="json"), state.model_dump(mode="json"), "state"):
        yield f"{one}, as the workflow knows it"

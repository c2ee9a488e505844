"""What a failed replay teaches whoever changed the workflow."""

import re

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

RECORD = "just histories"

_COMMANDS = {
    "LocalActivity": EventType.EVENT_TYPE_MARKER_RECORDED,
    "Activity": EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    "Timer": EventType.EVENT_TYPE_TIMER_STARTED,
}
"""How the engine calls what it misses → the event that recorded it."""
_NTH = re.compile(r"\b(LocalActivity|Activity|Timer)\((\d+)\)")
_EVENT_ID = re.compile(r"(?:\bid: |event_id: |EventId[:=] ?)(\d+)")


def lesson(file: str, history: WorkflowHistory, failure: BaseException) -> str:
    """Why a recorded run does not replay and what to do about it, the first differing event by its name."""
    return f"""
{file} does not replay: the workflow's code no longer gives the commands of this recorded history.
First difference: {_first_difference(history, str(failure))}
The engine says: {failure}

Cases are running for years with histories like this one. Their next workflow task would fail with this error,
and they would stand still until the code is repaired. So:

- The order of the commands (timers, activities, search attributes, continue-as-new) was to change: keep the old
  order for the old cases with `workflow.patched()`:
      if workflow.patched("what-changed-YYYY-MM"):
          ...the new order...
      else:
          ...the old order...
  and record a new path, or new runs beside the old ones. Do not record over the old files: they are the proof that
  running cases go on.
- `react` gives another result for a recorded turn (a due date, a task, an effect): what a case was told has to come
  from its state or from the turn's facts, so that the old turn comes out as it did.
- It was not meant to change: repair the code.

Recording again (`{RECORD} [path…]`) is right only where no case like it can be running anywhere: before the first
release, for a path that is new, or once every case older than the change has handed on to a new run or ended.
It is wrong as a way to turn this test green.
"""


def _first_difference(history: WorkflowHistory, said: str) -> str:
    """The event the engine stumbled over, as `event 5, MARKER_RECORDED`, or that it names none."""
    by_id, by_count = _EVENT_ID.search(said), _NTH.search(said)
    if by_id:
        found = [one for one in history.events if one.event_id == int(by_id[1])]
    elif by_count:
        found = [one for one in history.events if one.event_type == _COMMANDS[by_count[1]]][int(by_count[2]) - 1 :]
    else:
        found = []
    if not found:
        return "not named"
    return f"event {found[0].event_id}, {EventType.Name(found[0].event_type).removeprefix('EVENT_TYPE_')}"

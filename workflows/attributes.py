"""By what a case is found on the engine: its stage, status, body and next due date."""

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from domain.dates import end_of_day
from domain.state import CaseState

STAGE = SearchAttributeKey.for_keyword("JpStage")
STATUS = SearchAttributeKey.for_keyword("JpStatus")
BODY = SearchAttributeKey.for_keyword("JpBody")
NEXT_DUE = SearchAttributeKey.for_datetime("JpNextDue")


def attributes(state: CaseState) -> tuple[SearchAttributeUpdate[Any], ...]:
    """The search attributes of a case as it stands."""
    running = [deadline.due_on for deadline in state.deadlines if deadline.state == "running"]
    due = NEXT_DUE.value_set(end_of_day(min(running))) if running else NEXT_DUE.value_unset()
    return (STAGE.value_set(state.stage), STATUS.value_set(state.status), BODY.value_set(state.body), due)

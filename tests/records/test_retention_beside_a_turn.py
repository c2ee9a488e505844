"""A case is not deleted while it works on what somebody sends it."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.retention import RetentionActivities
from activities.turns import TurnActivities
from domain.dates import nine_oclock
from records.retention_tables import ErasureRow
from records.tables import ContentRow
from tests.lives import FACTS
from tests.records.test_retention import PAST, a_cancelled_case, database, errand, rows, storage  # noqa: F401
from workflows.flow import react


@pytest.mark.postgres
def test_a_complaint_that_is_worked_on_while_its_case_falls_due_keeps_the_case(
    database: Engine,  # noqa: F811
    errand: RetentionActivities,  # noqa: F811
) -> None:
    if database.dialect.name == "sqlite":
        pytest.skip("whoever writes is alone")
    life = a_cancelled_case(database)
    before = len(rows(database, ContentRow, case_id=life.case.id))
    erased: list[int] = []
    other = threading.Thread(target=lambda: erased.append(errand.erase(nine_oclock(PAST))))

    def meanwhile(*given: Any) -> Any:
        other.start()
        other.join(0.5)
        return react(*given)

    life.turns = TurnActivities(database, FACTS, meanwhile)
    life.now = nine_oclock(PAST)
    life.work(life.message("applicant", "act", "complaint.file", {"about": "conduct", "reason": "x"}))
    other.join()
    assert (erased, rows(database, ErasureRow, case_id=life.case.id)) == ([0], [])
    assert len(rows(database, ContentRow, case_id=life.case.id)) == before + 1

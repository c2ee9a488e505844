"""A history that Temporal still has does not come back after its case was deleted."""

from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Engine

from activities.archive import ArchiveActivities
from activities.retention import RetentionActivities
from domain.dates import nine_oclock
from records.retention_tables import HistoryExportRow
from services.storage import Storage
from tests.records.test_retention import ENDED, PAST, a_cancelled_case, database, errand, rows, storage  # noqa: F401


def test_the_history_of_a_deleted_case_is_not_exported_again(
    database: Engine,  # noqa: F811
    errand: RetentionActivities,  # noqa: F811
    storage: Storage,  # noqa: F811
) -> None:
    case = a_cancelled_case(database).case
    archive = ArchiveActivities(database, cast("Any", None), storage)
    run = cast("Any", SimpleNamespace(id=case.id, run_id="r", close_time=nine_oclock(ENDED)))
    archive._write(run, b"history")  # noqa: SLF001
    assert rows(database, HistoryExportRow)
    errand.erase(nine_oclock(PAST))
    assert not archive._is_wanted(run)  # noqa: SLF001
    archive._write(run, b"history")  # noqa: SLF001  # it was fetched just before
    assert rows(database, HistoryExportRow) == []

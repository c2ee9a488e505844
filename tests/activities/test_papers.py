"""The report of an audit, made of what lies in the record."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from activities.dossiers import dossier
from activities.papers import report_data
from domain.documents import AuditReportData, SharedFile
from services.documents import audit_report_pdf
from tests.domain.sheets import raw_sheet
from tests.flow.years import (
    reaudit_failed_by_documents,
    renewal_failed_by_documents,
    surveillance_failed_by_documents,
)
from tests.lives import LIBRARY, Life, a_database


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    engine = a_database(tmp_path)
    yield Life(engine)
    engine.dispose()


def printed(life: Life) -> AuditReportData:
    """What the report of the latest audit says; it can be printed."""
    with Session(life.engine) as session:
        data = report_data(dossier(session, LIBRARY, life.case, life.audit.id))
    assert audit_report_pdf(data).startswith(b"%PDF-")
    return data


def test_a_report_shows_days_sites_scores_and_credit(life: Life) -> None:
    data = printed(life.contracted().on_site().audited().reported())
    assert (data.first_day, data.last_day) == (life.today, life.today)
    assert ([site.id for site in data.sites], len(data.rows), data.verdict) == (["s1", "s2", "s3"], 41, "pass")
    assert data.credit is not None
    assert (data.credit.checked_on, data.credit.passed) == (life.today, True)


@pytest.mark.parametrize(
    "fail", [surveillance_failed_by_documents, reaudit_failed_by_documents, renewal_failed_by_documents]
)
def test_a_report_of_an_audit_that_failed_by_its_documents_shows_none(life: Life, fail: Callable[[Life], Life]) -> None:
    data = printed(fail(life).reported("fail"))
    assert (data.verdict, data.recommendation, data.failed_conditions) == ("fail", "fail", ["rectification"])
    assert (data.first_day, data.last_day, data.credit, data.characteristic) == (None, None, None, None)
    assert (data.sites, data.rows, data.thresholds, data.findings, data.contents) == ([], [], [], [], [])


def test_a_report_shows_what_was_adopted_and_evidence_that_counts_twice(life: Life) -> None:
    file = "f-leader"
    rows: dict[int, Any] = {
        17: [{"id": "17.2.1", "points": "0.5", "evidence": [file]}],
        21: [{"id": "21.1", "points": "2", "evidence": [file], "adopted_from": "b2"}],
    }
    life.contracted().on_site().answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    life.answer("leader", "audit.management", **raw_sheet(rows))
    life.answer("leader", "audit.characteristics", items=[{"id": "b2"}, {"id": "f6", "adopted_from": "17.2.1"}])
    life.answer("manager", "audit.credit", listed=False)
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])
    data = printed(life.reported())
    assert data.rows[20].remark == "21.1 采信 b2"
    assert data.characteristic is not None
    assert [(one.id, one.remark) for one in data.characteristic.items if one.remark] == [("f6", "采信 17.2.1")]
    # f6 takes over the one of row 17, which row 21 names as well
    assert data.shared_evidence == [SharedFile(file=file, places="第17行、第21行、f6", adopted=False)]

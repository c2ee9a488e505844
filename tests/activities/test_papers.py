"""The report of an audit, made of what lies in the record."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from activities.dossiers import dossier
from activities.papers import report_data
from domain.documents import AuditReportData
from services.documents import audit_report_pdf
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

"""The snapshot of a case, as its reader sees it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from api import views
from records import queries
from tests.flow.years import reaudit_failed_by_documents, surveillance_failed_by_documents
from tests.lives import PRODUCT, Life, a_database


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    engine = a_database(tmp_path)
    yield Life(engine)
    engine.dispose()


def seen_by(life: Life, user: str) -> dict[str, Any]:
    """The case as somebody sees it."""
    reader = life.message(user, "act", "note.add", {}).actor
    assert reader is not None
    with Session(life.engine) as session:

        def content(digest: str) -> Any:
            return json.loads(queries.content(session, life.case.id, digest))

        return views.snapshot(life.case, reader, life.now, content)


def results(life: Life, user: str) -> dict[str, Any] | None:
    """The results of the latest audit, as somebody sees them."""
    found: dict[str, Any] | None = seen_by(life, user)["audits"][-1]["results"]
    return found


@pytest.mark.parametrize("user", ["manager", "applicant"])
def test_results_are_shown_with_all_their_rows(life: Life, user: str) -> None:
    life.contracted().on_site().audited().reported()
    shown = results(life, user)
    assert shown is not None
    assert (len(shown["readings"]["normalise"]["rows"]), shown["verdict"], shown["final"]) == (41, "pass", True)


@pytest.mark.parametrize("user", ["manager", "applicant"])
def test_results_of_a_checklist_are_shown_with_every_answer(life: Life, user: str) -> None:
    life.contracted(**PRODUCT).on_site().audited(answers={"4.4.1": "partly"}).reported()
    shown = results(life, user)
    assert shown is not None
    found = shown["checklist"]
    assert (len(found["answers"]), found["answers"]["4.4.1"], found["partly_share"]) == (49, "partly", "1/49")
    assert (shown["readings"], shown["characteristic"], shown["verdict"]) == (None, None, "pass")
    assert "own" in found["rule"]["en"]


@pytest.mark.parametrize("fail", [surveillance_failed_by_documents, reaudit_failed_by_documents])
def test_an_audit_that_failed_by_its_documents_has_results_without_scores(
    life: Life, fail: Callable[[Life], Life]
) -> None:
    fail(life).reported("fail")
    shown = results(life, "manager")
    assert shown is not None
    assert (shown["verdict"], shown["failed_conditions"], shown["final"]) == ("fail", ["rectification"], True)
    assert (shown["readings"], shown["characteristic"], shown["credit"]) == (None, None, None)
    assert results(life, "applicant") == shown


def test_a_client_sees_why_it_failed_by_its_documents_with_the_report(life: Life) -> None:
    surveillance_failed_by_documents(life)
    assert (results(life, "manager") is None, results(life, "applicant")) == (False, None)

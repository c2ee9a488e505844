"""The snapshot of a case, as its reader sees it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from sqlmodel import Session

from api import views
from records import queries
from tests.domain.sheets import AT_80
from tests.flow.steps import to_rectify, verdicts
from tests.flow.years import reaudit_failed_by_documents, surveillance_failed_by_documents
from tests.lives import FAILING, PRODUCT, Life, a_database


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


def by_hand(shown: dict[str, Any]) -> str:
    """The digest of results as anybody can compute it: RFC 8785 of all but `digest` and `final`."""
    said = {name: value for name, value in shown.items() if name not in ("digest", "final")}
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


@pytest.mark.parametrize("scores", [None, AT_80, FAILING])
def test_the_digest_of_results_fits_what_is_shown_and_what_the_record_names(
    life: Life, scores: dict[int, Any] | None
) -> None:
    life.contracted().on_site().audited(scores=scores)
    shown = results(life, "manager")
    assert shown is not None
    assert shown["digest"] == by_hand(shown) == verdicts(life)[-1]["results"]
    life.reported("fail" if scores is FAILING else "pass")
    final = seen_by(life, "manager")["audits"][0]["results"]
    assert (final["final"], final["digest"]) == (True, shown["digest"])


def test_a_failed_rectification_is_in_the_digest_too(life: Life) -> None:
    to_rectify(life).days(31)
    shown = results(life, "manager")
    assert shown is not None
    assert (shown["failed_conditions"], shown["digest"]) == (["rectification"], by_hand(shown))
    assert (shown["counterfactual"]["beyond_points"], shown["sensitive"]) == (["rectification"], [])


def test_a_fail_shows_how_far_it_is_from_a_pass(life: Life) -> None:
    # rows 11 (5), 1 (8) and 2 (2) without points: q1 is 15 of 22.5
    life.contracted().on_site().audited(scores=FAILING)
    shown = results(life, "manager")
    assert shown is not None
    found = shown["counterfactual"]
    assert (found["shortfalls"], found["management_points"], found["beyond_points"]) == ({"q1": "7.5"}, "7.5", [])
    assert found["example"][0] == {"row": 1, "element": "1.1.1", "from": "0", "to": "2"}


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

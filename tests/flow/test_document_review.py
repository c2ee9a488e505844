"""R:7/7.4.1: the documents are reviewed before anything happens on site."""

from datetime import date
from typing import Any

import pytest

from tests.flow.steps import AGREE, ended, kinds, last_event, pointers, refused_task
from tests.flow.years import submissions
from tests.lives import Life

RETURN: dict[str, Any] = {"outcome": "return", "checks": {"a": True, "b": False}, "issues": ["服务规范不全"]}
ON_SITE = ["audit.characteristics", "audit.close", "audit.credit", "audit.management", "audit.open"]


@pytest.fixture
def reviewing(life: Life) -> Life:
    """The plan is agreed; the leader reviews the documents."""
    life.contracted().plan()
    life.answer("applicant", "audit.plan.confirm", **AGREE)
    return life


@pytest.fixture
def correcting(reviewing: Life) -> Life:
    """The documents were returned today."""
    reviewing.answer("leader", "audit.documents", **RETURN)
    return reviewing


@pytest.mark.parametrize(
    "checks",
    [
        {"a": True, "b": False},
        {"a": False, "b": True},
        {"a": True},
        {"b": True},
        {},
        {"a": True, "b": {"value": False}},
    ],
)
def test_documents_pass_only_when_a_and_b_are_met(reviewing: Life, checks: dict[str, Any]) -> None:
    """R:7/7.4.1, R:7/7.4.1a-b."""
    refusal = reviewing.refused("leader", "audit.documents", outcome="pass", checks=checks)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.4.1")


def test_documents_that_pass_open_everything_on_site_together(reviewing: Life) -> None:
    checks = {"a": {"value": True, "reason": "x"}, "b": True}
    reviewing.answer("leader", "audit.documents", outcome="pass", checks=checks)
    assert (reviewing.case.stage, reviewing.open) == ("audit", ON_SITE)


@pytest.mark.parametrize("user", ["auditor", "manager", "applicant", "reviewer"])
def test_only_the_leader_reviews_the_documents(reviewing: Life, user: str) -> None:
    assert reviewing.refused(user, "audit.documents", **RETURN).code == "forbidden"


@pytest.mark.parametrize("kind", ON_SITE)
def test_nothing_on_site_can_begin_before_the_documents_pass(correcting: Life, kind: str) -> None:
    """R:7/7.4.1."""
    assert correcting.case.stage == "document_review"
    user = "manager" if kind == "audit.credit" else "leader"
    assert refused_task(correcting, user, kind, f"{kind}-1").code == "task_not_open"


def test_a_return_says_what_is_wrong(reviewing: Life) -> None:
    refusal = reviewing.refused("leader", "audit.documents", **RETURN | {"issues": []})
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/issues"])


@pytest.mark.parametrize(
    ("checks", "missing"),
    [({}, ["/checks/a", "/checks/b"]), ({"a": False}, ["/checks/b"]), ({"b": False}, ["/checks/a"])],
)
def test_a_return_answers_both_points(reviewing: Life, checks: dict[str, Any], missing: list[str]) -> None:
    refusal = reviewing.refused("leader", "audit.documents", **RETURN | {"checks": checks})
    assert (refusal.code, pointers(refusal)) == ("invalid", missing)


def test_a_review_may_take_fifteen_working_days(reviewing: Life) -> None:
    reviewing.until(date(2026, 3, 23))
    assert reviewing.case.flags == []
    reviewing.until(date(2026, 3, 24))
    assert (reviewing.case.flags, reviewing.open) == (["overdue"], ["audit.documents"])


def test_a_correction_is_good_on_day_30_and_reviewed_again(correcting: Life) -> None:
    correcting.until(date(2026, 4, 1))
    correcting.answer("applicant", "documents.correct", note="x")
    assert (correcting.open, correcting.case.stage) == (["audit.documents"], "document_review")


def test_no_correction_by_day_30_terminates_an_initial_certification_the_day_after(correcting: Life) -> None:
    correcting.until(date(2026, 4, 2))
    assert ended(correcting) == ("closed", "terminated", [])
    assert last_event(correcting, "timer.documents.correct")["at"] == "2026-04-01T16:00:00.000000Z"


def test_what_the_documents_end_is_reported_with_the_fees_incurred(correcting: Life) -> None:
    correcting.until(date(2026, 4, 2))
    assert submissions(correcting) == [f"refusal:{correcting.audit.id}"]
    assert (kinds(correcting)[-1], last_event(correcting, "fees.recorded")["data"]["fee_total"]) == (
        "fees.recorded",
        "36000.00",
    )


def test_a_correction_says_something(correcting: Life) -> None:
    assert correcting.refused("applicant", "documents.correct").code == "invalid"


def test_documents_may_be_returned_again(correcting: Life) -> None:
    correcting.until(date(2026, 3, 20))
    correcting.answer("applicant", "documents.correct", note="x")
    correcting.answer("leader", "audit.documents", **RETURN)
    assert correcting.due("documents.correct") == date(2026, 4, 19)
    assert kinds(correcting).count("audit.documents") == 2

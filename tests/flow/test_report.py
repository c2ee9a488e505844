"""R:7/7.4.4, R:7/7.4.5: the leader's report rests on the computed result."""

from datetime import date

import pytest

from tests.flow.steps import pointers
from tests.lives import FAILING, Life


@pytest.fixture
def passing(life: Life) -> Life:
    """A clean audit; the report is asked for."""
    return life.contracted().on_site().audited()


@pytest.fixture
def failing(life: Life) -> Life:
    """A failed audit; the report is asked for."""
    return life.contracted().on_site().audited(scores=FAILING)


def test_a_pass_is_never_recommended_on_a_computed_fail(failing: Life) -> None:
    refusal = failing.refused("leader", "audit.report", recommendation="pass", summary="x", reason="y")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.4.5")


def test_a_fail_on_a_computed_pass_needs_a_reason(passing: Life) -> None:
    refusal = passing.refused("leader", "audit.report", recommendation="fail", summary="x")
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/reason"])
    passing.answer("leader", "audit.report", recommendation="fail", summary="x", reason="y")
    assert passing.audit.recommendation == "fail"


def test_a_recommendation_changes_no_verdict(passing: Life) -> None:
    passing.answer("leader", "audit.report", recommendation="fail", summary="x", reason="y")
    assert passing.audit.results is not None
    assert (passing.audit.results.verdict, passing.open) == ("pass", ["review.independent"])


def test_a_report_says_something(passing: Life) -> None:
    assert passing.refused("leader", "audit.report", recommendation="pass", summary="").code == "invalid"


@pytest.mark.parametrize("user", ["auditor", "manager", "reviewer", "applicant"])
def test_nobody_but_the_leader_reports(passing: Life, user: str) -> None:
    """R:7/7.4.4."""
    assert passing.refused(user, "audit.report", recommendation="pass", summary="x").code == "forbidden"


def test_the_report_may_take_ten_working_days_and_then_escalates(passing: Life) -> None:
    passing.until(date(2026, 3, 16))
    assert passing.case.flags == []
    passing.until(date(2026, 3, 17))
    assert (passing.case.flags, passing.open) == (["overdue"], ["audit.report"])
    passing.reported()
    assert (passing.case.flags, passing.case.stage) == ([], "review")

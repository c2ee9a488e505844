"""R:7/7.4.5: credit asked again before a decision can take a pass away, and never gives one back."""

from datetime import date
from typing import Any

import pytest

from tests.flow.steps import MINOR_VIOLATION, again, at_decision, last_event, pointers, to_reaudit
from tests.flow.years import reviewed, surveilled
from tests.lives import FAILING, MAINTAINED, Life

CLEAN = {"listed": False}
SERIOUS = {"listed": False, "entries": [{"on": "2026-01-05", "kind": "violation", "severity": "serious"}]}
STRICTNESS = "credit-strictness"
FAILED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "credit": ({"credit": {"listed": True}}, ["credit"]),
    "credit under one reading": ({"credit": MINOR_VIOLATION}, ["credit"]),
    "score": ({"scores": FAILING}, ["q1"]),
}


def asked_again(life: Life, **credit: Any) -> Life:
    """The check has grown old and another one is in."""
    life.days(31)
    life.answer("manager", "audit.credit", **credit)
    return life


@pytest.fixture
def deciding(life: Life) -> Life:
    """A clean audit: the decision is asked for."""
    return at_decision(life)


# A fail stays a fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audit", "conditions"), FAILED.values(), ids=FAILED)
def test_a_clean_check_does_not_clear_a_failed_reaudit(
    life: Life, audit: dict[str, Any], conditions: list[str]
) -> None:
    asked_again(reviewed(again(to_reaudit(life)).audited(**audit), "fail"), **CLEAN)
    assert life.audit.results is not None
    assert (life.audit.results.verdict, life.audit.results.failed_conditions) == ("fail", conditions)
    assert life.open == ["decision.make"]
    refusal = life.refused("decider", "decision.make", outcome="grant")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.8")


@pytest.mark.parametrize(("audit", "conditions"), FAILED.values(), ids=FAILED)
def test_a_clean_check_does_not_clear_a_failed_surveillance(
    certified: Life, audit: dict[str, Any], conditions: list[str]
) -> None:
    certified.until(date(2027, 1, 15))
    asked_again(reviewed(surveilled(certified, **audit), "fail"), **CLEAN)
    assert certified.audit.results is not None
    assert certified.audit.results.failed_conditions == conditions
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.5.3.2")


# A pass that a check takes away -----------------------------------------------------------------------------------


def test_what_fails_under_one_reading_only_is_reviewed_again(deciding: Life) -> None:
    asked_again(deciding, **MINOR_VIOLATION)
    results = deciding.audit.results
    assert results is not None
    assert (results.verdict, results.failed_conditions, results.sensitive) == ("fail", ["credit"], [STRICTNESS])
    assert "interpretation_sensitive" in deciding.case.flags
    assert (deciding.case.stage, deciding.open) == ("review", ["review.independent"])


def test_the_reviewer_acknowledges_the_reading_before_anything_is_decided(deciding: Life) -> None:
    asked_again(deciding, **MINOR_VIOLATION)
    refusal = deciding.refused("reviewer", "review.independent", outcome="agree")
    assert (refusal.code, pointers(refusal)) == ("rule_refused", ["/readings_acknowledged"])
    deciding.answer("reviewer", "review.independent", outcome="agree", readings_acknowledged=[STRICTNESS])
    assert (deciding.case.stage, deciding.open) == ("decision", ["decision.make"])
    assert deciding.refused("decider", "decision.make", outcome="grant").clause == "R:7/6.4.8"
    deciding.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert deciding.case.status == "refused"


def test_a_reading_acknowledged_already_is_not_reviewed_again(life: Life) -> None:
    to_reaudit(life)
    again(life).audited(credit=MINOR_VIOLATION)
    asked_again(reviewed(life, "fail"), **MINOR_VIOLATION)
    assert life.open == ["decision.make"]


def test_what_fails_under_both_readings_leaves_the_decision_open_for_a_refusal(deciding: Life) -> None:
    asked_again(deciding, **SERIOUS)
    assert deciding.audit.results is not None
    assert (deciding.audit.results.verdict, deciding.audit.results.sensitive) == ("fail", [])
    assert ("interpretation_sensitive" in deciding.case.flags, deciding.open) == (False, ["decision.make"])
    assert deciding.refused("decider", "decision.make", outcome="grant").clause == "R:7/6.4.8"


def test_a_surveillance_is_reviewed_again_too(certified: Life) -> None:
    certified.until(date(2027, 1, 15))
    asked_again(reviewed(surveilled(certified)), **MINOR_VIOLATION)
    assert certified.open == ["review.independent"]
    certified.answer("reviewer", "review.independent", outcome="agree", readings_acknowledged=[STRICTNESS])
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert refusal.clause == "R:7/6.5.3.2"


def test_a_failure_found_before_the_decision_is_not_undone_by_the_next_check(life: Life) -> None:
    at_decision(life).days(31)
    life.answer("manager", "audit.credit", listed=True)
    life.days(31)
    life.answer("manager", "audit.credit", listed=False)
    assert life.refused("decider", "decision.make", outcome="grant").clause == "R:7/6.4.8"


def test_the_event_of_a_check_that_turns_the_verdict_says_so(life: Life) -> None:
    """R:7/7.4.5: what a decision rests on stands in the chain."""
    life.contracted().on_site().audited().reported()
    life.answer("reviewer", "review.independent", outcome="agree")
    life.days(31)
    life.answer("manager", "audit.credit", listed=True)
    told = last_event(life, "audit.credit")["data"]
    assert (told["verdict"], told["failed_conditions"]) == ("fail", ["credit"])
    assert told["results"] == life.audit.results_content

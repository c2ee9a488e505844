"""R:7/7.4.5, R:B/3: what fails an audit, each condition alone and exactly at its threshold."""

from typing import Any

import pytest
from sqlmodel import Session

from domain.results import Results
from records.tables import CaseRow
from tests.domain.sheets import AT_80, awards
from tests.flow.steps import MINOR_VIOLATION, pointers, to_rectify, verdicts
from tests.lives import Life, a_deduction

# 7.5 of q1's 30, 7.5 of q2's 30, 6.25 of q3's 25 and 3.75 of q4's 15 gone, in rows whose points are not rescaled
Q1: dict[int, Any] = {11: [], 2: [], 5: awards("5.1=0.5", "5.2=0.5", "5.3=0.5")}
Q2: dict[int, Any] = {20: [], 22: [], 21: awards("21.1=2", "21.2=1"), 12: awards("12.1=0.5", "12.2=1")}
Q3: dict[int, Any] = {25: [], 29: awards("29.1=1"), 23: awards("23.1=0.75", "23.2=1", "23.3=1")}
Q4: dict[int, Any] = {30: [], 32: awards("32.3=0.5", "32.2=0.25")}
BELOW: dict[str, dict[int, Any]] = {
    "q1": Q1 | {6: awards("6.1=0.45", "6.2.1=0.25", "6.2.2=0.25")},
    "q2": Q2 | {13: awards("13.1=1.45", "13.2=1.5")},
    "q3": Q3
    | {
        24: [],
        23: awards("23.1=1", "23.2=1", "23.3=1"),
        25: awards("25.1=0.7", "25.2=4"),
        29: awards("29.1=1", "29.2=1"),
    },
    "q4": Q4 | {33: awards("33.1=0.45", "33.2=0.5", "33.3=0.5")},
}
LOST = [("f6", "3"), ("f7", "3"), ("b2", "4"), ("b4", "4"), ("b6", "3"), ("t4", "3")]
"""Twenty points of a hundred: the threshold of 80 exactly."""


def judged(life: Life, **audit: Any) -> Results:
    life.contracted().on_site().audited(**audit)
    assert life.audit.results is not None
    return life.audit.results


def taken(*given: tuple[str, str]) -> list[dict[str, Any]]:
    return [a_deduction(item=item, points=points) for item, points in given]


@pytest.mark.parametrize(
    ("q", "sheet", "points"), [("q1", Q1, "22.5"), ("q2", Q2, "22.5"), ("q3", Q3, "18.75"), ("q4", Q4, "11.25")]
)
def test_an_indicator_exactly_at_three_quarters_passes(life: Life, q: str, sheet: dict[int, Any], points: str) -> None:
    """R:B/3."""
    results = judged(life, scores=sheet)
    assert results.readings is not None
    assert (results.readings.normalise.q[q], results.verdict, results.failed_conditions) == (points, "pass", [])


@pytest.mark.parametrize("q", BELOW)
def test_an_indicator_a_twentieth_below_three_quarters_fails_alone(life: Life, q: str) -> None:
    results = judged(life, scores=BELOW[q])
    assert (results.failed_conditions, results.verdict) == ([q], "fail")
    assert verdicts(life)[-1]["failed_conditions"] == [q]


def test_a_total_of_exactly_80_passes(life: Life) -> None:
    results = judged(life, scores=AT_80)
    assert results.readings is not None
    assert (results.readings.normalise.total, results.verdict) == ("80", "pass")


def test_a_total_below_80_fails_alone(life: Life) -> None:
    """R:B/3, R:7/7.4.5b."""
    less = AT_80 | {1: awards("1.1.2=1.95", "1.1.3=1", "1.1.4=1", "1.2.1=1", "1.2.2=1")}
    assert judged(life, scores=less).failed_conditions == ["total"]


def test_the_veto_of_row_31_fails_alone(life: Life) -> None:
    assert judged(life, scores={31: {"veto": True}}).failed_conditions == ["veto"]


def test_characteristics_exactly_at_the_threshold_pass(life: Life) -> None:
    """R:7/7.4.5a."""
    results = judged(life, deductions=taken(*LOST))
    assert results.characteristic is not None
    assert (results.characteristic.score, results.verdict) == ("80", "pass")


def test_characteristics_a_twentieth_below_the_threshold_fail_alone(life: Life) -> None:
    results = judged(life, deductions=taken(*LOST, ("t5", "0.05")))
    assert results.failed_conditions == ["characteristic"]


def test_a_deduction_at_one_of_three_sites_counts_a_third_exactly(life: Life) -> None:
    results = judged(life, deductions=[a_deduction(item="f1", site="s1", points="1")])
    assert results.characteristic is not None
    assert results.characteristic.score == "299/3"


def credit(kind: str, severity: str, on: str = "2026-01-05") -> dict[str, Any]:
    return {"listed": False, "entries": [{"on": on, "kind": kind, "severity": severity}]}


@pytest.mark.parametrize(
    "check",
    [
        {"listed": True},
        credit("violation", "minor"),
        credit("accident", "minor"),
        credit("complaint", "serious"),
        credit("violation", "minor", "2023-03-02"),
    ],
)
def test_credit_that_is_not_clean_fails_alone(life: Life, check: dict[str, Any]) -> None:
    """R:7/7.4.5b."""
    assert judged(life, credit=check).failed_conditions == ["credit"]


@pytest.mark.parametrize("check", [credit("complaint", "major"), credit("violation", "serious", "2023-03-01")])
def test_a_complaint_that_is_not_serious_and_what_is_older_than_three_years_pass(
    life: Life, check: dict[str, Any]
) -> None:
    assert judged(life, credit=check).verdict == "pass"


def test_every_condition_that_failed_is_named(life: Life) -> None:
    """R:7/7.4.5, R:7/7.4.5b."""
    results = judged(life, scores=BELOW["q1"] | {31: {"veto": True}}, credit={"listed": True})
    assert results.failed_conditions == ["q1", "veto", "credit"]


# Final, and dependent on a reading --------------------------------------------------------------------------------


def test_results_are_not_final_before_the_report(life: Life) -> None:
    assert judged(life).final is False
    life.reported()
    assert life.audit.results is not None
    assert life.audit.results.final is True


def test_rectification_raises_no_score(life: Life) -> None:
    to_rectify(life)
    before = life.audit.results
    finding = life.audit.findings[0].id
    life.answer("applicant", "rectification.submit", items=[{"finding": finding, "cause": "c", "action": "a"}])
    life.answer("leader", "rectification.verify", items=[{"finding": finding, "accepted": True}])
    assert life.audit.results == before


def test_a_verdict_that_differs_between_the_readings_is_flagged(life: Life) -> None:
    results = judged(life, scores=AT_80)
    assert results.readings is not None
    assert (results.readings.normalise.passed, results.readings.cap.passed) == (True, False)
    assert (results.reading_used, results.sensitive) == ("normalise", ["appendix-b-points"])
    assert life.case.flags == ["interpretation_sensitive"]


def test_a_verdict_that_is_the_same_under_both_is_not_flagged(life: Life) -> None:
    assert judged(life).sensitive == []
    assert life.case.flags == []


@pytest.mark.parametrize("acknowledged", [[], ["credit-strictness"], ["appendix-b-points", "credit-strictness"]])
def test_the_reviewer_repeats_the_readings_the_verdict_depends_on(life: Life, acknowledged: list[str]) -> None:
    judged(life, scores=AT_80)
    life.reported()
    refusal = life.refused("reviewer", "review.independent", outcome="agree", readings_acknowledged=acknowledged)
    assert (refusal.code, pointers(refusal)) == ("rule_refused", ["/readings_acknowledged"])
    life.answer("reviewer", "review.independent", outcome="agree", readings_acknowledged=["appendix-b-points"])
    assert life.open == ["decision.make"]


def test_a_minor_violation_depends_on_how_strict_credit_is_read(life: Life) -> None:
    results = judged(life, credit=MINOR_VIOLATION)
    assert (results.verdict, results.sensitive) == ("fail", ["credit-strictness"])


def test_the_errata_a_case_relied_on_are_recorded_on_it(life: Life) -> None:
    judged(life)
    assert {"appendix-b-points", "credit-strictness"} <= set(life.case.errata)


def pinned(life: Life, **readings: str) -> Life:
    """A contracted case that is pinned to readings of its own."""
    life.contracted()
    assert life.case.rules is not None
    chosen = {name.replace("_", "-"): reading for name, reading in readings.items()}
    life.case.rules = life.case.rules.model_copy(update={"readings": chosen})
    with Session(life.engine) as session:
        session.get_one(CaseRow, life.case.id).state = life.case.model_dump_json()
        session.commit()
    return life


def test_a_case_pinned_to_cap_is_judged_by_it(life: Life) -> None:
    pinned(life, appendix_b_points="cap").on_site().audited(scores=AT_80)
    results = life.audit.results
    assert results is not None
    assert (results.reading_used, results.verdict, results.failed_conditions) == ("cap", "fail", ["q4", "total"])
    assert results.would_be == {"appendix-b-points": "pass"}


def test_a_case_pinned_to_serious_only_is_judged_by_it(life: Life) -> None:
    pinned(life, credit_strictness="serious-only").on_site().audited(credit=MINOR_VIOLATION)
    results = life.audit.results
    assert results is not None
    assert (results.strictness_used, results.verdict) == ("serious-only", "pass")

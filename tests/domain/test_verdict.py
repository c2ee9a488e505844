"""Credit and the verdict: what fails, what is named, and which readings the outcome depends on."""

from datetime import date
from typing import Any

import pytest

from domain.results import CharacteristicResult, ChosenReadings, CreditReadings, Results
from domain.scoring import credit_passed, credit_readings, verdict
from domain.sheets import CreditEntry, CreditSheet
from tests.domain.sheets import AT_80, CATALOGUE, CLEAN, GOOD, scored

ON = date(2026, 11, 21)


def entry(kind: str, severity: str, on: date = ON) -> CreditEntry:
    return CreditEntry.model_validate({"on": on, "kind": kind, "severity": severity})


@pytest.mark.parametrize(
    ("kind", "severity", "literal", "serious_only"),
    [
        ("violation", "minor", False, True),
        ("violation", "serious", False, False),
        ("complaint", "minor", True, True),
        ("complaint", "major", True, True),
        ("complaint", "serious", False, False),
        ("accident", "minor", False, True),
        ("accident", "serious", False, False),
    ],
)
def test_credit_is_read_by_the_erratum(kind: str, severity: str, literal: bool, serious_only: bool) -> None:  # noqa: FBT001  # expected figures
    """R:7/7.4.5."""
    assert credit_passed([entry(kind, severity)], "literal", ON, years=3) is literal
    assert credit_passed([entry(kind, severity)], "serious-only", ON, years=3) is serious_only


@pytest.mark.parametrize(
    ("happened", "on", "passed"),
    [
        (date(2023, 11, 21), date(2026, 11, 21), False),
        (date(2023, 11, 21), date(2026, 11, 22), True),
        (date(2024, 2, 29), date(2027, 2, 28), False),
        (date(2024, 2, 29), date(2027, 3, 1), True),
    ],
)
def test_an_entry_counts_for_three_years_to_the_corresponding_day(happened: date, on: date, passed: bool) -> None:  # noqa: FBT001  # expected figure
    """R:7/7.4.5a-b."""
    assert credit_passed([entry("violation", "serious", happened)], "literal", on, years=3) is passed


def test_a_listed_organization_has_no_clean_credit_under_any_reading() -> None:
    readings = credit_readings(CreditSheet(listed=True), ON, CATALOGUE.thresholds)
    assert readings == CreditReadings(literal=False, serious_only=False)


def judged(changes: dict[int, Any] | None = None, credit: CreditReadings = CLEAN, **chosen: str) -> Results:
    return verdict(scored(changes), GOOD, credit, ChosenReadings.model_validate(chosen))


def test_full_marks_pass_and_depend_on_no_reading() -> None:
    """R:7/7.4.5a."""
    result = judged()
    assert (result.verdict, result.failed_conditions, result.sensitive) == ("pass", [], [])


def test_every_condition_that_failed_is_named() -> None:
    poor = CharacteristicResult(score="79", threshold="80", passed=False)
    nothing: dict[int, Any] = {number: [] for number in range(1, 42)} | {31: {"veto": True}}
    dirty = CreditReadings(literal=False, serious_only=False)
    result = verdict(scored(nothing), poor, dirty, ChosenReadings()).fails("rectification")
    named = ["q1", "q2", "q3", "q4", "total", "veto", "characteristic", "credit", "rectification"]
    assert (result.failed_conditions, result.verdict) == (named, "fail")


# row 41 reads 3 when normalised and 2 when capped: q4 is 12 or 11, the total 80 or 78
CAP_FAILS = AT_80
MINOR = CreditReadings(literal=False, serious_only=True)


def test_a_verdict_that_turns_with_the_points_reading_says_so() -> None:
    result = judged(CAP_FAILS)
    assert (result.verdict, result.sensitive) == ("pass", ["appendix-b-points"])
    assert judged(CAP_FAILS, points="cap").failed_conditions == ["q4", "total"]


def test_a_verdict_that_turns_with_the_credit_reading_says_so() -> None:
    assert judged(credit=MINOR).sensitive == ["credit-strictness"]
    assert judged(credit=MINOR).verdict == "fail"


def test_readings_that_turn_the_verdict_only_together_are_both_named() -> None:
    result = judged(CAP_FAILS, MINOR, points="cap")
    assert (result.verdict, result.sensitive) == ("fail", ["appendix-b-points", "credit-strictness"])


def test_what_failed_anyway_is_not_sensitive() -> None:
    assert verdict(scored(CAP_FAILS), GOOD, CLEAN, ChosenReadings()).fails("rectification").sensitive == []

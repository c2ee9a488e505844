"""R:7/7.3.3, R:7/6.4.7: three years from the decision, consecutive numbers, and ninety working days to get there."""

from datetime import date

import pytest

from tests.flow.conftest import Lives
from tests.flow.steps import at_decision, last_event
from tests.lives import Life


def decided(lives: Lives, on: date) -> Life:
    life = at_decision(lives(on))
    life.answer("decider", "decision.make", outcome="grant")
    return life


def issue_dates(life: Life) -> list[tuple[date, str]]:
    return [(one.due_on, one.state) for one in life.case.deadlines if one.kind == "certificate.issue"]


@pytest.mark.parametrize(
    ("on", "until"),
    [
        (date(2026, 12, 20), date(2029, 12, 19)),
        (date(2028, 2, 29), date(2031, 2, 27)),
        (date(2028, 3, 1), date(2031, 2, 28)),
        (date(2029, 3, 1), date(2032, 2, 29)),
        (date(2027, 1, 1), date(2029, 12, 31)),
    ],
)
def test_a_certificate_lasts_to_the_day_before_its_third_anniversary(lives: Lives, on: date, until: date) -> None:
    certificate = decided(lives, on).case.certificates[0]
    assert (certificate.decided_on, certificate.valid_from, certificate.valid_until) == (on, on, until)
    assert certificate.status == "valid"


def test_three_years_run_from_the_decision_not_from_the_audit(life: Life) -> None:
    at_decision(life).until(date(2026, 3, 12))
    life.answer("decider", "decision.make", outcome="grant")
    assert life.case.certificates[0].valid_until == date(2029, 3, 11)


def test_numbers_are_consecutive_and_a_refused_grant_takes_none(lives: Lives) -> None:
    day = date(2026, 3, 2)
    first = decided(lives, day).case.certificates[0].number
    stale = at_decision(lives(day))
    stale.until(date(2026, 4, 2))
    assert stale.refused("decider", "decision.make", outcome="grant").code == "rule_refused"
    at_decision(lives(day)).answer("decider", "decision.make", outcome="refuse", reason="x")
    second = decided(lives, day).case.certificates[0].number
    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1
    assert second.rpartition("-")[0] == first.rpartition("-")[0]


def test_the_certificate_comes_with_the_granting_decision(life: Life) -> None:
    """R:8/7.3.1."""
    at_decision(life).answer("decider", "decision.make", outcome="grant")
    event = last_event(life, "certificate.valid")
    assert event["data"]["number"] == life.case.certificates[0].number
    assert (event["data"]["valid_from"], event["data"]["valid_until"]) == ("2026-03-02", "2029-03-01")
    assert issue_dates(life) == [(date(2026, 7, 10), "met")]


# Ninety working days ----------------------------------------------------------------------------------------------


@pytest.fixture
def reported(life: Life) -> Life:
    """The passing report is of 2 March: its ninetieth working day is 10 July."""
    return life.contracted().on_site().audited().reported()


def test_on_the_ninetieth_working_day_nothing_is_overdue(reported: Life) -> None:
    reported.until(date(2026, 7, 10))
    assert (reported.due("certificate.issue"), "issue_overdue" in reported.case.flags) == (date(2026, 7, 10), False)


def test_the_day_after_the_case_is_flagged_and_goes_on(reported: Life) -> None:
    """R:7/6.4.7."""
    reported.until(date(2026, 7, 11))
    assert "issue_overdue" in reported.case.flags
    assert (reported.case.status, reported.open) == ("open", ["review.independent"])
    reported.answer("reviewer", "review.independent", outcome="agree")
    reported.answer("manager", "audit.credit", listed=False)
    reported.answer("decider", "decision.make", outcome="grant")
    assert reported.case.status == "certified"


def test_a_report_made_again_begins_ninety_working_days_of_its_own(reported: Life) -> None:
    reported.until(date(2026, 3, 12))
    reported.answer("reviewer", "review.independent", outcome="return", comments="x")
    reported.reported()
    assert issue_dates(reported) == [(date(2026, 7, 10), "void"), (date(2026, 7, 22), "running")]


def test_a_failing_report_asks_for_no_certificate(life: Life) -> None:
    life.contracted().on_site().audited(credit={"listed": True}).reported("fail")
    assert issue_dates(life) == []


def test_a_refusal_ends_the_wait_for_a_certificate(life: Life) -> None:
    at_decision(life).answer("decider", "decision.make", outcome="refuse", reason="x")
    assert issue_dates(life) == [(date(2026, 7, 10), "void")]


def test_dates_past_the_published_calendar_are_provisional(lives: Lives) -> None:
    life = lives(date(2026, 9, 1)).contracted().on_site().audited().reported()
    deadline = next(one for one in life.case.deadlines if one.kind == "certificate.issue")
    assert (deadline.provisional, life.case.flags) == (True, ["provisional_dates"])


def test_dates_inside_the_published_calendar_are_not(reported: Life) -> None:
    assert "provisional_dates" not in reported.case.flags

"""R:7/7.3.3: a later surveillance put off with evidence and approval, and an audit in each calendar year."""

from datetime import date, timedelta

import pytest

from tests.flow.steps import act_refused
from tests.flow.years import EXPIRY, deadlines, dismissed, maintained, surveilled
from tests.lives import Life

HELD = date(2027, 2, 1)
DUE = date(2028, 2, 1)
BOUND = date(2028, 5, 1)
"""Fifteen months after the surveillance before."""


@pytest.fixture
def second(certified: Life) -> Life:
    """The first surveillance was held; the second is due on 1 February 2028, its plan is open."""
    certified.until(HELD)
    maintained(surveilled(certified)).until(date(2027, 12, 1))
    return certified


def put_off(life: Life, until: date, outcome: str = "approve") -> Life:
    life.act("manager", "surveillance.postpone", until=str(until), reason="停业装修", evidence=["f-manager"])
    subject = life.task("approval.give").subject
    life.answer("decider", "approval.give", subject=subject, outcome=outcome, reason="x")
    return life


def test_approved_the_window_ends_on_the_day_that_was_asked_for(second: Life) -> None:
    put_off(second, BOUND)
    assert (second.due("surveillance"), second.task("audit.plan").due_on) == (BOUND, BOUND)
    assert [one.state for one in deadlines(second, "surveillance")] == ["met", "void", "running"]


def test_put_off_before_its_plan_has_opened_it_is_planned_in_good_time_before_the_new_day(certified: Life) -> None:
    """R:7/6.5.1."""
    certified.until(HELD)
    maintained(surveilled(certified)).until(date(2027, 6, 1))
    put_off(certified, BOUND).until(BOUND - timedelta(days=120))
    assert (certified.open, certified.task("audit.plan").due_on) == (["audit.plan"], BOUND)


def test_it_may_then_be_held_until_that_day(second: Life) -> None:
    put_off(second, BOUND).until(date(2028, 4, 10))
    maintained(surveilled(second))
    assert (second.case.status, "late_entry" in second.case.flags) == ("certified", False)


@pytest.mark.parametrize("until", [DUE, BOUND + timedelta(days=1)])
def test_it_is_put_off_beyond_its_day_and_at_most_to_fifteen_months(second: Life, until: date) -> None:
    asked = {"until": str(until), "reason": "x", "evidence": ["f-manager"]}
    refusal = act_refused(second, "manager", "surveillance.postpone", **asked)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.3")


def test_it_needs_evidence(second: Life) -> None:
    refusal = act_refused(second, "manager", "surveillance.postpone", until=str(BOUND), reason="x", evidence=[])
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/evidence")


def test_a_first_surveillance_is_not_put_off(certified: Life) -> None:
    asked = {"until": "2027-05-01", "reason": "x", "evidence": ["f-manager"]}
    refusal = act_refused(certified, "manager", "surveillance.postpone", **asked)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.3")


def test_it_never_leaves_a_calendar_year_without_an_audit(life: Life) -> None:
    """Held in November 2027, fifteen months would end in February 2029: 2028 would hold none."""
    life.until(date(2026, 12, 10))
    life.contracted().on_site().audited().reported().granted()
    life.until(date(2027, 11, 20))
    maintained(surveilled(life)).until(date(2028, 10, 1))
    asked = {"until": "2029-01-10", "reason": "x", "evidence": ["f-manager"]}
    assert act_refused(life, "manager", "surveillance.postpone", **asked).clause == "R:7/7.3.3"
    assert put_off(life, date(2028, 12, 31)).due("surveillance") == date(2028, 12, 31)


def test_refused_the_window_stays(second: Life) -> None:
    assert put_off(second, BOUND, "refuse").due("surveillance") == DUE


def test_nobody_is_asked_once_the_day_has_passed(second: Life) -> None:
    second.until(DUE + timedelta(days=1))
    asked = {"until": str(BOUND), "reason": "x", "evidence": ["f-manager"]}
    assert act_refused(second, "manager", "surveillance.postpone", **asked).code == "stage_conflict"


def test_what_was_asked_in_time_is_not_missed_while_nobody_decides(second: Life) -> None:
    """A lateness of the body never fails the client."""
    second.until(DUE)
    second.act("manager", "surveillance.postpone", until=str(BOUND), reason="x", evidence=["f-manager"])
    second.until(DUE + timedelta(days=30))
    assert "suspension.decide" not in second.open
    subject = second.task("approval.give").subject
    second.answer("decider", "approval.give", subject=subject, outcome="approve", reason="x")
    assert second.due("surveillance") == BOUND


def test_whoever_asks_does_not_approve(second: Life) -> None:
    second.act("manager", "surveillance.postpone", until=str(BOUND), reason="x", evidence=["f-manager"])
    assert second.task("approval.give").role == "decision_maker"


# Each calendar year -----------------------------------------------------------------------------------------------


def test_a_calendar_year_without_an_audit_is_flagged_and_proposed_once(certified: Life) -> None:
    """R:7/7.3.3, R:10/9.3.1c: the second surveillance was missed, and given a new date in the year after."""
    certified.until(HELD)
    maintained(surveilled(certified)).until(date(2028, 2, 10))
    dismissed(certified, date(2029, 1, 20)).until(date(2029, 1, 5))
    assert "calendar_year_breach" in certified.case.flags
    assert certified.open.count("suspension.decide") == 1
    assert certified.task("suspension.decide").clause == "R:10/9.3.1c"


def test_a_year_that_a_missed_surveillance_left_without_an_audit_is_proposed_once(certified: Life) -> None:
    certified.until(date(2028, 1, 10))
    assert "calendar_year_breach" in certified.case.flags
    assert certified.open.count("suspension.decide") == 1


def test_the_years_of_the_decision_and_of_expiry_need_none(third_year: Life) -> None:
    third_year.until(EXPIRY)
    assert "calendar_year_breach" not in third_year.case.flags
    assert [one.state for one in deadlines(third_year, "calendar_year")] == ["met", "met"]


def test_a_closing_of_the_last_day_may_be_entered_three_days_later(certified: Life) -> None:
    certified.until(HELD)
    maintained(surveilled(certified)).until(date(2028, 2, 10))
    dismissed(certified, date(2028, 12, 31)).until(date(2028, 12, 20))
    assert [one.judged_on for one in deadlines(certified, "calendar_year")][-1] == date(2029, 1, 3)

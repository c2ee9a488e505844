"""R:7/6.4.6.1, R:7/6.4.8: one re-audit, whose first day lies at most 90 days after the first audit's last."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.domain.sheets import raw_sheet
from tests.flow.conftest import Lives
from tests.flow.steps import again, ended, kinds, last_event, to_reaudit
from tests.flow.years import submissions
from tests.lives import FAILING, Life, an_application

DAY_90 = date(2026, 5, 31)
"""Ninety days from 2 March, the failed audit's last day."""
PRESENT = {"attendees": ["x"]}


@pytest.fixture
def failing(life: Life) -> Life:
    """The first audit failed on 2 March; the re-audit's plan is open."""
    return to_reaudit(life)


@pytest.fixture
def ready(failing: Life) -> Life:
    """Everything of the re-audit on site is open since 1 May."""
    failing.until(date(2026, 5, 1))
    return again(failing)


def opening(on: date) -> dict[str, Any]:
    return PRESENT | {"on": str(on)}


# Planning ---------------------------------------------------------------------------------------------------------


def test_a_failed_audit_opens_a_reaudit_of_it(failing: Life) -> None:
    """R:7/6.4.6.1."""
    again_, first = failing.audit, failing.case.audits[0]
    assert (again_.audit_kind, again_.of, again_.attempt, first.stage) == ("reaudit", first.id, 2, "closed")
    assert (failing.case.stage, failing.open, failing.due("reaudit")) == ("planning", ["audit.plan"], DAY_90)


def test_the_ninety_days_run_from_the_audits_last_day_not_from_the_report(life: Life) -> None:
    life.contracted().on_site().audited(scores=FAILING).until(date(2026, 3, 16))
    life.reported("fail")
    assert life.due("reaudit") == DAY_90


def test_a_reaudits_days_are_planned_with_a_reason(failing: Life) -> None:
    assert failing.refused("manager", "audit.plan", **failing.a_plan()).code == "rule_refused"


def test_a_plan_may_begin_on_day_90_but_not_after(failing: Life) -> None:
    late = failing.a_plan(reason="x", planned_from="2026-06-01", planned_to="2026-06-06")
    refusal = failing.refused("manager", "audit.plan", **late)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.6.1")
    failing.plan(reason="x", planned_from="2026-05-31", planned_to="2026-06-05")
    assert failing.open == ["audit.plan.confirm"]


def test_nothing_is_carried_over_into_a_reaudit(ready: Life) -> None:
    sheet = raw_sheet({2: {"elements": [], "carried": True, "reason": "x"}})
    assert ready.refused("leader", "audit.management", **sheet).code == "invalid"


# Day 90 -----------------------------------------------------------------------------------------------------------


def test_an_opening_on_day_90_is_in_time(ready: Life) -> None:
    ready.until(DAY_90)
    ready.answer("leader", "audit.open", **opening(DAY_90))
    assert "late_entry" not in ready.case.flags
    ready.days(10)
    assert ready.case.status == "open"


@pytest.mark.parametrize("days_late", [1, 3])
def test_an_opening_dated_day_90_may_be_entered_three_days_late_and_is_flagged(ready: Life, days_late: int) -> None:
    ready.until(DAY_90 + timedelta(days=days_late))
    ready.answer("leader", "audit.open", **opening(DAY_90))
    assert "late_entry" in ready.case.flags
    ready.days(10)
    assert (ready.case.status, ready.audit.first_day) == ("open", DAY_90)


@pytest.mark.parametrize("entered", [1, 3])
def test_an_opening_dated_day_91_is_refused(ready: Life, entered: int) -> None:
    """R:7/6.4.6.1."""
    ready.until(DAY_90 + timedelta(days=entered))
    refusal = ready.refused("leader", "audit.open", **opening(DAY_90 + timedelta(days=1)))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.6.1")


def test_until_the_end_of_day_93_nothing_is_judged(ready: Life) -> None:
    ready.until(date(2026, 6, 3))
    deadline = next(one for one in ready.case.deadlines if one.kind == "reaudit")
    assert (ready.case.status, deadline.state, deadline.due_on) == ("open", "running", DAY_90)


def test_a_missed_reaudit_terminates_at_the_end_of_day_93(ready: Life) -> None:
    ready.until(date(2026, 6, 4))
    assert ended(ready) == ("closed", "terminated", [])
    deadline = next(one for one in ready.case.deadlines if one.kind == "reaudit")
    assert (deadline.state, deadline.due_on) == ("missed", DAY_90)
    event = last_event(ready, "timer.reaudit")
    assert (event["at"], event["actor"]) == ("2026-06-03T16:00:00.000000Z", "timer")
    assert kinds(ready)[-1] == "fees.recorded"


def test_a_missed_reaudit_is_reported_as_a_refusal_with_the_fees_incurred(ready: Life) -> None:
    ready.until(date(2026, 6, 4))
    assert submissions(ready) == [f"refusal:{ready.audit.id}"]
    assert last_event(ready, "fees.recorded")["data"]["fee_total"] == "36000.00"


def test_a_reaudit_never_planned_is_missed_as_well(failing: Life) -> None:
    failing.until(date(2026, 6, 4))
    assert ended(failing) == ("closed", "terminated", [])


# One only, and what it leads to -----------------------------------------------------------------------------------


def test_a_second_failure_opens_no_further_audit(failing: Life) -> None:
    again(failing).audited(scores=FAILING).reported("fail")
    assert (len(failing.case.audits), failing.open) == (2, ["review.independent"])


def test_after_a_failed_reaudit_only_refusal_is_left_and_fees_are_recorded(failing: Life) -> None:
    """R:7/6.4.8."""
    again(failing).audited(scores=FAILING).reported("fail")
    failing.answer("reviewer", "review.independent", outcome="agree")
    refusal = failing.refused("decider", "decision.make", outcome="grant")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.8")
    failing.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert ended(failing) == ("closed", "terminated", [])
    assert last_event(failing, "fees.recorded")["data"]["fee_total"] == "36000.00"


def test_a_passed_reaudit_is_granted(failing: Life) -> None:
    again(failing).audited().reported().granted()
    assert (failing.case.status, len(failing.case.certificates)) == ("certified", 1)


def test_a_reaudit_is_scored_by_itself(failing: Life) -> None:
    again(failing).audited()
    assert failing.audit.results is not None
    first = failing.case.audits[0].results
    assert first is not None
    assert (first.verdict, failing.audit.results.verdict) == ("fail", "pass")


def test_after_a_terminated_case_a_new_application_is_a_new_case(failing: Life, lives: Lives) -> None:
    """R:7/6.4.8."""
    failing.until(date(2026, 6, 4))
    other = lives(failing.today)
    other.apply(**an_application(failing.number))
    assert (other.case.status, other.case.id != failing.case.id) == ("open", True)


def test_a_report_after_day_93_by_the_leaders_lateness_does_not_end_the_case(life: Life) -> None:
    life.contracted().on_site().audited(scores=FAILING).until(date(2026, 6, 5))
    life.reported("fail")
    life.days(1)
    assert life.case.status == "open"

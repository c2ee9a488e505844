"""R:7/6.5.1: which audits a case manager starts before they are asked for by themselves, and which nobody does."""

from datetime import date
from typing import Any

import pytest

from tests.flow.beside import ordered
from tests.flow.steps import act_refused, last_event
from tests.flow.years import deadlines, maintained, renewing, reviewed, surveilled
from tests.lives import FAILING, Life

START: dict[str, Any] = {"audit_kind": "surveillance", "reason": "客户提出提前审查"}


def started(life: Life) -> Life:
    """A surveillance is started today."""
    life.act("manager", "audit.start", **START)
    return life


def test_the_plan_of_the_surveillance_that_is_due_opens_at_once(certified: Life) -> None:
    certified.until(date(2026, 6, 1))
    started(certified)
    assert (certified.open, certified.audit.audit_kind, certified.case.stage) == (
        ["audit.plan"],
        "surveillance",
        "planning",
    )
    assert certified.task("audit.plan").due_on == date(2027, 3, 2)
    assert last_event(certified, "audit.start")["data"]["audit"] == certified.audit.id


def test_it_is_planned_once(certified: Life) -> None:
    certified.until(date(2026, 6, 1))
    started(certified).until(date(2026, 12, 1))
    assert [audit.audit_kind for audit in certified.case.audits] == ["initial", "surveillance"]


def test_it_serves_the_window_and_the_next_counts_from_its_last_day(certified: Life) -> None:
    """R:7/7.3.3."""
    certified.until(date(2026, 6, 1))
    maintained(surveilled(started(certified)))
    assert [one.state for one in deadlines(certified, "surveillance")] == ["met", "running"]
    assert certified.due("surveillance") == date(2027, 6, 1)


def test_where_none_is_due_in_the_cycle_it_is_one_more(third_year: Life) -> None:
    third_year.until(date(2028, 3, 1))
    maintained(surveilled(started(third_year)))
    assert third_year.case.status == "certified"
    assert "late_entry" not in third_year.case.flags
    assert [one for one in deadlines(third_year, "surveillance") if one.state == "running"] == []


def test_one_more_that_fails_suspends_for_ninety_days(third_year: Life) -> None:
    """R:7/6.5.3.2."""
    third_year.until(date(2028, 3, 1))
    surveilled(started(third_year), scores=FAILING)
    reviewed(third_year, "fail").answer("decider", "decision.make", outcome="suspend", reason="x")
    suspension = third_year.case.suspension
    assert suspension is not None
    assert suspension.ends_on == date(2028, 5, 30)


def test_none_is_started_beside_an_audit_of_the_programme(certified: Life) -> None:
    certified.until(date(2027, 1, 10))
    assert act_refused(certified, "manager", "audit.start", **START).code == "stage_conflict"


def test_none_is_started_during_a_recertification(third_year: Life) -> None:
    renewing(third_year, date(2028, 10, 1))
    assert act_refused(third_year, "manager", "audit.start", **START).code == "stage_conflict"


def test_a_special_audit_beside_it_is_no_hindrance(certified: Life) -> None:
    ordered(certified)
    started(certified)
    assert [audit.audit_kind for audit in certified.case.audits] == ["initial", "special", "surveillance"]


def test_none_is_started_before_certification(life: Life) -> None:
    life.apply()
    assert act_refused(life, "manager", "audit.start", **START).code == "stage_conflict"


def test_a_special_audit_is_ordered_on_a_report_and_not_started(certified: Life) -> None:
    refusal = act_refused(certified, "manager", "audit.start", audit_kind="special", reason="x")
    assert (refusal.code, refusal.clause) == ("approval_required", "R:7/6.5.1")


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("initial", "R:7/7.2.2"),
        ("reaudit", "R:7/6.4.6.1"),
        ("recertification", "R:7/6.6.1"),
        ("scope", "R:9/8.3"),
    ],
)
def test_every_other_kind_comes_about_by_its_own_clause(certified: Life, kind: str, clause: str) -> None:
    refusal = act_refused(certified, "manager", "audit.start", audit_kind=kind, reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", clause)


@pytest.mark.parametrize("user", ["applicant", "leader", "decider", "ops"])
def test_only_a_case_manager_starts_one(certified: Life, user: str) -> None:
    assert act_refused(certified, user, "audit.start", **START).code == "forbidden"

"""R:7/7.3.3, 6.5, 6.6: surveillances, their failures, recertification and expiry."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.flow.years import FEWER_DAYS, maintained, renewed, renewing, reviewed, surveilled
from tests.lives import CONTENTS, FAILING, MAINTAINED, Life


def test_the_first_surveillance_is_due_twelve_months_after_the_decision(certified: Life) -> None:
    assert certified.due("surveillance") == date(2027, 3, 2)
    certified.until(date(2027, 3, 2) - timedelta(days=121))
    assert certified.open == []
    certified.days(1)
    assert (certified.open, certified.audit.audit_kind) == (["audit.plan"], "surveillance")


def test_a_passed_surveillance_maintains_and_the_next_is_due_a_year_after_its_last_day(certified: Life) -> None:
    """R:7/6.5.3.1, R:7/7.1e."""
    certified.until(date(2027, 1, 15))
    maintained(surveilled(certified))
    assert (certified.case.stage, certified.case.status) == ("certified", "certified")
    assert certified.due("surveillance") == date(2028, 1, 15)


def test_a_surveillance_closed_on_its_last_day_counts(certified: Life) -> None:
    certified.until(date(2027, 2, 15))
    certified.plan(**FEWER_DAYS, planned_to="2027-03-02")
    certified.answer("applicant", "audit.plan.confirm", outcome="agree")
    certified.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
    certified.answer("leader", "audit.contents", items=CONTENTS)
    certified.until(date(2027, 3, 2))
    certified.audited()
    assert "suspension.decide" not in certified.open
    maintained(certified)
    assert certified.case.status == "certified"


def test_a_missed_surveillance_is_one_proposal_to_suspend_decided_by_a_person(certified: Life) -> None:
    """R:10/9.3.1c."""
    certified.until(date(2027, 3, 6))
    assert certified.open == ["audit.plan", "suspension.decide"]
    assert certified.case.status == "certified"
    certified.answer("decider", "suspension.decide", outcome="suspend", grounds=["c"], reason="x")
    assert (certified.case.status, certified.case.certificates[0].status) == ("suspended", "suspended")
    assert certified.case.suspension is not None
    assert certified.case.suspension.ends_on == date(2027, 9, 6)


def test_a_dismissed_proposal_gives_the_surveillance_a_new_date(certified: Life) -> None:
    certified.until(date(2027, 3, 6))
    certified.answer("decider", "suspension.decide", outcome="dismiss", reason="x", until="2027-04-30")
    assert certified.due("surveillance") == date(2027, 4, 30)


def test_a_failed_surveillance_leaves_only_suspension_of_ninety_days(certified: Life) -> None:
    """R:7/6.5.3.2."""
    certified.until(date(2027, 1, 15))
    surveilled(certified, scores=FAILING).reported("fail")
    certified.answer("reviewer", "review.independent", outcome="agree")
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert refusal.clause == "R:7/6.5.3.2"
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert certified.case.status == "suspended"
    assert certified.case.suspension is not None
    assert certified.case.suspension.ends_on == certified.today + timedelta(days=90)


def test_maintaining_states_each_condition_and_a_no_bars_it(certified: Life) -> None:
    """R:10/9.1."""
    certified.until(date(2027, 1, 15))
    surveilled(certified).reported()
    certified.answer("reviewer", "review.independent", outcome="agree")
    short = certified.refused("decider", "decision.make", outcome="maintain", conditions={"a": True})
    assert short.faults[0].pointer == "/conditions/b"
    barred = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED | {"c": False})
    assert barred.clause == "R:10/9.1"


def test_maintaining_needs_a_report_that_recommends_a_pass(certified: Life) -> None:
    """R:10/9.1a."""
    certified.until(date(2027, 1, 15))
    report = {"recommendation": "fail", "summary": "x", "reason": "体系运行不稳定"}
    surveilled(certified).answer("leader", "audit.report", **report)
    certified.answer("reviewer", "review.independent", outcome="agree")
    assert certified.audit.passed
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.1a")
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert certified.case.status == "suspended"


def test_a_cycle_has_two_surveillances(third_year: Life) -> None:
    """R:6, R:7/7.3.3."""
    running = {deadline.kind for deadline in third_year.case.deadlines if deadline.state == "running"}
    assert running == {"certificate.expiry", "recertification.apply"}


def test_recertification_may_be_applied_for_180_days_before_expiry(third_year: Life) -> None:
    expiry = third_year.case.certificates[0].valid_until
    third_year.until(expiry - timedelta(days=181))
    assert "recertification.apply" not in third_year.open
    third_year.days(1)
    assert "recertification.apply" in third_year.open
    assert third_year.due("recertification.apply") == date(2028, 12, 1)


def test_a_renewal_decided_in_time_starts_the_day_after_the_old_one_ends(third_year: Life) -> None:
    """R:7/7.1f."""
    expiry = third_year.case.certificates[0].valid_until
    renewed(third_year, expiry - timedelta(days=100)).audited().reported().granted()
    new = third_year.case.certificates[-1]
    assert (new.status, new.valid_from, new.valid_until) == ("upcoming", date(2029, 3, 2), date(2032, 3, 1))
    assert (third_year.case.cycle.number, third_year.case.cycle.kind) == (2, "recertification")
    third_year.until(expiry)
    assert third_year.case.certificates[0].status == "valid"
    third_year.days(1)
    assert [one.status for one in third_year.case.certificates] == ["expired", "valid"]
    assert third_year.case.status == "certified"


def test_an_application_after_three_months_before_expiry_is_accepted_and_flagged(third_year: Life) -> None:
    """R:7/6.6.1."""
    renewing(third_year, date(2028, 12, 2))
    assert "late_application" in third_year.case.flags


def test_on_site_work_not_closed_by_expiry_turns_it_into_an_initial_certification(third_year: Life) -> None:
    """R:7/6.6.2."""
    expiry = third_year.case.certificates[0].valid_until
    renewed(third_year, expiry - timedelta(days=30))
    third_year.until(expiry + timedelta(days=4))
    assert third_year.case.status == "expired"
    assert "converted_to_initial" in third_year.case.flags
    third_year.audited().reported().granted()
    new = third_year.case.certificates[-1]
    assert (new.status, new.valid_from) == ("valid", third_year.today)
    assert (third_year.case.cycle.kind, third_year.case.status) == ("initial", "certified")


def test_a_certificate_nobody_renews_expires_at_the_end_of_its_last_day(third_year: Life) -> None:
    expiry = third_year.case.certificates[0].valid_until
    third_year.until(expiry)
    assert third_year.case.status == "certified"
    third_year.days(1)
    assert (third_year.case.status, third_year.case.stage, third_year.open) == ("expired", "closed", [])


@pytest.mark.parametrize(("named", "grounds"), [({"grounds": ["e"]}, ["e"]), ({}, ["k"])])
def test_a_passed_surveillance_is_suspended_for_six_months_on_its_own_ground(
    certified: Life, named: dict[str, Any], grounds: list[str]
) -> None:
    """R:10/9.3.1: marks used wrongly and not put right; ninety days are for a failed surveillance (R:7/6.5.3.2)."""
    certified.until(date(2027, 2, 1))
    reviewed(surveilled(certified))
    certified.answer("decider", "decision.make", outcome="suspend", reason="标志使用未纠正", **named)
    assert certified.case.suspension is not None
    assert (certified.case.suspension.grounds, certified.case.suspension.ends_on) == (grounds, date(2027, 8, 1))
    assert [one.clause for one in certified.case.deadlines if one.kind == "suspension.end"] == ["R:10/9.3.1"]

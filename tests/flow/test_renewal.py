"""R:7/6.6: what a renewal gives way to, when it becomes an initial certification, its one re-audit, its end."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.flow.beside import decide, news
from tests.flow.steps import DECLINE, act_refused, again, pointers
from tests.flow.years import (
    EXPIRY,
    FEWER_DAYS,
    days_before,
    deadlines,
    dismissed,
    failed_by_documents,
    maintained,
    renewal,
    renewed,
    renewing,
    reviewed,
    second_put_off,
    submissions,
    surveilled,
)
from tests.lives import FAILING, Life

DAY_AFTER = EXPIRY + timedelta(days=1)
BY_A_YEAR_END = date(2028, 12, 31)


def meeting(on: date) -> dict[str, Any]:
    return {"on": str(on), "attendees": ["x"]}


# The open surveillance --------------------------------------------------------------------------------------------


@pytest.fixture
def put_off(certified: Life) -> Life:
    """The second surveillance is to be held by the end of 2028; its plan is open in the renewal's months too."""
    second_put_off(certified, BY_A_YEAR_END).until(date(2028, 9, 2))
    assert certified.open == ["audit.plan", "recertification.apply"]
    return certified


def test_a_surveillance_that_is_only_planned_gives_way(put_off: Life) -> None:
    put_off.plan(**FEWER_DAYS)
    planned = put_off.audit
    renewing(put_off, put_off.today)
    assert [one.stage for one in put_off.case.audits if one.id == planned.id] == ["closed"]
    assert (put_off.audit.audit_kind, put_off.open) == ("recertification", ["audit.plan"])
    assert put_off.due("surveillance") == BY_A_YEAR_END


def may_not_apply(life: Life) -> bool:
    return life.refused("applicant", "recertification.apply", **renewal(life)).code == "stage_conflict"


def test_a_surveillance_under_way_is_finished_first(put_off: Life) -> None:
    put_off.on_site(**FEWER_DAYS).answer("leader", "audit.open", **meeting(put_off.today))
    assert may_not_apply(put_off)


def test_a_surveillance_that_failed_by_its_documents_is_decided_first(put_off: Life) -> None:
    failed_by_documents(put_off, **FEWER_DAYS)
    assert may_not_apply(put_off)
    reviewed(put_off, "fail")
    assert may_not_apply(put_off)
    put_off.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert renewing(put_off, put_off.today).audit.audit_kind == "recertification"


# Closed after the certificate's last day --------------------------------------------------------------------------


@pytest.fixture(params=[1, 2, 3])
def closing_late(third_year: Life, request: pytest.FixtureRequest) -> Life:
    """The audit is on site; the certificate ran out one, two or three days ago."""
    renewed(third_year, days_before(60)).until(EXPIRY + timedelta(days=request.param))
    return third_year


def test_a_closing_after_the_last_day_converts_at_once(closing_late: Life) -> None:
    assert closing_late.audit.audit_kind == "recertification"
    closing_late.audited()
    assert (closing_late.audit.audit_kind, "converted_to_initial" in closing_late.case.flags) == ("initial", True)
    assert [one.state for one in deadlines(closing_late, "recertification.on_site")] == ["missed"]
    closing_late.days(10)
    assert (closing_late.case.status, closing_late.open) == ("expired", ["audit.report"])


def test_a_converted_renewal_is_granted_as_an_initial_certification(closing_late: Life) -> None:
    closing_late.audited().reported().granted()
    new = closing_late.case.certificates[-1]
    assert (closing_late.case.cycle.kind, closing_late.case.cycle.number) == ("initial", 2)
    assert (new.status, new.valid_from) == ("valid", closing_late.today)
    assert closing_late.due("surveillance") == closing_late.today.replace(year=2030)


def test_a_converted_renewal_that_fails_has_its_one_reaudit(closing_late: Life) -> None:
    closing_late.audited(scores=FAILING).reported("fail")
    assert (closing_late.audit.audit_kind, closing_late.open) == ("reaudit", ["audit.plan"])
    assert closing_late.due("reaudit") == closing_late.today + timedelta(days=90)
    again(closing_late).audited().reported().granted()
    assert (closing_late.case.status, closing_late.case.cycle.kind) == ("certified", "initial")


def test_a_converted_renewal_whose_reaudit_is_missed_is_terminated(closing_late: Life) -> None:
    closing_late.audited(scores=FAILING).reported("fail")
    closing_late.days(94)
    assert (closing_late.case.status, closing_late.open) == ("terminated", [])


@pytest.mark.parametrize("days_late", [1, 3])
def test_a_closing_dated_on_the_last_day_and_entered_late_converts_nothing(third_year: Life, days_late: int) -> None:
    renewed(third_year, days_before(60)).until(EXPIRY + timedelta(days=days_late))
    third_year.answer("leader", "audit.open", **meeting(days_before(2)))
    third_year.answer("leader", "audit.close", **meeting(EXPIRY))
    assert third_year.audit.audit_kind == "recertification"
    assert set(third_year.case.flags) & {"late_entry", "converted_to_initial"} == {"late_entry"}


# Its one re-audit -------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(third_year: Life) -> Life:
    """A renewal failed forty days before the certificate ends: its re-audit's plan is open."""
    return renewed(third_year, days_before(40)).audited(scores=FAILING).reported("fail")


def test_a_reaudit_of_a_renewal_is_planned_to_end_before_the_certificate_does(failed: Life) -> None:
    failed.until(days_before(6))
    late = failed.a_plan(reason="x", planned_from=str(EXPIRY), planned_to=str(EXPIRY + timedelta(days=6)))
    refusal = failed.refused("manager", "audit.plan", **late)
    assert (refusal.code, pointers(refusal)) == ("rule_refused", ["/planned_to"])
    failed.plan(reason="x", planned_from=str(days_before(5)), planned_to=str(EXPIRY))
    assert failed.open == ["audit.plan.confirm"]


def on_the_last_day(life: Life) -> Life:
    """The re-audit is on site; the certificate ended yesterday."""
    again(life, planned_to=str(EXPIRY)).until(EXPIRY)
    life.answer("leader", "audit.open", **meeting(EXPIRY))
    life.until(DAY_AFTER)
    return life


def test_a_reaudit_of_a_renewal_has_its_plan_made_before_its_window_ends(third_year: Life) -> None:
    """R:7/6.6.2: the pack's twenty working days would end after the certificate, also where it is asked for again."""
    renewed(third_year, days_before(20)).audited(scores=FAILING).reported("fail")
    assert third_year.due("audit.plan") == EXPIRY
    third_year.plan(reason="x")
    third_year.answer("applicant", "audit.plan.confirm", **DECLINE)
    assert third_year.due("audit.plan") == EXPIRY


def test_a_reaudit_of_a_renewal_with_months_left_is_planned_within_the_pack_s_limit(third_year: Life) -> None:
    renewed(third_year, days_before(80)).audited(scores=FAILING).reported("fail")
    assert third_year.due("audit.plan") < days_before(40)


def test_a_reaudit_of_a_renewal_closed_after_the_last_day_is_refused(failed: Life) -> None:
    on_the_last_day(failed)
    assert failed.refused("leader", "audit.close", **meeting(DAY_AFTER)).code == "rule_refused"
    failed.answer("leader", "audit.close", **meeting(EXPIRY))
    assert (failed.audit.audit_kind, "late_entry" in failed.case.flags) == ("reaudit", True)


def test_a_reaudit_of_a_renewal_opened_after_the_last_day_is_refused(failed: Life) -> None:
    again(failed, planned_to=str(EXPIRY)).until(DAY_AFTER)
    assert failed.refused("leader", "audit.open", **meeting(DAY_AFTER)).code == "rule_refused"


def test_a_reaudit_of_a_renewal_that_is_not_closed_leaves_only_a_refusal(failed: Life) -> None:
    on_the_last_day(failed).until(EXPIRY + timedelta(days=4))
    assert failed.open == ["review.independent"]
    failed.answer("reviewer", "review.independent", outcome="agree")
    assert failed.refused("decider", "decision.make", outcome="grant").code == "rule_refused"
    failed.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (failed.case.stage, failed.open) == ("closed", [])


def test_a_missed_reaudit_is_not_repeated_after_a_return(third_year: Life) -> None:
    renewed(third_year, days_before(178)).audited(scores=FAILING).reported("fail")
    third_year.until(third_year.due("reaudit") + timedelta(days=4))
    third_year.answer("reviewer", "review.independent", outcome="return", comments="x")
    third_year.reported("fail")
    assert [audit.audit_kind for audit in third_year.case.audits].count("reaudit") == 1
    assert third_year.open == ["review.independent"]


# Refused, or late -------------------------------------------------------------------------------------------------


def refused(life: Life) -> Life:
    reviewed(life.audited()).answer("decider", "decision.make", outcome="refuse", reason="x")
    return life


def test_after_a_refusal_the_certificate_stands_for_what_it_was_granted_for(third_year: Life) -> None:
    before, asked = third_year.case.application, renewal(third_year)
    narrowed = {"sites": asked["sites"][:1], "service": asked["service"] | {"name": "会议服务"}}
    days = {"person_days": {"documents": "1", "management": "4", "characteristics": "4"}}
    renewed(third_year, days_before(170), days, **narrowed)
    assert third_year.case.application != before
    refused(third_year)
    assert (third_year.case.application, third_year.case.status) == (before, "certified")


def test_a_refused_renewal_is_reported_and_the_certificate_runs_on(third_year: Life) -> None:
    refused(renewed(third_year, days_before(170)))
    assert submissions(third_year)[-1] == f"refusal:{third_year.audit.id}"
    assert (third_year.case.stage, third_year.case.certificates[0].status) == ("certified", "valid")
    third_year.until(DAY_AFTER)
    assert (third_year.case.stage, third_year.case.status) == ("closed", "expired")


def test_a_refused_renewal_is_not_overdue_for_its_certificate(third_year: Life) -> None:
    renewed(third_year, date(2028, 9, 15)).audited()
    reviewed(third_year).until(days_before(9))
    assert "issue_overdue" in third_year.case.flags
    third_year.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (third_year.case.status, "issue_overdue" in third_year.case.flags) == ("certified", False)


@pytest.mark.parametrize("days_late", [0, 5])
def test_the_old_certificate_names_the_new_one(third_year: Life, days_late: int) -> None:
    reviewed(renewed(third_year, days_before(20)).audited()).until(EXPIRY + timedelta(days=days_late))
    third_year.answer("decider", "decision.make", outcome="grant")
    old, new = third_year.case.certificates
    assert (old.successor, new.predecessor) == (new.number, old.number)


def test_a_refused_renewal_leaves_the_cycle_its_two_surveillances(put_off: Life) -> None:
    """R:7/7.3.3: the second is held after the refusal; there is no third."""
    failed_by_documents(renewing(put_off, put_off.today)).reported("fail")
    put_off.answer("reviewer", "review.independent", outcome="agree")
    put_off.answer("decider", "decision.make", outcome="refuse", reason="x")
    maintained(surveilled(put_off))
    assert not [one for one in put_off.case.deadlines if (one.kind, one.state) == ("surveillance", "running")]


def test_a_missed_surveillance_gets_no_new_date_once_the_renewal_is_closed_on_site(certified: Life) -> None:
    """R:7/7.3.3: its due date stays until that audit closes, and no longer."""
    renewed(second_put_off(certified, days_before(90)), days_before(170)).until(days_before(80))
    certified.audited()
    certified.answer("decider", "suspension.decide", outcome="dismiss", reason="x")
    assert certified.open == ["audit.report"]


# The next cycle ---------------------------------------------------------------------------------------------------


def test_a_surveillance_held_before_the_renewed_certificate_begins_counts_in_its_cycle(third_year: Life) -> None:
    """R:7/7.3.3: the one after it is due twelve months later, not bounded by the certificate that runs out."""
    renewed(third_year, days_before(150)).audited()
    reviewed(third_year).answer("decider", "decision.make", outcome="grant")
    third_year.days(10)
    third_year.act("manager", "audit.start", audit_kind="surveillance", reason="x")
    maintained(surveilled(third_year))
    assert third_year.due("surveillance") == date(2029, 10, 12)


def test_a_year_without_an_audit_is_no_flag_of_the_next_cycle(certified: Life) -> None:
    """R:7/7.3.3."""
    certified.until(date(2028, 1, 10))
    dismissed(certified, date(2028, 3, 1))
    renewed(maintained(surveilled(certified)), days_before(60)).audited()
    assert "calendar_year_breach" in certified.case.flags
    reviewed(certified).answer("decider", "decision.make", outcome="grant")
    assert "calendar_year_breach" not in certified.case.flags


def test_a_first_surveillance_is_not_put_off_before_the_renewed_certificate_begins_either(third_year: Life) -> None:
    """R:7/7.3.3: it is the first of the new cycle."""
    renewed(third_year, days_before(150)).audited()
    reviewed(third_year).answer("decider", "decision.make", outcome="grant")
    later = third_year.due("surveillance") + timedelta(days=30)
    refusal = act_refused(
        third_year, "manager", "surveillance.postpone", until=str(later), reason="x", evidence=["f-manager"]
    )
    assert refusal.zh == "首次监督审查不得延期"


def test_incidents_of_a_cycle_that_is_over_stand_in_the_record_only(third_year: Life) -> None:
    """R:7/6.5.1: however often a machine reports, a case stays small for all its years."""
    third_year.work(news(third_year))
    decide(third_year, "refuse")
    renewed(third_year, days_before(60)).audited()
    assert "incident.report" in [one.kind for one in third_year.case.matters]
    reviewed(third_year).answer("decider", "decision.make", outcome="grant")
    assert "incident.report" not in [one.kind for one in third_year.case.matters]

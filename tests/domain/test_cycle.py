"""Every date of a certification cycle, each at the edges of its rule."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import cycle
from domain.calendar import Calendar
from domain.dates import Anchor, add_months, rolled
from domain.rules import Cycle, Limit
from services import calendars

RULE = Cycle(
    validity_years=3,
    surveillances=2,
    surveillance_months=12,
    surveillance_extended_months=15,
    surveillance_plan_opens_days=120,
    reaudit_days=90,
    late_entry_days=3,
    rectification_latest_days=90,
    recertification_opens_days=180,
    recertification_apply_months=3,
    certificate_issue_working_days=90,
    credit_valid_days=30,
    suspension_days=90,
    suspension_months=6,
    contract_latest_days=90,
)
CALENDAR: Calendar = calendars.load()
A_MONTH = Limit(amount=30, unit="days")
DAYS = st.dates(date(2024, 1, 1), date(2043, 12, 31))


def a_decision(on: date) -> Anchor:
    return Anchor(kind="decision", on=on)


def test_every_length_comes_from_the_pack() -> None:
    longer = RULE.model_copy(update={"reaudit_days": 91, "surveillance_months": 13, "validity_years": 4})
    assert cycle.reaudit(date(2026, 1, 1), longer).on == date(2026, 4, 2)
    assert cycle.first_surveillance(a_decision(date(2026, 1, 1)), longer).on == date(2027, 2, 1)
    assert cycle.expiry(a_decision(date(2026, 1, 1)), longer).on == date(2029, 12, 31)


def test_an_accepted_application_may_be_contracted_until_day_90() -> None:
    """R:7/7.2.2."""
    found = cycle.contract_latest(date(2026, 1, 1), RULE)
    assert (found.on, found.proof.anchor.kind) == (date(2026, 4, 1), "application")


def test_a_certificate_runs_three_years_from_its_decision_to_the_day_before() -> None:
    """R:7/7.3.3."""
    found = cycle.expiry(a_decision(date(2026, 12, 20)), RULE)
    assert (found.on, found.clause) == (date(2029, 12, 19), "R:7/7.3.3")
    assert [step.to for step in found.proof.steps] == [date(2029, 12, 20), date(2029, 12, 19)]


@pytest.mark.parametrize(
    ("decided", "last"),
    [
        (date(2026, 12, 20), date(2029, 12, 19)),
        (date(2028, 2, 29), date(2031, 2, 27)),
        (date(2026, 1, 1), date(2028, 12, 31)),
        (date(2025, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_certificate_ends_the_day_before_its_third_anniversary(decided: date, last: date) -> None:
    assert cycle.expiry(a_decision(decided), RULE).on == last


def test_a_renewed_certificate_starts_the_day_after_the_old_one_ends() -> None:
    assert cycle.renewal_starts(date(2029, 11, 1), date(2029, 12, 19)) == date(2029, 12, 20)
    assert cycle.renewal_starts(date(2029, 12, 19), date(2029, 12, 19)) == date(2029, 12, 20)
    found = cycle.expiry(Anchor(kind="valid_until", on=date(2029, 12, 19)), RULE)
    assert found.on == date(2032, 12, 19)


def test_a_renewal_decided_after_expiry_is_not_back_dated() -> None:
    assert cycle.renewal_starts(date(2030, 1, 15), date(2029, 12, 19)) == date(2030, 1, 15)


def test_the_first_surveillance_closes_within_12_months_of_the_decision() -> None:
    """R:7/7.3.3."""
    found = cycle.first_surveillance(a_decision(date(2026, 12, 20)), RULE)
    assert (found.on, found.clause) == (date(2027, 12, 20), "R:7/7.3.3")
    assert cycle.first_surveillance(a_decision(date(2028, 2, 29)), RULE).on == date(2029, 2, 28)


def test_after_a_recertification_the_first_surveillance_runs_from_that_audits_last_day() -> None:
    anchor = Anchor(kind="audit_last_day", on=date(2029, 10, 12))
    assert cycle.first_surveillance(anchor, RULE).on == date(2030, 10, 12)


def test_a_later_surveillance_closes_within_12_months_of_the_previous_audits_last_day() -> None:
    """R:7/7.3.3."""
    found = cycle.later_surveillance(date(2027, 11, 5), RULE)
    assert (found.on, found.proof.anchor.kind) == (date(2028, 11, 5), "audit_last_day")


def test_an_extension_reaches_15_months_within_the_same_year() -> None:
    assert cycle.extended_surveillance(date(2027, 3, 10), [2027], 2029, RULE).on == date(2028, 6, 10)


def test_an_extension_leaves_no_calendar_year_without_an_audit() -> None:
    """R:7/7.3.3."""
    found = cycle.extended_surveillance(date(2027, 11, 5), [2027], 2029, RULE)
    assert found.on == date(2028, 12, 31)
    assert "2029-02-05" in found.proof.rule


def test_an_extension_ends_after_15_months_where_the_year_between_holds_an_audit() -> None:
    assert cycle.extended_surveillance(date(2027, 11, 5), [2028], 2030, RULE).on == date(2029, 2, 5)


def test_an_extension_may_leave_the_recertification_year_empty() -> None:
    assert cycle.extended_surveillance(date(2028, 11, 5), [2028], 2029, RULE).on == date(2030, 2, 5)


def test_an_extension_of_30_september_ends_with_the_year_without_a_conflict() -> None:
    assert cycle.extended_surveillance(date(2027, 9, 30), [2027], 2029, RULE).on == date(2028, 12, 30)


@settings(max_examples=100, deadline=None)
@given(DAYS)
def test_an_extension_never_shortens_a_due_date_nor_passes_15_months(previous: date) -> None:
    extended = cycle.extended_surveillance(previous, [], 2000, RULE).on
    assert cycle.later_surveillance(previous, RULE).on <= extended <= add_months(previous, 15)
    assert extended.year == previous.year + 1


def test_a_surveillances_plan_opens_120_days_ahead() -> None:
    """R:7/6.5.1."""
    assert cycle.surveillance_plan_opens(date(2027, 12, 20), RULE) == date(2027, 8, 22)


def test_a_date_on_the_last_valid_day_itself_is_not_bounded() -> None:
    """R:7/7.3.3."""
    found = cycle.later_surveillance(date(2028, 12, 19), RULE)
    same = cycle.within_validity(found, date(2029, 12, 19))
    assert (same.on, same.proof.rule, same.proof.steps) == (found.on, found.proof.rule, found.proof.steps)


def another(held: int, last_day: date, recertification_year: int = 2029) -> bool:
    return cycle.another_surveillance(held, last_day, date(2029, 12, 19), recertification_year, RULE)


def test_a_cycle_holds_two_surveillances() -> None:
    """R:7/7.3.3, R:7/6.5.1."""
    assert another(0, date(2026, 12, 1))
    assert another(1, date(2027, 12, 1))
    assert not another(2, date(2028, 12, 1))


def test_one_more_surveillance_only_outside_the_recertification_year_and_before_expiry() -> None:
    assert another(2, date(2027, 12, 1))
    assert not another(2, date(2028, 1, 1))
    assert another(2, date(2028, 1, 1), recertification_year=2028)
    assert not another(2, date(2028, 12, 19), recertification_year=2028)
    assert another(2, date(2028, 12, 18), recertification_year=2028)


def test_there_is_never_a_fourth_surveillance() -> None:
    assert not another(3, date(2027, 12, 1))


@pytest.mark.parametrize("anchor", ["decision", "audit_last_day"])
def test_a_surveillance_decided_to_be_more_frequent_counts_by_its_own_months(anchor: str) -> None:
    """R:7/6.5.1."""
    found = cycle.frequent_surveillance(Anchor(kind=anchor, on=date(2026, 8, 31)), 6)
    assert (found.on, found.clause, found.proof.anchor.kind) == (date(2027, 2, 28), "R:7/6.5.1", anchor)


def test_the_next_surveillance_counts_as_usual_or_so_many_months_apart() -> None:
    """R:7/7.3.3, R:7/6.5.1."""
    assert cycle.next_surveillance(date(2027, 1, 15), RULE) == cycle.later_surveillance(date(2027, 1, 15), RULE)
    assert cycle.next_surveillance(date(2027, 1, 15), RULE, 6).on == date(2027, 7, 15)


def test_more_frequent_ones_are_as_many_as_fall_before_the_last_valid_day() -> None:
    """R:7/6.5.1: also in the recertification year."""

    def more(last_day: date) -> bool:
        return cycle.another_surveillance(5, last_day, date(2029, 12, 19), 2029, RULE, 6)

    assert more(date(2029, 6, 18))
    assert not more(date(2029, 6, 19))


def test_the_recertification_year_is_that_of_its_audit_else_of_expiry() -> None:
    assert cycle.recertification_year(date(2029, 1, 15), None) == 2029
    assert cycle.recertification_year(date(2029, 1, 15), date(2028, 11, 20)) == 2028


def test_an_audit_closed_after_expiry_makes_no_recertification_year() -> None:
    assert cycle.recertification_year(date(2029, 12, 19), date(2030, 1, 8)) == 2029


def test_a_year_breaks_the_rule_only_once_it_has_ended() -> None:
    decided = date(2026, 12, 20)
    assert cycle.years_without_audit(decided, 2029, [], date(2027, 12, 31)) == []
    assert cycle.years_without_audit(decided, 2029, [], date(2028, 1, 1)) == [2027]


def test_each_calendar_year_between_decision_and_recertification_holds_an_audit() -> None:
    """R:7/6.5.1."""
    decided, later = date(2026, 12, 20), date(2031, 1, 1)
    assert cycle.years_without_audit(decided, 2029, [date(2027, 12, 1)], later) == [2028]
    assert cycle.years_without_audit(decided, 2029, [date(2027, 12, 1), date(2028, 12, 31)], later) == []


def test_an_audit_serves_the_year_of_its_last_day() -> None:
    assert cycle.years_without_audit(date(2026, 5, 1), 2029, [date(2028, 1, 2)], date(2029, 1, 1)) == [2027]


def test_recertification_is_applied_for_three_months_before_the_end() -> None:
    """R:7/6.6.1."""
    found = cycle.recertification_apply_by(date(2029, 12, 19), RULE)
    assert (found.on, found.clause) == (date(2029, 9, 19), "R:7/6.6.1")
    assert cycle.recertification_apply_by(date(2031, 5, 31), RULE).on == date(2031, 2, 28)


def test_recertification_may_be_applied_for_from_180_days_before_the_end() -> None:
    assert cycle.recertification_opens(date(2029, 12, 19), RULE) == date(2029, 6, 22)


def test_a_recertification_closes_on_site_by_the_certificates_last_day() -> None:
    """R:7/6.6.2."""
    found = cycle.recertification_on_site(date(2029, 12, 19))
    assert (found.on, found.clause) == (date(2029, 12, 19), "R:7/6.6.2")


def test_a_reaudit_opens_by_day_90_and_is_judged_at_the_end_of_day_93() -> None:
    """R:7/6.4.6.1."""
    found = cycle.reaudit(date(2026, 1, 1), RULE)
    assert (found.on, found.clause) == (date(2026, 4, 1), "R:7/6.4.6.1")
    assert cycle.judged_on(found.on, RULE) == date(2026, 4, 4)


def test_rectification_runs_30_days_from_the_findings() -> None:
    found = cycle.rectification(date(2026, 3, 1), date(2026, 2, 20), A_MONTH, RULE, CALENDAR)
    assert (found.on, found.proof.anchor.kind) == (date(2026, 3, 31), "findings")


def test_rectification_never_passes_day_90_after_the_audit() -> None:
    """R:7/6.4.6.1."""
    found = cycle.rectification(date(2026, 3, 15), date(2026, 1, 1), A_MONTH, RULE, CALENDAR)
    assert (found.on, found.proof.anchor.kind) == (date(2026, 4, 1), "audit_last_day")
    assert "2026-04-14" in found.proof.rule


def test_rectification_may_end_on_day_90_itself() -> None:
    found = cycle.rectification(date(2026, 3, 2), date(2026, 1, 1), A_MONTH, RULE, CALENDAR)
    assert (found.on, found.proof.anchor.kind) == (date(2026, 4, 1), "findings")


def test_where_limits_roll_over_holidays_day_90_and_the_months_of_a_surveillance_stay() -> None:
    """R:7/6.4.6.1, R:7/7.3.3."""
    last_day = date(2026, 3, 2)
    # Day 90 after 2 March is Sunday, 31 May; thirty days after 30 April are the Saturday before it.
    bounded = cycle.rectification(date(2026, 4, 30), last_day, A_MONTH, RULE, CALENDAR)
    assert (bounded.on, rolled(bounded, CALENDAR).on) == (date(2026, 5, 30), date(2026, 5, 31))
    assert rolled(cycle.reaudit(last_day, RULE), CALENDAR).on == date(2026, 5, 31)
    # 3 October 2026 is off; so is 3 January 2027, a Sunday.
    first = cycle.first_surveillance(a_decision(date(2025, 10, 3)), RULE)
    assert rolled(first, CALENDAR).on == date(2026, 10, 3)
    extended = cycle.extended_surveillance(date(2025, 10, 3), [2025, 2026], 2028, RULE)
    assert rolled(extended, CALENDAR).on == date(2027, 1, 3)


def test_a_failed_surveillance_suspends_for_90_days_from_the_decision() -> None:
    """R:7/6.5.3.2."""
    found = cycle.suspension_end(date(2027, 6, 1), date(2029, 12, 19), RULE, failed_surveillance=True)
    assert (found.on, found.clause) == (date(2027, 8, 30), "R:7/6.5.3.2")


def test_other_grounds_suspend_for_six_months() -> None:
    """R:10/9.3.1."""
    found = cycle.suspension_end(date(2026, 8, 31), date(2029, 12, 19), RULE, failed_surveillance=False)
    assert (found.on, found.clause) == (date(2027, 2, 28), "R:10/9.3.1")


@pytest.mark.parametrize("failed", [True, False])
def test_a_suspension_ends_with_the_certificate_if_that_comes_first(failed: bool) -> None:  # noqa: FBT001
    found = cycle.suspension_end(date(2029, 12, 1), date(2029, 12, 19), RULE, failed_surveillance=failed)
    assert (found.on, found.proof.anchor.kind) == (date(2029, 12, 19), "valid_until")


def test_an_approved_date_stands_in_the_rules_place_within_the_certificates_validity() -> None:
    found = cycle.approved_until(Anchor(kind="suspension", on=date(2029, 3, 1)), date(2029, 11, 1), "R:10/9.3.1")
    assert cycle.within_validity(found, date(2029, 12, 19)).on == date(2029, 11, 1)
    assert cycle.within_validity(found, date(2029, 10, 1)).on == date(2029, 10, 1)


def test_a_certificate_is_overdue_after_90_working_days_from_its_report() -> None:
    """R:7/6.4.7."""
    found = cycle.issue_overdue(Anchor(kind="report", on=date(2026, 1, 5)), RULE, CALENDAR)
    assert (found.on, found.clause, found.provisional) == (date(2026, 5, 20), "R:7/6.4.7", False)


def test_a_credit_check_is_good_through_day_30() -> None:
    found = cycle.credit_good_until(date(2026, 1, 1), RULE)
    assert found.on == date(2026, 1, 31)
    assert found.proof.anchor == Anchor(kind="credit", on=date(2026, 1, 1))


def an_oracles_breaches(decided: date, recertified: int, audits: list[date], today: date) -> list[int]:
    """The slow way: walk every day and note each 31 December behind which no audit lies in its year."""
    breaches, audited, day = [], False, decided
    while day < today:
        audited = audited or day in audits
        if (day.month, day.day) == (12, 31):
            if not audited and decided.year < day.year < recertified:
                breaches.append(day.year)
            audited = False
        day += timedelta(days=1)
    return breaches


@settings(max_examples=60, deadline=None)
@given(DAYS, st.lists(st.integers(0, 1500), max_size=4), st.integers(0, 1500))
def test_breaches_agree_with_walking_day_by_day(decided: date, audits: list[int], passed: int) -> None:
    today, ends = decided + timedelta(days=passed), cycle.expiry(a_decision(decided), RULE).on
    held = [decided + timedelta(days=n) for n in audits if n < passed]
    year = cycle.recertification_year(ends, None)
    expected = an_oracles_breaches(decided, year, held, today)
    assert cycle.years_without_audit(decided, year, held, today) == expected

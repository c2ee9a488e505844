"""Person-days by the table of R:11, and the cover of the days on site."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.planning import (
    PersonDays,
    cap,
    check_coverage,
    check_person_days,
    crosses_band,
    decimal_text,
    exceeds,
    most,
    refuse_first,
    required,
)
from domain.refusal import Refusal, Refused
from domain.rules import Cycle, PersonDayBand, Planning, Rules
from tests.domain.sheets import told

PLANNING = Planning(
    person_days=[
        PersonDayBand(people_from=0, initial=9, surveillance=4),
        PersonDayBand(people_from=100, initial=12, surveillance=6),
        PersonDayBand(people_from=500, initial=15, surveillance=8),
    ],
    increase_percent=30,
    grid="0.5",
    sampling={"initial": "1", "surveillance": "0.6", "recertification": "0.8"},
    random_share="1/4",
)
ANY_CYCLE = Cycle.model_validate(dict.fromkeys(Cycle.model_fields, 1))
RULES = Rules(scheme="x", edition="1", digest="", waits={}, planning=PLANNING, cycle=ANY_CYCLE, reminders=[])


def days(documents: str, management: str = "4", characteristics: str = "4") -> PersonDays:
    return PersonDays(
        documents=Decimal(documents), management=Decimal(management), characteristics=Decimal(characteristics)
    )


def check(planned: PersonDays, table: int | None = 9, reason: str = "", planning: Planning = PLANNING) -> list[str]:
    return [f"{one.code} {one.clause}" for one in check_person_days(planned, table, reason, planning)]


@pytest.mark.parametrize(
    ("people", "initial", "surveillance"),
    [(0, 9, 4), (99, 9, 4), (100, 12, 6), (499, 12, 6), (500, 15, 8), (100_000, 15, 8)],
)
def test_the_table_goes_by_people_in_scope(people: int, initial: int, surveillance: int) -> None:
    assert required(people, "initial", RULES) == initial
    assert required(people, "recertification", RULES) == initial
    assert required(people, "scope", RULES) == initial
    assert required(people, "surveillance", RULES) == surveillance


@pytest.mark.parametrize("audit_kind", ["reaudit", "special"])
def test_reaudits_and_special_audits_are_not_in_the_table(audit_kind: str) -> None:
    assert required(120, audit_kind, RULES) is None


def test_an_extension_within_a_surveillance_has_its_own_days() -> None:
    assert required(120, "scope", RULES, combined=True) is None


@pytest.mark.parametrize(("audit_kind", "table"), [("initial", 12), ("surveillance", 6), ("recertification", 12)])
def test_nothing_but_an_extension_leaves_the_table_by_being_combined(audit_kind: str, table: int) -> None:
    assert required(120, audit_kind, RULES, combined=True) == table


def test_no_people_below_the_table_are_looked_up() -> None:
    with pytest.raises(ValueError, match="no column"):
        required(-1, "initial", RULES)


def test_a_headcount_that_crosses_a_band_is_seen() -> None:
    assert crosses_band(99, 100, PLANNING)
    assert crosses_band(500, 499, PLANNING)
    assert not crosses_band(100, 499, PLANNING)


def test_nine_days_may_grow_to_exactly_11_7_and_to_11_5_on_the_grid() -> None:
    assert cap(9, PLANNING) == Fraction(117, 10)
    assert most(9, PLANNING) == Fraction(23, 2)


@pytest.mark.parametrize(("table", "highest"), [(4, "5"), (6, "7.5"), (8, "10"), (12, "15.5"), (15, "19.5")])
def test_each_figure_of_the_table_has_its_highest_total(table: int, highest: str) -> None:
    assert decimal_text(most(table, PLANNING)) == highest


def test_the_tables_days_need_no_reason() -> None:
    assert check(days("1")) == []


def test_days_below_the_table_are_refused_even_with_a_reason() -> None:
    assert check(days("0.5"), reason="small") == ["rule_refused R:11/10.1"]
    [refusal] = check_person_days(days("0.5"), 9, "small", PLANNING)
    assert told(refusal.faults) == [("/person_days", "8.5 is below 9")]
    assert all(figure in text for figure in ("8.5", "9") for text in (refusal.zh, refusal.en))


def test_more_days_need_a_reason() -> None:
    """R:11/10.2, R:11/10.2a-b."""
    assert check(days("1.5")) == ["rule_refused R:11/10.2"]
    assert check(days("1.5"), reason="  ") == ["rule_refused R:11/10.2"]
    assert check(days("1.5"), reason="three sites") == []


def test_the_cap_is_compared_exactly() -> None:
    """R:11/10.2."""
    finer = PLANNING.model_copy(update={"grid": "0.1"})
    assert check(days("3.5"), reason="sites") == []
    assert check(days("4"), reason="sites") == ["rule_refused R:11/10.2"]
    assert check(days("3.7"), reason="sites", planning=finer) == []
    assert check(days("3.8"), reason="sites", planning=finer) == ["rule_refused R:11/10.2"]


def test_above_the_cap_the_two_ways_out_are_named() -> None:
    [refusal] = check_person_days(days("4"), 9, "sites", PLANNING)
    assert "split the case" in refusal.en
    assert "deviation" in refusal.en
    assert told(refusal.faults) == [("/person_days", "12 is above 11.5")]


def test_a_deviation_lifts_the_cap_but_not_the_reason() -> None:
    assert check_person_days(days("9"), 9, "forty sites", PLANNING, deviation=True) == []
    [refusal] = check_person_days(days("9"), 9, "", PLANNING, deviation=True)
    assert (refusal.code, refusal.clause, refusal.faults[0].pointer) == ("rule_refused", "R:11/10.2", "/reason")


def test_a_deviation_lifts_neither_the_table_nor_the_grid() -> None:
    below = check_person_days(days("0.5"), 9, "forty sites", PLANNING, deviation=True)
    off_grid = check_person_days(days("9.1"), 9, "forty sites", PLANNING, deviation=True)
    assert [(one.code, one.clause) for one in (*below, *off_grid)] == [("rule_refused", "R:11/10.1"), ("invalid", None)]


@pytest.mark.parametrize("table", [9, None])
def test_a_deviation_that_nothing_calls_for_is_refused(table: int | None) -> None:
    [refusal] = check_person_days(days("3.5"), table, "sites", PLANNING, deviation=True)
    assert (refusal.code, refusal.clause, refusal.faults[0].pointer) == ("rule_refused", "R:11/10.2", "/deviation")


@given(st.sampled_from([4, 6, 8, 9, 12, 15]), st.integers(0, 60))
def test_a_total_is_above_the_cap_when_ten_times_it_exceeds_thirteen_times_the_table(table: int, halves: int) -> None:
    planned = PersonDays(documents=Decimal(halves) / 2, management=Decimal(0), characteristics=Decimal(0))
    assert exceeds(planned, table, PLANNING) == (5 * halves > 13 * table)
    assert not exceeds(planned, None, PLANNING)


@pytest.mark.parametrize("wrong", ["0.25", "11.7", "-1", "-0.5"])
def test_days_off_the_bodys_grid_are_invalid_where_they_stand(wrong: str) -> None:
    [refusal] = check_person_days(days("1", management=wrong), 9, "", PLANNING)
    assert (refusal.code, refusal.clause) == ("invalid", None)
    assert [fault.pointer for fault in refusal.faults] == ["/person_days/management"]


@pytest.mark.parametrize("endless", ["NaN", "Infinity"])
def test_days_that_are_no_number_are_invalid(endless: str) -> None:
    planned = PersonDays.model_construct(documents=Decimal(endless), management=Decimal(4), characteristics=Decimal(5))
    assert check(planned) == ["invalid None"]


def test_an_audit_outside_the_table_is_planned_with_a_reason() -> None:
    assert check(days("0", "1", "1"), table=None) == ["rule_refused R:11/10.1"]
    assert check(days("0", "1", "1"), table=None, reason="two rows again") == []
    [nothing] = check_person_days(days("0", "0", "0"), None, "nothing", PLANNING)
    assert (nothing.code, told(nothing.faults)) == ("invalid", [("/person_days", "no person-days at all")])


def test_the_work_on_site_fits_into_the_teams_calendar_days() -> None:
    planned, first = days("1", "4", "4"), date(2026, 3, 2)
    assert check_coverage(planned, 2, first, date(2026, 3, 5)) == []
    [refusal] = check_coverage(planned, 2, first, date(2026, 3, 4))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")
    assert [fault.pointer for fault in refusal.faults] == ["/planned_to"]
    assert refusal.en == "2 auditors in 3 days cannot do 8 person-days on site"


def test_half_a_day_too_little_does_not_cover() -> None:
    assert check_coverage(days("1", "4", "4.5"), 2, date(2026, 3, 2), date(2026, 3, 5)) != []


def test_document_review_takes_no_day_on_site() -> None:
    assert check_coverage(days("7", "1", "1"), 1, date(2026, 3, 2), date(2026, 3, 3)) == []


def test_a_plan_that_ends_before_it_begins_is_invalid() -> None:
    [refusal] = check_coverage(days("1"), 2, date(2026, 3, 2), date(2026, 3, 1))
    assert refusal.code == "invalid"


def test_an_invalid_form_is_refused_before_a_rule() -> None:
    rule = Refusal(code="rule_refused", zh="规则", en="rule", clause="R:11/10.1")
    with pytest.raises(Refused, match="form") as caught:
        refuse_first([rule, Refusal(code="invalid", zh="格式", en="form")])
    assert caught.value.refusal.clause is None


def test_a_rule_refuses_under_its_clause_with_its_faults() -> None:
    [found] = check_person_days(days("0.5"), 9, "small", PLANNING)
    with pytest.raises(Refused) as caught:
        refuse_first([found])
    assert caught.value.refusal == found


def test_nothing_found_refuses_nothing() -> None:
    refuse_first([])


def test_numbers_are_written_as_decimals_else_as_fractions() -> None:
    written = [decimal_text(value) for value in (Fraction(23, 2), Fraction(12), Fraction(59, 6))]
    assert written == ["11.5", "12", "59/6"]

"""Person-days by the table of R:11, the cover of the days on site, and the draw of sites (R:7/7.3.2)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from random import Random

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
    most,
    refuse_first,
    required,
)
from domain.refusal import Refusal, Refused
from domain.rules import Cycle, PersonDayBand, Planning, Rules
from domain.sampling import Sites, check_sampling, draw, factor, in_draw_order, sample_size

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
SEED = "0f" * 32


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


def test_a_deviation_lifts_the_cap_but_not_the_reason() -> None:
    assert check_person_days(days("9"), 9, "forty sites", PLANNING, deviation=True) == []
    assert len(check_person_days(days("9"), 9, "", PLANNING, deviation=True)) == 1


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
    assert check(days("0", "0", "0"), table=None, reason="nothing") == ["invalid None"]


def test_the_work_on_site_fits_into_the_teams_calendar_days() -> None:
    planned, first = days("1", "4", "4"), date(2026, 3, 2)
    assert check_coverage(planned, 2, first, date(2026, 3, 5)) == []
    [refusal] = check_coverage(planned, 2, first, date(2026, 3, 4))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")


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


def test_nothing_found_refuses_nothing() -> None:
    refuse_first([])


def test_numbers_are_written_as_decimals_else_as_fractions() -> None:
    written = [decimal_text(value) for value in (Fraction(23, 2), Fraction(12), Fraction(59, 6))]
    assert written == ["11.5", "12", "59/6"]


@pytest.mark.parametrize(
    ("sites", "initial", "surveillance", "recertification"),
    [(0, 0, 0, 0), (1, 1, 1, 1), (4, 2, 2, 2), (10, 4, 2, 3), (25, 5, 3, 4), (26, 6, 4, 5), (100, 10, 6, 8)],
)
def test_the_sample_is_the_factor_times_the_root(
    sites: int, initial: int, surveillance: int, recertification: int
) -> None:
    """R:7/7.3.2."""
    sizes = [sample_size(sites, PLANNING.sampling[kind]) for kind in PLANNING.sampling]
    assert sizes == [initial, surveillance, recertification]


@given(st.integers(0, 10**12), st.sampled_from(["1", "0.6", "0.8", "1.25", "2/3"]))
def test_the_sample_size_is_the_smallest_that_reaches_the_root(sites: int, by: str) -> None:
    size, square = sample_size(sites, by), Fraction(by) ** 2 * sites
    assert size**2 >= square
    assert size == 0 or (size - 1) ** 2 < square


def test_a_kind_without_its_own_factor_is_sampled_as_at_first() -> None:
    assert factor("surveillance", PLANNING) == "0.6"
    assert factor("reaudit", PLANNING) == "1"


def a_service(others: int, mandatory: int = 0, visited: list[str] | None = None) -> Sites:
    ids = [f"s{n}" for n in range(others)]
    return Sites(central=["hq"], others=ids, mandatory=ids[:mandatory], visited=visited or [])


def test_the_central_function_is_visited_and_not_counted() -> None:
    drawn = draw(a_service(16), SEED, "initial", PLANNING)
    assert (drawn.size, len(drawn.drawn), drawn.sites[0]) == (4, 4, "hq")


def test_mandatory_sites_count_inside_the_sample() -> None:
    drawn = draw(a_service(100, mandatory=3), SEED, "initial", PLANNING)
    assert (len(drawn.mandatory), len(drawn.drawn)) == (3, 7)


def test_mandatory_sites_leave_a_quarter_rounded_up_to_chance() -> None:
    drawn = draw(a_service(100, mandatory=9), SEED, "initial", PLANNING)
    assert (len(drawn.mandatory), len(drawn.drawn)) == (9, 3)


def test_where_every_site_is_mandatory_none_is_left_to_draw() -> None:
    drawn = draw(a_service(5, mandatory=5), SEED, "initial", PLANNING)
    assert (len(drawn.mandatory), drawn.drawn) == (5, [])


def test_a_mandatory_central_site_changes_nothing() -> None:
    sites = a_service(16).model_copy(update={"mandatory": ["hq"]})
    assert draw(sites, SEED, "initial", PLANNING) == draw(a_service(16), SEED, "initial", PLANNING)


def test_sites_not_visited_before_are_drawn_first() -> None:
    seen = [f"s{n}" for n in range(14)]
    drawn = draw(a_service(16, visited=seen), SEED, "initial", PLANNING)
    assert set(drawn.drawn[:2]) == {"s14", "s15"}
    assert set(drawn.drawn[2:]) <= set(seen)


def test_the_draw_follows_the_hash_of_seed_and_site() -> None:
    # as `printf "seed:a" | sha256sum` orders them
    assert in_draw_order(["a", "b", "c", "d"], [], "seed") == ["a", "d", "c", "b"]


@given(st.integers(0, 60), st.integers(0, 60), st.text("0123456789abcdef", min_size=1), st.randoms())
def test_anybody_can_repeat_a_draw_within_its_bounds(others: int, mandatory: int, seed: str, random: Random) -> None:
    sites = a_service(others, min(mandatory, others))
    shuffled = list(sites.others)
    random.shuffle(shuffled)
    first = draw(sites, seed, "initial", PLANNING)
    again = draw(sites.model_copy(update={"others": shuffled}), seed, "initial", PLANNING)
    assert first.drawn == again.drawn
    assert len(set(first.sites)) == len(first.sites) <= others + 1
    assert len(first.mandatory) + len(first.drawn) >= first.size
    assert len(first.drawn) >= min(ceil(Fraction(first.size, 4)), others - len(first.mandatory))


def test_sampling_needs_a_recorded_risk_basis() -> None:
    [refusal] = check_sampling(" ", a_service(4))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.2")
    assert check_sampling("one system, same menu", a_service(4, mandatory=1)) == []


def test_a_mandatory_site_of_another_case_is_invalid() -> None:
    sites = a_service(4).model_copy(update={"mandatory": ["s1", "nowhere"]})
    [refusal] = check_sampling("one system", sites)
    assert refusal.code == "invalid"
    assert [fault.pointer for fault in refusal.faults] == ["/sites/mandatory/1"]

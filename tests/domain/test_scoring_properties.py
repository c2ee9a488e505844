"""Scoring for any marks: monotone, never above what is printed, kept without loss."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.points import parse_points
from domain.results import ChosenReadings, Results
from domain.scoring import check_sheet, score_management, verdict
from domain.sheets import ManagementSheet
from tests.domain.lawful import more, sheets
from tests.domain.sheets import CATALOGUE, CLEAN, GOOD, raw_sheet

PLACES = 8 * len(CATALOGUE.rows)
SHARES = st.lists(st.integers(0, 20), min_size=PLACES, max_size=PLACES)


def drawn(shares: list[int]) -> ManagementSheet:
    """Give each element a twentieth part after the other of its points, in whole steps."""
    raw = raw_sheet()
    for number, score in enumerate(raw["scores"]):
        kinds = {one.id: group.kind for group in CATALOGUE.rows[number].groups for one in group.elements}
        for place, element in enumerate(score["elements"]):
            share = shares[number * 8 + place]
            if "count" in element:
                element["count"] = share // 10
            elif kinds[element["id"]] == "additive":
                steps = int(parse_points(element["points"]) * 20) * share // 20
                element |= {"points": f"{steps * 5 // 100}.{steps * 5 % 100:02d}", "remark": "in part"}
            elif share < 10:
                element["points"] = "0"
    return ManagementSheet.model_validate(raw)


@settings(max_examples=60, deadline=None)
@given(SHARES, SHARES)
def test_more_points_never_turn_a_pass_into_a_fail(one: list[int], other: list[int]) -> None:
    less = score_management(CATALOGUE, drawn([min(pair) for pair in zip(one, other, strict=True)]))
    more = score_management(CATALOGUE, drawn(one))
    for fewer, greater in ((less.normalise, more.normalise), (less.cap, more.cap)):
        assert parse_points(fewer.total) <= parse_points(greater.total)
        assert greater.passed or not fewer.passed


@settings(max_examples=60, deadline=None)
@given(sheets(), st.randoms(use_true_random=False))
def test_raised_elements_lower_nothing(sheet: ManagementSheet, random: Random) -> None:
    before, after = score_management(CATALOGUE, sheet), score_management(CATALOGUE, more(sheet, random))
    for fewer, greater in ((before.normalise, after.normalise), (before.cap, after.cap)):
        assert all(parse_points(fewer.q[one]) <= parse_points(greater.q[one]) for one in fewer.q)
        assert greater.passed or not fewer.passed


DISAGREEING_ROWS = {19, 28, 39, 40, 41}
AGREEING_INDICATORS = {"q1.1", "q1.3", "q1.4", "q2.1", "q2.3", "q3.1", "q3.2", "q4.1", "q4.2"}


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_the_reading_changes_nothing_where_the_printed_points_add_up(sheet: ManagementSheet) -> None:
    readings = score_management(CATALOGUE, sheet)
    for row in set(range(1, 42)) - DISAGREEING_ROWS:
        assert readings.normalise.rows[str(row)] == readings.cap.rows[str(row)]
    for indicator in AGREEING_INDICATORS:
        assert readings.normalise.indicators[indicator] == readings.cap.indicators[indicator]


@settings(max_examples=60, deadline=None)
@given(SHARES)
def test_no_score_is_above_what_is_printed(shares: list[int]) -> None:
    sheet = drawn(shares)
    assert check_sheet(CATALOGUE, sheet) == []
    readings = score_management(CATALOGUE, sheet)
    for reading in (readings.normalise, readings.cap):
        for one in CATALOGUE.level(2):
            assert parse_points(reading.indicators[one.id]) <= one.points
        for row in CATALOGUE.rows:
            assert parse_points(reading.rows[str(row.row)].read) <= row.read_points
        assert sum(parse_points(q) for q in reading.q.values()) == parse_points(reading.total)


@settings(max_examples=40, deadline=None)
@given(SHARES)
def test_results_survive_being_kept(shares: list[int]) -> None:
    result = verdict(score_management(CATALOGUE, drawn(shares)), GOOD, CLEAN, ChosenReadings())
    assert Results.model_validate_json(result.model_dump_json()) == result

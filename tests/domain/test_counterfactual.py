"""The fewest points that would turn a fail into a pass: shortfalls worked out by hand, and an example that does it."""

from typing import Any

import pytest

from domain.counterfactual import counterfactual
from domain.points import format_points, parse_points
from domain.results import (
    CharacteristicResult,
    ChosenReadings,
    Condition,
    Counterfactual,
    CreditReadings,
    PointsReading,
)
from domain.scoring import score_management, verdict
from tests.domain.lawful import raised as lift
from tests.domain.sheets import AT_80, CATALOGUE, CLEAN, GOOD, NOT_APPLICABLE, a_sheet, awards

CARRIED = {"carried": True, "reason": "as before"}
NOTHING_CARRIED = CARRIED | {"elements": []}


def missing(
    changes: dict[int, Any] | None = None,
    characteristic: CharacteristicResult = GOOD,
    credit: CreditReadings = CLEAN,
    also: tuple[Condition, ...] = (),
    **chosen: str,
) -> Counterfactual | None:
    sheet = a_sheet(changes)
    readings = ChosenReadings.model_validate(chosen)
    results = verdict(score_management(CATALOGUE, sheet), characteristic, credit, readings)
    results = results.model_copy(update={"counterfactual": counterfactual(CATALOGUE, sheet, results)})
    for condition in also:
        results = results.fails(condition)
    return results.counterfactual


def of_a_fail(changes: dict[int, Any] | None = None, **other: Any) -> Counterfactual:
    found = missing(changes, **other)
    assert found is not None
    return found


def raised(found: Counterfactual) -> list[tuple[str, str, str]]:
    return [(one.element, one.before, one.to) for one in found.example]


def test_a_pass_has_none() -> None:
    assert missing() is None
    assert missing(AT_80) is None


@pytest.mark.parametrize(
    ("changes", "shortfalls", "fewest"),
    [
        # rows 11 (5), 1 (8) and 2 (2) of q1: 15 of 22.5; the total of 85 holds
        ({11: [], 1: [], 2: []}, {"q1": "7.5"}, "7.5"),
        # rows 18 and 22 (6) of q2 as well: the total of 79 lacks less than q1 does
        ({11: [], 1: [], 2: [], 18: [], 22: []}, {"q1": "7.5", "total": "1"}, "7.5"),
        # 79.95: row 35 counts half
        (AT_80 | {35: awards("35.1=0.9")}, {"total": "0.05"}, "0.05"),
        # q3 19 of 25 less row 25 (5) is 14; q1 and q2 at 24, q4 at 12
        (AT_80 | {25: []}, {"q3": "3.75", "total": "5"}, "5"),
        # nothing at all: the indicators lack 75, the total 80
        (
            {number: [] for number in range(1, 42)},
            {"q1": "22.5", "q2": "22.5", "q3": "18.75", "q4": "11.25", "total": "80"},
            "80",
        ),
    ],
)
def test_the_fewest_points_end_every_shortfall(
    changes: dict[int, Any], shortfalls: dict[str, str], fewest: str
) -> None:
    found = of_a_fail(changes)
    assert (found.shortfalls, found.management_points) == (shortfalls, fewest)
    assert found.beyond_points == []


def test_shortfalls_are_those_of_the_reading_used() -> None:
    # capped, q4 is 11 and the total 78
    found = of_a_fail(AT_80, points="cap")
    assert (found.shortfalls, found.management_points) == ({"q4": "0.25", "total": "2"}, "2")


def test_a_shortfall_may_be_a_fraction() -> None:
    # 发展成果 without row 10 is 6 of 7 points: row 8 is worth 7/6. q1 is 30 - 8 (row 1) - 7/6
    found = of_a_fail({10: NOT_APPLICABLE, 1: [], 8: []})
    assert found.shortfalls == {"q1": "5/3"}


def test_characteristics_lack_points_of_their_own() -> None:
    found = of_a_fail(characteristic=CharacteristicResult(score="239/3", threshold="80", passed=False))
    assert (found.shortfalls, found.characteristic_points) == ({"characteristic": "1/3"}, "1/3")
    assert (found.management_points, found.example, found.beyond_points) == ("0", [], [])


@pytest.mark.parametrize("without", ["readings", "reading_used"])
def test_without_points_there_is_none(without: str) -> None:
    sheet = a_sheet({1: []})
    results = verdict(score_management(CATALOGUE, sheet), GOOD, CLEAN, ChosenReadings())
    assert counterfactual(CATALOGUE, sheet, results) is not None
    assert counterfactual(CATALOGUE, sheet, results.model_copy(update={without: None})) is None


# The example ------------------------------------------------------------------------------------------------------


def test_an_example_gives_no_more_than_is_missing_where_the_steps_allow() -> None:
    assert raised(of_a_fail(AT_80 | {35: awards("35.1=0.9")})) == [("35.1", "0.9", "1")]
    assert raised(of_a_fail({11: [], 1: [], 2: []})) == [("1.1.1", "0", "2"), ("1.1.2", "0", "2"), ("11.1", "0", "3.5")]


Q2_HELD = dict.fromkeys((12, 14, 16, 17, 19, 20, 21, 22), CARRIED) | dict.fromkeys((13, 18), NOTHING_CARRIED)
"""Of q2 rows 13 and 18 carried without points, the others in full; only row 15 may move."""


def test_an_alternative_takes_the_place_of_the_other() -> None:
    found = of_a_fail(Q2_HELD | {15: awards("15.2=1")})
    assert found.shortfalls == {"q2": "0.5"}
    assert raised(found) == [("15.1", "0", "2"), ("15.2", "1", "0")]


Q3_HELD = dict.fromkeys((23, 24, 25, 28, 29), CARRIED)
MUNICIPAL = CARRIED | {"elements": awards("26.3=1")}


@pytest.mark.parametrize(
    ("changes", "raises"),
    [
        # q3 25 - 5 (25) - 1 (26) - 3 (27) is 16, short 2.75: ranks 4 to 10 would not do
        ({25: NOTHING_CARRIED, 26: MUNICIPAL, 27: []}, [("27.1", "0", "3")]),
        # 25 - 5 (25) - 1 (26) - 2 (27) is 17, short 1.75: from ranks 4 to 10 to the best
        ({25: NOTHING_CARRIED, 26: MUNICIPAL, 27: awards("27.2=1")}, [("27.1", "0", "3")]),
        # 25 - 5 (25) - 2 (26) is 18, short 0.75: a municipal honour does
        ({25: NOTHING_CARRIED, 26: [], 27: CARRIED}, [("26.3", "0", "1")]),
    ],
)
def test_a_tier_is_reached_whole(changes: dict[int, Any], raises: list[tuple[str, str, str]]) -> None:
    assert raised(of_a_fail(Q3_HELD | changes)) == raises


def test_awards_are_counted_whole() -> None:
    held: dict[int, Any] = dict.fromkeys((3, 4, 5, 6, 9, 10), CARRIED)
    held |= {1: CARRIED | {"elements": awards("1.1.1=2")}, 2: CARRIED, 8: NOTHING_CARRIED, 11: CARRIED}
    # q1 is 30 - 6 (row 1) - 1 (row 8) - 1 (row 7): 22, short 0.5
    assert raised(of_a_fail(held | {7: []})) == [("7.2", "0", "0.5")]
    # 22 with one municipal award counted, short 0.5: one national award fills the row up to its cap
    short = held | {7: [{"id": "7.2", "count": 1}], 11: CARRIED | {"elements": awards("11.1=3.5", "11.2=1")}}
    assert raised(of_a_fail(short)) == [("7.1", "0", "1")]
    assert raised(of_a_fail(held | {7: [], 11: CARRIED | {"elements": awards("11.1=3.5", "11.2=1")}})) == [
        ("7.1", "0", "1")
    ]


def gained(changes: dict[int, Any], reading: PointsReading) -> tuple[str, list[Condition]]:
    """Do what the example says; gives the points that ΣQ gains and what still fails."""
    sheet = a_sheet(changes)
    example = of_a_fail(changes, points=reading).example
    before, after = (score_management(CATALOGUE, one).under(reading) for one in (sheet, lift(sheet, example)))
    return format_points(parse_points(after.total) - parse_points(before.total)), after.failed


VIOLATED = {"violation": True}


@pytest.mark.parametrize(
    ("changes", "normalised", "capped"),
    [
        # q3 14 of 18.75; the total lacks 5, and capped, where AT_80 is 78, 7
        (AT_80 | {25: []}, "5", "7"),
        ({number: [] for number in range(1, 42)}, "80", "80"),
        ({11: [], 1: [], 2: []}, "7.5", "7.5"),
        # rows 12 (2), 14 to 16, 18 to 20 of q2, 30 in all, leave 14 of 22.5: an alternative is among them
        ({12: [], 14: [], 15: awards("15.2=1"), 16: [], 18: [], 19: [], 20: []}, "8.5", "8.5"),
        # tiers and counts are among them
        ({23: [], 25: [], 26: [], 27: []}, "6.75", "6.75"),
        ({1: [], 7: [], 8: [], 9: [], 11: []}, "8.5", "8.5"),
        # without row 10 rows 8 and 9 are worth 7/6: q1 is 30 - 8 - 7/6 - 2
        ({1: [], 2: [], 8: [], 10: NOT_APPLICABLE}, "11/3", "11/3"),
        # zeroed rows stay at nothing, carried ones as they were
        (AT_80 | {36: VIOLATED, 37: VIOLATED}, "1", "2"),
        (AT_80 | {2: NOTHING_CARRIED, 32: NOTHING_CARRIED, 35: []}, "0.5", "2"),
    ],
)
def test_an_example_passes_with_the_fewest_points_under_either_reading(
    changes: dict[int, Any], normalised: str, capped: str
) -> None:
    assert gained(changes, "normalise") == (normalised, [])
    assert gained(changes, "cap") == (capped, [])


# What the example adds ------------------------------------------------------------------------------------------------


def test_a_raise_that_another_makes_needless_is_left_out() -> None:
    # q3 25 - 5 (25) - 1 (26) - 2 (27) is 17, short 1.75: one more for row 26 is not enough, two more for row 27 are
    held = Q3_HELD | {25: NOTHING_CARRIED, 26: awards("26.3=1"), 27: awards("27.2=1")}
    found = of_a_fail(held)
    assert raised(found) == [("27.1", "0", "3")]
    assert (found.management_points, found.example_points) == ("1.75", "2")


AT_22_5_OF_Q1 = dict.fromkeys((1, 3, 4, 5, 7, 8, 9, 10), CARRIED) | {
    2: NOTHING_CARRIED,
    6: CARRIED | {"elements": awards("6.2.1=0.25", "6.2.2=0.25")},
    11: NOTHING_CARRIED,
}
"""q1 exactly at its threshold, 30 - 2 (row 2) - 0.5 (row 6) - 5 (row 11), all carried."""
AT_23_75_OF_Q2 = dict.fromkeys((12, 13, 14, 15, 17, 19, 20, 21), CARRIED) | {
    16: CARRIED | {"elements": awards("16.2=0.25", "16.3=0.25", "16.4=0.25")},
    18: NOTHING_CARRIED,
    22: NOTHING_CARRIED,
}
"""q2 30 - 0.25 (row 16) - 4 (row 18) - 2 (row 22), all carried."""
RANKS_4_TO_10 = Q3_HELD | {25: CARRIED, 26: NOTHING_CARRIED, 27: awards("27.2=1")}
"""q3 25 - 2 (row 26) - 2 (row 27); only row 27 may move, by 2 at once."""
Q4_CARRIED = dict.fromkeys(range(30, 42), CARRIED) | {32: NOTHING_CARRIED, 33: NOTHING_CARRIED}
"""q4 15 - 1.5 (row 32) - 1.5 (row 33), all carried."""


def test_an_alternative_that_is_needless_gets_its_place_again() -> None:
    # the total is 22.5 + 22.75 + 21 + 12, short 1.75: one more by 15.1 is not enough, two more for row 27 are
    alternative = {15: awards("15.2=1")}
    found = of_a_fail(AT_22_5_OF_Q1 | AT_23_75_OF_Q2 | alternative | RANKS_4_TO_10 | Q4_CARRIED)
    assert found.shortfalls == {"total": "1.75"}
    assert (raised(found), found.example_points) == ([("27.1", "0", "3")], "2")


def test_of_two_raises_in_a_row_the_last_is_taken_back_and_the_needed_one_stays() -> None:
    # q4 is 12 - 1 (30.4, 30.5) - 0.25 (half of row 35's 0.5), short 0.5; the total 22.5 + 23.75 + 21 + 10.75, short 2
    q4 = Q4_CARRIED | {
        30: awards("30.1=1", "30.2=0.5", "30.3=0.5"),
        35: CARRIED | {"elements": awards("35.1=0.5")},
    }
    found = of_a_fail(AT_22_5_OF_Q1 | AT_23_75_OF_Q2 | RANKS_4_TO_10 | q4)
    assert found.shortfalls == {"q4": "0.5", "total": "2"}
    # 30.4 ends the shortfall of q4, and two for row 27 that of the total, so that all of 30.5 is to spare
    assert (raised(found), found.example_points) == ([("27.1", "0", "3"), ("30.4", "0", "0.5")], "2.5")


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        # q1 lacks 7.5: rows 1 (2 + 2) and 11 (3.5)
        ({11: [], 1: [], 2: []}, "7.5"),
        # q2 lacks 0.5, and 15.1 counts 1 more than 15.2
        (Q2_HELD | {15: awards("15.2=1")}, "1"),
        # q4 is out of reach
        ({30: NOTHING_CARRIED, 32: NOTHING_CARRIED, 33: NOTHING_CARRIED}, ""),
    ],
)
def test_the_example_says_what_it_adds(changes: dict[int, Any], added: str) -> None:
    assert of_a_fail(changes).example_points == added


def test_without_an_example_nothing_is_added() -> None:
    assert of_a_fail(credit=CreditReadings(literal=False, serious_only=False)).example_points == ""


# Where no points help ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "other", "beyond"),
    [
        ({31: {"veto": True}}, {}, ["veto"]),
        ({}, {"credit": CreditReadings(literal=False, serious_only=False)}, ["credit"]),
        ({}, {"also": ("rectification",)}, ["rectification"]),
        # q4 keeps 9 of 15 when rows 30, 32 and 33 are carried without points
        (dict.fromkeys((30, 32, 33), NOTHING_CARRIED), {}, ["q4"]),
        # capped, q4 reaches 14; without row 30 11
        ({30: NOTHING_CARRIED}, {"points": "cap"}, ["q4"]),
    ],
)
def test_conditions_that_no_points_turn_are_named(
    changes: dict[int, Any], other: dict[str, Any], beyond: list[str]
) -> None:
    found = of_a_fail(changes, **other)
    assert (found.beyond_points, found.example) == (beyond, [])


def test_a_row_zeroed_by_a_violation_stays_at_nothing() -> None:
    # 诚信与合规 is half of 6: without rows 36 and 37 it is 2 of 3; q4 is 15 - 1 - 3 = 11
    found = of_a_fail({36: {"violation": True}, 37: {"violation": True}, 30: NOTHING_CARRIED})
    assert (found.shortfalls, found.beyond_points) == ({"q4": "0.25"}, ["q4"])


def test_there_is_no_example_while_anything_stays_out_of_reach() -> None:
    held = dict.fromkeys((30, 32, 33), NOTHING_CARRIED)
    found = of_a_fail(held | {11: [], 1: [], 2: []})
    assert (found.beyond_points, found.example) == (["q4"], [])


def test_an_example_leaves_a_row_that_was_zeroed_and_raises_one_that_was_not() -> None:
    # q4 is 15 - 1 (rows 36 and 38 of 诚信与合规, halved) - 3 (row 30): short 0.25
    found = of_a_fail({36: VIOLATED | {"elements": []}, 38: [], 30: NOTHING_CARRIED})
    assert (found.shortfalls, found.beyond_points) == ({"q4": "0.25"}, [])
    assert raised(found) == [("38.1", "0", "0.2"), ("38.2", "0", "0.3")]
    # Without a violation a row that could be zeroed may rise.
    assert raised(of_a_fail({36: [], 37: [], 30: NOTHING_CARRIED})) == [("37.2", "0", "0.5")]


def test_a_total_may_be_out_of_reach_while_every_indicator_is_not() -> None:
    # q1 24, q2 24, q3 20, q4 12 less the half point of row 35, all carried
    held = {number: CARRIED | {"elements": change} for number, change in AT_80.items()}
    found = of_a_fail(held | {35: NOTHING_CARRIED})
    assert found.shortfalls == {"total": "0.5"}
    assert found.beyond_points == ["total"]


def test_credit_that_fails_as_well_hides_no_example() -> None:
    found = of_a_fail({11: [], 1: [], 2: []}, credit=CreditReadings(literal=False, serious_only=False))
    assert (found.beyond_points, len(found.example)) == (["credit"], 3)

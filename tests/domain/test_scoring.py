"""Appendix B scored: figures worked out by hand from the rule, under both readings."""

from fractions import Fraction
from typing import Any

import pytest

from domain.points import format_points, parse_points
from domain.sheets import to_approve
from tests.domain.sheets import (
    AT_80,
    CATALOGUE,
    NOT_APPLICABLE,
    a_sheet,
    awards,
    faults,
    scored,
)

# printed points of rows 1 to 41, copied from the rule's third column
PRINTED = [
    "8",
    "2",
    "7",
    "3",
    "2",
    "1",
    "1",
    "1",
    "1",
    "1",
    "5",
    "2",
    "3",
    "2",
    "2",
    "1",
    "4",
    "4",
    "2",
    "4",
    "4",
    "2",
    "3",
    "7",
    "5",
    "2",
    "3",
    "3",
    "2",
    "3",
    "0",
    "1.5",
    "1.5",
    "2",
    "1",
    "1",
    "1",
    "1",
    "1.5",
    "1.5",
    "2",
]
FULL = {"q1": "30", "q2": "30", "q3": "25", "q4": "15"}


# --- full marks -------------------------------------------------------------------------------------------


def test_full_marks_give_100_when_normalised() -> None:
    """R:B/2."""
    full = scored().normalise
    assert (full.q, full.total, full.passed) == (FULL, "100", True)
    assert full.indicators["q1.2"] == "8"
    assert full.indicators["q4.5"] == "3"


def test_full_marks_give_98_when_capped() -> None:
    full = scored().cap
    assert full.q == {"q1": "30", "q2": "29", "q3": "25", "q4": "14"}
    assert (full.total, full.passed) == ("98", True)


@pytest.mark.parametrize(("row", "points"), list(enumerate(PRINTED, start=1)))
def test_each_row_has_its_printed_points(row: int, points: str) -> None:
    """R:B/1, R:B/row1-41."""
    assert CATALOGUE.by_number[row].points == parse_points(points)


@pytest.mark.parametrize(("row", "points"), list(enumerate(PRINTED, start=1)))
def test_each_row_reaches_its_points_under_both_readings(row: int, points: str) -> None:
    """R:B/row1-41."""
    full = scored()
    assert full.normalise.rows[str(row)].read == {41: "3"}.get(row, points)
    assert full.cap.rows[str(row)].read == {19: "1"}.get(row, points)


# --- special rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "given", "printed", "normalise", "cap"),
    [
        (7, [{"id": "7.1", "count": 1}], "1", "1", "1"),
        (7, [{"id": "7.2", "count": 1}], "0.5", "0.5", "0.5"),
        (7, [{"id": "7.1", "count": 1}, {"id": "7.2", "count": 5}], "1", "1", "1"),
        (7, awards("7.2=0.5"), "0.5", "0.5", "0.5"),
        (2, awards("2.1=0"), "0", "0", "0"),
        (15, awards("15.1=2"), "2", "2", "2"),
        (15, awards("15.2=1"), "1", "1", "1"),
        (18, awards("18.2=2"), "2", "2", "2"),
        (19, awards("19.1=0.2", "19.3.1=0.1"), "0.3", "0.6", "0.3"),
        (19, awards("19.1=0.05"), "0.05", "0.1", "0.05"),
        (26, awards("26.2=1.5"), "1.5", "1.5", "1.5"),
        (26, awards("26.1=2", "26.2=1.5", "26.3=1"), "2", "2", "2"),
        (26, [], "0", "0", "0"),
        (27, awards("27.1=3"), "3", "3", "3"),
        (27, awards("27.2=1"), "1", "1", "1"),
        (28, awards("28.1.3=1", "28.2.1=2", "28.2.2=0.5", "28.2.3=0.5"), "4", "2", "3"),
        (28, awards("28.1.2=2"), "2", "1", "2"),
        (37, awards("37.3=0.3"), "0.3", "0.3", "0.3"),
        (39, awards("39.1=5"), "5", "0.9375", "1.5"),
        (39, awards("39.2=1"), "1", "0.1875", "1"),
        (40, awards("40.1=1"), "1", "0.5", "1"),
        (41, awards("41.1=2"), "2", "2", "2"),
        (41, awards("41.2=1"), "1", "1", "1"),
    ],
)
def test_a_special_row_is_read_as_the_readings_say(
    row: int, given: list[dict[str, Any]], printed: str, normalise: str, cap: str
) -> None:
    got = scored({row: given})
    assert got.normalise.rows[str(row)].printed == printed
    assert got.normalise.rows[str(row)].read == normalise
    assert got.cap.rows[str(row)].read == cap


def test_innovation_ability_is_10_of_8() -> None:
    got = scored({4: []})
    assert got.normalise.indicators["q1.2"] == "5.6"
    assert got.cap.indicators["q1.2"] == "7"


def test_integrity_is_6_of_3() -> None:
    got = scored({34: [], 35: []})
    assert got.normalise.indicators["q4.3"] == "1.5"
    assert got.cap.indicators["q4.3"] == "3"


@pytest.mark.parametrize("row", [36, 37])
def test_a_violation_leaves_nothing_of_the_row(row: int) -> None:
    assert scored({row: {"violation": True}}).cap.rows[str(row)].printed == "0"


def test_row_31_vetoes_whatever_the_points() -> None:
    """R:B/row31."""
    got = scored({31: {"veto": True}})
    assert (got.normalise.total, got.normalise.passed, got.normalise.failed) == ("100", False, ["veto"])
    assert got.cap.failed == ["veto"]


# --- rows that do not apply -------------------------------------------------------------------------------


def test_a_row_that_does_not_apply_leaves_the_rest_to_stand_for_the_indicator() -> None:
    got = scored({38: NOT_APPLICABLE, 37: awards("37.2=0.5")})
    assert got.normalise.indicators["q4.3"] == "2.7"
    assert got.cap.indicators["q4.3"] == "2.7"
    assert got.normalise.rows["38"].not_applicable


def test_a_score_that_is_no_finite_decimal_is_a_fraction() -> None:
    # rows 2..: 创新机制 keeps row 2 (2 points); 发展成果 without row 10 is 6 of 7 points, 5.5 earned
    got = scored({10: NOT_APPLICABLE, 8: awards("8.1=0.5")})
    assert got.normalise.indicators["q1.3"] == "77/12"
    assert got.cap.q["q1"] == "353/12"


def test_an_indicator_keeps_a_row_that_earns_points() -> None:
    assert faults({30: NOT_APPLICABLE}) == [("/scores/29/not_applicable", "indicator q4.1 would have no row left")]
    assert faults({41: NOT_APPLICABLE}) == [("/scores/40/not_applicable", "indicator q4.5 would have no row left")]


def test_rows_that_do_not_apply_wait_for_approval_unless_carried() -> None:
    assert to_approve(a_sheet({38: NOT_APPLICABLE, 16: NOT_APPLICABLE | {"carried": True}})) == [38]


# --- thresholds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "changes", "points"),
    [
        # 30 - 1.1.1 (2) - 3.5 (row 11) - 2 (row 2) = 22.5
        (
            "q1",
            {1: awards("1.1.2=2", "1.1.3=1", "1.1.4=1", "1.2.1=1", "1.2.2=1"), 2: [], 11: awards("11.2=1.5")},
            "22.5",
        ),
        # 30 - 4 (row 18) - 3 (row 13) - 0.5 (17.2.1) = 22.5
        ("q2", {18: [], 13: [], 17: awards("17.1=1", "17.2.2=0.5", "17.3=1", "17.4=1")}, "22.5"),
        # 25 - 4 (25.2) - 2 (row 29) - 0.25 (24.3.1 half) = 18.75
        (
            "q3",
            {
                25: awards("25.1=1"),
                29: [],
                24: awards(
                    "24.1=2",
                    "24.2=1.5",
                    "24.3.1=0.25",
                    "24.3.2=0.5",
                    "24.3.3=0.5",
                    "24.3.4=0.5",
                    "24.3.5=0.5",
                    "24.3.6=0.5",
                    "24.3.7=0.5",
                ),
            },
            "18.75",
        ),
        # 15 - 1.5 (row 32) - 1.5 (row 33) - 0.75 (row 30: 30.2 and half of 30.3) = 11.25
        ("q4", {32: [], 33: [], 30: awards("30.1=1", "30.3=0.25", "30.4=0.5", "30.5=0.5")}, "11.25"),
    ],
)
def test_75_percent_of_an_indicator_pass_and_a_step_less_fails(q: str, changes: dict[int, Any], points: str) -> None:
    """R:B/3."""
    at = scored(changes).normalise
    assert (at.q[q], at.failed) == (points, [])
    first = next(one for score in changes.values() for one in score if one["points"] not in {"0", "0.05"})
    below = {row: [_less(one) if one is first else one for one in score] for row, score in changes.items()}
    assert scored(below).normalise.failed == [q]


def _less(award: dict[str, Any]) -> dict[str, Any]:
    cut = format_points(parse_points(award["points"]) - Fraction(1, 20))
    return award | {"points": cut}


def test_a_total_of_80_passes_and_a_step_less_fails() -> None:
    """R:B/3."""
    at = scored(AT_80).normalise
    assert (at.q, at.total, at.passed) == ({"q1": "24", "q2": "24", "q3": "20", "q4": "12"}, "80", True)
    below = scored(AT_80 | {35: awards("35.1=0.9")}).normalise
    assert (below.total, below.failed) == ("79.95", ["total"])

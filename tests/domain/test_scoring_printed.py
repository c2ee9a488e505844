"""R:B as printed: each element's and each indicator's points, typed from the rule's last columns."""

import pytest

from domain.points import format_points
from domain.scoring import thresholds
from tests.domain.sheets import CATALOGUE, scored

# Row 15 is printed 1 and 1; it is read as 2 or 1, exclusive (erratum row-15).
ELEMENTS: dict[int, str] = {
    1: "2 2 1 1 1 1",
    2: "2",
    3: "5 2",
    4: "3",
    5: "0.5 0.5 0.5 0.5",
    6: "0.5 0.25 0.25",
    7: "1 0.5",
    8: "1",
    9: "0.7 0.3",
    10: "1",
    11: "3.5 1.5",
    12: "1 1",
    13: "1.5 1.5",
    14: "1 1",
    15: "2 1",
    16: "0.25 0.25 0.25 0.25",
    17: "1 0.5 0.5 1 1",
    18: "4 2",
    19: "0.2 0.2 0.1 0.1 0.1 0.1 0.1 0.1",
    20: "2 1 1",
    21: "2 1 1",
    22: "1 0.5 0.5",
    23: "1 1 1",
    24: "2 1.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5",
    25: "1 4",
    26: "2 1.5 1",
    27: "3 1",
    28: "3 2 1 2 0.5 0.5",
    29: "1 1",
    30: "1 0.5 0.5 0.5 0.5",
    31: "0",
    32: "0.5 0.5 0.5",
    33: "0.5 0.5 0.5",
    34: "1 1",
    35: "1",
    36: "1",
    37: "1 0.5 0.3",
    38: "0.7 0.3",
    39: "5 3",
    40: "1 1 1",
    41: "2 1",
}
INDICATORS: dict[str, tuple[str, range]] = {
    "q1.1": ("10", range(1, 3)),
    "q1.2": ("8", range(3, 5)),
    "q1.3": ("7", range(5, 11)),
    "q1.4": ("5", range(11, 12)),
    "q2.1": ("10", range(12, 17)),
    "q2.2": ("10", range(17, 20)),
    "q2.3": ("10", range(20, 23)),
    "q3.1": ("10", range(23, 25)),
    "q3.2": ("10", range(25, 28)),
    "q3.3": ("5", range(28, 30)),
    "q4.1": ("3", range(30, 32)),
    "q4.2": ("3", range(32, 34)),
    "q4.3": ("3", range(34, 39)),
    "q4.4": ("3", range(39, 41)),
    "q4.5": ("3", range(41, 42)),
}
KINDS = {7: ["capped_count"], 15: ["alternative"], 18: ["tier"], 26: ["tier"], 27: ["tier"], 37: ["tier"]}
KINDS[28] = ["tier", "additive"]


@pytest.mark.parametrize(("row", "points"), list(ELEMENTS.items()))
def test_each_element_has_its_printed_points(row: int, points: str) -> None:
    elements = [one for group in CATALOGUE.by_number[row].groups for one in group.elements]
    assert " ".join(format_points(one.points) for one in elements) == points


@pytest.mark.parametrize("row", range(1, 42))
def test_each_row_counts_in_its_way(row: int) -> None:
    assert [group.kind for group in CATALOGUE.by_number[row].groups] == KINDS.get(row, ["additive"])


@pytest.mark.parametrize(("indicator", "points", "rows"), [(one, *said) for one, said in INDICATORS.items()])
def test_each_indicator_has_its_points_and_rows(indicator: str, points: str, rows: range) -> None:
    printed = next(one for one in CATALOGUE.level(2) if one.id == indicator)
    assert (format_points(printed.points), printed.parent) == (points, indicator[:2])
    assert [row.row for row in CATALOGUE.rows_of[indicator]] == list(rows)


def test_the_thresholds_are_three_quarters_of_each_and_80_of_all() -> None:
    printed = {"q1": "22.5", "q2": "22.5", "q3": "18.75", "q4": "11.25", "total": "80"}
    assert {one: format_points(points) for one, points in thresholds(CATALOGUE).items()} == printed
    assert scored().normalise.thresholds == scored().cap.thresholds == printed


@pytest.mark.parametrize(
    ("indicator", "normalise", "cap"),
    [
        ("q1.2", "8", "8"),
        ("q2.2", "10", "9"),
        ("q3.3", "5", "5"),
        ("q4.3", "3", "3"),
        ("q4.4", "3", "3"),
        ("q4.5", "3", "2"),
    ],
)
def test_what_can_be_reached_where_the_points_do_not_add_up(indicator: str, normalise: str, cap: str) -> None:
    full = scored()
    assert (full.normalise.indicators[indicator], full.cap.indicators[indicator]) == (normalise, cap)

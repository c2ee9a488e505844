"""R:B/2, R:B/3: what makes a catalogue unsound: one value of the service scheme's changed, and what is said of it."""

from typing import Any

import pytest

from domain.catalogue_checks import catalogue_problems
from tests.domain.schemes import SERVICE, Told, told_by, twice

ROWS = {row.row: place for place, row in enumerate(SERVICE.scored.rows)}
told = told_by(catalogue_problems)


def test_a_row_stands_once_in_the_catalogue() -> None:
    found = told(SERVICE, catalogue__rows=lambda listed: [*listed, listed[30]])
    assert found[0] == ("catalogue/rows/41", "31 stands twice")


# The catalogue ------------------------------------------------------------------------------------------------------


def row(number: int, what: str) -> str:
    return f"catalogue__rows__{number}__{what}"


def at(number: int, what: str = "") -> str:
    return f"catalogue/rows/{ROWS[number]}{what}"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"catalogue__indicators": twice},
            [
                ("catalogue/indicators/19", "q1 stands twice"),
                ("catalogue/indicators", "first-level indicators add up to 130, not 100"),
            ],
        ),
        (
            {row(2, "groups__0__elements__2.1__points"): "1.05"},
            [(at(2, "/points"), "row 2 is printed 2, its elements 1.05, and no erratum names it")],
        ),
        (
            {row(2, "normalised_points"): "2"},
            [(at(2, "/points"), "row 2 is printed 2, its elements 2, and no erratum names it")],
        ),
        (
            {row(2, "indicator"): "q1"},
            [
                ("catalogue/indicators/1/points", "q1.1 is printed 10, its parts 8, and no erratum names it"),
                (at(2, "/indicator"), "q1 is no second-level indicator"),
            ],
        ),
        ({"catalogue__step": "0"}, [("catalogue/step", "a step of 0 leads nowhere")]),
        (
            {row(7, "groups__0__elements__7.1__points"): "1.05"},
            [(at(7, "/groups/0/elements/0"), "7.1 earns more each than the cap of 1 lets count")],
        ),
        (
            {row(26, "groups__0__elements__26.2__points"): "2"},
            [(at(26, "/groups/0/elements/1"), "26.1 can never count: 26.2, which is easier, earns as much")],
        ),
        (
            {row(26, "groups__0__elements__26.3__points"): "0"},
            [(at(26, "/groups/0/elements/2"), "26.3 can earn nothing")],
        ),
        (
            {row(26, "groups__0__elements__26.3__points"): "0.99"},
            [(at(26, "/groups"), "26.3 is no multiple of the step 0.05")],
        ),
        (
            {row(26, "groups__0__elements__26.3__id"): "26.1"},
            [(at(26, "/groups/0/elements/2"), "26.1 stands twice")],
        ),
        # R:7/7.4.2: what is adopted is named by its element alone
        (
            {row(26, "groups__0__elements__26.3__id"): "2.1"},
            [(at(26, "/groups/0/elements/2"), "2.1 stands twice")],
        ),
        (
            {row(1, "groups__0__elements__1.1.1__id"): "41.1"},
            [(at(41, "/groups/0/elements/0"), "41.1 stands twice")],
        ),
        ({"catalogue__thresholds__total": "100.05"}, [("catalogue/thresholds/total", "100.05 is above 100")]),
        (
            {"catalogue__thresholds__total": "98.05"},
            [("catalogue/thresholds/total", "only 98 can be reached under cap")],
        ),
        (
            {"catalogue__thresholds__indicator_percent": 94},
            [("catalogue/thresholds/indicator_percent", "of q4 only 14 can be reached under cap")],
        ),
        ({"catalogue__thresholds__indicator_percent": 93}, []),
        (
            {"catalogue__indicators__q1.1__points": "9"},
            [
                ("catalogue/indicators/0/points", "q1 is printed 30, its parts 29, and no erratum names it"),
                ("catalogue/indicators/1/points", "q1.1 is printed 9, its parts 10, and no erratum names it"),
            ],
        ),
        (
            {"catalogue__indicators__q1.1__parent": "q1.2"},
            [
                ("catalogue/indicators/1", "q1.1: level 1 has no parent, level 2 one of level 1"),
                ("catalogue/indicators/0/points", "q1 is printed 30, its parts 20, and no erratum names it"),
                ("catalogue/thresholds/indicator_percent", "of q1 only 20 can be reached under cap"),
            ],
        ),
    ],
)
def test_points_add_up_and_can_be_earned(changes: dict[str, Any], problems: Told) -> None:
    """R:B/2, R:B/3."""
    assert told(SERVICE, **changes) == problems


def renamed(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """q1 under another name."""
    new = {"q1": "q9"}
    return [
        one | {"id": new.get(one["id"], one["id"]), "parent": new.get(one["parent"], one["parent"])} for one in listed
    ]


def test_a_row_earns_something_or_vetoes() -> None:
    """R:B/row31."""
    nothing = {row(2, "points"): "0", row(2, "groups__0__elements__2.1__points"): "0"}
    assert (at(2, "/points"), "row 2 can earn nothing and vetoes nothing") in told(SERVICE, **nothing)
    assert (at(31, "/points"), "row 31 can earn nothing and vetoes nothing") not in told(SERVICE, **nothing)
    read_as_nothing = told(SERVICE, **{row(41, "normalised_points"): "0"})
    assert (at(41, "/points"), "row 41 can earn nothing and vetoes nothing") in read_as_nothing


def test_a_cap_lets_something_count() -> None:
    found = told(SERVICE, **{row(7, "groups__0__cap"): "0"})
    assert (at(7, "/groups/0/cap"), "a cap of 0 lets nothing count") in found


def test_an_element_of_a_small_row_earns_something_too() -> None:
    found = told(SERVICE, **{row(7, "groups__0__elements__7.2__points"): "0"})
    assert found == [(at(7, "/groups/0/elements/1"), "7.2 can earn nothing")]


def test_thresholds_that_only_one_reading_can_reach_are_told() -> None:
    """R:B/3: capped, q2 reaches 29 of 30, q4 14 of 15, all together 98."""
    assert told(SERVICE, catalogue__thresholds__indicator_percent=100) == [
        ("catalogue/thresholds/indicator_percent", "of q2 only 29 can be reached under cap"),
        ("catalogue/thresholds/indicator_percent", "of q4 only 14 can be reached under cap"),
    ]
    assert told(SERVICE, catalogue__thresholds__total="100") == [
        ("catalogue/thresholds/total", "only 98 can be reached under cap")
    ]


def test_the_four_first_level_indicators_have_their_names() -> None:
    """R:B/2."""
    found = told(SERVICE, catalogue__indicators=renamed)
    assert found == [("catalogue/indicators", "first-level indicators are q1, q2, q3, q4")]


def test_an_indicator_without_rows_earns_nothing() -> None:
    found = told(SERVICE, catalogue__indicators=lambda listed: [*listed, listed[1] | {"id": "q1.5", "points": "0"}])
    assert found == [("catalogue/indicators/19", "q1.5 has no part that could earn points")]


@pytest.mark.parametrize("threshold", ["indicator_percent", "total"])
def test_a_threshold_asks_something(threshold: str) -> None:
    """R:B/3."""
    nothing, little = (0, 1) if threshold == "indicator_percent" else ("0", "1")
    found = told(SERVICE, **{f"catalogue__thresholds__{threshold}": nothing})
    assert found == [(f"catalogue/thresholds/{threshold}", "a threshold of 0 asks nothing")]
    assert told(SERVICE, **{f"catalogue__thresholds__{threshold}": little}) == []

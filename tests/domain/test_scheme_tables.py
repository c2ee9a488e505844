"""What makes a scheme's tables unsound: person-days, shares, and lengths of time (R:7/7.3, R:11)."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.table_checks import table_problems
from tests.domain.schemes import SERVICE, Told, told_by
from tests.domain.schemes import told as told_of_all

told = told_by(table_problems)


def bands(*given: tuple[int, int, int]) -> list[dict[str, int]]:
    return [dict(zip(("people_from", "initial", "surveillance"), one, strict=True)) for one in given]


ASCEND = "bands start at 0 people and ascend"


@pytest.mark.parametrize(
    ("table", "problems"),
    [
        ([], [("", "there is no band")]),
        (bands((1, 9, 4)), [("/0", ASCEND)]),
        (bands((0, 9, 4), (0, 12, 6)), [("/1", ASCEND)]),
        (bands((0, 9, 4), (1, 12, 6)), []),
        (bands((0, 9, 4), (100, 12, 6), (50, 15, 8)), [("/2", ASCEND)]),
        (
            bands((0, 0, 4), (100, 12, 0)),
            [("/0", "no person-days from 0 people"), ("/1", "no person-days from 100 people")],
        ),
        (bands((0, 1, 1)), []),
    ],
)
def test_the_bands_of_person_days_ascend_from_nobody_on(table: list[dict[str, int]], problems: Told) -> None:
    """R:11/10.1."""
    expected = [(f"planning/person_days{at}", reason) for at, reason in problems]
    assert told(SERVICE, planning__person_days=table) == expected


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"planning__sampling": {"surveillance": "1"}}, ("planning/sampling", "initial is missing")),
        (
            {"planning__sampling": {"initial": "1", "dance": "1"}},
            ("planning/sampling/dance", "dance is no kind of audit"),
        ),
        ({"planning__sampling__initial": "0"}, ("planning/sampling/initial", "0 is no positive number")),
        ({"planning__sampling__initial": "some"}, ("planning/sampling/initial", "some is no positive number")),
        ({"planning__grid": "-0.5"}, ("planning/grid", "-0.5 is no positive number")),
        ({"planning__grid": "1/0"}, ("planning/grid", "1/0 is no positive number")),
        ({"planning__random_share": "0"}, ("planning/random_share", "0 is no share")),
        ({"planning__random_share": "5/4"}, ("planning/random_share", "5/4 is no share")),
        ({"cycle__reaudit_days": 0}, ("cycle/reaudit_days", "reaudit_days is 0")),
        ({"cycle__late_entry_days": -1}, ("cycle/late_entry_days", "late_entry_days is -1")),
        ({"planning__rotation": 0}, ("planning/rotation", "with a rotation of 0 nobody could audit")),
        (
            {"cycle__surveillance_extended_months": 11},
            ("cycle/surveillance_extended_months", "11 extended months are fewer than 12"),
        ),
        (
            {"cycle__higher_frequency_months": 12},
            ("cycle/higher_frequency_months", "12 months are no more often than 12"),
        ),
        (
            {"cycle__recertification_opens_days": 93},
            (
                "cycle/recertification_opens_days",
                "recertification opens 93 days before the end, and is due 3 months before it",
            ),
        ),
        # two surveillances of 18 months each fall on the day after the last valid one
        (
            {"cycle__surveillance_months": 18, "cycle__surveillance_extended_months": 18},
            ("cycle/surveillance_months", "surveillances are due 36 months on, a certificate ends before 3 years"),
        ),
        (
            {"cycle__surveillances": 3},
            ("cycle/surveillance_months", "surveillances are due 36 months on, a certificate ends before 3 years"),
        ),
        (
            {"cycle__validity_years": 2},
            ("cycle/surveillance_months", "surveillances are due 24 months on, a certificate ends before 2 years"),
        ),
        (
            {"cycle__surveillance_extended_months": 36},
            (
                "cycle/surveillance_extended_months",
                "a surveillance may wait 36 months, a certificate ends before 3 years",
            ),
        ),
    ],
)
def test_lengths_shares_and_steps_are_such(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert told(SERVICE, **changes) == [problem]


def test_a_mode_of_evaluation_stands_once() -> None:
    """R:7/7.4.4."""
    found = told_of_all(SERVICE, planning__modes=lambda listed: [*listed, listed[1]])
    assert found == [("planning/modes/4", "interview stands twice")]


@pytest.mark.parametrize(
    "changes",
    [
        {"planning__rotation": 1},
        {"cycle__higher_frequency_months": 11},
        {"cycle__surveillance_extended_months": 12},
        {"cycle__recertification_opens_days": 94},
        {"cycle__surveillance_months": 17, "cycle__surveillance_extended_months": 35},
        {"cycle__surveillances": 1, "cycle__surveillance_months": 35, "cycle__surveillance_extended_months": 35},
        {"cycle__surveillances": 1, "cycle__validity_years": 2},
        {"cycle__validity_years": 10, "cycle__suspension_months": 120, "cycle__reaudit_days": 3660},
        {"reminders": [3660, 0]},
        {"catalogue__thresholds__credit_years": 10},
    ],
)
def test_lengths_that_fit_are_not_told(changes: dict[str, Any]) -> None:
    """R:7/7.3.3."""
    assert told(SERVICE, **changes) == []


def with_lengths(unit: str, longest: int) -> list[tuple[str, int]]:
    return [(f"cycle__{name}", longest) for name in CYCLE if name.endswith(unit)]


CYCLE = SERVICE.model_dump(mode="json")["cycle"]
LONGEST = [
    *with_lengths("_days", 3660),
    *with_lengths("_months", 120),
    *with_lengths("_years", 10),
    ("reminders__0", 3660),
    ("waits__audit.plan__reminders__0", 3660),
    ("catalogue__thresholds__credit_years", 10),
]


@pytest.mark.parametrize(("path", "longest"), LONGEST)
def test_no_length_is_longer_than_ten_years(path: str, longest: int) -> None:
    with pytest.raises(ValidationError, match=f"less than or equal to {longest} "):
        told(SERVICE, **{path: longest + 1})


def test_every_length_of_the_cycle_has_a_bound() -> None:
    bounded = {path.removeprefix("cycle__") for path, _ in LONGEST}
    assert set(CYCLE) - bounded == {"surveillances"}


def test_steps_without_a_total_between_the_table_and_its_cap_are_told() -> None:
    """R:11/10.2: in steps of 4 no total lies from 9 to 11.7, nor from 6 to 7.8; 8, 12 and 16 serve the others."""
    assert told(SERVICE, planning__grid="4") == [
        ("planning/grid", "steps of 4 give no total from 9 to 11.7"),
        ("planning/grid", "steps of 4 give no total from 6 to 7.8"),
    ]


def test_an_increase_is_none_below_nothing() -> None:
    """R:11/10.2."""
    found = told(SERVICE, planning__increase_percent=-1)
    assert found[0] == ("planning/increase_percent", "-1 is no increase")
    assert told(SERVICE, planning__increase_percent=0) == []

"""G:A: what makes a checklist unsound, of a product or beside a catalogue, and what is said of it."""

from typing import Any

import pytest

from domain.checklist_checks import checklist_problems
from tests.domain.schemes import PRODUCT, SERVICE, Told, told_by

told = told_by(checklist_problems)


def edited(place: int, **changes: Any) -> Any:
    """An entry of a list with other values."""
    return lambda listed: [one | (changes if number == place else {}) for number, one in enumerate(listed)]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"checklist": edited(0, dimension="9")}, [("checklist/0/dimension", "9 is no dimension")]),
        ({"checklist": edited(0, dimension="1.1")}, [("checklist/0/dimension", "1.1 is no dimension")]),
        ({"checklist": edited(0, group="2.1")}, [("checklist/0/group", "2.1 is no group of 1")]),
        (
            {"heads": edited(1, parent="9")},
            [("heads/1", "9 is no dimension"), ("checklist/0/group", "1.1 is no group of 1")],
        ),
        (
            {"heads": lambda listed: [*listed, listed[1] | {"id": "1.9"}]},
            [(f"heads/{len(PRODUCT.heads)}", "nothing stands under 1.9")],
        ),
        (
            {"pass_rule__barred": ["does_not", "conforms"]},
            [("pass_rule/barred", "with conforms barred nobody can pass")],
        ),
        ({"pass_rule__partly_at_most": "6/5"}, [("pass_rule/partly_at_most", "6/5 is more than the whole")]),
        ({"pass_rule__partly_at_most": "1"}, []),
        (
            {"checklist": lambda listed: [one | {"standard": False} for one in listed]},
            [("pass_rule/standard_conforms", "no indicator of the checklist speaks of the standard")],
        ),
        (
            {"coverage": [{"indicator": "1.1.1", "rows": [], "special_rule": False}]},
            [("coverage", "there is no catalogue that could cover a checklist")],
        ),
    ],
)
def test_a_checklist_its_heads_and_its_pass_rule_fit_together(changes: dict[str, Any], problems: Told) -> None:
    """G:A."""
    found = told(PRODUCT, **changes)
    assert found[: len(problems)] == problems
    assert {reason.split(" ")[-1] for _, reason in found[len(problems) :]} <= {"1"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"coverage": lambda listed: listed[1:]}, ("coverage", "nothing is said of indicator 1.1.1")),
        ({"coverage": edited(1, rows=[12, 99])}, ("coverage/1/rows", "there is no row 99")),
        (
            {"coverage": lambda listed: [*listed, listed[0] | {"indicator": "9.9.9"}]},
            ("coverage/49/indicator", "there is no indicator 9.9.9"),
        ),
        (
            {"pass_rule": PRODUCT.model_dump(mode="json")["pass_rule"]},
            ("pass_rule", "a pass rule is for a scheme that is decided on its checklist"),
        ),
    ],
)
def test_a_scored_catalogue_covers_every_indicator_of_the_checklist(
    changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """G:A."""
    assert told(SERVICE, **changes) == [problem]

"""What makes a special rule, a standard or a body's own rules unsound, alone and over a scheme (R:2, G:5)."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.house_rules import HouseRules
from domain.layer_checks import (
    LaidOver,
    house_rules_problems,
    layer_problems,
    special_rule_problems,
    standard_problems,
)
from domain.overrides import Override, find, put
from domain.pack import Scheme
from domain.problems import Problem, first_fault
from domain.trade_pack import SpecialRule, Standard
from services.schemes import Library
from tests.schemes.builders import HOUSE, RULE, STANDARD, compared, parameter, setting

LIBRARY = Library.load()
SERVICE, PRODUCT = LIBRARY.scheme("service", "1.0"), LIBRARY.scheme("product", "1.0")
AGRICULTURAL = LIBRARY.scheme("agricultural-product", "1.0")
Told = list[tuple[str, str]]

[ITEM] = RULE["items"]


def a_rule(**changes: Any) -> SpecialRule:
    return SpecialRule.read(RULE | changes)


def a_house(**changes: Any) -> HouseRules:
    return HouseRules.read(HOUSE | changes)


def a_standard(*parameters: dict[str, Any], **changes: Any) -> Standard:
    asked = list(parameters) or [parameter("a", "1", compared("mandatory", "2"), compared("national", "1"), key=True)]
    return Standard.read(STANDARD | {"parameters": asked} | changes)


def over(pack: LaidOver, *schemes: Scheme, trades: tuple[SpecialRule, ...] = ()) -> Told:
    return [("/".join(map(str, found.loc)), found.reason) for found in layer_problems(pack, schemes, trades)]


# Alone --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, []),
        ({"threshold": "100"}, []),
        ({"threshold": "100.5"}, [("threshold", "threshold 100.5 is above 100")]),
        (
            {"items": [ITEM, ITEM | {"points": "1"}]},
            [("items/1", "a stands twice"), ("items", "items add up to 101, not 100")],
        ),
        (
            {"items": [ITEM | {"points": "99.5"}]},
            [("items", "items add up to 99.5, not 100"), ("items/0/points", "is no multiple of the step 1")],
        ),
        ({"items": [ITEM, ITEM | {"id": "b", "points": "0"}]}, [("items/1/points", "b can earn nothing")]),
        ({"step": "0"}, [("step", "a step of 0 leads nowhere")]),
        ({"overrides": setting(cycle__reaudit_days=60) * 2}, [("overrides/1", "/cycle/reaudit_days stands twice")]),
    ],
)
def test_a_special_rule_has_items_of_100_points_each_once(changes: dict[str, Any], problems: Told) -> None:
    """R:7/7.4.4."""
    found = special_rule_problems(a_rule(**changes))
    assert [("/".join(map(str, one.loc)), one.reason) for one in found] == problems


def test_a_standard_has_each_parameter_and_each_override_once() -> None:
    one = parameter("a", "1", compared("mandatory", "2"))
    twice = a_standard(one, one, overrides=setting(cycle__reaudit_days=60) * 2)
    assert [(one.loc, one.reason) for one in standard_problems(twice)] == [
        (("parameters", 1), "a stands twice"),
        (("overrides", 1), "/cycle/reaudit_days stands twice"),
    ]


def test_a_bodys_own_rules_set_a_parameter_once() -> None:
    assert house_rules_problems(a_house(overrides=setting(cycle__reaudit_days=60))) == []
    twice = house_rules_problems(a_house(overrides=setting(cycle__reaudit_days=60) * 2))
    assert [(one.loc, one.reason) for one in twice] == [(("overrides", 1), "/cycle/reaudit_days stands twice")]


EMPTY = {"zh": "", "en": "x"}


def test_what_lies_over_a_scheme_has_titles_too() -> None:
    rule = special_rule_problems(a_rule(items=[ITEM | {"title": EMPTY, "criterion": EMPTY}]))
    assert [found.loc for found in rule] == [("items", 0, "title", "zh"), ("items", 0, "criterion", "zh")]
    standard = standard_problems(a_standard(title=EMPTY, distinctive=[EMPTY]))
    assert [found.loc for found in standard] == [("title", "zh"), ("distinctive", 0, "zh")]
    assert [found.loc for found in house_rules_problems(a_house(approver=EMPTY))] == [("approver", "zh")]


@pytest.mark.parametrize(
    ("better", "value", "beats", "reaches"),
    [
        ("lower", "1.9", True, True),
        ("lower", "2", False, True),
        ("lower", "2.1", False, False),
        ("higher", "2.1", True, True),
        ("higher", "2", False, True),
        ("higher", "1.9", False, False),
    ],
)
def test_a_parameter_beats_or_reaches_another_standards(better: str, value: str, *, beats: bool, reaches: bool) -> None:
    """G:5a, G:5b."""
    [one] = a_standard(parameter("a", value, compared("national", "2"), better=better)).parameters
    assert (one.beats(one.compared[0]), one.reaches(one.compared[0])) == (beats, reaches)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (HOUSE | {"more": 1}, Problem(("more",), "unknown key more")),
        (HOUSE | {"title": {"zh": "x"}}, Problem(("title", "en"), "title.en is missing")),
        (HOUSE | {"title": {"zh": "x", "en": 1}}, Problem(("title", "en"), "title.en: Input should be a valid string")),
    ],
)
def test_the_first_thing_that_data_of_the_wrong_form_gets_wrong_is_told(data: Any, problem: Problem) -> None:
    with pytest.raises(ValidationError) as broken:
        HouseRules.read(data)
    assert first_fault(broken.value) == problem


# Over a scheme ------------------------------------------------------------------------------------------------------


def test_a_layer_needs_a_scheme_to_lie_over() -> None:
    assert over(a_rule()) == [("scheme", "there is no scheme service")]
    assert over(a_rule(), SERVICE) == []


@pytest.mark.parametrize(
    ("overrides", "problems"),
    [
        (
            {"cycle__reaudit_days": 60, "cycle__moons": 3},
            [("overrides/1", "/cycle/moons is no parameter of the scheme")],
        ),
        ({"cycle__moons__new": 3}, [("overrides/0", "/cycle/moons/new is no parameter of the scheme")]),
        (
            {"waits__audit.dance__role": "ops"},
            [("overrides/0", "/waits/audit.dance/role is no parameter of the scheme")],
        ),
        (
            {"planning__person_days__9__initial": 3},
            [("overrides/0", "/planning/person_days/9/initial is no parameter of the scheme")],
        ),
        ({"cycle__reaudit_days": "long"}, [("overrides/0", "cycle.reaudit_days: Input should be a valid integer")]),
        ({"cycle__reaudit_days": 60, "cycle__suspension_days": 0}, [("overrides/1", "suspension_days is 0")]),
        # R:7/6.4.7: the body's own limit is changed, not taken away.
        ({"waits__application.review__limit": None}, [("overrides/0", "application.review needs a limit")]),
        # The first changes nothing.
        (
            {"planning__person_days__0__people_from": 0, "planning__person_days__1__people_from": 600},
            [("overrides/1", "bands start at 0 people and ascend")],
        ),
    ],
)
@pytest.mark.parametrize("pack", [a_rule, a_house])
def test_an_override_that_does_not_fit_is_told_where_it_stands(
    pack: Any, overrides: dict[str, Any], problems: Told
) -> None:
    """R:2."""
    assert over(pack(overrides=setting(**overrides)), SERVICE) == problems


def test_overrides_that_do_not_fit_together_are_told_together() -> None:
    """R:2."""
    overrides = setting(planning__person_days__1__people_from=450, planning__person_days__2__people_from=430)
    assert over(a_rule(overrides=overrides), SERVICE) == [("overrides", "bands start at 0 people and ascend")]


def test_a_bodys_own_rules_fit_under_each_trades_pack() -> None:
    house = a_house(overrides=setting(planning__person_days__1__people_from=450))
    trade = a_rule(overrides=setting(planning__person_days__2__people_from=430))
    assert over(house, SERVICE) == []
    assert over(house, SERVICE, trades=(trade,)) == [("overrides", "with tea 1.0: bands start at 0 people and ascend")]


def test_a_body_chooses_only_readings_that_are_listed() -> None:
    readings = {"appendix-b-points": "cap", "credit-strictness": "kind"}
    assert over(a_house(readings=readings), SERVICE) == [
        ("readings/credit-strictness", "service 1.0: erratum credit-strictness lists no reading kind")
    ]


def test_a_scheme_without_points_takes_a_standard() -> None:
    """G:3.2."""
    assert over(a_rule(), PRODUCT) == [("scheme", "product 1.0 has no points: it takes a standard")]
    assert over(a_standard(), PRODUCT) == []
    assert over(a_standard(), SERVICE) == [
        ("scheme", "a scheme of kind service is certified by a special rule, not by a standard")
    ]


REACHED = "international, national, industry"


@pytest.mark.parametrize(
    ("scheme", "parameters", "problems"),
    [
        (
            PRODUCT,
            [parameter("a", "2", compared("mandatory", "2"), compared("national", "2"), key=True)],
            [("parameters/0/compared/0", "a does not beat X")],
        ),
        (
            PRODUCT,
            [parameter("a", "1", compared("national", "1", "Y"), key=True)],
            [("parameters", "no parameter is compared with a standard of level mandatory")],
        ),
        (
            PRODUCT,
            [
                parameter("a", "1", compared("mandatory", "2")),
                parameter("k", "1", compared("mandatory", "2"), key=True),
            ],
            [("parameters", f"no key parameter is compared with a standard of level {REACHED}")],
        ),
        (
            PRODUCT,
            [
                parameter("a", "1", compared("mandatory", "2")),
                parameter("k", "3", compared("national", "2", "Y"), compared("industry", "1", "Z"), key=True),
            ],
            [("parameters", "no key parameter reaches any of Y, Z")],
        ),
        (
            PRODUCT,
            [
                parameter("a", "1", compared("mandatory", "2")),
                parameter("k", "2", compared("international", "2", "Y"), compared("industry", "1", "Z"), key=True),
                parameter("l", "9", compared("mandatory", "10"), key=True),
            ],
            [],
        ),
        (AGRICULTURAL, [parameter("a", "1", compared("food_safety", "2"))], []),
        (
            AGRICULTURAL,
            [parameter("a", "2", compared("mandatory", "1"), compared("food_safety", "2"))],
            [("parameters/0/compared/1", "a does not beat X")],
        ),
        (
            AGRICULTURAL,
            [parameter("a", "1", compared("mandatory", "2"))],
            [("parameters", "no parameter is compared with a standard of level food_safety")],
        ),
    ],
)
def test_a_standard_asks_more_than_others_do(scheme: Scheme, parameters: list[dict[str, Any]], problems: Told) -> None:
    """G:5, G:5a-b."""
    assert over(a_standard(*parameters), scheme) == problems


# Whose value it is ----------------------------------------------------------------------------------------------------


def test_an_overridden_value_says_whose_it_is() -> None:
    """R:2."""
    house = a_house(overrides=setting(cycle__reaudit_days=60, cycle__suspension_days=80, planning__grid="0.25"))
    scheme = SERVICE.under(house, None, a_rule(overrides=setting(cycle__reaudit_days=45)))
    assert (scheme.cycle.reaudit_days, scheme.cycle.suspension_days, scheme.planning.grid) == (45, 80, "0.25")
    assert scheme.origins == {
        "/cycle/reaudit_days": "tea 1.0",
        "/cycle/suspension_days": "demo-service 1.0",
        "/planning/grid": "demo-service 1.0",
    }


def test_what_lies_below_a_value_that_is_replaced_is_nobodys_any_more() -> None:
    """R:2."""
    bands = [{"people_from": 0, "initial": 8, "surveillance": 3}]
    house = a_house(overrides=setting(planning__person_days__0__initial=10, planning__grid="0.25"))
    scheme = SERVICE.under(house, a_rule(overrides=setting(planning__person_days=bands)))
    assert scheme.origins == {"/planning/grid": "demo-service 1.0", "/planning/person_days": "tea 1.0"}


def test_nothing_laid_over_a_scheme_leaves_it_itself() -> None:
    assert SERVICE.under(None, a_rule()) is SERVICE


def test_a_part_that_is_borrowed_says_from_where() -> None:
    assert PRODUCT.rules().origins["/cycle"] == "service 1.0"


# Paths --------------------------------------------------------------------------------------------------------------

DATA: dict[str, Any] = {
    "a/b": {"~": 1},
    "rows": [{"row": 7, "points": "1"}, {"id": "x", "points": "2"}, {"kind": "k", "points": "3"}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/a~1b/~0", 1),
        ("/rows/7/points", "1"),
        ("/rows/x/points", "2"),
        ("/rows/k/points", "3"),
        ("/rows/0/points", "1"),
        ("/rows/1", {"id": "x", "points": "2"}),
    ],
)
def test_a_path_names_entries_of_lists_by_kind_id_or_row_else_by_place(path: str, value: object) -> None:
    assert find(DATA, path) == value


@pytest.mark.parametrize("path", ["/b", "/rows/9/points", "/rows/y/points", "/rows/7/cap", "/a~1b/~0/x", "/a~0b/~0"])
def test_a_path_to_nothing_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=f"^{path} is no parameter of the scheme$"):
        find(DATA, path)
    with pytest.raises(ValueError, match="is no parameter of the scheme"):
        put(DATA, Override.model_construct(path=path, value=1))


def test_a_special_rules_threshold_asks_something() -> None:
    """R:7/7.4.4."""
    assert [*special_rule_problems(a_rule(threshold="0"))] == [
        Problem(("threshold",), "a threshold of 0 asks nothing"),
    ]
    assert special_rule_problems(a_rule(threshold="1")) == []

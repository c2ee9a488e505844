"""G, Appendix A as data: 49 indicators, what is decided on them, and how R's catalogue covers them."""

from collections import Counter
from fractions import Fraction

import pytest

from domain.trade_pack import SpecialRule, Standard
from services.schemes import Library

LIBRARY = Library.load()
SERVICE = LIBRARY.scheme("service", "1.0")
PRODUCT = LIBRARY.scheme("product", "1.0")
FARM = LIBRARY.scheme("agricultural-product", "1.0")


# --- the indicators ---------------------------------------------------------------------------------------


def test_there_are_49_indicators_in_five_dimensions() -> None:
    """G:4.1."""
    assert len(PRODUCT.checklist) == 49
    assert Counter(item.dimension for item in PRODUCT.checklist) == {"1": 9, "2": 9, "3": 12, "4": 9, "5": 10}


def test_the_dimensions_are_the_five_of_the_rule() -> None:
    """G:4.1, G:6.1.1, G:6.1.2, G:6.1.3, G:6.1.4, G:6.1.5."""
    dimensions = [head.title.zh for head in PRODUCT.heads if head.parent is None]
    assert dimensions == ["卓越质量", "标准领先", "创新发展", "品牌", "社会责任"]


def test_each_group_has_as_many_indicators_as_are_printed() -> None:
    counts = {
        "1": [2, 3, 1, 3],
        "2": [3, 3, 3],
        "3": [3, 2, 7],
        "4": [3, 2, 3, 1],
        "5": [1, 4, 2, 2, 1],
    }
    printed = {f"{one}.{place}": count for one in counts for place, count in enumerate(counts[one], start=1)}
    assert Counter(item.group for item in PRODUCT.checklist) == printed
    assert {head.id for head in PRODUCT.heads if head.parent} == set(printed)


def test_an_indicator_is_numbered_by_its_place_in_its_group() -> None:
    seen: Counter[str] = Counter()
    for item in PRODUCT.checklist:
        seen[item.group] += 1
        assert item.id == f"{item.group}.{seen[item.group]}"


def test_two_indicators_speak_of_conformity_to_the_standard() -> None:
    spoken = [(item.id, item.title.zh) for item in PRODUCT.checklist if item.standard]
    assert spoken == [("1.2.2", "产品符合“山西精品”标准"), ("2.2.3", "执行标准不低于“山西精品”标准")]


def test_every_indicator_is_a_clause_that_can_be_cited() -> None:
    assert PRODUCT.clause_titles["G:A/2.2.3"].en.startswith("The standard applied")


# --- the schemes that are decided on them -----------------------------------------------------------------


def test_a_checklist_scheme_asks_for_the_checklist_in_place_of_points() -> None:
    for scheme in (PRODUCT, FARM):
        assert scheme.catalogue is None
        assert scheme.rules().evaluations == ["audit.checklist"]
    assert SERVICE.rules().evaluations == ["audit.management", "audit.characteristics"]


@pytest.mark.parametrize("part", ["stages", "clauses", "waits", "planning", "cycle", "reminders", "documents"])
def test_flow_limits_and_person_days_are_borrowed_and_marked_so(part: str) -> None:
    """G:5d."""
    for scheme in (PRODUCT, FARM):
        assert getattr(scheme, part) == getattr(SERVICE, part)
        assert scheme.borrowed[part] == "service 1.0"
        assert scheme.rules().origins[f"/{part}"] == "service 1.0"


def test_the_pass_rule_is_the_bodys_own_and_labelled_so() -> None:
    """G:6.2."""
    for scheme in (PRODUCT, FARM):
        rule = scheme.pass_rule
        assert rule is not None
        assert (rule.barred, Fraction(rule.partly_at_most)) == (["does_not"], Fraction(1, 5))
        assert rule.standard_conforms
        assert "own" in rule.label.en
        assert "自定" in rule.label.zh


def test_an_erratum_of_the_borrowed_flow_is_read_as_the_service_scheme_reads_it() -> None:
    of_services = {one.id: one for one in SERVICE.errata}
    shared = [one for one in PRODUCT.errata if one.id in of_services]
    assert len(shared) == 14
    assert [one.id for one in shared if one != of_services[one.id]] == []


def test_no_erratum_of_a_checklist_scheme_speaks_of_points() -> None:
    assert [one.id for one in PRODUCT.errata if one.rows or one.indicators or one.kind == "points"] == []


# --- the packs of trades ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "scheme", "trade"),
    [("example-aged-vinegar", "product", "vinegar"), ("example-millet", "agricultural-product", "millet")],
)
def test_each_checklist_scheme_has_a_standard_labelled_as_an_example(pack: str, scheme: str, trade: str) -> None:
    """G:3.2."""
    standard = LIBRARY.trade_pack(pack, "1.0")
    assert isinstance(standard, Standard)
    assert (standard.scheme, standard.trade, standard.example) == (scheme, trade, True)
    assert standard.title.zh.startswith("示例")
    assert standard.distinctive


def test_a_second_trade_of_services_has_a_special_rule_labelled_as_an_example() -> None:
    rule = LIBRARY.trade_pack("example-shanxi-restaurant", "1.0")
    assert isinstance(rule, SpecialRule)
    assert (rule.scheme, rule.trade, rule.example) == ("service", "catering", True)
    assert {item.dimension for item in rule.items} == {"functionality", "sensory", "behaviour", "time", "ergonomics"}
    assert sum(item.points for item in rule.items) == 100


def test_it_gives_a_client_20_days_to_rectify_and_says_that_it_does() -> None:
    rules = LIBRARY.packs(("service", "1.0"), ("example-shanxi-restaurant", "1.0")).scheme.rules()
    limit = rules.waits["rectification.submit"].limit
    assert limit is not None
    assert (limit.amount, limit.unit) == (20, "days")
    assert rules.origins["/waits/rectification.submit/limit/amount"] == "example-shanxi-restaurant 1.0"


# --- what R's catalogue looks at --------------------------------------------------------------------------


def test_something_is_said_of_each_of_the_49() -> None:
    assert [one.indicator for one in SERVICE.coverage] == [item.id for item in SERVICE.checklist]


@pytest.mark.parametrize(
    ("indicator", "rows"),
    [
        ("1.1.2", [12, 15, 32, 40]),  # system certificates, chief quality officer, environment, health and safety
        ("1.4.3", [22, 25]),  # satisfaction surveys
        ("2.2.1", [9]),  # standards work
        ("3.1.3", [2]),  # spending on innovation
        ("3.3.3", [8]),  # patents
        ("4.2.2", [26]),  # honours within three years
        ("5.3.2", [38]),  # recall
        ("5.5.1", [41]),  # public welfare
    ],
)
def test_an_indicator_is_looked_at_by_the_rows_that_ask_the_same(indicator: str, rows: list[int]) -> None:
    assert next(one.rows for one in SERVICE.coverage if one.indicator == indicator) == rows


def test_only_the_standards_department_is_asked_for_by_nothing_in_r() -> None:
    assert [one.indicator for one in SERVICE.coverage if not one.rows and not one.special_rule] == ["2.1.2"]

"""What G asks an evaluation to cover, and each indicator's part in it."""

import pytest

from domain.checklist import ChecklistSheet, check_checklist, judge
from services.schemes import Library

LIBRARY = Library.load()
PRODUCT = LIBRARY.scheme("product", "1.0")
SERVICE = LIBRARY.scheme("service", "1.0")
PRINTED = {
    "1": [2, 3, 1, 3],
    "2": [3, 3, 3],
    "3": [3, 2, 7],
    "4": [3, 2, 3, 1],
    "5": [1, 4, 2, 2, 1],
}
"""Dimension → how many indicators each of its groups has in print."""
INDICATORS = [
    f"{dimension}.{group}.{place}"
    for dimension, groups in PRINTED.items()
    for group, many in enumerate(groups, start=1)
    for place in range(1, many + 1)
]


def a_sheet(**answers: str) -> ChecklistSheet:
    """Every indicator conforms, but for those that are answered otherwise; an empty answer leaves one out."""
    items = [
        {"indicator": one, "answer": answers.get(one, "conforms"), "remark": "x"}
        for one in INDICATORS
        if answers.get(one) != ""
    ]
    return ChecklistSheet.model_validate({"items": items})


@pytest.mark.parametrize("indicator", INDICATORS)
def test_each_indicator_is_asked_for_and_can_fail_the_product(indicator: str) -> None:
    """G:A/*."""
    assert PRODUCT.pass_rule
    [left_out] = check_checklist(PRODUCT.checklist, a_sheet(**{indicator: ""}), [])
    assert left_out.detail == f"indicator {indicator} is missing"
    found = judge(PRODUCT.checklist, PRODUCT.pass_rule, a_sheet(**{indicator: "does_not"}))
    assert (found.passed, found.barred) == (False, [indicator])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("G:6.1.1a", {"1.1.1": "管理模式", "1.1.2": "体系"}),
        ("G:6.1.1b", {"1.1.2": "首席质量官"}),
        ("G:6.1.1c", {"1.3.1": "智能化"}),
        ("G:6.1.1d", {"1.4.1": "满意", "1.4.3": "满意度"}),
        ("G:6.1.2a", {"2.1.1": "战略", "2.1.2": "部门"}),
        ("G:6.1.2b", {"2.2.1": "标准", "2.2.3": "山西精品"}),
        ("G:6.1.2c", {"2.3.2": "试点", "2.3.3": "领跑者"}),
        ("G:6.1.3a", {"3.1.1": "战略", "3.1.2": "文化"}),
        ("G:6.1.3b", {"3.2.1": "人员", "3.2.2": "信息化"}),
        ("G:6.1.3c", {"3.3.3": "知识产权", "3.3.4": "成果"}),
        ("G:6.1.4a", {"4.1.1": "战略", "4.1.2": "品牌"}),
        ("G:6.1.4b", {"4.2.1": "影响", "4.2.2": "荣誉"}),
        ("G:6.1.4c", {"4.3.2": "品牌价值"}),
        ("G:6.1.4d", {"4.4.1": "排名"}),
        ("G:6.1.5a", {"5.1.1": "社会责任"}),
        ("G:6.1.5b", {"5.2.1": "低碳", "5.2.2": "能源", "5.2.4": "绿色"}),
        ("G:6.1.5c", {"5.3.1": "信用", "5.3.2": "召回"}),
        ("G:6.1.5d", {"5.4.1": "消费者", "5.4.2": "员工"}),
        ("G:6.1.5e", {"5.5.1": "公益"}),
    ],
)
def test_indicators_of_its_own_dimension_look_at_each_content(content: str, said: dict[str, str]) -> None:
    """G:6.1.1a-d, G:6.1.2a-c, G:6.1.3a-c, G:6.1.4a-d, G:6.1.5a-e."""
    titles = {item.id: item.title.zh for item in PRODUCT.checklist}
    clause = next(one for one in SERVICE.clauses if one.id == content)
    assert clause.data == [f"/checklist/{indicator}" for indicator in said]
    assert {indicator.split(".")[0] for indicator in said} == {content[len("G:6.1.")]}
    assert [indicator for indicator, word in said.items() if word not in titles[indicator]] == []


def test_a_service_is_asked_for_new_ideas_models_and_methods() -> None:
    """G:5c: by rows 5 and 6 of R:B, and by its special rule."""
    [looked_at] = [one for one in SERVICE.coverage if one.indicator == "3.3.7"]
    assert (looked_at.rows, looked_at.special_rule) == ([5, 6], True)


def test_the_standard_on_terms_is_not_at_hand() -> None:
    """G:2."""
    [found] = [one for one in PRODUCT.errata if one.clause == "G:2"]
    assert (found.kind, found.relied_on) == ("not_at_hand", "application")

"""G:A: the 49 indicators of the checklist, and the body's own rule by which they pass."""

import json
from datetime import date
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checklist import ChecklistSheet, check_checklist, judge
from domain.evaluation import Circumstances, evaluate_checklist
from domain.pack_parts import Answer, PassRule
from domain.results import ChecklistResult, ChosenReadings, Results
from domain.sheets import CreditSheet
from tests.domain.sheets import CHECKLIST, PRODUCT, a_checklist, told

RULE = PRODUCT.judged_by
ORDINARY = [item.id for item in CHECKLIST if not item.standard]
STANDARD = [item.id for item in CHECKLIST if item.standard]
SITES = ["s1", "s2"]
DOES_NOT, PARTLY, GONE = "does_not", "partly", "not_applicable"


def a_sheet(answers: dict[str, str] | None = None, **more: Any) -> ChecklistSheet:
    return ChecklistSheet.model_validate(a_checklist(answers) | more)


def judged(answers: dict[str, str], rule: PassRule = RULE) -> ChecklistResult:
    sheet = a_sheet(answers)
    assert check_checklist(CHECKLIST, sheet, SITES) == []
    return judge(CHECKLIST, rule, sheet)


def faults(sheet: ChecklistSheet) -> list[tuple[str, str]]:
    return told(check_checklist(CHECKLIST, sheet, SITES))


def some(count: int, answer: str, *, after: int = 0) -> dict[str, str]:
    """So many indicators that do not speak of the standard, answered alike."""
    return dict.fromkeys(ORDINARY[after : after + count], answer)


# The pass rule ----------------------------------------------------------------------------------------------------


def test_there_are_forty_nine_indicators_and_two_speak_of_the_standard() -> None:
    assert (len(CHECKLIST), STANDARD) == (49, ["1.2.2", "2.2.3"])


def test_forty_nine_that_conform_pass() -> None:
    found = judged({})
    assert (found.passed, found.failed, found.partly_share, found.standard_conformed) == (True, [], "0", True)


def test_one_that_does_not_fails() -> None:
    """G:6.2."""
    found = judged({"5.5.1": DOES_NOT})
    assert (found.passed, found.failed, found.barred) == (False, ["barred"], ["5.5.1"])


# a fifth of 49 is 9.8, of 48 is 9.6, of 45 is exactly 9, of 40 exactly 8
@pytest.mark.parametrize(
    ("gone", "partly", "share", "passes"),
    [
        (0, 9, "9/49", True),
        (0, 10, "10/49", False),
        (4, 9, "1/5", True),
        (4, 10, "2/9", False),
        (9, 8, "1/5", True),
        (9, 9, "9/40", False),
        (1, 9, "3/16", True),
        (1, 10, "5/24", False),
    ],
)
def test_at_most_a_fifth_of_what_applies_may_be_met_in_part(
    gone: int,
    partly: int,
    share: str,
    passes: bool,  # noqa: FBT001  # expected figure
) -> None:
    """G:6.2."""
    spread = ORDINARY[::3] + ORDINARY[1::3] + ORDINARY[2::3]
    answers = dict.fromkeys(spread[:gone], GONE) | dict.fromkeys(spread[gone : gone + partly], PARTLY)
    found = judged(answers)
    assert (found.partly_share, found.passed) == (share, passes)
    assert found.failed == ([] if passes else ["partly"])


@pytest.mark.parametrize("indicator", ["1.2.2", "2.2.3"])
@pytest.mark.parametrize("answer", [PARTLY, DOES_NOT, GONE])
def test_the_standard_is_conformed_to_or_the_checklist_fails(indicator: str, answer: str) -> None:
    """G:4.3, G:6.2."""
    found = judged({indicator: answer})
    assert (found.passed, found.standard_conformed, found.off_standard) == (False, False, [indicator])
    assert found.failed == (["barred", "standard"] if answer == DOES_NOT else ["standard"])


def test_everything_that_failed_is_named() -> None:
    found = judged(some(11, PARTLY) | {"1.2.2": DOES_NOT, "5.5.1": DOES_NOT})
    assert found.failed == ["barred", "partly", "standard"]
    assert (found.barred, found.off_standard) == (["1.2.2", "5.5.1"], ["1.2.2"])


def test_answers_are_counted_by_dimension() -> None:
    found = judged({"1.1.1": PARTLY, "1.1.2": GONE, "4.4.1": DOES_NOT})
    nothing = {DOES_NOT: 0, PARTLY: 0, GONE: 0}
    assert found.dimensions == {
        "1": {"conforms": 7, PARTLY: 1, DOES_NOT: 0, GONE: 1},
        "2": {"conforms": 9, **nothing},
        "3": {"conforms": 12, **nothing},
        "4": {"conforms": 8, PARTLY: 0, DOES_NOT: 1, GONE: 0},
        "5": {"conforms": 10, **nothing},
    }


def test_the_rule_says_that_it_is_the_bodys_own() -> None:
    assert "own" in judged({}).rule.en


def test_a_body_may_set_another_rule() -> None:
    stricter = RULE.model_copy(update={"barred": ["does_not", "not_applicable"], "partly_at_most": "0"})
    assert judged(some(1, PARTLY), stricter).failed == ["partly"]
    assert judged(some(1, GONE), stricter).failed == ["barred"]
    milder = RULE.model_copy(update={"standard_conforms": False})
    assert judged({"1.2.2": PARTLY}, milder).passed
    assert not judged({"1.2.2": PARTLY}, milder).standard_conformed


BETTER = {"does_not": "partly", "partly": "conforms", "not_applicable": "conforms"}
ONE = st.sampled_from([*["conforms"] * 12, "partly", "partly", "does_not", "not_applicable"])
ANSWERS = st.lists(ONE, min_size=49, max_size=49).filter(lambda answers: set(answers) != {"not_applicable"})


@given(ANSWERS, st.integers(0, 48))
def test_a_better_answer_never_turns_a_pass_into_a_fail(answers: list[str], place: int) -> None:
    given_before = dict(zip((item.id for item in CHECKLIST), answers, strict=True))
    better = given_before | {CHECKLIST[place].id: BETTER.get(answers[place], "conforms")}
    before, after = (judge(CHECKLIST, RULE, a_sheet(one)) for one in (given_before, better))
    assert after.passed >= before.passed


@given(ANSWERS)
def test_the_verdict_is_that_of_counting_by_hand(answers: list[str]) -> None:
    given_answers = dict(zip((item.id for item in CHECKLIST), answers, strict=True))
    applies = 49 - answers.count("not_applicable")
    few = answers.count("partly") * 5 <= applies
    standard = given_answers["1.2.2"] == given_answers["2.2.3"] == "conforms"
    found = judge(CHECKLIST, RULE, a_sheet(given_answers))
    assert found.passed == ("does_not" not in answers and few and standard)
    assert Fraction(found.partly_share) * applies == answers.count("partly")
    counts = {answer: sum(one[answer] for one in found.dimensions.values()) for answer in get_args(Answer)}
    assert counts == {answer: answers.count(answer) for answer in get_args(Answer)}


# The sheet --------------------------------------------------------------------------------------------------------


def test_a_whole_sheet_has_no_faults() -> None:
    assert faults(a_sheet()) == []


def test_every_indicator_stands_once() -> None:
    items = a_checklist()["items"]
    assert faults(a_sheet(items=[*items, items[3]])) == [("/items/49/indicator", "indicator 1.2.2 stands twice")]
    assert faults(a_sheet(items=items[:-1])) == [("/items", "indicator 5.5.1 is missing")]
    stranger = {"indicator": "9.9.9", "answer": "conforms"}
    assert faults(a_sheet(items=[*items, stranger])) == [
        ("/items/49/indicator", "the checklist has no indicator 9.9.9")
    ]


@pytest.mark.parametrize("answer", [PARTLY, DOES_NOT, GONE])
def test_what_does_not_plainly_conform_needs_a_remark(answer: str) -> None:
    items = a_checklist()["items"]
    items[1] = {"indicator": items[1]["indicator"], "answer": answer}
    assert faults(a_sheet(items=items)) == [("/items/1/remark", f"{answer} needs a remark")]


def test_what_conforms_needs_no_remark() -> None:
    assert all(not entry.remark for entry in a_sheet().items)


def a_finding(**changes: Any) -> dict[str, Any]:
    return {"indicator": "4.4.1", "description": "无排名证明", "severity": "minor", "rectify": True} | changes


@pytest.mark.parametrize("answer", [PARTLY, DOES_NOT])
def test_a_finding_speaks_of_an_indicator_that_is_not_met_or_in_part(answer: str) -> None:
    assert faults(a_sheet({"4.4.1": answer}, findings=[a_finding(site="s2")])) == []


@pytest.mark.parametrize("answers", [{}, {"4.4.1": GONE}])
def test_a_finding_does_not_contradict_the_answer(answers: dict[str, str]) -> None:
    assert faults(a_sheet(answers, findings=[a_finding()])) == [
        ("/findings/0/indicator", "4.4.1 is not answered partly or does_not")
    ]


def test_a_finding_names_an_indicator_and_a_planned_site() -> None:
    found = faults(a_sheet({"4.4.1": PARTLY}, findings=[a_finding(site="s9"), a_finding(indicator="9.9")]))
    assert [pointer for pointer, _ in found] == ["/findings/0/site", "/findings/1/indicator"]


def test_a_dimension_cannot_be_left_without_any_indicator() -> None:
    """G:4.1."""
    fourth = [item.id for item in CHECKLIST if item.dimension == "4"]
    assert faults(a_sheet(dict.fromkeys(fourth, GONE))) == [
        ("/items/38/answer", "dimension 4 would have no indicator left")
    ]
    assert faults(a_sheet(dict.fromkeys(fourth[1:], GONE))) == []


def test_what_does_not_apply_is_for_the_reviewer_to_approve() -> None:
    assert a_sheet({"3.3.7": GONE, "1.1.1": PARTLY, "5.2.1": GONE}).not_applicable == ["3.3.7", "5.2.1"]


# The verdict ------------------------------------------------------------------------------------------------------


MINOR = {"on": "2026-01-05", "kind": "violation", "severity": "minor"}
SERIOUS_ONLY = ChosenReadings(credit="serious-only")


def evaluated(answers: dict[str, str], *entries: dict[str, str], chosen: ChosenReadings | None = None) -> Results:
    credit = CreditSheet.model_validate_json(json.dumps({"listed": False, "entries": entries}))
    under = Circumstances(SITES, date(2026, 3, 2), chosen or ChosenReadings())
    return evaluate_checklist(CHECKLIST, RULE, (a_sheet(answers), credit), under)


def test_a_pass_needs_the_checklist_and_credit_alike() -> None:
    passed = evaluated({})
    assert (passed.verdict, passed.failed_conditions, passed.sensitive) == ("pass", [], [])
    assert evaluated({"5.5.1": DOES_NOT}).failed_conditions == ["checklist"]
    failed = evaluated({"5.5.1": DOES_NOT}, MINOR)
    assert (failed.failed_conditions, failed.verdict) == (["checklist", "credit"], "fail")


@pytest.mark.parametrize(
    ("chosen", "clean"),
    [(ChosenReadings(), False), (ChosenReadings(points="cap", credit="serious-only"), True)],
)
def test_a_checklists_results_say_by_which_readings_and_whether_credit_was_clean(
    chosen: ChosenReadings, *, clean: bool
) -> None:
    """R:7/7.4.5."""
    results = evaluated({}, MINOR, chosen=chosen)
    assert (results.reading_used, results.strictness_used) == (None, chosen.credit), "no points, no reading of them"
    assert results.credit
    assert results.credit.passed is clean


def test_there_are_no_points() -> None:
    results = evaluated({})
    assert (results.readings, results.characteristic, results.counterfactual) == (None, None, None)


def test_the_verdict_depends_on_no_reading_but_that_of_credit() -> None:
    found = evaluated({}, MINOR)
    assert (found.verdict, found.sensitive, found.would_be) == (
        "fail",
        ["credit-strictness"],
        {"credit-strictness": "pass"},
    )
    assert evaluated({}, MINOR, chosen=SERIOUS_ONLY).verdict == "pass"


def test_a_checklist_that_fails_anyway_depends_on_no_reading() -> None:
    assert evaluated({"5.5.1": DOES_NOT}, MINOR).sensitive == []


# three years back from 2 March 2026, the corresponding day included (R:7/7.4.5)
@pytest.mark.parametrize(("on", "verdict"), [("2023-03-02", "fail"), ("2023-03-01", "pass")])
def test_credit_looks_back_three_years(on: str, verdict: str) -> None:
    assert evaluated({}, MINOR | {"on": on}).verdict == verdict


def test_a_case_keeps_the_counts_and_the_record_the_answers() -> None:
    results = evaluated({"1.1.1": PARTLY})
    totals = results.totals()
    assert totals.checklist is not None
    assert (totals.checklist.answers, totals.checklist.dimensions["1"][PARTLY]) == ({}, 1)
    shown = totals.whole(json.loads(results.as_scored()))
    assert len(shown["checklist"]["answers"]) == 49

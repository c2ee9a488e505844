"""What results say of themselves: every award, what would be under another reading, and a digest of it all."""

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.evaluation import Circumstances, Sheets, evaluate
from domain.results import ChosenReadings, Counterfactual, CreditReadings, Results, digest
from domain.scoring import score_management, verdict
from domain.sheets import CharacteristicsSheet, CreditSheet
from tests.domain.sheets import AT_80, CATALOGUE, CLEAN, GOOD, NOT_APPLICABLE, RULE, a_sheet, awards, scored

MINOR = CreditReadings(literal=False, serious_only=True)
DEFAULT = ChosenReadings()
CAP, SERIOUS = ChosenReadings(points="cap"), ChosenReadings(credit="serious-only")


def judged(
    changes: dict[int, Any] | None = None, checked: CreditReadings = CLEAN, chosen: ChosenReadings = DEFAULT
) -> Results:
    return verdict(scored(changes), GOOD, checked, chosen)


# Each element and row ---------------------------------------------------------------------------------------------


def test_each_element_is_shown_as_it_was_awarded() -> None:
    rows = scored({6: awards("6.1=0.45", "6.2.2=0.25"), 7: [{"id": "7.2", "count": 3}]}).normalise.rows
    assert rows["6"].elements == {"6.1": "0.45", "6.2.1": "0", "6.2.2": "0.25"}
    assert (rows["7"].elements, rows["7"].printed) == ({"7.1": "0", "7.2": "1.5"}, "1")


def test_a_row_says_when_a_violation_left_nothing_of_it() -> None:
    row = scored({36: {"violation": True}}).cap.rows["36"]
    assert (row.elements, row.printed, row.violation) == ({"36.1": "1"}, "0", True)


def test_a_carried_row_is_marked_and_its_points_are_not_rescaled() -> None:
    before = {38: awards("38.1=0.7"), 39: awards("39.2=3")}
    carried = {number: {"carried": True, "reason": "unchanged", "elements": given} for number, given in before.items()}
    now, then = score_management(CATALOGUE, a_sheet(carried)), scored(before)
    assert (now.normalise.rows["38"].carried, now.cap.rows["37"].carried) == (True, False)
    assert (now.normalise.indicators, now.cap.indicators) == (then.normalise.indicators, then.cap.indicators)


def test_a_row_that_does_not_apply_is_marked() -> None:
    assert scored({38: NOT_APPLICABLE}).normalise.rows["38"].not_applicable


# Readings ---------------------------------------------------------------------------------------------------------


def test_a_case_is_judged_by_the_readings_it_is_pinned_to() -> None:
    pinned = {"appendix-b-points": "cap", "credit-strictness": "serious-only", "row-15": "exclusive"}
    assert ChosenReadings.of(pinned) == ChosenReadings(points="cap", credit="serious-only")


def test_a_case_that_is_pinned_to_nothing_is_judged_by_the_defaults() -> None:
    assert ChosenReadings.of({}) == ChosenReadings(points="normalise", credit="literal")


def test_a_reading_that_nobody_knows_is_no_reading() -> None:
    with pytest.raises(ValidationError):
        ChosenReadings.of({"appendix-b-points": "generous"})


@pytest.mark.parametrize(
    ("changes", "checked", "chosen", "would_be"),
    [
        (None, CLEAN, DEFAULT, {}),
        (AT_80, CLEAN, DEFAULT, {"appendix-b-points": "fail"}),
        (AT_80, CLEAN, CAP, {"appendix-b-points": "pass"}),
        (None, MINOR, DEFAULT, {"credit-strictness": "pass"}),
        (None, MINOR, SERIOUS, {"credit-strictness": "fail"}),
        # either alone turns a pass
        (AT_80, MINOR, SERIOUS, {"appendix-b-points": "fail", "credit-strictness": "fail"}),
        # neither alone turns the fail, only both together
        (AT_80, MINOR, CAP, {"appendix-b-points": "fail", "credit-strictness": "fail"}),
    ],
)
def test_each_erratum_says_what_the_verdict_would_be(
    changes: dict[int, Any] | None, checked: CreditReadings, chosen: ChosenReadings, would_be: dict[str, str]
) -> None:
    result = judged(changes, checked, chosen)
    assert result.would_be == would_be
    assert result.sensitive == list(would_be)


# What is kept, and what is shown ----------------------------------------------------------------------------------


def by_hand(shown: dict[str, Any]) -> str:
    """Give the digest as anybody can compute it."""
    said = {name: value for name, value in shown.items() if name not in {"digest", "final"}}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_totals_and_the_record_together_show_the_whole() -> None:
    result = judged(AT_80, chosen=CAP)
    shown = result.totals().whole(json.loads(result.as_scored()))
    assert shown == result.model_dump(mode="json") | {"digest": shown["digest"]}


def a_fail_with_all_that_explains_it() -> Results:
    """A fail with an example, an adoption, a file that counts twice and an item that lost a point."""
    rows = a_sheet({11: [], 1: [], 2: [], 21: [{"id": "21.1", "points": "2", "adopted_from": "b2"}]})
    adopted = {"items": [{"id": "b2", "evidence": ["f-1"]}], "deductions": []}
    sheets = Sheets(rows, CharacteristicsSheet.model_validate(adopted), CreditSheet(listed=False))
    return evaluate(CATALOGUE, RULE, sheets, Circumstances(["s1"], date(2026, 12, 1), CAP))


def test_what_explains_a_fail_lies_in_the_record_and_is_shown_with_the_totals() -> None:
    result = a_fail_with_all_that_explains_it()
    assert result.counterfactual
    assert len(result.counterfactual.example) > 1
    shown = result.totals().whole(json.loads(result.as_scored()))
    assert shown == result.model_dump(mode="json") | {"digest": by_hand(result.model_dump(mode="json"))}


def test_the_state_keeps_no_part_of_what_explains_a_fail() -> None:
    result = a_fail_with_all_that_explains_it()
    totals = result.totals()
    assert result.characteristic
    assert totals.characteristic
    assert totals.counterfactual
    assert (totals.adoptions, totals.shared_evidence, totals.counterfactual.example) == ([], [], [])
    assert (totals.characteristic.items, totals.characteristic.score) == ({}, result.characteristic.score)
    assert totals.counterfactual.management_points == "7.5"


def test_a_condition_that_the_case_adds_is_shown_and_hides_no_example() -> None:
    result = a_fail_with_all_that_explains_it()
    shown = result.totals().fails("rectification").whole(json.loads(result.as_scored()))
    assert shown["failed_conditions"] == ["q1", "rectification"]
    assert shown["counterfactual"]["beyond_points"] == ["rectification"]
    assert shown["counterfactual"]["example"] == result.model_dump(mode="json")["counterfactual"]["example"]


def test_a_pass_that_the_case_fails_has_no_example_to_show() -> None:
    result = judged()
    shown = result.totals().fails("rectification").whole(json.loads(result.as_scored()))
    assert shown["counterfactual"]["example"] == []


def test_whether_results_are_final_is_not_scored() -> None:
    assert "final" not in json.loads(judged().as_scored())


def test_the_digest_speaks_utf_8_and_leaves_out_what_comes_later() -> None:
    """RFC 8785: sorted, without spaces, in UTF-8."""
    said = {"verdict": "pass", "rule": "本机构规则"}
    expected = hashlib.sha256('{"rule":"本机构规则","verdict":"pass"}'.encode()).hexdigest()
    assert digest(said | {"final": True, "digest": "0"}) == expected


@pytest.mark.parametrize(
    ("checked", "chosen", "clean"), [(CLEAN, DEFAULT, True), (MINOR, DEFAULT, False), (MINOR, SERIOUS, True)]
)
def test_results_say_whether_credit_was_clean_and_by_which_readings(
    checked: CreditReadings, chosen: ChosenReadings, *, clean: bool
) -> None:
    """R:7/7.4.5."""
    result = judged(checked=checked, chosen=chosen)
    assert result.credit
    assert result.credit.passed is clean
    assert (result.reading_used, result.strictness_used) == (chosen.points, chosen.credit)


def test_the_digest_is_the_hash_of_what_is_shown() -> None:
    result = judged()
    shown = result.totals().whole(json.loads(result.as_scored()))
    assert shown["digest"] == by_hand(shown)


def test_the_digest_stays_when_the_results_become_final() -> None:
    result = judged()
    final = result.totals().model_copy(update={"final": True}).whole(json.loads(result.as_scored()))
    assert (final["final"], final["digest"]) == (True, by_hand(json.loads(result.as_scored())))


def test_another_award_is_another_digest() -> None:
    one, other = judged(), judged({2: []})
    assert digest(one.model_dump(mode="json")) != digest(other.model_dump(mode="json"))


def test_the_state_keeps_no_rows_and_stays_small() -> None:
    totals = judged({number: [] for number in range(1, 42)}).totals()
    assert totals.readings is not None
    assert (totals.readings.normalise.rows, totals.readings.cap.indicators) == ({}, {})
    assert len(totals.model_dump_json()) < 2000


def test_what_fails_beside_the_scores_fails_under_every_reading_and_no_points_help() -> None:
    result = judged(AT_80).fails("rectification")
    assert (result.verdict, result.failed_conditions) == ("fail", ["rectification"])
    assert (result.sensitive, result.would_be) == ([], {})
    assert result.counterfactual == Counterfactual(beyond_points=["rectification"])


def test_what_has_failed_already_is_not_named_twice() -> None:
    assert judged(checked=MINOR).fails("credit").failed_conditions == ["credit"]

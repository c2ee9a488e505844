"""R:7/7.4.3-7.4.5: what an audit's sheets come to together, and what explains it."""

from datetime import date

import pytest

from domain.evaluation import Circumstances, Sheets, evaluate
from domain.results import Adoption, ChosenReadings, SharedEvidence
from domain.sheets import CharacteristicsSheet, CreditSheet
from tests.domain.sheets import AT_80, CATALOGUE, RULE, a_sheet, deductions

SITES = ["s1", "s2", "s3"]
ON = date(2026, 12, 1)
UNDER = Circumstances(SITES, ON, ChosenReadings())
CLEAN = CreditSheet(listed=False)
MINOR = CreditSheet.model_validate_json(
    '{"listed": false, "entries": [{"on": "2026-11-30", "kind": "violation", "severity": "minor", "source": "x", '
    '"description": "x"}]}'
)
NOTHING_TAKEN = CharacteristicsSheet()


def test_full_marks_pass_with_nothing_to_explain() -> None:
    found = evaluate(CATALOGUE, RULE, Sheets(a_sheet(), NOTHING_TAKEN, CLEAN), UNDER)
    assert (found.verdict, found.failed_conditions, found.counterfactual) == ("pass", [], None)
    assert found.readings
    assert found.readings.normalise.total == "100"
    assert (found.adoptions, found.shared_evidence) == ([], [])


def test_each_sheet_can_fail_an_audit() -> None:
    """R:B/3, R:7/7.4.4, R:7/7.4.5."""
    lost = [("f6", "3"), ("f7", "3"), ("b2", "4"), ("b4", "4"), ("b6", "3"), ("t4", "4")]
    taken = deductions(*[(item, site, points) for item, points in lost for site in SITES])
    rows = a_sheet(AT_80 | {3: []})
    found = evaluate(CATALOGUE, RULE, Sheets(rows, taken, MINOR), UNDER)
    assert found.failed_conditions == ["q1", "total", "characteristic", "credit"]


def test_a_fail_says_how_far_it_is_from_a_pass() -> None:
    found = evaluate(CATALOGUE, RULE, Sheets(a_sheet({30: []}), NOTHING_TAKEN, MINOR), UNDER)
    assert found.counterfactual
    assert found.counterfactual.beyond_points == ["credit"]


@pytest.mark.parametrize(("strictness", "verdict"), [("literal", "fail"), ("serious-only", "pass")])
def test_credit_is_read_as_the_case_reads_it(strictness: str, verdict: str) -> None:
    """R:7/7.4.5."""
    chosen = ChosenReadings.model_validate({"credit": strictness})
    found = evaluate(CATALOGUE, RULE, Sheets(a_sheet(), NOTHING_TAKEN, MINOR), Circumstances(SITES, ON, chosen))
    assert found.verdict == verdict


def test_an_entry_counts_for_three_years_before_the_day_of_the_question() -> None:
    """R:7/7.4.5."""
    later = Circumstances(SITES, date(2029, 12, 1), ChosenReadings())
    assert evaluate(CATALOGUE, RULE, Sheets(a_sheet(), NOTHING_TAKEN, MINOR), later).verdict == "pass"


def test_adoptions_and_files_that_count_twice_are_shown() -> None:
    """R:7/7.4.2."""
    first = {"id": "21.1", "points": "2", "adopted_from": "b2"}
    rows = a_sheet({21: [first, {"id": "21.2", "points": "1", "evidence": ["f-1"]}]})
    items = CharacteristicsSheet.model_validate({"items": [{"id": "b2", "evidence": ["f-1"]}]})
    found = evaluate(CATALOGUE, RULE, Sheets(rows, items, CLEAN), UNDER)
    assert found.adoptions == [Adoption(row=21, element="21.1", item="b2", by="element")]
    assert found.shared_evidence == [SharedEvidence(file="f-1", rows=[21], items=["b2"], adopted=True)]

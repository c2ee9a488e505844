"""How long scoring takes: a case with both readings and sensitivity in under 5 ms."""

import statistics
from datetime import date

from domain.evaluation import Circumstances, Sheets, evaluate
from domain.results import ChosenReadings
from domain.sheets import CreditSheet
from tests.domain.sheets import AT_80, CATALOGUE, RULE, a_sheet, deductions
from tests.timing import seconds

ONE_OFF = deductions(("f1", "s1", "1"))
PASS = Sheets(a_sheet(), ONE_OFF, CreditSheet(listed=False))
FAIL = Sheets(a_sheet(AT_80), ONE_OFF, CreditSheet(listed=False))
UNDER = Circumstances(["s1", "s2", "s3"], date(2026, 12, 1), ChosenReadings(points="cap"))


def median_seconds(sheets: Sheets) -> float:
    """The median time on the processor, so that what else runs on the machine counts little."""
    return statistics.median(seconds(lambda: evaluate(CATALOGUE, RULE, sheets, UNDER)) for _ in range(25))


def test_scoring_a_case_with_both_readings_and_sensitivity_takes_under_5_ms() -> None:
    assert evaluate(CATALOGUE, RULE, PASS, UNDER).verdict == "pass"
    assert min(median_seconds(PASS) for _ in range(8)) < 0.005


def test_scoring_a_failed_case_with_its_counterfactual_takes_under_10_ms() -> None:
    assert evaluate(CATALOGUE, RULE, FAIL, UNDER).counterfactual is not None
    assert min(median_seconds(FAIL) for _ in range(8)) < 0.010

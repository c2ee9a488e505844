"""What an audit's sheets come to, all of it: points, characteristics, credit, verdict and what explains them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from domain.adoption import adoptions, shared_evidence
from domain.catalogue import Catalogue
from domain.checklist import ChecklistSheet, judge
from domain.counterfactual import counterfactual
from domain.credit import credit_readings
from domain.pack_parts import ChecklistItem, PassRule
from domain.results import ChosenReadings, Condition, CreditResult, Results
from domain.scoring import score_characteristics, score_management, verdict
from domain.sensitivity import sensitivity
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet
from domain.trade_pack import SpecialRule


class Sheets(NamedTuple):
    """What an audit handed in to be scored: without faults, and the carried rows filled in."""

    management: ManagementSheet
    characteristics: CharacteristicsSheet
    credit: CreditSheet


class Circumstances(NamedTuple):
    """What the sheets are scored under besides the packs: the sites visited, the day, the readings of the case."""

    sites: Collection[str]
    on: date
    chosen: ChosenReadings


def evaluate(catalogue: Catalogue, rule: SpecialRule, sheets: Sheets, under: Circumstances) -> Results:
    """Score an audit whole (R:7/7.4.3-7.4.5, R:B); raises ValueError when no site was visited."""
    results = verdict(
        score_management(catalogue, sheets.management),
        score_characteristics(rule, sheets.characteristics, under.sites),
        credit_readings(sheets.credit, under.on, catalogue.thresholds),
        under.chosen,
    )
    adopted = adoptions(sheets.management, sheets.characteristics)
    explained = {
        "counterfactual": counterfactual(catalogue, sheets.management, results),
        "adoptions": adopted,
        "shared_evidence": shared_evidence(sheets.management, sheets.characteristics, adopted),
    }
    return results.model_copy(update=explained)


def evaluate_checklist(
    checklist: Sequence[ChecklistItem],
    rule: PassRule,
    sheets: tuple[ChecklistSheet, CreditSheet],
    under: Circumstances,
) -> Results:
    """Judge an audit that is decided on the checklist (G:A) and on credit (R:7/7.4.5, borrowed)."""
    answered, asked = sheets
    found, credit = judge(checklist, rule, answered), credit_readings(asked, under.on, rule)

    def failed(chosen: ChosenReadings) -> list[Condition]:
        met: dict[Condition, bool] = {"checklist": found.passed, "credit": credit.under(chosen.credit)}
        return [condition for condition, passed in met.items() if not passed]

    conditions = failed(under.chosen)
    would_be = sensitivity(lambda chosen: not failed(chosen), under.chosen)
    return Results(
        strictness_used=under.chosen.credit,
        sensitive=list(would_be),
        would_be=would_be,
        checklist=found,
        credit=CreditResult(passed=credit.under(under.chosen.credit)),
        failed_conditions=conditions,
        verdict="fail" if conditions else "pass",
    )

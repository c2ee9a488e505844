"""What an audit's sheets come to, all of it: points, characteristics, credit, verdict and what explains them."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from domain.adoption import adoptions, shared_evidence
from domain.catalogue import Catalogue
from domain.counterfactual import counterfactual
from domain.credit import credit_readings
from domain.results import ChosenReadings, Results
from domain.scoring import score_characteristics, score_management, verdict
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

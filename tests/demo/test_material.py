"""What the demonstration hands in is legal input, and tells the same story, whatever the seed."""

import json
import random
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.days import is_holiday, quiet_day, quiet_monday
from demo.material import DOCUMENTS, Material, uscc
from domain.answers import AuditContents, AuditPlan, ContractSigned, CreditSheet
from domain.application import NewCase
from domain.model import Input
from domain.planning import PersonDays, check_coverage, check_person_days, required
from domain.results import Readings
from domain.scoring import credit_readings, score_characteristics, score_management
from domain.sheet_checks import Setting, check_characteristics, check_sheet
from domain.sheets import AuditKind, CharacteristicsSheet, ManagementSheet, with_carried
from tests.domain.sheets import CATALOGUE, LIBRARY, RULE

SEEDS = st.integers(min_value=0, max_value=2**40)
SITES = ["s01", "s03", "s07", "s09", "s12"]
TODAY = date(2027, 3, 1)
RULES = LIBRARY.scheme("service", "1.0").under(RULE).rules()
AUDITS: dict[str, AuditKind] = {
    "initial": "initial",
    "reaudit": "reaudit",
    "surveillance-1": "surveillance",
    "surveillance-2": "surveillance",
    "recertification": "recertification",
}


Sent = TypeVar("Sent", bound=Input)


def sent(model: type[Sent], data: dict[str, Any]) -> Sent:
    """What the product reads when this is sent to it."""
    return model.model_validate_json(json.dumps(data))


class Edge(random.Random):
    """Draws always the least, or always the most."""

    def __init__(self, *, most: bool) -> None:
        super().__init__(0)
        self._most = most

    def randint(self, a: int, b: int) -> int:
        return b if self._most else a


class Extreme(Material):
    """Material whose every number lies at one end of its range."""

    most = False

    def _draw(self, *_: str) -> random.Random:
        return Edge(most=self.most)


class Most(Extreme):
    most = True


def sheet(material: Material, audit: str, previous: ManagementSheet | None = None) -> ManagementSheet:
    """The checked sheet of an audit."""
    found = sent(ManagementSheet, material.management(audit, SITES))
    assert check_sheet(CATALOGUE, found, Setting(AUDITS[audit], previous, (), SITES)) == []
    return with_carried(found, previous)


def scored(material: Material, audit: str) -> Readings:
    return score_management(CATALOGUE, sheet(material, audit))


@given(SEEDS)
def test_the_application_is_valid_and_its_people_stay_in_one_band(seed: int) -> None:
    material = Material(seed)
    files = dict.fromkeys(DOCUMENTS, "f")
    case = sent(NewCase, {"body": "demo", **material.application(files)})
    assert 100 <= case.headcount_in_scope < 500
    assert [site.central for site in case.sites].count(True) == 1
    sent(ContractSigned, material.contract(TODAY, "f"))


@given(SEEDS, SEEDS)
def test_each_seed_has_a_code_of_its_own(one: int, other: int) -> None:
    assert (uscc(one) == uscc(other)) == (one % 31**6 == other % 31**6)


@given(SEEDS, st.sampled_from(["initial", "reaudit", "recertification"]))
def test_the_first_audit_fails_and_the_others_pass_under_both_readings(seed: int, audit: str) -> None:
    readings = scored(Material(seed), audit)
    passes = audit != "initial"
    assert (readings.normalise.passed, readings.cap.passed) == (passes, passes)


@pytest.mark.parametrize("material", [Extreme(1), Most(1)])
def test_no_draw_can_turn_a_verdict(material: Material) -> None:
    assert scored(material, "initial").normalise.failed == ["q1", "q3", "total"]
    assert scored(material, "initial").cap.failed == ["q1", "q3", "total"]
    for audit in ("reaudit", "recertification"):
        readings = scored(material, audit)
        assert readings.normalise.passed
        assert readings.cap.passed


@pytest.mark.parametrize("material", [Extreme(1), Most(1)])
def test_a_surveillance_carries_rows_and_passes(material: Material) -> None:
    first = sheet(material, "surveillance-1", sheet(material, "reaudit"))
    assert sum(score.carried for score in first.scores) == 17
    readings = score_management(CATALOGUE, sheet(material, "surveillance-2", first))
    assert readings.normalise.passed
    assert readings.cap.passed


@given(SEEDS, st.sampled_from(list(AUDITS)))
def test_the_characteristics_reach_the_threshold_with_deductions(seed: int, audit: str) -> None:
    found = sent(CharacteristicsSheet, Material(seed).characteristics(audit, SITES[:3] if "sur" in audit else SITES))
    assert check_characteristics(RULE, found, SITES) == []
    result = score_characteristics(RULE, found, SITES)
    assert result.passed
    assert result.score != "100"


@pytest.mark.parametrize("audit", AUDITS)
def test_plans_follow_the_table_and_cover_the_work(audit: str) -> None:
    material = Material(1)
    plan = sent(AuditPlan, material.plan(audit, TODAY))
    days = PersonDays.model_validate(plan.person_days.model_dump())
    table = required(material.headcount, AUDITS[audit], RULES)
    assert check_person_days(days, table, plan.reason, RULES.planning) == []
    assert check_coverage(days, 2, plan.planned_from, plan.planned_to) == []


def test_what_is_to_be_rectified_after_a_pass_has_a_cause_and_an_action() -> None:
    material = Material(1)
    for audit in ("reaudit", "surveillance-1", "surveillance-2", "recertification"):
        for one in _to_rectify(material, audit):
            assert material.rectified({"id": "f1", "item": one}, "f")["cause"]
    assert material.said("rejected_item") in _to_rectify(material, "reaudit")


def _to_rectify(material: Material, audit: str) -> list[str]:
    found: list[dict[str, Any]] = material.management(audit, SITES)["findings"]
    found += material.characteristics(audit, SITES)["deductions"]
    return [str(one.get("item", one.get("row"))) for one in found if one["rectify"]]


def test_the_credit_check_is_clean_under_both_readings() -> None:
    checked = sent(CreditSheet, Material(1).credit(TODAY, "f"))
    readings = credit_readings(checked, TODAY, CATALOGUE.thresholds)
    assert readings.literal
    assert readings.serious_only


def test_contents_and_renewal_are_concluded_whole() -> None:
    for audit in ("surveillance-1", "surveillance-2", "recertification"):
        contents = sent(AuditContents, Material(1).contents(audit))
        assert "".join(contents.items) == "abcdef"
        assert "".join(contents.renewal) == ("abc" if audit == "recertification" else "")


def test_another_seed_gives_other_totals_and_another_organization() -> None:
    one, other = Material(1), Material(2)
    for audit in ("initial", "reaudit"):
        assert scored(one, audit).normalise.total != scored(other, audit).normalise.total
    assert one.organization["uscc"] != other.organization["uscc"]
    assert one.headcount != other.headcount


def test_the_same_seed_gives_the_same_data() -> None:
    assert Material(7).management("reaudit", SITES) == Material(7).management("reaudit", SITES)
    assert Material(7).sites == Material(7).sites


def test_papers_are_pdf_files_that_name_the_organization() -> None:
    for paper in (*DOCUMENTS, "contract", "visit", "credit", "rectified"):
        name, data = Material(1).paper(paper)
        assert name.endswith(".pdf")
        assert data.startswith(b"%PDF-")


def test_audits_avoid_holidays_and_still_close_within_their_windows() -> None:
    for ahead in range(5 * 365):
        due = date(2027, 3, 1) + timedelta(days=ahead)
        begins = quiet_monday(quiet_day(due - timedelta(days=60)) + timedelta(days=12))
        assert begins + timedelta(days=2) <= due
        assert not any(is_holiday(begins + timedelta(days=day)) for day in range(5))

"""A body's own rules: who is pinned to them, from when on, and whose value counts (R:2)."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine
from sqlmodel import Session

from activities.facts import FactFinder
from activities.turns import TurnActivities
from api import views
from domain.rules import Rules
from records import queries
from services.schemes import SCHEMES, Library
from tests.flow.conftest import Lives
from tests.flow.steps import MINOR_VIOLATION, pointers
from tests.lives import START, Life, a_deduction
from tests.schemes.builders import HOUSE, lay, setting
from workflows.flow import react

FINER = {"documents": "1.25", "management": "6", "characteristics": "5"}
"""12.25 person-days: on a grid of a quarter only."""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """The rules of the body `demo`, from the tests' first day on."""
    overrides = setting(planning__grid="0.25", **{"waits__contract.sign__limit__amount": 20})
    readings = {"credit-strictness": "serious-only"}
    lay(tmp_path, HOUSE, valid_from=str(START), readings=readings, overrides=overrides)
    return tmp_path


def under(packs: Path, life: Life) -> Life:
    """The life in an installation with these packs."""
    life.turns = TurnActivities(life.engine, FactFinder(Library.load(packs)), react)
    return life


def rules(life: Life) -> Rules:
    assert life.case.rules is not None
    return life.case.rules


def shown(life: Life) -> dict[str, Any]:
    """The rules in the snapshot."""
    reader = life.message("manager", "act", "note.add", {}).actor
    assert reader is not None
    with Session(life.engine) as session:

        def content(digest: str) -> Any:
            return json.loads(queries.content(session, life.case.id, digest))

        found: dict[str, Any] = views.snapshot(life.case, reader, life.now, content)["rules"]
    return found


def test_a_case_of_the_body_is_pinned_to_its_rules(packs: Path, lives: Lives) -> None:
    life = under(packs, lives())
    life.apply()
    assert rules(life).house_rules == "demo-service/1.0"
    assert rules(life).readings["credit-strictness"] == "serious-only"
    assert rules(life).readings["appendix-b-points"] == "normalise"


def test_a_limit_of_the_bodys_own_counts(packs: Path, lives: Lives) -> None:
    life = under(packs, lives())
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    # applied for on Monday 2 March 2026; twenty days from it
    assert str(life.task("contract.sign").due_on) == "2026-03-22"


def test_person_days_lie_on_the_bodys_grid(packs: Path, lives: Lives) -> None:
    life = under(packs, lives()).contracted()
    life.plan(person_days=FINER, reason="文件较多")
    assert life.open == ["audit.plan.confirm"]


def test_without_rules_of_its_own_a_body_has_the_packs(lives: Lives) -> None:
    life = lives().contracted()
    assert rules(life).house_rules == ""
    refusal = life.refused("manager", "audit.plan", **life.a_plan(person_days=FINER, reason="文件较多"))
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/person_days/documents"])


def test_another_body_is_not_touched(packs: Path, lives: Lives) -> None:
    life = under(packs, lives())
    life.case.body = "other"
    life.apply(body="other")
    assert (rules(life).house_rules, rules(life).planning.grid) == ("", "0.5")
    assert rules(life).readings["credit-strictness"] == "literal"


def test_a_case_applied_for_before_they_are_in_force_is_not_touched(tmp_path: Path, lives: Lives) -> None:
    lay(tmp_path, HOUSE, valid_from="2026-03-03", overrides=setting(planning__grid="0.25"))
    life = under(tmp_path, lives())
    life.apply()
    life.days(1)
    assert (rules(life).house_rules, rules(life).planning.grid) == ("", "0.5")


def test_the_latest_version_in_force_counts(packs: Path, lives: Lives) -> None:
    lay(packs, HOUSE, version="1.1", valid_from="2026-03-03", overrides=setting(planning__grid="1"))
    early, late = under(packs, lives()), under(packs, lives())
    early.apply()
    late.days(1)
    late.apply()
    assert [rules(life).planning.grid for life in (early, late)] == ["0.25", "1"]


def test_a_case_shows_whose_its_rules_are(packs: Path, lives: Lives) -> None:
    life = under(packs, lives())
    life.apply()
    told = shown(life)
    assert (told["edition"], told["house_rules"]) == ("1.0", "demo-service/1.0")
    assert told["digest"] == rules(life).digest
    assert told["readings"]["credit-strictness"] == "serious-only"
    assert told["origins"]["/planning/grid"] == "demo-service 1.0"
    assert told["origins"]["/waits/contract.sign/limit/amount"] == "demo-service 1.0"


def test_a_case_before_its_application_shows_no_rules(database: Engine) -> None:
    life = Life(database)
    assert shown(life) is None


def test_a_verdict_is_read_as_the_body_reads_it(packs: Path, lives: Lives) -> None:
    strict = lives().contracted().on_site().audited(credit=MINOR_VIOLATION)
    lenient = under(packs, lives()).contracted().on_site().audited(credit=MINOR_VIOLATION)
    verdicts = [life.audit.results and life.audit.results.verdict for life in (strict, lenient)]
    assert verdicts == ["fail", "pass"]


# A pack that is corrected under a case ------------------------------------------------------------------------------


def corrected(root: Path, threshold: str) -> Path:
    """The example rule of hotels in a folder of its own, with another threshold."""
    source = yaml.safe_load((SCHEMES / "example-heritage-hotel/1.0/special_rule.yaml").read_text(encoding="utf-8"))
    lay(root, source | {"id": "inns", "threshold": threshold})
    return root


def test_a_case_is_judged_by_the_pack_it_was_pinned_to_though_its_file_is_corrected(
    tmp_path: Path, lives: Lives
) -> None:
    """R:2; 98 of 100 points against the threshold of 80, which a correction of the file makes 99."""
    life = under(corrected(tmp_path / "first", "80"), lives())
    life.contracted(special_rule={"id": "inns", "version": "1.0"}).on_site()
    under(corrected(tmp_path / "second", "99"), life)
    life.audited(deductions=[a_deduction(points="2")])
    assert life.audit.results is not None
    assert life.audit.results.characteristic is not None
    assert (life.audit.results.characteristic.threshold, life.audit.results.verdict) == ("80", "pass")


def test_a_case_is_judged_though_its_pack_is_not_installed_any_more(tmp_path: Path, lives: Lives) -> None:
    life = under(corrected(tmp_path, "80"), lives())
    life.contracted(special_rule={"id": "inns", "version": "1.0"}).on_site()
    life.turns = TurnActivities(life.engine, FactFinder(Library.load()), react)
    life.audited()
    assert life.audit.passed

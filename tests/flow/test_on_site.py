"""R:7/7.4.2-7.4.4: what comes in from the site, in any order, and what is wrong with it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.domain.sheets import raw_sheet
from tests.flow.steps import AGREE, pointers, refused_task, verdicts
from tests.lives import Life, a_deduction

PRESENT = {"attendees": ["王晋"]}
NOTHING: dict[str, Any] = {"items": [], "deductions": [], "modes_used": []}
INPUTS: dict[str, tuple[str, dict[str, Any]]] = {
    "audit.open": ("leader", PRESENT | {"on": "2026-03-02"}),
    "audit.management": ("leader", raw_sheet()),
    "audit.characteristics": ("leader", NOTHING),
    "audit.credit": ("manager", {"listed": False}),
    "audit.close": ("leader", PRESENT | {"on": "2026-03-02"}),
}
FINDING = {"row": 2, "description": "x", "severity": "minor", "rectify": True}


@pytest.fixture
def site(life: Life) -> Life:
    """Everything on site is open."""
    return life.contracted().on_site()


def bring(life: Life, kind: str) -> None:
    user, payload = INPUTS[kind]
    life.answer(user, kind, **payload)


# Order --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        ["audit.open", "audit.close", "audit.credit", "audit.characteristics", "audit.management"],
        ["audit.management", "audit.credit", "audit.open", "audit.characteristics", "audit.close"],
        ["audit.credit", "audit.characteristics", "audit.management", "audit.open", "audit.close"],
        ["audit.characteristics", "audit.open", "audit.management", "audit.close", "audit.credit"],
        ["audit.open", "audit.close", "audit.credit", "audit.management", "audit.characteristics"],
    ],
)
def test_the_inputs_come_in_any_order_and_the_last_one_brings_the_verdict(site: Life, order: Sequence[str]) -> None:
    """R:7/7.4.2."""
    for kind in order[:-1]:
        bring(site, kind)
    assert verdicts(site) == []
    assert site.open == [order[-1]]
    bring(site, order[-1])
    assert (site.open, site.audit.results and site.audit.results.verdict) == (["audit.report"], "pass")


@pytest.mark.parametrize("kind", [kind for kind in INPUTS if kind != "audit.close"])
def test_an_input_is_answered_once(site: Life, kind: str) -> None:
    task = site.task(kind).id
    bring(site, kind)
    user, payload = INPUTS[kind]
    assert refused_task(site, user, kind, task, **payload).code == "task_not_open"


def test_a_mode_that_nobody_knows_was_not_used(site: Life) -> None:
    """R:7/7.4.4."""
    refusal = site.refused("leader", "audit.characteristics", **NOTHING | {"modes_used": ["records", "guessing"]})
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/modes_used/1"])


@pytest.mark.parametrize("user", ["auditor", "applicant", "reviewer", "decider"])
def test_nobody_but_the_one_asked_brings_an_input(site: Life, user: str) -> None:
    refused = {site.refused(user, kind, **payload).code for kind, (_, payload) in INPUTS.items()}
    assert refused == {"forbidden"}


def test_the_leader_does_not_check_credit_and_the_manager_does_not_score(site: Life) -> None:
    assert site.refused("leader", "audit.credit", listed=False).code == "forbidden"
    assert site.refused("manager", "audit.management", **raw_sheet()).code == "forbidden"


@pytest.mark.parametrize("user", ["manager2", "applicant2", "visitor"])
def test_for_whoever_does_not_see_the_case_it_is_not_there(site: Life, user: str) -> None:
    assert site.refused(user, "audit.management", **raw_sheet()).code == "not_found"


# Meetings -----------------------------------------------------------------------------------------------------


def test_the_closing_meeting_needs_the_opening_one(site: Life) -> None:
    assert site.refused("leader", "audit.close", on="2026-03-02", **PRESENT).code in ("stage_conflict", "rule_refused")


@pytest.mark.parametrize("kind", ["audit.open", "audit.close"])
def test_a_meeting_tomorrow_is_invalid(site: Life, kind: str) -> None:
    if kind == "audit.close":
        bring(site, "audit.open")
    refusal = site.refused("leader", kind, on="2026-03-03", **PRESENT)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/on"])


def test_the_opening_meeting_may_be_on_the_day_the_documents_passed_but_not_before(life: Life) -> None:
    """R:7/7.4.1."""
    life.contracted().plan()
    life.answer("applicant", "audit.plan.confirm", **AGREE)
    life.until(date(2026, 3, 4))
    life.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
    life.until(date(2026, 3, 6))
    assert life.refused("leader", "audit.open", on="2026-03-03", **PRESENT).code == "rule_refused"
    life.answer("leader", "audit.open", on="2026-03-04", **PRESENT)
    assert life.audit.first_day == date(2026, 3, 4)


def test_the_closing_meeting_is_not_before_the_opening_one(site: Life) -> None:
    site.until(date(2026, 3, 10))
    site.answer("leader", "audit.open", on="2026-03-09", **PRESENT)
    assert site.refused("leader", "audit.close", on="2026-03-08", **PRESENT).code == "invalid"
    site.answer("leader", "audit.close", on="2026-03-09", **PRESENT)
    assert (site.audit.first_day, site.audit.last_day) == (date(2026, 3, 9), date(2026, 3, 9))


def test_a_meeting_has_somebody_present(site: Life) -> None:
    assert site.refused("leader", "audit.open", on="2026-03-02", attendees=[]).code == "invalid"


def test_nothing_on_site_has_a_limit_that_could_fail_the_client(site: Life) -> None:
    before = site.case.version
    site.days(200)
    assert (site.case.version, site.case.status) == (before, "open")


# Sheets -------------------------------------------------------------------------------------------------------


def without(row: int) -> dict[str, Any]:
    return {"scores": [score for score in raw_sheet()["scores"] if score["row"] != row]}


def scored(row: int, *elements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return raw_sheet({row: {"elements": list(elements)} | fields})


@pytest.mark.parametrize(
    ("sheet", "pointer"),
    [
        (without(7), "/scores"),
        ({"scores": [*raw_sheet()["scores"], {"row": 7}]}, "/scores/41/row"),
        ({"scores": [*raw_sheet()["scores"], {"row": 42}]}, "/scores/41/row"),
        (scored(2, {"id": "2.1", "points": "2.05"}), "/scores/1/elements/0/points"),
        (scored(2, {"id": "2.1", "points": "1.01", "remark": "x"}), "/scores/1/elements/0/points"),
        (scored(2, {"id": "2.1", "points": "1"}), "/scores/1/elements/0/remark"),
        (scored(2, {"id": "3.1", "points": "1", "remark": "x"}), "/scores/1/elements/0/id"),
        (scored(2, {"id": "2.1", "points": "-1"}), "/scores/1/elements/0/points"),
        (scored(2, {"id": "2.1", "points": 2}), "/scores/1/elements/0/points"),
        (scored(2, carried=True, reason="x"), "/scores/1/carried"),
        (scored(2, not_applicable=True), "/scores/1/reason"),
        (scored(31, not_applicable=True, reason="x"), "/scores/30/not_applicable"),
        (scored(11, not_applicable=True, reason="x"), "/scores/10/not_applicable"),
        (raw_sheet() | {"findings": [FINDING | {"site": "s9"}]}, "/findings/0/site"),
        (raw_sheet() | {"findings": [FINDING | {"row": 42}]}, "/findings/0/row"),
    ],
)
def test_a_faulty_management_sheet_is_invalid_at_the_spot(site: Life, sheet: dict[str, Any], pointer: str) -> None:
    refusal = site.refused("leader", "audit.management", **sheet)
    assert refusal.code == "invalid"
    assert pointer in pointers(refusal)


def test_a_partial_award_on_the_grid_with_a_remark_is_taken(site: Life) -> None:
    site.answer("leader", "audit.management", **scored(2, {"id": "2.1", "points": "0.05", "remark": "x"}))
    assert "audit.management" not in site.open


@pytest.mark.parametrize(
    ("deduction", "pointer"),
    [
        (a_deduction(points="3.05"), "/deductions/0/points"),
        (a_deduction(points="0.01"), "/deductions/0/points"),
        (a_deduction(points="0"), "/deductions/0/points"),
        (a_deduction(item="f99"), "/deductions/0/item"),
        (a_deduction(item="f1", site="s99"), "/deductions/0/site"),
        (a_deduction(item="f1"), "/deductions/0/site"),
        (a_deduction(severity="grave"), "/deductions/0/severity"),
    ],
)
def test_a_faulty_deduction_is_invalid_at_the_spot(site: Life, deduction: dict[str, Any], pointer: str) -> None:
    refusal = site.refused("leader", "audit.characteristics", **NOTHING | {"deductions": [deduction]})
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_all_deductions_of_an_item_together_take_at_most_its_points(site: Life) -> None:
    taken = [a_deduction(points="2"), a_deduction(points="1.05")]
    refusal = site.refused("leader", "audit.characteristics", **NOTHING | {"deductions": taken})
    assert pointers(refusal) == ["/deductions/1/points"]
    taken[1]["points"] = "1"
    site.answer("leader", "audit.characteristics", **NOTHING | {"deductions": taken})
    assert len(site.audit.findings) == 2


@pytest.mark.parametrize(
    ("kind", "sheet", "pointer"),
    [
        ("audit.management", {"scores": "all"}, "/scores"),
        ("audit.management", raw_sheet() | {"findings": [{}]}, "/findings/0/row"),
        ("audit.management", {}, "/scores"),
        ("audit.characteristics", {"deductions": [{}]}, "/deductions/0/item"),
        ("audit.credit", {"listed": "perhaps"}, "/listed"),
        ("audit.credit", {}, "/listed"),
    ],
)
def test_a_sheet_of_a_wrong_form_is_invalid(site: Life, kind: str, sheet: dict[str, Any], pointer: str) -> None:
    refusal = site.refused(INPUTS[kind][0], kind, **sheet)
    assert refusal.code == "invalid"
    assert pointer in pointers(refusal)


def test_an_entry_dated_after_today_is_invalid_at_its_place(site: Life) -> None:
    entries = [{"on": day, "kind": "complaint", "severity": "minor"} for day in ("2026-03-02", "2026-03-03")]
    refusal = site.refused("manager", "audit.credit", listed=False, entries=entries)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/entries/1/on"])
    site.answer("manager", "audit.credit", listed=False, entries=entries[:1])


def test_a_credit_check_of_a_wrong_form_is_invalid_when_the_scores_are_in_too(site: Life) -> None:
    for kind in ("audit.management", "audit.characteristics"):
        bring(site, kind)
    assert site.refused("manager", "audit.credit", listed="perhaps").code == "invalid"


def test_a_sheet_that_says_nothing_deducts_nothing(life: Life) -> None:
    life.contracted().on_site()
    life.answer("leader", "audit.characteristics")
    life.answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    life.answer("leader", "audit.management", **raw_sheet())
    life.answer("manager", "audit.credit", listed=False)
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])
    assert life.open == ["audit.report"]

"""R:11/10.1: the headcount found on site is not what the application says."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.flow.steps import AGREE, SECRET, a_member, act_refused, last_event, pointers, team
from tests.flow.years import EXPIRY, notices, renewed
from tests.lives import Life


@pytest.fixture
def on_site(life: Life) -> Life:
    """Everything on site is open, and a mystery visit nobody may know of."""
    return life.contracted().on_site(**SECRET)


@pytest.fixture(autouse=True)
def more(database: Engine) -> None:
    """Auditors enough for a short plan."""
    for n in range(4):
        a_member(database, f"more-{n}")


@pytest.fixture
def substitute(database: Engine) -> str:
    return a_member(database, "substitute")


CROSSING = {"sites": [{"id": "s2", "headcount": 15}]}
"""120 people become 95."""
LESS: dict[str, Any] = {"person_days": {"documents": "0", "management": "5", "characteristics": "4"}}


def test_a_headcount_in_the_same_column_is_corrected_and_nothing_else(on_site: Life) -> None:
    before = on_site.open
    on_site.act("leader", "headcount.correct", sites=[{"id": "s2", "headcount": 20}])
    data = last_event(on_site, "headcount.correct")["data"]
    assert (data["before"], data["found"], on_site.open) == (120, 100, before)


def test_a_headcount_in_another_column_asks_for_the_plan_again_and_loses_nothing(on_site: Life) -> None:
    on_site.answer("leader", "audit.open", on=str(on_site.today), attendees=["x"])
    before = on_site.open
    on_site.act("leader", "headcount.correct", **CROSSING)
    assert on_site.open == sorted(["audit.plan", *before])
    assert on_site.task("audit.plan").subject == "headcount"
    assert "audit.open" in on_site.audit.given
    assert any(one.to == "role:case_manager" and "headcount" in one.body.en for one in notices(on_site))


def test_the_audit_goes_on_under_the_new_plan(on_site: Life, substitute: str) -> None:
    on_site.answer("leader", "audit.open", on=str(on_site.today), attendees=["x"])
    on_site.act("leader", "headcount.correct", **CROSSING)
    refusal = on_site.refused("leader", "audit.close", on=str(on_site.today), attendees=["x"])
    assert refusal.code == "stage_conflict"
    replan = {"planned_from": str(on_site.today), "planned_to": str(on_site.today + timedelta(days=4))}
    on_site.plan(**LESS, **replan, team=team(substitute, "auditor"))
    on_site.answer("applicant", "audit.plan.confirm", **AGREE)
    assert (on_site.case.stage, on_site.task("audit.close").assignee) == ("audit", substitute)
    assert on_site.open == ["audit.characteristics", "audit.close", "audit.credit", "audit.management"]


def test_a_mystery_visit_goes_on_under_a_new_plan_that_keeps_it(on_site: Life) -> None:
    on_site.act("leader", "headcount.correct", **CROSSING)
    on_site.plan(**LESS, **SECRET)
    on_site.days(4)
    assert on_site.case.stage == "audit"
    assert on_site.open.count("audit.mystery_visit") == 1


def test_a_new_plan_may_bring_a_mystery_visit(life: Life) -> None:
    life.contracted().on_site()
    life.act("leader", "headcount.correct", **CROSSING)
    life.plan(**LESS, **SECRET)
    life.answer("applicant", "audit.plan.confirm", **AGREE)
    assert life.task("audit.mystery_visit").assignee == "visitor"
    life.answer("visitor", "audit.mystery_visit", visited_on=str(life.today), site="s1", observations="x")
    life.audited().reported().granted()
    assert life.case.status == "certified"


def test_the_new_plan_is_measured_by_the_new_column_and_keeps_the_sites(life: Life) -> None:
    life.contracted().on_site(sites={"risk_basis": "同一服务系统"})
    before = life.audit.plan
    life.act("leader", "headcount.correct", sites=[{"id": "s1", "headcount": 420}])
    below = life.refused("manager", "audit.plan", **life.a_plan())
    assert below.clause == "R:11/10.1"
    days = {"person_days": {"documents": "3", "management": "6", "characteristics": "6"}}
    life.plan(**days, sites={"risk_basis": "同一服务系统"})
    after = life.audit.plan
    assert before is not None
    assert after is not None
    assert (after.sites, after.seed) == (before.sites, before.seed)


def test_a_further_correction_voids_what_is_under_way_about_the_plan(on_site: Life) -> None:
    on_site.act("leader", "headcount.correct", **CROSSING)
    on_site.plan(**LESS)
    assert "audit.plan.confirm" in on_site.open
    on_site.act("leader", "headcount.correct", sites=[{"id": "s2", "headcount": 40}])
    assert "audit.plan" in on_site.open
    assert "audit.plan.confirm" not in on_site.open


def test_an_opened_audit_is_planned_again_from_its_opening_on(on_site: Life) -> None:
    opened = on_site.today
    on_site.answer("leader", "audit.open", on=str(opened), attendees=["x"])
    on_site.days(3)
    on_site.act("leader", "headcount.correct", **CROSSING)
    span = {"planned_to": str(on_site.today + timedelta(days=9))}
    before = str(opened - timedelta(days=1))
    refusal = on_site.refused("manager", "audit.plan", **on_site.a_plan(**LESS, planned_from=before, **span))
    assert pointers(refusal) == ["/planned_from"]
    on_site.plan(**LESS, planned_from=str(opened), **span)
    assert "audit.plan.confirm" in on_site.open


@pytest.mark.parametrize(
    ("sites", "pointer"),
    [
        ([{"id": "s9", "headcount": 1}], "/sites/0/id"),
        ([{"id": "s1", "headcount": 1}, {"id": "s1", "headcount": 2}], "/sites"),
        ([{"id": "s1", "headcount": -1}], "/sites/0/headcount"),
        ([], "/sites"),
    ],
)
def test_a_correction_names_sites_of_the_case_once(on_site: Life, sites: list[Any], pointer: str) -> None:
    refusal = act_refused(on_site, "leader", "headcount.correct", sites=sites)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


@pytest.mark.parametrize("user", ["auditor", "visitor", "manager"])
def test_only_the_leader_corrects_the_headcount(on_site: Life, user: str) -> None:
    assert act_refused(on_site, user, "headcount.correct", **CROSSING).code == "forbidden"


@pytest.mark.parametrize("closed", [False, True])
def test_the_headcount_is_corrected_on_site_before_the_closing_meeting(life: Life, *, closed: bool) -> None:
    life.contracted().plan()
    if closed:
        life.answer("applicant", "audit.plan.confirm", **AGREE)
        life.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
        for meeting in ("audit.open", "audit.close"):
            life.answer("leader", meeting, on=str(life.today), attendees=["x"])
    assert act_refused(life, "leader", "headcount.correct", **CROSSING).code == "stage_conflict"


def late(life: Life) -> Life:
    """A renewal that was opened in time; on the certificate's last day but one the headcount called for a new plan."""
    renewed(life, EXPIRY - timedelta(days=60), plan={"planned_to": str(EXPIRY - timedelta(days=40))}).until(
        EXPIRY - timedelta(days=1)
    )
    life.answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    life.act("leader", "headcount.correct", **CROSSING)
    return life


@pytest.mark.parametrize("days", [4, 20])
def test_an_audit_held_in_time_is_not_too_late_because_its_plan_was_made_again(third_year: Life, days: int) -> None:
    """R:7/6.6.2, R:11/10.1: the closing meeting of the last day is entered once the new plan stands."""
    late(third_year).until(EXPIRY + timedelta(days=days))
    assert third_year.audit.audit_kind == "recertification"
    plan = LESS | {"planned_from": str(EXPIRY - timedelta(days=1)), "planned_to": str(EXPIRY)}
    third_year.plan(**plan, team=team("leader", "auditor", *(f"more-{n}" for n in range(4))))
    third_year.answer("applicant", "audit.plan.confirm", **AGREE)
    third_year.days(2)
    third_year.answer("leader", "audit.close", on=str(EXPIRY), attendees=["x"])
    assert (third_year.audit.audit_kind, "late_entry" in third_year.case.flags) == ("recertification", True)


def test_a_plan_that_stands_again_gives_three_days_to_enter_the_closing(third_year: Life) -> None:
    late(third_year).until(EXPIRY + timedelta(days=10))
    plan = LESS | {"planned_from": str(EXPIRY - timedelta(days=1)), "planned_to": str(EXPIRY)}
    third_year.plan(**plan, team=team("leader", "auditor", *(f"more-{n}" for n in range(4))))
    third_year.answer("applicant", "audit.plan.confirm", **AGREE)
    third_year.days(3)
    assert third_year.audit.audit_kind == "recertification"
    third_year.days(1)
    assert third_year.audit.audit_kind == "initial"

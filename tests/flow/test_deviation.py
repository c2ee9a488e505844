"""R:11/10.2: a plan above the cap: split the case, or a deviation that the decision maker approves."""

from datetime import timedelta
from typing import Any

import pytest

from domain.refusal import Refusal
from tests.flow.steps import AGREE, DECLINE, SECRET, actor, last_event, pointers, refused_as, team, to_reaudit
from tests.lives import Life


@pytest.fixture
def planning(life: Life) -> Life:
    """The plan of an initial audit of 120 people is open."""
    return life.contracted()


def refused(life: Life, **changes: Any) -> Refusal:
    return life.refused("manager", "audit.plan", **life.a_plan(**changes))


ABOVE: dict[str, Any] = {
    "person_days": {"documents": "2", "management": "9", "characteristics": "8"},
    "reason": "三处场所",
    "deviation": "四十处场所须逐一审查",
}
"""Nineteen person-days where 15.5 are the most."""
APPROVE: dict[str, Any] = {"subject": "person_days", "outcome": "approve"}
REFUSE: dict[str, Any] = {"subject": "person_days", "outcome": "refuse", "reason": "请拆分项目"}


def above(life: Life, **changes: Any) -> Life:
    """Planned above the cap, with a deviation."""
    life.plan(**ABOVE | {"planned_to": str(life.today + timedelta(days=16))} | changes)
    return life


def test_above_the_cap_both_ways_out_are_named(planning: Life) -> None:
    refusal = refused(planning, **ABOVE | {"deviation": ""})
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:11/10.2", ["/person_days"])
    assert all(way in refusal.en for way in ("split the case", "deviation"))
    assert all(way in refusal.zh for way in ("拆分", "偏离"))


def test_a_deviation_goes_to_the_decision_maker_and_not_to_the_client(planning: Life) -> None:
    above(planning)
    task = planning.task("approval.give")
    assert planning.open == ["approval.give"]
    assert (task.subject, task.role, task.clause) == ("person_days", "decision_maker", "R:11/10.2")


def test_a_deviation_says_nothing_in_the_record_but_that_there_is_one(planning: Life) -> None:
    data = last_event(above(planning), "audit.plan")["data"]
    assert data["deviation"] is True
    assert ABOVE["deviation"] not in str(planning.events())


def test_an_approved_deviation_goes_to_the_client(planning: Life) -> None:
    above(planning).answer("decider2", "approval.give", **APPROVE)
    assert planning.open == ["audit.plan.confirm"]
    planning.answer("applicant", "audit.plan.confirm", **AGREE)
    assert planning.case.stage == "document_review"


def test_a_deviation_that_is_refused_opens_the_plan_again(planning: Life) -> None:
    above(planning).answer("decider2", "approval.give", **REFUSE)
    assert (planning.case.stage, planning.open) == ("planning", ["audit.plan"])
    planning.plan()
    assert planning.open == ["audit.plan.confirm"]


@pytest.mark.parametrize("user", ["reviewer", "manager", "leader", "ops", "applicant"])
def test_only_a_decision_maker_approves_a_deviation(planning: Life, user: str) -> None:
    assert above(planning).refused(user, "approval.give", **APPROVE).code == "forbidden"


def test_nobody_approves_a_deviation_of_a_plan_they_stand_in(planning: Life) -> None:
    above(planning, team=team("leader", "auditor", "decider"))
    refusal = planning.refused("decider", "approval.give", **APPROVE)
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def test_whoever_approved_a_deviation_evaluates_no_more_but_may_decide(planning: Life) -> None:
    above(planning).answer("decider", "approval.give", **APPROVE)
    planning.answer("applicant", "audit.plan.confirm", **DECLINE)
    refusal = refused(planning, team=team("leader", "decider"))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/6.4.6.2", ["/team/1/user"])
    planning.on_site().audited().reported().granted()
    assert planning.case.status == "certified"


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        (APPROVE | {"subject": "not_applicable"}, "/subject"),
        (APPROVE | {"outcome": "special_audit"}, "/outcome"),
    ],
)
def test_an_approval_speaks_of_its_subject(planning: Life, answer: dict[str, Any], pointer: str) -> None:
    refusal = above(planning).refused("decider2", "approval.give", **answer)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_a_deviation_that_nothing_calls_for_is_refused(planning: Life) -> None:
    refusal = refused(planning, deviation="以防万一")
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:11/10.2", ["/deviation"])


def test_a_mystery_visit_stays_hidden_through_a_deviation(planning: Life) -> None:
    for outcome in (REFUSE, APPROVE):
        above(planning, **SECRET).answer("decider2", "approval.give", **outcome)
    assert not any(word in str(planning.events()) for word in ("mystery", "visitor"))
    assert [draft.kind for draft in planning.case.held] == ["audit.plan", "audit.plan"]


def test_a_reaudit_is_planned_with_a_reason_and_knows_no_cap(life: Life) -> None:
    to_reaudit(life)
    assert refused(life).clause == "R:11/10.1"
    days = {"documents": "1", "management": "12", "characteristics": "10"}
    life.plan(person_days=days, reason="再次审查全部内容", planned_to=str(life.today + timedelta(days=30)))
    assert life.open == ["audit.plan.confirm"]


def test_nobody_approves_a_deviation_that_they_planned_themselves(planning: Life) -> None:
    """Consent takes a second person."""
    above(planning)
    both = actor("manager", "decision_maker")
    refusal = refused_as(planning, both, "approval.give", **APPROVE)
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")

"""R:7/7.3.1, R:11: what a plan must hold, how long it may take, and the client's say on it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.refusal import Refusal
from tests.flow.steps import (
    AGREE,
    DECLINE,
    MORE_DAYS,
    SECRET,
    kinds,
    last_event,
    pointers,
    refused_task,
)
from tests.lives import PLAN, Life


@pytest.fixture
def planning(life: Life) -> Life:
    """The plan of an initial audit of 120 people is open."""
    return life.contracted()


def refused(life: Life, **changes: Any) -> Refusal:
    return life.refused("manager", "audit.plan", **life.a_plan(**changes))


def days(documents: str, management: str, characteristics: str) -> dict[str, Any]:
    split = {"documents": documents, "management": management, "characteristics": characteristics}
    return {"person_days": split}


# Person-days --------------------------------------------------------------------------------------------------


def test_the_tables_twelve_days_need_no_reason(planning: Life) -> None:
    planning.plan()
    assert planning.open == ["audit.plan.confirm"]


def test_less_than_the_table_is_refused(planning: Life) -> None:
    """R:11/10.1."""
    refusal = refused(planning, **days("0.5", "6", "5"), reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:11/10.1")


def test_fifteen_and_a_half_days_are_the_most_for_a_cap_of_fifteen_point_six(planning: Life) -> None:
    planning.plan(person_days=MORE_DAYS, reason="三处场所", planned_to=str(planning.today + timedelta(days=13)))
    assert planning.open == ["audit.plan.confirm"]


def test_sixteen_days_are_above_the_cap(planning: Life) -> None:
    """R:11/10.2."""
    refusal = refused(planning, **days("2", "7", "7"), reason="三处场所")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:11/10.2")


def test_the_cap_itself_is_off_the_grid(planning: Life) -> None:
    refusal = refused(planning, **days("2", "7", "6.6"), reason="三处场所")
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/person_days/characteristics"])


def test_an_increase_needs_a_reason(planning: Life) -> None:
    """R:11/10.2a-b."""
    refusal = refused(planning, **days("1.5", "6", "5"))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:11/10.2")


@pytest.mark.parametrize("split", [days("2", "0", "10"), days("2", "10", "0")])
def test_both_evaluations_are_planned(planning: Life, split: dict[str, Any]) -> None:
    """R:6, R:7/7.3.1."""
    refusal = refused(planning, **split)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")


@pytest.mark.parametrize(("people", "table"), [(99, "9"), (100, "12"), (499, "12"), (500, "15")])
def test_the_table_goes_by_the_people_at_all_sites(life: Life, people: int, table: str) -> None:
    site = {"name": "店", "address": "x", "city": "太原"}
    life.apply(sites=[site | {"id": "a", "headcount": 60}, site | {"id": "b", "headcount": people - 60}])
    life.answer("manager", "application.review", outcome="accept")
    contract = {"contract_number": "1", "signed_on": str(life.today), "fee_total": "1", "file_id": "f-manager"}
    life.answer("manager", "contract.sign", **contract)
    rest = f"{float(table) - 8:.1f}"
    below = refused(life, **days(f"{float(rest) - 0.5:.1f}", "4", "4"))
    assert below.clause == "R:11/10.1"
    life.plan(**days(rest, "4", "4"))
    assert life.open == ["audit.plan.confirm"]


@pytest.mark.parametrize("kind", ["initial", "surveillance", "recertification"])
def test_no_audit_leaves_the_table_by_naming_another_one(planning: Life, kind: str) -> None:
    planning.audit.audit_kind = kind  # type: ignore[assignment]  # one of its literals
    refusal = refused(planning, combined_with="audit-7")
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/combined_with"])


# Modes of evaluation ---------------------------------------------------------------------------------------------


def planned_modes(life: Life) -> list[str]:
    assert life.audit.plan is not None
    return life.audit.plan.modes


def test_a_mode_that_the_rule_does_not_name_is_invalid(planning: Life) -> None:
    refusal = refused(planning, modes=["observation", "telepathy"])
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/modes/1"])


def test_a_plan_evaluates_by_the_modes_it_names(planning: Life) -> None:
    planning.plan(modes=["records"])
    assert planned_modes(planning) == ["records"]


def test_a_plan_that_names_no_mode_evaluates_by_the_usual_ones(planning: Life) -> None:
    planning.plan()
    assert planned_modes(planning) == ["observation", "interview", "records"]
    assert last_event(planning, "audit.plan")["data"]["modes"] == planned_modes(planning)


def test_a_plan_of_a_mystery_visit_alone_looks_like_one_that_names_no_mode(planning: Life) -> None:
    planning.plan(modes=["mystery_visit"], team=SECRET["team"])
    assert planned_modes(planning) == ["observation", "interview", "records", "mystery_visit"]
    assert last_event(planning, "audit.plan")["data"]["modes"] == ["observation", "interview", "records"]


# Coverage and dates -------------------------------------------------------------------------------------------


def test_two_auditors_in_six_days_cover_twelve_person_days_on_site(planning: Life) -> None:
    planning.plan(**days("0", "6", "6"))
    assert planning.open == ["audit.plan.confirm"]


def test_too_few_auditors_and_days_are_refused(planning: Life) -> None:
    refusal = refused(planning, **days("0.5", "6", "6.5"), reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")


@pytest.mark.parametrize("role", ["expert", "visitor"])
def test_experts_and_visitors_cover_nothing(planning: Life, role: str) -> None:
    members = [PLAN["team"][0], {"user": "auditor", "role": role}]
    modes = ["mystery_visit"] if role == "visitor" else []
    assert refused(planning, team=members, modes=modes).code == "rule_refused"


def test_a_plan_may_begin_today(planning: Life) -> None:
    planning.plan(planned_from=str(planning.today))
    assert planning.open == ["audit.plan.confirm"]


def test_a_plan_in_the_past_is_invalid(planning: Life) -> None:
    refusal = refused(planning, planned_from=str(planning.today - timedelta(days=1)))
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/planned_from"])


def test_a_plan_that_ends_before_it_begins_is_invalid(planning: Life) -> None:
    assert refused(planning, planned_to=str(planning.today)).code == "invalid"


# Without what a plan rests on -----------------------------------------------------------------------------------


def test_without_a_special_rule_nothing_can_be_planned(life: Life) -> None:
    """R:5."""
    life.apply(special_rule=None)
    life.answer("manager", "application.review", outcome="accept")
    contract = {"contract_number": "1", "signed_on": str(life.today), "fee_total": "1", "file_id": "f-manager"}
    life.answer("manager", "contract.sign", **contract)
    assert refused(life).code == "rule_refused"


@pytest.mark.parametrize("left_out", ["objective", "basis", "team", "person_days", "planned_from", "planned_to"])
def test_a_plan_says_everything_the_rule_asks(planning: Life, left_out: str) -> None:
    """R:5, R:7/7.3.1."""
    plan = planning.a_plan()
    del plan[left_out]
    refusal = planning.refused("manager", "audit.plan", **plan)
    assert (refusal.code, pointers(refusal)) == ("invalid", [f"/{left_out}"])


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ({"team": "leader"}, "/team"),
        ({"team": None}, "/team"),
        ({"modes": None}, "/modes"),
        ({"team": [{"user": ["leader"], "role": "leader"}]}, "/team/0/user"),
        ({"person_days": None}, "/person_days"),
    ],
)
def test_a_plan_of_a_wrong_form_is_invalid(planning: Life, broken: dict[str, Any], pointer: str) -> None:
    refusal = refused(planning, **broken)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


# Twenty working days ----------------------------------------------------------------------------------------------


def test_a_plan_may_take_twenty_working_days(planning: Life) -> None:
    planning.until(date(2026, 3, 30))
    assert (planning.due("audit.plan"), planning.case.flags) == (date(2026, 3, 30), [])


def test_a_later_plan_escalates_and_ends_nothing(planning: Life) -> None:
    planning.until(date(2026, 3, 31))
    assert (planning.case.flags, planning.open, planning.case.status) == (["overdue"], ["audit.plan"], "open")
    planning.plan()
    assert planning.case.flags == []


# The client's say -------------------------------------------------------------------------------------------------


def test_a_plan_the_client_agrees_to_leads_to_document_review(planning: Life) -> None:
    planning.plan()
    planning.answer("applicant", "audit.plan.confirm", **AGREE)
    assert (planning.case.stage, planning.open) == ("document_review", ["audit.documents"])


def test_only_the_applicant_confirms_the_plan(planning: Life) -> None:
    planning.plan()
    assert planning.refused("manager", "audit.plan.confirm", **AGREE).code == "forbidden"


@pytest.mark.parametrize(
    ("objection", "pointer"),
    [
        (DECLINE | {"members": []}, "/members"),
        (DECLINE | {"reason": ""}, "/reason"),
        (DECLINE | {"members": ["auditor", "stranger"]}, "/members/1"),
    ],
)
def test_an_objection_names_members_of_the_team_and_a_reason(
    planning: Life, objection: dict[str, Any], pointer: str
) -> None:
    planning.plan()
    refusal = planning.refused("applicant", "audit.plan.confirm", **objection)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_an_objection_opens_the_plan_again(planning: Life) -> None:
    planning.plan()
    planning.answer("applicant", "audit.plan.confirm", **DECLINE)
    assert (planning.case.stage, planning.open) == ("planning", ["audit.plan"])


def test_a_second_objection_is_noted_and_the_plan_stands(planning: Life) -> None:
    for _ in range(2):
        planning.plan()
        planning.answer("applicant", "audit.plan.confirm", **DECLINE)
    assert (planning.case.stage, planning.open) == ("document_review", ["audit.documents"])
    assert kinds(planning).count("audit.plan.confirm") == 2
    assert last_event(planning, "audit.plan.confirm")["data"]["outcome"] == "object"


def test_an_objection_counts_on_the_third_working_day(planning: Life) -> None:
    planning.plan()
    planning.until(date(2026, 3, 5))
    planning.answer("applicant", "audit.plan.confirm", **DECLINE)
    assert planning.open == ["audit.plan"]


def test_after_three_working_days_the_plan_is_taken_as_agreed(planning: Life) -> None:
    planning.plan()
    task = planning.task("audit.plan.confirm").id
    planning.until(date(2026, 3, 6))
    assert (planning.case.stage, planning.open) == ("document_review", ["audit.documents"])
    assert last_event(planning, "timer.audit.plan.confirm")["at"] == "2026-03-05T16:00:00.000000Z"
    assert refused_task(planning, "applicant", "audit.plan.confirm", task, **DECLINE).code == "task_not_open"


def test_a_visit_the_client_must_not_know_of_cannot_be_objected_to(planning: Life) -> None:
    planning.plan(**SECRET)
    objection = DECLINE | {"members": ["visitor"]}
    stranger = DECLINE | {"members": ["stranger"]}
    answers = [planning.refused("applicant", "audit.plan.confirm", **one) for one in (objection, stranger)]
    assert answers[0] == answers[1]

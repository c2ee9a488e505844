"""R:7/6.4.6.2: nobody evaluates and judges the same case, whatever account they use and however long it lasts."""

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.domain.sheets import NOT_APPLICABLE
from tests.flow.steps import (
    DECLINE,
    SECRET,
    a_member,
    actor,
    again,
    answer_as,
    at_decision,
    in_conflict,
    pointers,
    refused_as,
    team,
)
from tests.lives import FAILING, Life

CONSENT: dict[str, Any] = {"subject": "not_applicable", "outcome": "approve"}
BARRED = {
    "leader": "documents, audit, report",
    "auditor": "stood in the plan",
    "decider2": "stood in the plan as an expert",
    "visitor": "visited",
    "objected": "stood in a plan the client objected to",
    "manager": "checked credit",
}
JUDGES = ("reviewer", "decision_maker")


@pytest.fixture
def everybody(life: Life, database: Engine) -> Life:
    """All inputs are in but a reviewer's consent to row 8; of two plans the first was objected to."""
    life.contracted().plan(team=team("leader", a_member(database, "objected")))
    life.answer("applicant", "audit.plan.confirm", **DECLINE | {"members": ["objected"]})
    expert = {"user": "decider2", "role": "expert"}
    life.on_site(**SECRET | {"team": [*SECRET["team"], expert]})
    life.answer("visitor", "audit.mystery_visit", visited_on=str(life.today), site="s1", observations="x")
    return life.audited(scores={8: NOT_APPLICABLE})


@pytest.mark.parametrize("person", BARRED)
def test_whoever_evaluated_neither_approves_reviews_nor_decides(everybody: Life, person: str) -> None:
    """R:7/6.4.6.2, G:4.2."""
    who = actor("another-account", *JUDGES, person=f"person-{person}")
    consent = refused_as(everybody, who, "approval.give", **CONSENT)
    assert (consent.code, consent.clause) == ("not_independent", "R:7/6.4.6.2")
    everybody.answer("reviewer", "approval.give", **CONSENT)
    everybody.reported()
    review = refused_as(everybody, who, "review.independent", outcome="agree")
    assert (review.code, review.clause) == ("not_independent", "R:7/6.4.6.2")
    everybody.answer("reviewer", "review.independent", outcome="agree")
    for outcome in ("grant", "refuse"):
        decision = refused_as(everybody, who, "decision.make", outcome=outcome, reason="x")
        assert (decision.code, decision.clause) == ("not_independent", "R:7/6.4.6.2")


def test_whoever_took_no_part_may_do_all_of_it(everybody: Life) -> None:
    both = actor("both", *JUDGES)
    answer_as(everybody, both, "approval.give", **CONSENT)
    everybody.reported()
    answer_as(everybody, both, "review.independent", outcome="agree")
    answer_as(everybody, both, "decision.make", outcome="grant")
    assert everybody.case.status == "certified"


def test_the_team_of_the_first_audit_is_barred_after_the_reaudit_too(life: Life, database: Engine) -> None:
    first = team("leader", a_member(database, "first-only"))
    life.contracted().on_site(team=first).audited(scores=FAILING).reported("fail")
    again(life).audited().reported()
    who = actor("another-account", *JUDGES, person="person-first-only")
    assert refused_as(life, who, "review.independent", outcome="agree").code == "not_independent"


# The other way round ----------------------------------------------------------------------------------------------


def consented(life: Life) -> Life:
    """The first audit failed; a reviewer had approved a row of it."""
    life.contracted().on_site().audited(scores={8: NOT_APPLICABLE} | FAILING)
    life.answer("reviewer", "approval.give", **CONSENT)
    return life.reported("fail")


def returned(life: Life) -> Life:
    """The first audit was returned by the reviewer and failed then."""
    life.contracted().on_site().audited().reported()
    life.answer("reviewer", "review.independent", outcome="return", comments="x", reopen=["audit.credit"])
    life.answer("manager", "audit.credit", listed=True)
    return life.reported("fail")


@pytest.mark.parametrize("judged", [consented, returned])
@pytest.mark.parametrize("role", ["leader", "auditor", "expert"])
def test_whoever_judged_does_not_stand_in_a_later_plan(life: Life, judged: Any, role: str) -> None:
    judged(life)
    others = [{"user": "leader", "role": "auditor" if role == "leader" else "leader"}]
    others += [{"user": "auditor", "role": "auditor"}, {"user": "reviewer", "role": role}]
    refusal = life.refused("manager", "audit.plan", **life.a_plan(reason="x", team=others))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/6.4.6.2", ["/team/2/user"])


def test_another_account_of_a_judge_does_not_stand_in_a_plan_either(life: Life, database: Engine) -> None:
    consented(life)
    other = a_member(database, "reviewer-too", person="person-reviewer")
    refusal = life.refused("manager", "audit.plan", **life.a_plan(reason="x", team=team("leader", "auditor", other)))
    assert refusal.code == "rule_refused"


def test_the_pointer_finds_a_judge_behind_a_leader_who_visits_too(life: Life) -> None:
    consented(life)
    members = [{"user": "leader", "role": "leader"}, {"user": "leader", "role": "visitor"}, *team("x", "reviewer")[1:]]
    plan = life.a_plan(
        reason="x",
        team=members,
        modes=["mystery_visit"],
        person_days={
            "documents": "1",
            "management": "6",
            "characteristics": "6",
        },
    )
    assert pointers(life.refused("manager", "audit.plan", **plan)) == ["/team/2/user"]


def test_whoever_reviewed_does_not_check_credit_again(life: Life) -> None:
    life.contracted().on_site().audited().reported()
    both = actor("both", "reviewer", "case_manager")
    answer_as(life, both, "review.independent", outcome="return", comments="x", reopen=["audit.credit"])
    refusal = refused_as(life, both, "audit.credit", listed=False)
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def test_reviewer_and_decision_maker_may_be_one_person(life: Life) -> None:
    life.contracted().on_site().audited().reported()
    both = actor("both", *JUDGES)
    answer_as(life, both, "review.independent", outcome="agree")
    answer_as(life, both, "decision.make", outcome="grant")
    assert life.case.status == "certified"


# Conflicts of interest ---------------------------------------------------------------------------------------------


def test_a_conflict_of_interest_bars_from_reviewing(life: Life, database: Engine) -> None:
    life.contracted().on_site().audited().reported()
    in_conflict(database, life, "reviewer")
    assert life.refused("reviewer", "review.independent", outcome="agree").code == "conflict_of_interest"


@pytest.mark.parametrize("user", ["another-account", "applicant"])
def test_whoever_applies_neither_reviews_nor_decides(life: Life, user: str) -> None:
    """By person, whether one account has roles of both sides or two have them."""
    life.contracted().on_site().audited().reported()
    roles = ("applicant", *JUDGES) if user == "applicant" else JUDGES
    who = actor(user, *roles, person="person-applicant")
    assert refused_as(life, who, "review.independent", outcome="agree").code == "conflict_of_interest"
    life.answer("reviewer", "review.independent", outcome="agree")
    assert refused_as(life, who, "decision.make", outcome="grant").code == "conflict_of_interest"


def test_a_conflict_of_interest_bars_from_deciding(life: Life, database: Engine) -> None:
    at_decision(life)
    in_conflict(database, life, "decider")
    assert life.refused("decider", "decision.make", outcome="grant").code == "conflict_of_interest"


def test_a_conflict_found_after_the_plan_bars_from_auditing(life: Life, database: Engine) -> None:
    again(life.contracted())
    in_conflict(database, life, "leader")
    refusal = life.refused("leader", "audit.open", on=str(life.today), attendees=["x"])
    assert refusal.code == "conflict_of_interest"


@pytest.mark.parametrize("user", ["manager"])
def test_a_conflict_of_interest_bars_from_checking_credit(life: Life, database: Engine, user: str) -> None:
    again(life.contracted())
    in_conflict(database, life, user)
    assert life.refused(user, "audit.credit", listed=False).code == "conflict_of_interest"

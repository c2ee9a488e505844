"""R:7/7.3.1, R:7/7.3.2, R:7/6.4.6.2: who may stand in a plan, and which sites are drawn."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.refusal import Refusal
from tests.flow.steps import DECLINE, a_member, again, in_conflict, last_event, pointers, team
from tests.lives import FAILING, PLAN, Life

VISIT = {"modes": ["mystery_visit"]}
VISITOR = {"user": "visitor", "role": "visitor"}
BASIS = {"risk_basis": "同一服务系统,风险低"}


@pytest.fixture
def planning(life: Life) -> Life:
    """The plan of an initial audit of 120 people is open."""
    return life.contracted()


def refused(life: Life, **changes: Any) -> Refusal:
    return life.refused("manager", "audit.plan", **life.a_plan(**changes))


# The team -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        [{"user": "leader", "role": "auditor"}, {"user": "auditor", "role": "auditor"}],
        [{"user": "leader", "role": "leader"}, {"user": "auditor", "role": "leader"}],
    ],
    ids=["none", "two"],
)
def test_a_team_has_exactly_one_leader(planning: Life, members: list[dict[str, str]]) -> None:
    refusal = refused(planning, team=members)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/team"])


@pytest.mark.parametrize(
    "plan",
    [
        VISIT,
        {"team": [*PLAN["team"], VISITOR]},
        VISIT | {"team": [*PLAN["team"], VISITOR, {"user": "decider", "role": "visitor"}]},
    ],
    ids=["visit without visitor", "visitor without visit", "two visitors"],
)
def test_a_mystery_visit_has_exactly_one_visitor(planning: Life, plan: dict[str, Any]) -> None:
    assert refused(planning, **plan).code == "invalid"


@pytest.mark.parametrize("user", ["nobody", "manager2", "applicant"])
def test_a_team_holds_only_members_of_the_body(planning: Life, user: str) -> None:
    refusal = refused(planning, team=team("leader", "auditor", user))
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/team/2/user"])


def test_nobody_stands_in_a_team_twice(planning: Life) -> None:
    assert refused(planning, team=team("leader", "leader")).code == "invalid"


def test_one_person_under_two_accounts_stands_in_a_team_once(planning: Life, database: Engine) -> None:
    a_member(database, "leader-too", person="person-leader")
    assert refused(planning, team=team("leader", "leader-too")).code == "invalid"


@pytest.mark.parametrize("user", ["manager", "decider2", "ops"])
def test_whoever_audits_is_an_auditor(planning: Life, user: str) -> None:
    refusal = refused(planning, team=team("leader", "auditor", user))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")


def test_competence_for_another_trade_does_not_qualify(planning: Life, database: Engine) -> None:
    cook = a_member(database, "cook", trade="catering")
    refusal = refused(planning, team=team("leader", cook))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/7.3.1", ["/team/1/user"])


def test_competence_must_last_to_the_last_planned_day(planning: Life, database: Engine) -> None:
    last = planning.today + timedelta(days=12)
    short = a_member(database, "competent-until-the-day-before", until=last - timedelta(days=1))
    assert refused(planning, team=team("leader", short)).clause == "R:7/7.3.1"
    planning.plan(team=team("leader", a_member(database, "competent-until-the-day", until=last)))
    assert planning.open == ["audit.plan.confirm"]


@pytest.mark.parametrize("role", ["leader", "auditor", "expert", "visitor"])
def test_a_conflict_of_interest_bars_from_every_place_in_a_team(planning: Life, database: Engine, role: str) -> None:
    """G:4.2."""
    in_conflict(database, planning, "decider")
    members = [{"user": "leader", "role": "leader" if role != "leader" else "auditor"}]
    members += [{"user": "auditor", "role": "auditor"}, {"user": "decider", "role": role}]
    refusal = refused(planning, team=members, modes=["mystery_visit"] if role == "visitor" else [])
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/6.4.6.2", ["/team/2/user"])


def test_a_conflict_bars_from_every_plan_through_its_last_day(planning: Life, database: Engine) -> None:
    """The planned days lie after it, but the documents are reviewed before them."""
    in_conflict(database, planning, "auditor", until=planning.today)
    assert refused(planning).clause == "R:7/6.4.6.2"
    in_conflict(database, planning, "auditor", until=planning.today - timedelta(days=1))
    planning.plan()
    assert planning.open == ["audit.plan.confirm"]


# The sites ----------------------------------------------------------------------------------------------------


@pytest.fixture
def chain(life: Life) -> Life:
    """Ten sites, of which s0 has the central function; the plan is open."""
    site = {"address": "x", "city": "太原", "headcount": 12}
    life.apply(sites=[site | {"id": f"s{n}", "name": f"店{n}", "central": n == 0} for n in range(10)])
    life.answer("manager", "application.review", outcome="accept")
    contract = {"contract_number": "1", "signed_on": str(life.today), "fee_total": "1", "file_id": "f-manager"}
    life.answer("manager", "contract.sign", **contract)
    return life


def visited(life: Life) -> list[str]:
    assert life.audit.plan is not None
    return life.audit.plan.sites


def drawn(seed: str, pool: list[str], count: int) -> list[str]:
    """The draw as the rule describes it, for anybody to repeat."""
    return sorted(pool, key=lambda site: sha256(f"{seed}:{site}".encode()).hexdigest())[:count]


def others(*but: str) -> list[str]:
    return [f"s{n}" for n in range(1, 10) if f"s{n}" not in but]


def test_without_sampling_every_site_is_visited(chain: Life) -> None:
    chain.plan()
    assert sorted(visited(chain)) == sorted(["s0", *others()])


@pytest.mark.parametrize("sites", [{"risk_basis": ""}, {"risk_basis": " "}])
def test_sites_are_sampled_only_on_a_risk_basis(chain: Life, sites: dict[str, Any]) -> None:
    """R:7/7.3.2."""
    refusal = refused(chain, sites=sites)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.2")


def test_nine_sites_give_three_and_the_central_one_and_anybody_can_repeat_the_draw(chain: Life) -> None:
    """R:7/7.3.2."""
    chain.plan(sites=BASIS)
    event = last_event(chain, "audit.plan")
    seed = event["previous_hash"]
    assert event["data"]["seed"] == seed
    assert sorted(event["data"]["sites"]) == sorted(["s0", *drawn(seed, others(), 3)])
    assert sorted(visited(chain)) == sorted(event["data"]["sites"])


def repeat(event: dict[str, Any]) -> set[str]:
    """The draw from nothing but the plan's event, as the rule tells it."""
    said = event["data"]["draw"]
    tenths, count, size = int(Decimal(said["factor"]) * 10), len(said["others"]), 0
    while (10 * size) ** 2 < tenths**2 * count:
        size += 1
    share = int(said["random_share"].removeprefix("1/"))
    by_chance = max(size - len(said["mandatory"]), -(-size // share))
    lots = sorted(
        (site in said["visited"], sha256(f"{event['previous_hash']}:{site}".encode()).hexdigest(), site)
        for site in said["others"]
        if site not in said["mandatory"]
    )
    return {*said["central"], *said["mandatory"], *(site for _, _, site in lots[:by_chance])}


@pytest.mark.parametrize("mandatory", [[], ["s4"], ["s1", "s2", "s3"]])
def test_anybody_can_repeat_a_draw_from_its_event_alone(chain: Life, mandatory: list[str]) -> None:
    chain.on_site(sites=BASIS | {"mandatory": mandatory}).audited(scores=FAILING).reported("fail")
    again(chain, sites=BASIS)
    for event in (event for event in chain.events() if event["kind"] == "audit.plan"):
        assert set(event["data"]["sites"]) == repeat(event)
        assert event["data"]["draw"]["edition"] == "service 1.0"


def test_a_plan_that_visits_every_site_draws_nothing(chain: Life) -> None:
    chain.plan()
    assert "draw" not in last_event(chain, "audit.plan")["data"]


def test_a_plan_made_again_is_drawn_with_the_seed_of_its_own_event(chain: Life) -> None:
    chain.plan(sites=BASIS)
    chain.answer("applicant", "audit.plan.confirm", **DECLINE)
    chain.plan(sites=BASIS)
    seed = last_event(chain, "audit.plan")["previous_hash"]
    assert sorted(visited(chain)) == sorted(["s0", *drawn(seed, others(), 3)])


def test_mandatory_sites_count_inside_but_leave_a_quarter_to_chance(chain: Life) -> None:
    chain.plan(sites=BASIS | {"mandatory": ["s1", "s2", "s3"]})
    seed = last_event(chain, "audit.plan")["previous_hash"]
    chance = drawn(seed, others("s1", "s2", "s3"), 1)
    assert sorted(visited(chain)) == sorted(["s0", "s1", "s2", "s3", *chance])


def test_an_unknown_mandatory_site_is_invalid(chain: Life) -> None:
    refusal = refused(chain, sites=BASIS | {"mandatory": ["s1", "s99"]})
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/sites/mandatory/1"])


def test_a_reaudit_draws_the_sites_not_visited_before_first(chain: Life) -> None:
    chain.on_site(sites=BASIS).audited(scores=FAILING).reported("fail")
    first = chain.case.audits[0].plan
    assert first is not None
    seen = [site for site in first.sites if site != "s0"]
    again(chain, sites=BASIS)
    seed = last_event(chain, "audit.plan")["previous_hash"]
    assert sorted(visited(chain)) == sorted(["s0", *drawn(seed, others(*seen), 3)])

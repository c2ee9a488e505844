"""R:7/7.3.1, R:7/6.4.6.2: a member of a planned team gives way, a conflict of interest is declared."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from domain.state import Actor
from records.tables import CaseRow, ConflictRow
from tests.flow.conftest import Lives
from tests.flow.steps import (
    AGREE,
    SECRET,
    a_member,
    act_refused,
    actor,
    answer_as,
    in_conflict,
    kinds,
    last_event,
    pointers,
    refused_as,
    submit,
    team,
    to_rectify,
)
from tests.flow.test_mystery_visit import OPENLY, seen
from tests.flow.years import notices
from tests.lives import PLAN, Life

WHY = "因病"


@pytest.fixture
def on_site(life: Life) -> Life:
    """Everything on site is open, and a mystery visit nobody may know of."""
    return life.contracted().on_site(**SECRET)


@pytest.fixture
def substitute(database: Engine) -> str:
    return a_member(database, "substitute")


def replace(life: Life, member: str, by: str) -> None:
    life.act("manager", "team.replace", **{"from": member, "to": by, "reason": WHY})


def replacing(life: Life, member: str, by: str) -> Any:
    return act_refused(life, "manager", "team.replace", **{"from": member, "to": by, "reason": WHY})


def roles(life: Life) -> dict[str, str]:
    assert life.audit.plan is not None
    return {member.role: member.user for member in life.audit.plan.team}


def act_as(life: Life, who: Actor, kind: str, **payload: Any) -> None:
    message = life.message("manager", "act", kind, payload)
    life.work(message.model_copy(update={"actor": who, "id": f"{message.id}-{who.user}"}))


def told(life: Life, to: str, word: str) -> bool:
    return any(word in one.body.en for one in notices(life) if one.to == to)


# A member gives way -------------------------------------------------------------------------------------------


def test_who_takes_the_leaders_place_takes_the_open_tasks(on_site: Life, substitute: str) -> None:
    before = on_site.open
    replace(on_site, "leader", substitute)
    assert (roles(on_site)["leader"], on_site.open) == (substitute, before)
    assert on_site.refused("leader", "audit.open", on=str(on_site.today), attendees=["x"]).code == "forbidden"
    answer_as(on_site, actor(substitute, "auditor"), "audit.open", on=str(on_site.today), attendees=["x"])
    assert told(on_site, f"user:{substitute}", "opening meeting")


def test_a_replacement_is_recorded_without_its_reason_and_the_client_is_told(on_site: Life, substitute: str) -> None:
    replace(on_site, "auditor", substitute)
    event = last_event(on_site, "team.replace")
    said = {name: event["data"][name] for name in ("audit", "from", "to", "roles")}
    assert said == {"audit": "audit-1", "from": "auditor", "to": substitute, "roles": ["auditor"]}
    assert event["clause"] == "R:7/7.3.1"
    assert WHY not in str(on_site.events())
    assert told(on_site, "applicant", substitute)


@pytest.mark.parametrize("user", ["auditor", "substitute"])
@pytest.mark.usefixtures("substitute")
def test_who_gave_way_and_who_came_are_barred_from_judging(on_site: Life, user: str) -> None:
    replace(on_site, "auditor", "substitute")
    on_site.answer("visitor", "audit.mystery_visit", visited_on=str(on_site.today), site="s1", observations="x")
    on_site.audited().reported()
    who = actor(user, "reviewer", "auditor")
    assert refused_as(on_site, who, "review.independent", outcome="agree").code == "not_independent"


@pytest.mark.parametrize(
    ("why", "clause"), [("trade", "R:7/7.3.1"), ("conflict", "R:7/6.4.6.2"), ("judged", "R:7/6.4.6.2")]
)
def test_who_could_not_be_planned_takes_no_place(life: Life, database: Engine, why: str, clause: str) -> None:
    life.contracted()
    user = a_member(database, f"no-{why}", trade="catering" if why == "trade" else "accommodation")
    if why == "conflict":
        in_conflict(database, life, user)
    life.on_site()
    if why == "judged":
        life.case.duties[f"person-{user}"] = ["decision"]
        keep(life)
    refusal = replacing(life, "auditor", user)
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", clause, ["/to"])


def keep(life: Life) -> None:
    """Put the state that a test has changed by hand into the record."""
    with Session(life.engine) as session:
        row = session.get_one(CaseRow, life.case.id)
        row.state = life.case.model_dump_json()
        session.add(row)
        session.commit()


@pytest.mark.parametrize(
    ("member", "by", "pointer"),
    [
        ("reviewer", "decider", "/from"),
        ("auditor", "nobody", "/to"),
        ("auditor", "auditor", "/to"),
        ("auditor", "leader", "/to"),
    ],
)
def test_a_replacement_names_a_member_and_somebody_else(on_site: Life, member: str, by: str, pointer: str) -> None:
    refusal = replacing(on_site, member, by)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_others_whose_competence_has_ended_do_not_hinder_a_replacement(
    life: Life, database: Engine, substitute: str
) -> None:
    ending = a_member(database, "ending", until=life.today + timedelta(days=20))
    life.contracted().on_site(team=team("leader", "auditor", ending)).days(21)
    replace(life, "auditor", substitute)
    assert roles(life)["leader"] == "leader"


@pytest.mark.parametrize("stage", ["unplanned", "closed"])
def test_members_are_replaced_between_plan_and_closing(life: Life, substitute: str, stage: str) -> None:
    life.contracted()
    if stage == "closed":
        life.on_site()
        for meeting in ("audit.open", "audit.close"):
            life.answer("leader", meeting, on=str(life.today), attendees=["x"])
    refusal = replacing(life, "auditor", substitute)
    assert refusal.code == {"unplanned": "stage_conflict", "closed": "invalid"}[stage]


def test_a_leader_whom_a_conflict_bars_is_replaced_until_the_decision(
    life: Life, database: Engine, substitute: str
) -> None:
    """R:7/6.4.6.2: else nobody could verify the rectification any more."""
    to_rectify(life)
    submit(life)
    in_conflict(database, life, "leader")
    items = [{"finding": one.id, "accepted": True} for one in life.audit.findings]
    assert life.refused("leader", "rectification.verify", items=items).code == "conflict_of_interest"
    replace(life, "leader", substitute)
    answer_as(life, actor(substitute, "auditor"), "rectification.verify", items=items)
    assert life.task("audit.report").assignee == substitute


def test_whom_the_client_is_told_of_was_there(life: Life, substitute: str) -> None:
    life.contracted().on_site().audited()
    assert replacing(life, "auditor", substitute).code == "invalid"


def test_a_member_is_replaced_while_the_client_looks_at_the_plan(life: Life, substitute: str) -> None:
    life.contracted().plan()
    replace(life, "leader", substitute)
    life.answer("applicant", "audit.plan.confirm", **AGREE)
    assert life.task("audit.documents").assignee == substitute


@pytest.mark.parametrize("user", ["leader", "decider", "ops"])
def test_only_the_case_manager_replaces_members(on_site: Life, user: str) -> None:
    payload = {"from": "auditor", "to": "visitor", "reason": WHY}
    assert act_refused(on_site, user, "team.replace", **payload).code == "forbidden"


# A visitor gives way: the client must not know (R:4/4.2) --------------------------------------------------------


def side_by_side(lives: Lives) -> tuple[Life, Life]:
    """The same case with a mystery visit and without one."""
    return lives().contracted().on_site(**SECRET), lives().contracted().on_site(**OPENLY)


def test_the_client_sees_nothing_of_a_visitor_who_gives_way(lives: Lives, substitute: str) -> None:
    secret, plain = side_by_side(lives)
    replace(secret, "visitor", substitute)
    assert secret.task("audit.mystery_visit").assignee == substitute
    assert seen(secret) == seen(plain)
    assert not told(secret, "applicant", substitute)


def test_a_visitors_replacement_enters_the_record_with_the_visit(lives: Lives, substitute: str) -> None:
    secret, _ = side_by_side(lives)
    replace(secret, "visitor", substitute)
    visit = {"visited_on": str(secret.today), "site": "s1", "observations": "x"}
    answer_as(secret, actor(substitute, "auditor"), "audit.mystery_visit", **visit)
    secret.audited().reported()
    assert last_event(secret, "team.replace")["data"]["roles"] == ["visitor"]


def test_the_client_sees_a_leader_give_way_and_not_that_they_visit_too(lives: Lives, substitute: str) -> None:
    leads_and_visits = {"team": [*PLAN["team"], {"user": "leader", "role": "visitor"}], "modes": SECRET["modes"]}
    secret, plain = lives().contracted().on_site(**leads_and_visits), lives().contracted().on_site(**OPENLY)
    for life in (secret, plain):
        replace(life, "leader", substitute)
    assert seen(secret) == seen(plain)
    assert roles(secret)["visitor"] == substitute


@pytest.mark.parametrize("act", ["conflict.declare", "note.add"])
def test_the_client_sees_nothing_of_what_a_visitor_says_in_the_record(lives: Lives, act: str) -> None:
    secret, plain = side_by_side(lives)
    say = {"note.add": {"text": "x"}, "conflict.declare": conflict(secret)}
    secret.act("visitor", act, **say[act])
    assert seen(secret) == seen(plain)


# A conflict is declared -----------------------------------------------------------------------------------------


def conflict(life: Life, **changes: Any) -> dict[str, Any]:
    """A consultancy for this life's organization that ended today."""
    assert life.case.application is not None
    organization = life.case.application.organization.uscc
    return {"organization": organization, "since": str(life.today), "relation": "consultancy"} | changes


def until(life: Life, user: str) -> date | None:
    assert life.case.application is not None
    with Session(life.engine) as session:
        return session.get_one(ConflictRow, (f"person-{user}", life.case.application.organization.uscc)).until


def test_a_declared_consultancy_bars_for_two_years(life: Life, database: Engine) -> None:
    user = a_member(database, "consulted")
    act_as(life.contracted(), actor(user, "auditor"), "conflict.declare", **conflict(life, since="2024-03-02"))
    assert until(life, user) == life.today == date(2026, 3, 2)
    refusal = life.refused("manager", "audit.plan", **life.a_plan(team=team("leader", user)))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/6.4.6.2", ["/team/1/user"])
    life.until(date(2026, 3, 3))
    life.plan(team=team("leader", user))
    assert life.open == ["audit.plan.confirm"]


@pytest.mark.parametrize("relation", ["employment", "ownership", "family", "other"])
def test_another_declared_relation_bars_while_it_lasts(life: Life, database: Engine, relation: str) -> None:
    user = a_member(database, f"in-{relation}")
    act_as(life.contracted(), actor(user, "auditor"), "conflict.declare", **conflict(life, relation=relation))
    assert until(life, user) is None
    refusal = life.refused("manager", "audit.plan", **life.a_plan(team=team("leader", user)))
    assert refusal.clause == "R:7/6.4.6.2"


def test_the_longest_bar_stands_whatever_is_declared_after_it(life: Life, database: Engine) -> None:
    who = actor(a_member(database, "often"), "auditor")
    life.contracted()
    ends = []
    for more in ({"since": "2025-06-01"}, {"since": "2024-06-01"}, {"relation": "family"}, {"since": "2026-01-01"}):
        act_as(life, who, "conflict.declare", **conflict(life, **more))
        ends.append(until(life, "often"))
    assert ends == [date(2027, 6, 1), date(2027, 6, 1), None, None]


def test_who_declares_a_conflict_is_barred_at_once_and_the_manager_is_told(on_site: Life) -> None:
    on_site.act("leader", "conflict.declare", **conflict(on_site))
    refusal = on_site.refused("leader", "audit.open", on=str(on_site.today), attendees=["x"])
    assert refusal.code == "conflict_of_interest"
    assert told(on_site, "role:case_manager", "leader")
    data = last_event(on_site, "conflict.declare")["data"]
    assert (data["relation"], data["until"]) == ("consultancy", "2028-03-02")


def test_the_manager_is_told_only_of_those_who_are_planned(on_site: Life) -> None:
    on_site.act("reviewer", "conflict.declare", **conflict(on_site))
    assert not told(on_site, "role:case_manager", "reviewer")


def test_the_client_reads_nothing_of_another_organization(on_site: Life) -> None:
    other = "91350100M000100Y43"
    on_site.act("reviewer", "conflict.declare", **conflict(on_site, organization=other))
    assert other not in str(on_site.events())
    assert kinds(on_site)[-1] == "conflict.declare"
    with Session(on_site.engine) as session:
        assert session.get(ConflictRow, ("person-reviewer", other))
        session.delete(session.get_one(ConflictRow, ("person-reviewer", other)))
        session.commit()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"since": "2026-03-03"}, "/since"),
        ({"relation": "neighbour"}, "/relation"),
        ({"organization": "91140100MA0000001X"}, "/organization"),
    ],
)
def test_a_declaration_of_a_wrong_form_is_invalid(life: Life, wrong: dict[str, str], pointer: str) -> None:
    life.contracted()
    refusal = act_refused(life, "reviewer", "conflict.declare", **conflict(life, **wrong))
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


@pytest.mark.parametrize(("user", "code"), [("applicant", "forbidden"), ("manager2", "not_found")])
def test_conflicts_are_declared_by_the_body_alone(life: Life, user: str, code: str) -> None:
    life.contracted()
    assert act_refused(life, user, "conflict.declare", **conflict(life)).code == code

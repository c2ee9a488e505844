"""Who may stand in a team: its form, its members' competence and their impartiality."""

from datetime import date
from typing import Literal

import pytest

from domain.team import Competence, Conflict, Engagement, Member, Person, auditors, check_team

CLIENT = "91140000000000000X"
LAST_DAY = date(2026, 3, 5)
Role = Literal["leader", "auditor", "expert", "visitor"]


def a_person(user: str, until: date | None = None, conflict: Conflict | None = None) -> Person:
    return Person(
        user=user,
        person=f"p-{user}",
        roles=["auditor"],
        competences=[Competence(trade="catering", until=until)],
        conflicts=[conflict] if conflict else [],
    )


def an_engagement(*modes: str) -> Engagement:
    return Engagement(
        organization=CLIENT,
        trade="catering",
        modes=["observation", *modes],
        planned_from=date(2026, 3, 2),
        planned_to=LAST_DAY,
    )


def a_team(**members: Role) -> list[Member]:
    return [Member(user=user, role=role) for user, role in members.items()]


PEOPLE = [a_person("ann"), a_person("bob"), a_person("cai")]


def check(team: list[Member], people: list[Person] = PEOPLE, *modes: str) -> list[str]:
    found = check_team(team, people, an_engagement(*modes))
    return [f"{one.code} {one.clause} {fault.pointer}" for one in found for fault in one.faults]


def test_one_leader_and_qualified_auditors_make_a_team() -> None:
    assert check(a_team(ann="leader", bob="auditor")) == []


@pytest.mark.parametrize("team", [[], a_team(ann="auditor"), a_team(ann="leader", bob="leader")])
def test_a_team_has_exactly_one_leader(team: list[Member]) -> None:
    assert check(team) == ["invalid None /team"]


def test_a_mystery_visit_needs_its_visitor() -> None:
    assert check(a_team(ann="leader"), PEOPLE, "mystery_visit") == ["invalid None /team"]
    assert check(a_team(ann="leader", bob="visitor"), PEOPLE, "mystery_visit") == []


def test_a_mystery_visit_has_one_visitor() -> None:
    assert check(a_team(ann="leader", bob="visitor", cai="visitor"), PEOPLE, "mystery_visit") != []


def test_without_a_mystery_visit_there_is_no_visitor() -> None:
    assert check(a_team(ann="leader", bob="visitor")) == ["invalid None /team"]


def test_a_member_nobody_knows_is_invalid() -> None:
    assert check(a_team(ann="leader", zoe="auditor")) == ["invalid None /team/1/user"]


def test_a_person_stands_in_a_team_once_even_under_two_accounts() -> None:
    twin = a_person("ann2").model_copy(update={"person": "p-ann"})
    assert check(a_team(ann="leader", ann2="auditor"), [*PEOPLE, twin]) == ["invalid None /team/1/user"]


def test_an_auditor_may_also_be_the_mystery_visitor() -> None:
    team = [*a_team(ann="leader", bob="auditor"), Member(user="bob", role="visitor")]
    assert check(team, PEOPLE, "mystery_visit") == []


@pytest.mark.parametrize(
    ("role", "modes"),
    [("auditor", ()), ("visitor", ("mystery_visit",))],
)
def test_auditors_and_visitors_are_competent_in_the_trade(role: Role, modes: tuple[str, ...]) -> None:
    stranger = a_person("dan").model_copy(update={"competences": [Competence(trade="tourism")]})
    assert check(a_team(ann="leader", dan=role), [*PEOPLE, stranger], *modes) == ["rule_refused R:7/7.3.1 /team/1/user"]


def test_a_leader_is_competent_in_the_trade() -> None:
    stranger = a_person("dan").model_copy(update={"competences": []})
    assert check(a_team(dan="leader"), [stranger]) == ["rule_refused R:7/7.3.1 /team/0/user"]


def test_competence_lasts_through_the_last_planned_day() -> None:
    assert check(a_team(dan="leader"), [a_person("dan", until=LAST_DAY)]) == []
    assert check(a_team(dan="leader"), [a_person("dan", until=date(2026, 3, 4))]) != []


def test_whoever_is_no_auditor_is_not_qualified() -> None:
    manager = a_person("dan").model_copy(update={"roles": ["case_manager"]})
    assert check(a_team(dan="leader"), [manager]) == ["rule_refused R:7/7.3.1 /team/0/user"]


def test_an_expert_needs_no_competence() -> None:
    expert = Person(user="eva", person="p-eva")
    assert check(a_team(ann="leader", eva="expert"), [*PEOPLE, expert]) == []


@pytest.mark.parametrize("role", ["auditor", "expert"])
def test_a_conflict_of_interest_bars_from_every_role(role: Role) -> None:
    barred = a_person("dan", conflict=Conflict(organization=CLIENT))
    assert check(a_team(ann="leader", dan=role), [*PEOPLE, barred]) == ["rule_refused R:7/6.4.6.2 /team/1/user"]


def test_a_conflict_bars_through_its_last_day_and_for_its_organization_alone() -> None:
    until_start = a_person("dan", conflict=Conflict(organization=CLIENT, until=date(2026, 3, 2)))
    until_eve = a_person("dan", conflict=Conflict(organization=CLIENT, until=date(2026, 3, 1)))
    with_another = a_person("dan", conflict=Conflict(organization="another"))
    assert check(a_team(dan="leader"), [until_start]) != []
    assert check(a_team(dan="leader"), [until_eve]) == []
    assert check(a_team(dan="leader"), [with_another]) == []


def test_everything_wrong_is_said_at_once() -> None:
    worst = a_person("dan", conflict=Conflict(organization=CLIENT)).model_copy(update={"competences": []})
    assert check(a_team(dan="auditor"), [worst]) == [
        "invalid None /team",
        "rule_refused R:7/7.3.1 /team/0/user",
        "rule_refused R:7/6.4.6.2 /team/0/user",
    ]


def test_only_leaders_and_auditors_cover_days_on_site_each_person_once() -> None:
    team = a_team(ann="leader", bob="auditor", cai="expert", dan="visitor")
    assert auditors([*team, Member(user="bob", role="auditor")], PEOPLE) == 2

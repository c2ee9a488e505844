"""Who may stand in a team: its form, its members' competence and their impartiality."""

from datetime import date
from typing import Any, Literal

import pytest

from domain.team import (
    Away,
    Competence,
    Conflict,
    Engagement,
    Member,
    Person,
    Relation,
    auditors,
    audits_in_a_row,
    barred_until,
    check_replacement,
    check_team,
    obstacles,
)
from tests.domain.sheets import told

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
    assert check(a_team(ann="leader", zoe="auditor", zac="auditor")) == [
        "invalid None /team/1/user",
        "invalid None /team/2/user",
    ]


def test_a_person_stands_in_a_team_once_even_under_two_accounts() -> None:
    twin = a_person("ann2").model_copy(update={"person": "p-ann"})
    assert check(a_team(ann="leader", ann2="auditor"), [*PEOPLE, twin]) == ["invalid None /team/1/user"]
    [refusal] = check_team(a_team(ann="leader", ann2="auditor"), [*PEOPLE, twin], an_engagement())
    assert told(refusal.faults) == [("/team/1/user", "stands in the team twice")]


def test_a_person_makes_one_of_two_mystery_visits() -> None:
    """R:4/4.2."""
    team = [*a_team(ann="leader"), Member(user="bob", role="visitor"), Member(user="bob", role="visitor")]
    assert check(team, PEOPLE, "mystery_visit") == ["invalid None /team", "invalid None /team/2/user"]


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
    ended = a_person("dan", until=date(2026, 3, 4))
    assert check(a_team(dan="leader"), [ended]) != []
    [why] = obstacles(ended, "leader", an_engagement())
    assert (why.text.zh, why.text.en) == ("catering能力至2026-03-04", "competent in catering until 2026-03-04 only")


@pytest.mark.parametrize(
    "changes",
    [
        {"competences": []},
        {"competences": [Competence(trade="tourism", until=date(2026, 3, 4))]},
        {"roles": ["case_manager"], "competences": [Competence(trade="catering", until=date(2026, 3, 4))]},
    ],
)
def test_whoever_never_was_competent_is_told_from_whose_competence_ended(changes: dict[str, Any]) -> None:
    [why] = obstacles(a_person("dan").model_copy(update=changes), "leader", an_engagement())
    assert (why.text.zh, why.text.en) == ("无catering能力", "not competent in catering")


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


# Time -----------------------------------------------------------------------------------------------------------


def away(first: date, last: date, booked_by: str = "") -> Person:
    """Dan, not to be had for some days; the audit is planned for 2 to 5 March."""
    return a_person("dan").model_copy(update={"away": [Away(first=first, last=last, booked_by=booked_by)]})


@pytest.mark.parametrize(("first", "last"), [((2, 5), (3, 2)), ((3, 5), (3, 9)), ((3, 3), (3, 3)), ((1, 1), (12, 31))])
@pytest.mark.parametrize("role", ["leader", "auditor", "expert"])
@pytest.mark.parametrize("booked_by", ["", "JP-2026-00007"])
def test_whoever_is_away_on_one_planned_day_is_not_planned(
    first: tuple[int, int], last: tuple[int, int], role: Role, booked_by: str
) -> None:
    person = away(date(2026, *first), date(2026, *last), booked_by)
    team = a_team(ann="auditor" if role == "leader" else "leader", dan=role)
    assert check(team, [*PEOPLE, person]) == ["rule_refused R:7/7.3.1 /team/1/user"]


@pytest.mark.parametrize(("first", "last"), [((2, 20), (3, 1)), ((3, 6), (3, 9))])
def test_whoever_is_back_before_or_leaves_after_is_planned(first: tuple[int, int], last: tuple[int, int]) -> None:
    assert check(a_team(dan="leader"), [away(date(2026, *first), date(2026, *last))]) == []


def test_an_obstacle_names_the_days_and_the_other_case() -> None:
    booked = away(date(2026, 3, 4), date(2026, 3, 8), "JP-2026-00007")
    [one] = obstacles(booked, "auditor", an_engagement())
    assert one.kind == "booked"
    assert all(part in one.text.en for part in ("JP-2026-00007", "2026-03-04", "2026-03-08"))


# Turns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("served", "refused"), [(0, False), (1, False), (2, True), (3, True)])
@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_whoever_has_had_two_turns_in_a_row_waits_where_two_are_the_limit(
    served: int, role: Role, *, refused: bool
) -> None:
    person = a_person("dan").model_copy(update={"served": served})
    rotating = an_engagement().model_copy(update={"rotation": 2})
    found = obstacles(person, role, rotating)
    assert [one.kind for one in found] == (["rotation"] if refused else [])


def test_without_a_limit_nobody_takes_turns() -> None:
    assert obstacles(a_person("dan").model_copy(update={"served": 99}), "leader", an_engagement()) == []


@pytest.mark.parametrize("role", ["expert", "visitor"])
def test_experts_and_visitors_take_no_turns(role: Role) -> None:
    rotating = an_engagement().model_copy(update={"rotation": 1})
    assert obstacles(a_person("dan").model_copy(update={"served": 5}), role, rotating) == []


@pytest.mark.parametrize(
    ("teams", "count"),
    [
        ([], 0),
        ([{"ann"}], 1),
        ([{"ann"}, {"ann", "bob"}], 2),
        ([{"ann"}, {"bob"}], 0),
        ([{"ann"}, {"bob"}, {"ann"}], 1),
    ],
)
def test_turns_count_back_from_the_latest_audit_to_the_first_gap(teams: list[set[str]], count: int) -> None:
    assert audits_in_a_row("ann", teams) == count


# Impartiality ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["leader", "auditor", "expert", "visitor"])
def test_whoever_judged_takes_no_place(role: Role) -> None:
    judged = an_engagement().model_copy(update={"judges": ["p-dan"]})
    assert [one.kind for one in obstacles(a_person("dan"), role, judged)] == ["judged"]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2024, 3, 1), date(2026, 3, 1)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2028, 2, 28)),
    ],
)
def test_a_consultancy_bars_through_the_corresponding_day_two_years_on(since: date, until: date) -> None:
    assert barred_until("consultancy", since) == until


@pytest.mark.parametrize("relation", ["employment", "ownership", "family", "other"])
def test_any_other_relation_bars_while_it_lasts(relation: Relation) -> None:
    assert barred_until(relation, date(2020, 1, 1)) is None


# Somebody takes another's place -----------------------------------------------------------------------------------


def test_only_the_new_member_is_judged_when_a_place_is_given() -> None:
    ended = a_person("ann", until=date(2026, 3, 1))
    barred = a_person("dan", conflict=Conflict(organization=CLIENT))
    team = a_team(ann="leader", bob="auditor")
    assert check_replacement(team, "bob", [ended, *PEOPLE[1:]], an_engagement()) == []
    found = check_replacement(a_team(ann="leader", dan="auditor"), "dan", [ended, barred], an_engagement())
    assert [(one.clause, [fault.pointer for fault in one.faults]) for one in found] == [("R:7/6.4.6.2", ["/to"])]


def test_nobody_takes_a_second_place_of_a_team() -> None:
    team = [*a_team(ann="leader"), Member(user="ann", role="auditor")]
    [refusal] = check_replacement(team, "ann", PEOPLE, an_engagement())
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/to")


@pytest.mark.parametrize("place", [0, 1])
def test_a_person_takes_no_second_place_under_another_account(place: int) -> None:
    """R:7/7.3.1: wherever in the team the two accounts stand."""
    twin = a_person("twin").model_copy(update={"person": PEOPLE[1].person})
    team = a_team(bob="auditor")
    team.insert(place, Member(user="twin", role="leader"))
    [refusal] = check_replacement(team, "twin", [*PEOPLE, twin], an_engagement())
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/to")


def test_an_account_that_nobody_has_takes_no_place() -> None:
    """R:7/7.3.1; who else in the team is unknown is not judged again."""
    team = a_team(ann="leader", zoe="auditor", zac="auditor")
    [refusal] = check_replacement(team, "zoe", PEOPLE, an_engagement())
    assert (refusal.code, [fault.pointer for fault in refusal.faults]) == ("invalid", ["/to"])

"""R:7/7.3.1: a proposal holds a team that may be planned, says why not the others, and what is missing."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Application
from domain.audit import Audit, Plan
from domain.engagement import engagement
from domain.planning import PersonDays, check_coverage, check_person_days, required
from domain.proposal import Proposal, propose
from domain.refusal import Refused
from domain.state import CaseState
from domain.team import Away, Competence, Conflict, Person, auditors, check_team
from tests.domain.test_planning import RULES
from tests.lives import an_application

TODAY = date(2026, 3, 2)
FIRST = date(2026, 3, 9)


def a_state(people: int = 120, **changes: Any) -> CaseState:
    """A case of one central site and ten others, whose initial audit is to be planned."""
    body = an_application(1)
    site = {"name": "x", "address": "x", "city": "x"}
    body["sites"] = [site | {"id": f"s{n}", "headcount": people if not n else 0, "central": not n} for n in range(11)]
    body.pop("body")
    application = Application.model_validate(body)
    fields = {"special_rule": application.special_rule, "rules": RULES}
    fields["audits"] = [Audit(id="audit-1", audit_kind="initial")]
    return CaseState(id="c", body="demo", applicant="a", application=application, **(fields | changes))


def a_person(user: str, **changes: Any) -> Person:
    competent = Person(
        user=user, person=f"p-{user}", roles=["auditor"], competences=[Competence(trade="accommodation")]
    )
    return competent.model_copy(update=changes)


def proposed(
    people: list[Person], days: int = 6, modes: tuple[str, ...] = (), state: CaseState | None = None
) -> Proposal:
    state = state or a_state()
    span = FIRST, FIRST + timedelta(days=days - 1)
    return propose(state, state.audits[-1], people, span, modes, TODAY)


def team(proposal: Proposal) -> list[tuple[str, str]]:
    return [(member.user, member.role) for member in proposal.team]


# The days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "split"),
    [(99, ("0.5", "4.5", "4")), (100, ("1", "5.5", "5.5")), (500, ("1", "7", "7"))],
)
def test_the_tables_days_are_split_on_the_grid(people: int, split: tuple[str, str, str]) -> None:
    effort = proposed([], state=a_state(people)).person_days
    assert tuple(effort.proposed.values()) == split
    assert not effort.reason_needed


CHECKLIST_RULES = RULES.model_copy(update={"evaluations": ["audit.checklist"]})


@pytest.mark.parametrize(("people", "split"), [(99, ("0.5", "8.5", "0")), (100, ("1", "11", "0"))])
def test_a_product_has_no_days_for_characteristics(people: int, split: tuple[str, str, str]) -> None:
    """G:A: one checklist is all that is evaluated on site."""
    effort = proposed([], state=a_state(people, rules=CHECKLIST_RULES)).person_days
    assert tuple(effort.proposed.values()) == split


def test_the_bounds_of_the_person_days_are_shown() -> None:
    effort = proposed([], state=a_state(99)).person_days
    assert (effort.table, effort.cap, effort.most, effort.grid) == (9, "11.7", "11.5", "0.5")


def test_a_reaudit_is_proposed_the_days_of_the_audit_it_repeats() -> None:
    days = {"documents": "1", "management": "6", "characteristics": "7"}
    plan = Plan(team=[], person_days=days, modes=[], sites=[], planned_from=TODAY, planned_to=TODAY)
    first = Audit(id="audit-1", audit_kind="initial", plan=plan, last_day=TODAY)
    again = Audit(id="audit-2", audit_kind="reaudit", of="audit-1")
    effort = proposed([], state=a_state(audits=[first, again])).person_days
    assert (effort.table, effort.cap, effort.reason_needed) == (None, None, True)
    assert sum(map(Decimal, effort.proposed.values())) == 14


def test_an_extension_that_repeats_nothing_is_proposed_the_days_of_an_initial_one() -> None:
    """Another audit's plan has nothing to do with it."""
    days = {"documents": "1", "management": "6", "characteristics": "7"}
    plan = Plan(team=[], person_days=days, modes=[], sites=[], planned_from=TODAY, planned_to=TODAY)
    audits = [Audit(id="audit-1", audit_kind="initial", plan=plan), Audit(id="audit-2", audit_kind="special")]
    effort = proposed([], state=a_state(audits=audits)).person_days
    assert sum(map(Decimal, effort.proposed.values())) == 12


@pytest.mark.parametrize(
    ("before", "split"),
    [("0.5", ("0", "0.5", "0")), ("1", ("0", "0.5", "0.5")), ("1.5", ("0.5", "0.5", "0.5"))],
)
def test_very_few_days_go_to_the_site_before_the_documents(before: str, split: tuple[str, str, str]) -> None:
    days = {"documents": "0", "management": before, "characteristics": "0"}
    plan = Plan(team=[], person_days=days, modes=[], sites=[], planned_from=TODAY, planned_to=TODAY)
    first = Audit(id="audit-1", audit_kind="initial", plan=plan, last_day=TODAY)
    again = Audit(id="audit-2", audit_kind="reaudit", of="audit-1")
    effort = proposed([], state=a_state(audits=[first, again])).person_days
    assert tuple(effort.proposed.values()) == split


def test_nothing_is_proposed_before_the_application() -> None:
    with pytest.raises(ValueError, match="a case is planned from its application on"):
        proposed([], state=a_state(rules=None))


def test_a_surveillance_is_proposed_its_own_days() -> None:
    """R:11/10.1."""
    effort = proposed([], state=a_state(audits=[Audit(id="audit-1", audit_kind="surveillance")])).person_days
    assert (effort.table, sum(map(Decimal, effort.proposed.values()))) == (6, 6)


def test_days_are_written_as_plain_decimals() -> None:
    days = {"documents": "2", "management": "10", "characteristics": "10"}
    plan = Plan(team=[], person_days=days, modes=[], sites=[], planned_from=TODAY, planned_to=TODAY)
    first = Audit(id="audit-1", audit_kind="initial", plan=plan, last_day=TODAY)
    again = Audit(id="audit-2", audit_kind="reaudit", of="audit-1")
    effort = proposed([], state=a_state(audits=[first, again])).person_days
    assert "10" in effort.proposed.values()


def test_a_mystery_visitor_is_competent_too() -> None:
    """R:7/7.3.1."""
    people = [a_person("ann"), a_person("bob"), a_person("zoe", competences=[])]
    assert team(proposed(people, modes=("mystery_visit",)))[2:] == [("ann", "visitor")]


def test_a_surveillance_samples_fewer_sites() -> None:
    """R:7/7.3.2: six tenths of the root of ten, rounded up."""
    extent = proposed([], state=a_state(audits=[Audit(id="audit-1", audit_kind="surveillance")])).sites
    assert extent.sample == 2


def test_a_special_audit_is_proposed_the_days_of_an_initial_one() -> None:
    special = Audit(id="audit-1", audit_kind="special")
    effort = proposed([], state=a_state(audits=[special])).person_days
    assert sum(map(Decimal, effort.proposed.values())) == 12


def test_a_special_audit_draws_no_sites() -> None:
    """R:7/7.3.2, R:7/6.5.1."""
    extent = proposed([], state=a_state(audits=[Audit(id="audit-1", audit_kind="special")])).sites
    assert extent.sample == extent.others


def test_ten_sites_are_sampled_by_four_and_the_central_one() -> None:
    extent = proposed([]).sites
    assert (extent.central, extent.others, extent.sample) == (1, 10, 4)


# The team ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "needed"), [(11, 1), (10, 2), (6, 2), (5, 3), (1, 11)])
def test_eleven_days_on_site_need_so_many_auditors(days: int, needed: int) -> None:
    assert proposed([], days=days).auditors_needed == needed


def test_those_with_the_fewest_engagements_go_then_by_name() -> None:
    people = [a_person("ann", engagements=2), a_person("cai"), a_person("bob"), a_person("dan", engagements=1)]
    assert team(proposed(people)) == [("bob", "leader"), ("cai", "auditor")]


def test_whoever_may_judge_goes_last() -> None:
    people = [a_person("ann", roles=["auditor", "reviewer"]), a_person("bob", engagements=9), a_person("cai")]
    assert team(proposed(people)) == [("cai", "leader"), ("bob", "auditor")]


def test_a_person_with_two_accounts_takes_one_place() -> None:
    people = [a_person("ann"), a_person("ann2", person="p-ann"), a_person("bob")]
    assert team(proposed(people)) == [("ann", "leader"), ("bob", "auditor")]


def test_a_mystery_visit_is_made_by_somebody_else_where_there_is_one() -> None:
    people = [a_person(name) for name in ("ann", "bob", "cai")]
    assert team(proposed(people, modes=("mystery_visit",)))[2:] == [("cai", "visitor")]
    assert team(proposed(people[:2], modes=("mystery_visit",)))[2:] == [("ann", "visitor")]


# Why not ----------------------------------------------------------------------------------------------------------

WHY: dict[str, dict[str, Any]] = {
    "competence": {"competences": []},
    "absent": {"away": [Away(first=FIRST, last=FIRST)]},
    "booked": {"away": [Away(first=FIRST, last=FIRST, booked_by="JP-2026-00007")]},
    "conflict": {"conflicts": [Conflict(organization=str(an_application(1)["organization"]["uscc"]))]},
    "judged": {"person": "p-judge"},
}


@pytest.mark.parametrize("why", WHY)
def test_everybody_who_cannot_be_planned_is_told_why(why: str) -> None:
    state = a_state(duties={"p-judge": ["review"]})
    found = proposed([a_person("ann"), a_person("bob"), a_person("cai", **WHY[why])], state=state)
    assert team(found) == [("ann", "leader"), ("bob", "auditor")]
    [ann, _, cai] = found.people
    assert (ann.roles, ann.obstacles) == (["leader", "auditor", "visitor", "expert"], [])
    assert [one.kind for one in cai.obstacles] == [why]
    assert cai.roles == (["expert"] if why == "competence" else [])


def test_every_reason_is_told_and_not_the_first_alone() -> None:
    everything = {key: value for changes in WHY.values() for key, value in changes.items()}
    state = a_state(duties={"p-judge": ["review"]})
    [found] = proposed([a_person("cai", **everything)], state=state).people
    assert [one.kind for one in found.obstacles] == ["competence", "booked", "conflict", "judged"]


@pytest.mark.parametrize(("until", "barred"), [(TODAY, True), (TODAY - timedelta(days=1), False)])
def test_whoever_is_barred_today_is_not_proposed_for_later_days(until: date, barred: bool) -> None:  # noqa: FBT001  # a case's expectation
    """R:7/6.4.6.2: the team reviews the documents before the planned days."""
    conflict = Conflict(organization=str(an_application(1)["organization"]["uscc"]), until=until)
    [found] = proposed([a_person("ann", conflicts=[conflict])]).people
    assert [one.kind for one in found.obstacles] == (["conflict"] if barred else [])


def test_whoever_waits_for_a_turn_may_still_visit() -> None:
    planning = RULES.planning.model_copy(update={"rotation": 1})
    state = a_state(rules=RULES.model_copy(update={"planning": planning}))
    [found] = proposed([a_person("ann", served=1)], state=state).people
    assert (found.roles, [one.kind for one in found.obstacles]) == (["visitor", "expert"], ["rotation"])


# What is missing --------------------------------------------------------------------------------------------------


def test_one_auditor_for_six_days_lacks_another_or_five_days() -> None:
    found = proposed([a_person("ann")])
    assert found.team == []
    [missing] = found.missing
    wanted = "competent in accommodation and free from 2026-03-09 to 2026-03-14"
    assert missing.en == f"1 more auditor {wanted}, or 5 more days"


def test_two_auditors_for_one_day_lack_five_more_days() -> None:
    """Eleven days on site: six days of two."""
    [missing] = proposed([a_person("ann"), a_person("bob")], days=1).missing
    assert missing.en.startswith("9 more auditors")
    assert missing.en.endswith("or 5 more days")
    assert missing.zh.startswith("还缺9名审查员")
    assert missing.zh.endswith("或延长5天")


def test_a_visitor_need_not_wait_for_a_turn_to_audit() -> None:
    planning = RULES.planning.model_copy(update={"rotation": 1})
    state = a_state(rules=RULES.model_copy(update={"planning": planning}))
    people = [a_person("ann"), a_person("bob"), a_person("vic", served=1)]
    assert team(proposed(people, modes=("mystery_visit",), state=state))[2:] == [("vic", "visitor")]


def test_without_any_auditor_no_days_help() -> None:
    [missing] = proposed([]).missing
    assert missing.en.startswith("2 more auditors")
    assert "days" not in missing.en


def test_a_visit_without_a_visitor_says_so() -> None:
    missing = proposed([], modes=("mystery_visit",)).missing
    assert "mystery visitor" in missing[-1].en


def test_without_a_special_rule_nothing_can_be_planned() -> None:
    [missing] = proposed([a_person("ann"), a_person("bob")], state=a_state(special_rule=None)).missing
    assert (missing.zh, missing.en) == ("缺少专用规则", "a special rule")


def test_a_product_lacks_a_standard_and_no_special_rule() -> None:
    state = a_state(special_rule=None, rules=CHECKLIST_RULES)
    [missing] = proposed([a_person("ann"), a_person("bob")], state=state).missing
    assert missing.en == "a standard"


@pytest.mark.parametrize(
    ("span", "pointer"),
    [
        ((FIRST, FIRST - timedelta(days=1)), "/planned_to"),
        ((TODAY - timedelta(days=1), FIRST), "/planned_from"),
    ],
)
def test_days_that_nobody_could_plan_are_refused(span: tuple[date, date], pointer: str) -> None:
    state = a_state()
    with pytest.raises(Refused) as caught:
        propose(state, state.audits[0], [], span, [], TODAY)
    assert (caught.value.refusal.code, caught.value.refusal.faults[0].pointer) == ("invalid", pointer)


# Whatever the body --------------------------------------------------------------------------------------------------


@st.composite
def members(make: st.DrawFn) -> list[Person]:
    """Any body: members with any of the reasons against them, and some with two accounts."""
    people = []
    for place in range(make(st.integers(0, 8))):
        changes: dict[str, Any] = {"engagements": make(st.integers(0, 2))}
        for why in make(st.sets(st.sampled_from(sorted(WHY)), max_size=2)):
            changes |= WHY[why]
        if people and make(st.booleans()):
            changes["person"] = people[-1].person
        people.append(a_person(f"u{place}", **changes))
    return people


@given(members(), st.integers(1, 14), st.booleans(), st.sampled_from([30, 120, 700]))
def test_what_is_proposed_would_be_taken(people: list[Person], days: int, visit: bool, headcount: int) -> None:  # noqa: FBT001  # drawn by hypothesis
    state = a_state(headcount, duties={"p-judge": ["decision"]})
    found = proposed(people, days, ("mystery_visit",) if visit else (), state)
    assert bool(found.team) != bool(found.missing)
    if not found.team:
        return
    planned = PersonDays(**{name: Decimal(value) for name, value in found.person_days.proposed.items()})
    sent = engagement(state, found.modes, (found.planned_from, found.planned_to), TODAY)
    table = required(headcount, "initial", RULES)
    assert check_team(found.team, people, sent) == []
    assert check_person_days(planned, table, "", RULES.planning) == []
    assert check_coverage(planned, auditors(found.team, people), found.planned_from, found.planned_to) == []


@given(members(), st.integers(1, 14))
def test_nothing_is_missing_that_is_there(people: list[Person], days: int) -> None:
    state = a_state(duties={"p-judge": ["decision"]})
    found = proposed(people, days, (), state)
    able = {one.person for one, said in zip(people, found.people, strict=True) if "auditor" in said.roles}
    assert bool(found.team) == (len(able) * days >= Fraction(11))


# Judges are spared ------------------------------------------------------------------------------------------------


def test_the_only_reviewer_is_left_to_review() -> None:
    """R:7/6.4.6.2: whoever stands in a plan may not review; two days would need six auditors of three."""
    reviewer = a_person("rita", roles=["auditor", "reviewer"])
    found = proposed([a_person("ann"), a_person("ben"), reviewer], days=2)
    assert found.team == []
    assert [text.en for text in found.missing] == [
        "4 more auditors competent in accommodation and free from 2026-03-09 to 2026-03-10, or 4 more days"
    ]


def test_a_reviewer_may_audit_where_another_can_review() -> None:
    judges = [a_person(name, roles=["auditor", "reviewer"]) for name in ("rita", "rob")]
    assert team(proposed([a_person("ann"), *judges])) == [("ann", "leader"), ("rita", "auditor")]


def test_the_only_decision_maker_makes_no_visit() -> None:
    decider = a_person("dora", roles=["auditor", "decision_maker"])
    found = proposed([a_person("ann"), a_person("ben"), decider], modes=("mystery_visit",))
    assert ("dora", "visitor") not in team(found)


def test_a_reviewer_who_has_evaluated_leaves_the_other_to_review() -> None:
    """R:7/6.4.6.2: rob may not review any more, so that only rita can."""
    judges = [a_person(name, roles=["auditor", "reviewer"]) for name in ("rita", "rob")]
    state = a_state(duties={"p-rob": ["evaluation"]})
    assert team(proposed([a_person("ann"), *judges], state=state)) == [("ann", "leader"), ("rob", "auditor")]


def test_two_reviewers_do_not_both_audit() -> None:
    """R:7/6.4.6.2: eleven days on site within four need three auditors, and one of the two has to review."""
    judges = [a_person(name, roles=["auditor", "reviewer"]) for name in ("rita", "rob")]
    found = proposed([a_person("ann"), *judges], days=4)
    assert (found.auditors_needed, found.team) == (3, [])
    assert [text.en.partition(" competent")[0] for text in found.missing] == ["1 more auditor"]


def test_the_last_reviewer_beside_the_team_makes_no_visit() -> None:
    """R:7/6.4.6.2: rita audits, so that abe, who waits for a turn and could visit, has to review."""
    planning = RULES.planning.model_copy(update={"rotation": 1})
    state = a_state(rules=RULES.model_copy(update={"planning": planning}))
    judges = [a_person("abe", roles=["auditor", "reviewer"], served=1), a_person("rita", roles=["auditor", "reviewer"])]
    found = proposed([a_person("ann"), *judges], modes=("mystery_visit",), state=state)
    assert team(found) == [("ann", "leader"), ("rita", "auditor"), ("ann", "visitor")]

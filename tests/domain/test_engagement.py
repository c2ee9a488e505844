"""What an audit is planned on: who has served, which plans stand, whose seat may be given to another (R:7/7.3.1)."""

from datetime import date
from typing import Any

import pytest

from domain.application import Application
from domain.audit import Audit, Given, Plan, TeamMember
from domain.dates import Anchor, Proof
from domain.engagement import (
    all_modes,
    check_dates,
    check_modes,
    days_left,
    engagement,
    plan_is_open,
    plan_stands,
    programme_last_day,
    seats,
    sites,
    teams_held,
)
from domain.model import Text
from domain.refusal import Refusal
from domain.sampling import Sites
from domain.state import CaseState, Deadline
from domain.tasks import Task
from domain.team import Engagement
from tests.domain.sheets import SCHEME
from tests.records.builders import an_application

TODAY = date(2026, 3, 9)
ROLES = {"lea": "leader", "ann": "auditor", "exa": "expert", "vic": "visitor"}
RULES = SCHEME.rules()
USUAL = [mode.id for mode in RULES.planning.modes if mode.id != "mystery_visit"]


def on(day: int) -> date:
    return date(2026, 3, day)


def a_plan(**roles: str) -> Plan:
    team = [TeamMember.model_validate({"user": u, "person": f"p-{u}", "role": role}) for u, role in roles.items()]
    return Plan(team=team, person_days={}, modes=[], sites=["s2"], planned_from=on(9), planned_to=on(11))


def an_audit(number: int = 1, kind: str = "initial", **changes: Any) -> Audit:
    fields = {"id": f"audit-{number}", "audit_kind": kind, "plan": a_plan(**ROLES), "stage": "audit"}
    return Audit.model_validate(fields | changes)


def a_task(kind: str, audit: str = "audit-1", subject: str | None = None) -> Task:
    fields = {"id": "t", "kind": kind, "role": "x", "opened_on": TODAY, "clause": "R:7/7.3.1", "audit_id": audit}
    return Task.model_validate(fields | {"subject": subject, "title": Text(zh="x", en="x")})


def a_case(**changes: Any) -> CaseState:
    body = an_application(1)
    body.pop("body")
    site = {"name": "x", "address": "x", "city": "x", "headcount": 9}
    body["sites"] = [site | {"id": f"s{n}", "central": n == 1} for n in (1, 2, 3)]
    known = {"application": Application.model_validate(body), "rules": RULES, "audits": [an_audit()]}
    return CaseState(id="c", body="one", applicant="x", **(known | changes))


def a_window(kind: str, due_on: date, audit: str | None = "audit-1", state: str = "running") -> Deadline:
    proof = Proof(anchor=Anchor(kind="task", on=TODAY), rule="x", calendar=None, steps=[])
    fields = {"id": kind, "kind": kind, "audit_id": audit, "due_on": due_on, "judged_on": due_on, "state": state}
    return Deadline.model_validate(fields | {"clause": "R:7/7.3.3", "proof": proof})


def told(found: list[Refusal]) -> list[tuple[str, str | None, list[str]]]:
    return [(one.code, one.clause, [f"{fault.pointer}: {fault.detail}" for fault in one.faults]) for one in found]


# What it is sent to --------------------------------------------------------------------------------------------


def test_a_team_is_sent_to_the_organization_in_its_trade_on_the_planned_days() -> None:
    """R:7/6.4.6.2: who has reviewed, approved or decided in the case may not evaluate."""
    duties = {"p-a": ["evaluation"], "p-b": ["evaluation", "review"], "p-c": ["decision"], "p-d": []}
    planning = RULES.planning.model_copy(update={"rotation": 3})
    case = a_case(duties=duties, rules=RULES.model_copy(update={"planning": planning}))
    assert case.application
    assert engagement(case, ("interview",), (on(9), on(11)), TODAY) == Engagement(
        organization=case.application.organization.uscc,
        trade="accommodation",
        modes=["interview"],
        planned_from=on(9),
        planned_to=on(11),
        today=TODAY,
        rotation=3,
        judges=["p-b", "p-c"],
    )


@pytest.mark.parametrize("missing", ["application", "rules"])
def test_nothing_is_planned_before_the_application(missing: str) -> None:
    with pytest.raises(ValueError, match="a case is planned from its application on"):
        engagement(a_case(**{missing: None}), (), (TODAY, TODAY), TODAY)
    with pytest.raises(ValueError, match="from its application on"):
        sites(a_case(**{missing: None}))


def test_a_plan_that_names_no_modes_has_the_usual_ones() -> None:
    assert all_modes((), RULES.planning) == USUAL
    assert all_modes(["interview"], RULES.planning) == ["interview"]


def test_a_mystery_visit_alone_does_not_show_in_a_plans_open_modes() -> None:
    """R:4/4.2."""
    assert all_modes(["mystery_visit"], RULES.planning) == [*USUAL, "mystery_visit"]
    assert all_modes(["interview", "mystery_visit"], RULES.planning) == ["interview", "mystery_visit"]


def test_modes_are_those_of_the_pack() -> None:
    """R:7/7.4.4."""
    assert check_modes(["interview", "mystery_visit"], RULES.planning) == []
    assert told(check_modes(["hearsay", "interview", "rumour"], RULES.planning)) == [
        ("invalid", None, ["/modes/0: no such mode", "/modes/2: no such mode"])
    ]
    assert check_modes(["hearsay"], RULES.planning.model_copy(update={"modes": []})) == []


def test_sites_that_an_audit_which_closed_has_seen_are_told_apart() -> None:
    """R:7/7.3.2: the draw prefers unseen sites."""
    held, planned = an_audit(last_day=on(11)), an_audit(2, plan=a_plan().model_copy(update={"sites": ["s3"]}))
    unplanned = an_audit(3, plan=None, last_day=on(11))
    found = sites(a_case(audits=[held, planned, unplanned]), ["s3"])
    assert found == Sites(central=["s1"], others=["s2", "s3"], mandatory=["s3"], visited=["s2"])
    assert sites(a_case(audits=[])).mandatory == []


# The planned days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned_from", "first_day", "wrong"),
    [
        (on(9), None, []),
        (on(8), None, ["/planned_from: before 2026-03-09"]),
        # An audit that is open may be planned again from its first day on.
        (on(8), on(8), []),
        (on(7), on(8), ["/planned_from: before 2026-03-08"]),
    ],
)
def test_the_planned_days_lie_ahead_or_follow_the_opening(
    planned_from: date, first_day: date | None, wrong: list[str]
) -> None:
    found = check_dates(a_case(), an_audit(first_day=first_day), planned_from, on(11), TODAY)
    assert told(found) == ([("invalid", None, wrong)] if wrong else [])


@pytest.mark.parametrize(
    ("window", "kind", "wrong"),
    [
        # A re-audit begins by its last day, ...
        (a_window("reaudit", on(10)), "reaudit", []),
        (a_window("reaudit", on(9)), "reaudit", ["/planned_from: after the window"]),
        # ... a recertification and a surveillance close by theirs.
        (a_window("recertification.on_site", on(12)), "recertification", []),
        (a_window("recertification.on_site", on(11)), "recertification", ["/planned_to: after the window"]),
        (a_window("surveillance", on(12), None), "surveillance", []),
        (a_window("surveillance", on(11), None), "surveillance", ["/planned_to: after the window"]),
        # Other dates bind no plan: of another audit, met, or of surveillance where this is none.
        (a_window("surveillance", on(11), None), "special", []),
        (a_window("reaudit", on(9), "audit-2"), "reaudit", []),
        (a_window("reaudit", on(9), state="met"), "reaudit", []),
        (a_window("audit.plan", on(9)), "initial", []),
    ],
)
def test_an_audit_is_planned_within_its_window(window: Deadline, kind: str, wrong: list[str]) -> None:
    """R:7/7.3.3, R:7/6.4.6.1."""
    found = check_dates(a_case(deadlines=[window]), an_audit(kind=kind), on(10), on(12), TODAY)
    assert told(found) == ([("rule_refused", "R:7/7.3.3", wrong)] if wrong else [])
    assert all(str(window.due_on) in text for one in found for text in (one.zh, one.en))


# Who has served ------------------------------------------------------------------------------------------------

EVERYBODY = {"p-lea", "p-ann"}
"""Who led or audited; experts and visitors do not serve in a row."""


def test_who_led_or_audited_each_programme_audit_that_was_held() -> None:
    audits = [
        an_audit(1, last_day=on(1)),
        an_audit(2, "special", last_day=on(2)),
        an_audit(3, "surveillance", last_day=on(3), plan=a_plan(bob="leader")),
        an_audit(4, "recertification", last_day=on(4)),
        an_audit(5, "surveillance"),
        an_audit(6, "surveillance", last_day=on(6), plan=None),
    ]
    assert teams_held(audits) == [(on(1), EVERYBODY), (on(3), {"p-bob"}), (on(4), EVERYBODY)]


def test_a_reaudit_adds_to_the_audit_it_repeats() -> None:
    """R:7/6.4.6.1."""
    again = an_audit(2, "reaudit", of="audit-1", last_day=on(5), plan=a_plan(bob="leader"))
    special = an_audit(3, "special", last_day=on(6))
    of_special = an_audit(4, "reaudit", of="audit-3", last_day=on(7))
    assert teams_held([an_audit(1, last_day=on(1)), again, special, of_special]) == [(on(5), EVERYBODY | {"p-bob"})]


def test_the_audit_to_be_planned_is_left_out_with_what_it_repeats() -> None:
    first, later = an_audit(1, last_day=on(1)), an_audit(2, "surveillance", last_day=on(5))
    again = an_audit(3, "reaudit", of="audit-2", last_day=on(6))
    assert teams_held([first, later], but=later) == [(on(1), EVERYBODY)]
    assert teams_held([first, later, again], but=again) == [(on(1), EVERYBODY)]
    assert teams_held([first, later, again], but=first) == [(on(6), EVERYBODY)]


# Plans that stand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "is_open", "stands"),
    [
        (None, False, True),
        (a_task("audit.plan"), True, False),
        (a_task("approval.give", subject="person_days"), True, False),
        (a_task("audit.plan.confirm"), False, False),
        (a_task("audit.plan", "audit-2"), False, True),
        (a_task("approval.give", "audit-2", "person_days"), False, True),
        (a_task("audit.plan.confirm", "audit-2"), False, True),
        (a_task("approval.give", subject="deferral"), False, True),
    ],
)
def test_a_plan_stands_when_nobody_is_asked_about_it(task: Task | None, *, is_open: bool, stands: bool) -> None:
    case = a_case(tasks=[task] if task else [])
    assert (plan_is_open(case, case.audits[0]), plan_stands(case, case.audits[0])) == (is_open, stands)


def seated(user: str, *audits: Audit, tasks: list[Task] | None = None) -> tuple[str, list[str]] | None:
    found = seats(a_case(audits=list(audits), tasks=tasks or []), user)
    return found and (found[0].id, [member.role for member in found[1]])


GIVEN = {"audit.mystery_visit": Given(on=TODAY, by="p-vic", content="0")}


@pytest.mark.parametrize("stage", ["planning", "document_review", "audit"])
def test_a_member_gives_way_while_the_audit_runs(stage: str) -> None:
    assert seated("ann", an_audit(stage=stage)) == ("audit-1", ["auditor"])


def test_a_member_gives_way_until_the_closing_meeting() -> None:
    assert seated("ann", an_audit(last_day=TODAY)) is None
    assert seated("ann", an_audit(stage="closed")) is None


def test_the_leader_gives_way_until_the_decision() -> None:
    leader = next(member.user for member in an_audit().plan.team if member.role == "leader")
    assert seated(leader, an_audit(stage="rectification", last_day=TODAY)) == ("audit-1", ["leader"])
    assert seated(leader, an_audit(stage="closed", last_day=TODAY)) is None


def test_a_visitor_gives_way_until_the_visit_is_in_also_after_the_closing_meeting() -> None:
    """R:4/4.2."""
    assert seated("vic", an_audit(last_day=TODAY)) == ("audit-1", ["visitor"])
    assert seated("vic", an_audit(given=GIVEN)) is None
    assert seated("ann", an_audit(given=GIVEN)) == ("audit-1", ["auditor"])


def test_a_place_is_sought_in_the_latest_audit_whose_plan_stands() -> None:
    first = an_audit(1)
    assert seated("ann", first, an_audit(2)) == ("audit-2", ["auditor"])
    assert seated("ann", first, an_audit(2, plan=None)) == ("audit-1", ["auditor"])
    assert seated("ann", first, an_audit(2, stage="closed")) == ("audit-1", ["auditor"])
    assert seated("ann", first, an_audit(2), tasks=[a_task("audit.plan", "audit-2")]) == ("audit-1", ["auditor"])
    assert seated("ann", first, an_audit(2, plan=a_plan(bob="leader"))) == ("audit-1", ["auditor"])


def test_nobody_else_has_a_place() -> None:
    assert seated("zoe", an_audit()) is None


@pytest.mark.parametrize(
    ("today", "left"), [(on(8), (on(9), on(11))), (on(10), (on(10), on(11))), (on(12), (on(12), on(12)))]
)
def test_of_the_planned_days_those_are_left_that_are_not_over(today: date, left: tuple[date, date]) -> None:
    assert days_left(a_plan(), today) == left


def combined(number: int, last_day: int | None, combined_with: str | None = None) -> Audit:
    plan = a_plan(**ROLES).model_copy(update={"combined_with": combined_with})
    return an_audit(number, "special", plan=plan, last_day=last_day and on(last_day))


def test_the_previous_audits_last_day_is_its_own_or_its_re_audits() -> None:
    """R:7/7.3.3."""
    first = an_audit(1, "surveillance", last_day=on(10))
    again = an_audit(2, "reaudit", of="audit-1", last_day=on(20))
    assert programme_last_day([first], first) == on(10)
    assert programme_last_day([first, again], first) == on(20)
    assert programme_last_day([first, again], again) == on(20)


def test_a_special_audit_is_no_previous_audit_unless_planned_as_combined() -> None:
    """R:7/7.3.3: whichever of both plans says so."""
    first = an_audit(1, "surveillance", last_day=on(10))
    assert programme_last_day([first, combined(2, 12)], first) == on(10)
    assert programme_last_day([first, combined(2, 12, "audit-1")], first) == on(12)
    assert programme_last_day([first, combined(2, None, "audit-1")], first) == on(10)
    naming = an_audit(1, "surveillance", last_day=on(10), plan=combined(1, None, "audit-2").plan)
    assert programme_last_day([naming, combined(2, 12)], naming) == on(12)


def test_an_audit_that_never_came_on_site_has_no_last_day_to_count_from() -> None:
    first = an_audit(1, "surveillance", plan=None)
    assert programme_last_day([first], first) is None

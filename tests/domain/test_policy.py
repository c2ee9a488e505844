"""Who sees a case and may do what in it: contract.md's roles; R:4/4.2 for what a client must not know."""

from datetime import date
from typing import Any

import pytest

from domain.audit import Audit, Plan, TeamMember
from domain.matters import Matter
from domain.model import Text
from domain.policy import ACT_ROLES, brought, hidden, knows_of, learns_of, may_act, may_answer, reaches, sees
from domain.refusal import Refused
from domain.state import PUBLIC, Actor, CaseState
from domain.tasks import Task

DAY = date(2026, 3, 9)
TEAM = [TeamMember(user=user, person=f"p-{user}", role=user) for user in ("auditor", "leader", "visitor")]
PLAN = Plan(team=TEAM, person_days={}, modes=[], sites=[], planned_from=DAY, planned_to=DAY)

APPLICANT = Actor(user="ann", roles=["applicant"])
MANAGER = Actor(user="mai", person="p-mai", body="one", roles=["case_manager"])


def of_the_body(role: str, person: str = "p-x", body: str = "one", user: str = "x") -> Actor:
    return Actor(user=user, person=person, body=body, roles=[role])


def a_case(**changes: Any) -> CaseState:
    return CaseState(id="c", body="one", applicant="ann", **changes)


def a_task(**changes: Any) -> Task:
    fields = {"id": "t", "kind": "audit.plan", "role": "case_manager", "opened_on": DAY, "clause": "R:7/7.3.1"}
    return Task.model_validate(fields | {"title": Text(zh="计划", en="Plan")} | changes)


def refused_act(act: str, actor: Actor, case: CaseState | None = None) -> str | None:
    try:
        may_act(case or a_case(), act, actor)
    except Refused as no:
        return no.refusal.code
    return None


def refused_answer(task: Task, actor: Actor) -> str | None:
    try:
        may_answer(a_case(), task, actor)
    except Refused as no:
        return no.refusal.code
    return None


@pytest.mark.parametrize("role", ["case_manager", "reviewer", "decision_maker", "ops", "admin"])
def test_these_of_the_body_see_all_its_cases_and_none_of_another_body(role: str) -> None:
    assert sees(a_case(), of_the_body(role))
    assert not sees(a_case(), of_the_body(role, body="two"))


def test_an_auditor_sees_a_case_once_it_has_a_duty_there() -> None:
    auditor = of_the_body("auditor")
    assert not sees(a_case(), auditor)
    assert sees(a_case(duties={"p-x": ["evaluation"]}), auditor)
    assert not sees(a_case(duties={"p-x": ["evaluation"]}), of_the_body("auditor", body="two"))


def test_an_applicant_sees_its_own_case_only() -> None:
    assert sees(a_case(), APPLICANT)
    assert not sees(a_case(), Actor(user="bob", body="one", roles=["applicant"]))


def test_a_conflict_is_declared_by_whoever_belongs_to_the_body_before_seeing_the_case() -> None:
    """R:7/6.4.6.2."""
    auditor = of_the_body("auditor")
    assert reaches(a_case(), "conflict.declare", auditor)
    assert not reaches(a_case(), "conflict.declare", of_the_body("auditor", body="two"))
    assert not reaches(a_case(), "note.add", auditor)
    assert reaches(a_case(), "note.add", MANAGER)


def test_a_machine_brings_news_of_an_incident_to_its_bodys_cases_and_sees_none() -> None:
    """R:7/6.5.1."""
    machine = Actor(user="machine:feed", body="one", roles=["machine"])
    assert not sees(a_case(duties={"": ["evaluation"]}), machine)
    assert refused_act("incident.report", machine) is None
    assert refused_act("incident.report", machine.model_copy(update={"body": "two"})) == "not_found"
    assert refused_act("conflict.declare", machine) == "not_found"
    assert refused_act("note.add", machine) == "not_found"


@pytest.mark.parametrize(
    ("task", "actor", "code"),
    [
        (a_task(), MANAGER, None),
        (a_task(), of_the_body("case_manager", body="two"), "not_found"),
        (a_task(), of_the_body("reviewer"), "forbidden"),
        (a_task(assignee="mai"), MANAGER, None),
        (a_task(assignee="max"), MANAGER, "forbidden"),
        # A leader or a visitor is whoever the plan names, whatever the account's roles.
        (a_task(role="leader", assignee="mai"), MANAGER, None),
        (a_task(role="visitor", assignee="mai"), MANAGER, None),
        (a_task(role="leader", assignee="max"), MANAGER, "forbidden"),
        (a_task(role="applicant"), APPLICANT, None),
    ],
)
def test_a_task_is_answered_by_its_role_and_by_whom_it_is_given_to(task: Task, actor: Actor, code: str | None) -> None:
    assert refused_answer(task, actor) == code


@pytest.mark.parametrize(
    ("act", "actor", "code"),
    [
        ("case.withdraw", APPLICANT, None),
        ("case.withdraw", MANAGER, "forbidden"),
        ("case.withdraw", Actor(user="bob", roles=["applicant"]), "not_found"),
        ("team.replace", MANAGER, None),
        ("team.replace", of_the_body("ops"), "forbidden"),
        ("note.add", of_the_body("ops"), None),
        ("note.add", APPLICANT, "forbidden"),
        ("note.add", of_the_body("auditor"), "not_found"),
        ("conflict.declare", of_the_body("auditor"), None),
        ("no.such.act", MANAGER, "forbidden"),
    ],
)
def test_an_act_is_done_by_its_roles(act: str, actor: Actor, code: str | None) -> None:
    assert refused_act(act, actor) == code


@pytest.mark.parametrize(
    ("stage", "user", "code"),
    [
        ("audit", "leader", None),
        ("closed", "leader", "forbidden"),
        ("audit", "auditor", "forbidden"),
        ("audit", "visitor", "forbidden"),
    ],
)
def test_the_leader_of_a_running_audit_corrects_the_headcount(stage: str, user: str, code: str | None) -> None:
    """R:11/10.1."""
    audit = Audit.model_validate({"id": "audit-1", "audit_kind": "initial", "stage": stage, "plan": PLAN})
    case = a_case(audits=[audit], duties={f"p-{user}": ["evaluation"]})
    assert refused_act("headcount.correct", of_the_body("auditor", f"p-{user}", user=user), case) == code


def test_a_stranger_may_complain_and_do_nothing_else() -> None:
    """R:10/9.3.1f."""
    assert [act for act in ACT_ROLES if reaches(a_case(), act, PUBLIC)] == ["complaint.file"]
    assert (refused_act("complaint.file", PUBLIC), refused_act("note.add", PUBLIC)) == (None, "not_found")
    assert not sees(a_case(), PUBLIC)


def test_nobody_with_an_account_passes_for_a_stranger() -> None:
    named_so = Actor(user="public", person="p-public", roles=["applicant"])
    assert refused_act("complaint.file", named_so) == "not_found"


@pytest.mark.parametrize(("state", "client", "body"), [("open", False, True), ("closed", True, True)])
def test_a_client_learns_of_a_complaint_of_others_once_it_is_handled(state: str, *, client: bool, body: bool) -> None:
    complaint = a_complaint(brought_by="public", state=state)
    assert (learns_of(complaint, APPLICANT), learns_of(complaint, MANAGER)) == (client, body)
    assert learns_of(a_complaint(brought_by="client"), APPLICANT)


def test_the_words_of_a_complaint_are_for_the_body_s_judges_and_for_the_client_who_complained() -> None:
    complaint = a_complaint(brought_by="public")
    assert [brought(complaint, one) for one in (MANAGER, of_the_body("auditor"), APPLICANT)] == [True, False, False]
    assert brought(a_complaint(brought_by="client"), APPLICANT)


def a_complaint(**changes: Any) -> Matter:
    fields = {"id": "complaint.file-1", "kind": "complaint.file", "opened_on": DAY, "by": "", "brought_by": "body"}
    return Matter.model_validate(fields | changes)


@pytest.mark.parametrize(
    "kind", ["audit.mystery_visit", "operations.resolve", "complaint.acknowledge", "complaint.handle"]
)
def test_a_client_knows_of_no_mystery_visit_nor_of_failed_deliveries_nor_of_complaints(kind: str) -> None:
    """R:4/4.2."""
    assert hidden(a_task(kind=kind), APPLICANT)
    assert not hidden(a_task(kind=kind), MANAGER)


def test_a_covered_task_is_there_for_the_client_alone() -> None:
    """R:4/4.2."""
    assert not hidden(a_task(covered=True), APPLICANT)
    assert hidden(a_task(covered=True), MANAGER)
    assert not hidden(a_task(), APPLICANT)


@pytest.mark.parametrize(("disclosed", "client", "body"), [(False, False, True), (True, True, True)])
def test_what_a_team_brought_in_is_the_clients_once_it_is_told(*, disclosed: bool, client: bool, body: bool) -> None:
    """R:4/4.2: until then a mystery visit would show."""
    case = a_case(audits=[Audit(id="audit-1", audit_kind="initial", disclosed=disclosed)])
    assert knows_of(case, "audit-1", APPLICANT) == client
    assert knows_of(case, "audit-1", MANAGER) == body
    assert knows_of(case, "audit-2", APPLICANT)


@pytest.mark.parametrize("act", ["complaint.file", "incident.report", "mark_use.record"])
def test_evidence_that_others_brought_by_an_act_is_not_for_the_client(act: str) -> None:
    """It may tell who complained."""
    case = a_case()
    assert (knows_of(case, act, APPLICANT), knows_of(case, act, MANAGER)) == (False, True)


def test_a_refusal_says_what_is_wrong_in_both_languages() -> None:
    with pytest.raises(Refused) as raised:
        may_act(a_case(), "team.replace", of_the_body("ops"))
    assert (raised.value.refusal.zh, raised.value.refusal.en) == ("您的角色无权办理", "Your role may not do this.")
    with pytest.raises(Refused) as raised:
        may_act(a_case(), "team.replace", of_the_body("case_manager", body="two"))
    assert (raised.value.refusal.zh, raised.value.refusal.en) == ("未找到", "Not found.")

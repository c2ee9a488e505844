"""Who may answer which task and do which act: every kind × everybody around a case, from a reviewed table."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.acts import ACTS
from domain.answers import ANSWERS
from domain.audit import Audit
from domain.policy import RELATIONS
from domain.refusal import Refused
from domain.state import PUBLIC, Actor, CaseState, Message
from domain.tasks import Task
from services.schemes import Library
from tests.domain.test_policy import PLAN, a_task
from workflows.flow import admit

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("who_may.yaml").read_text(encoding="utf-8"))
CALLERS: list[str] = TABLE["callers"].split()
WAITS = {wait.kind: wait for wait in Library.load().scheme("service", "1.0").waits}


def somebody(user: str, *roles: str, body: str = "one") -> Actor:
    return Actor(user=user, person=f"p-{user}", body=body, roles=list(roles))


PEOPLE = {
    "public": PUBLIC,
    "client": somebody("client", "applicant", body=""),
    "client_of_another": somebody("client_of_another", "applicant", body=""),
    "leader": somebody("leader", "auditor"),
    "visitor": somebody("visitor", "auditor"),
    "auditor_on_it": somebody("auditor", "auditor"),
    "auditor_not_on_it": somebody("auditor_not_on_it", "auditor"),
    "reviewer": somebody("reviewer", "reviewer"),
    "decider": somebody("decider", "decision_maker"),
    "manager": somebody("manager", "case_manager"),
    "ops": somebody("ops", "ops"),
    "admin": somebody("admin", "admin"),
    "another_body": somebody("another_body", "case_manager", "reviewer", "decision_maker", "ops", body="two"),
    "alliance": somebody("alliance", "alliance", body=""),
    "machine": somebody("machine", "machine"),
    "machine_of_another": somebody("machine_of_another", "machine", body="two"),
}


def a_case(task: Task | None) -> CaseState:
    duties = {f"p-{user}": ["evaluation"] for user in ("leader", "visitor", "auditor")}
    audit = Audit(id="initial-1", audit_kind="initial", stage="audit", plan=PLAN)
    return CaseState(
        id="c", body="one", applicant="client", audits=[audit], duties=duties, tasks=[task] if task else []
    )


def told(message: Message, task: Task | None = None) -> str:
    try:
        admit(a_case(task), message)
    except Refused as refused:
        return refused.refusal.code
    return "yes"


def answered(kind: str, actor: Actor) -> str:
    role = WAITS[kind].role
    task = a_task(kind=kind, role=role, assignee=role if role in RELATIONS else None)
    return told(Message(id="m", kind="answer", name=kind, actor=actor, task=task.id), task)


def done(kind: str, actor: Actor) -> str:
    return told(Message(id="m", kind="act", name=kind, actor=actor))


CODES = {"yes": "yes", "403": "forbidden", "404": "not_found", "409": "task_not_open"}


def rows(part: str) -> list[Any]:
    return [pytest.param(kind, line.split(), id=kind) for kind, line in TABLE[part].items()]


@pytest.mark.parametrize(("kind", "expected"), rows("tasks"))
def test_a_task_is_answered_by_whom_the_table_names(kind: str, expected: list[str]) -> None:
    found = [answered(kind, PEOPLE[caller]) for caller in CALLERS]
    assert found == [CODES[one] for one in expected]


@pytest.mark.parametrize(("kind", "expected"), rows("acts"))
def test_an_act_is_done_by_whom_the_table_names(kind: str, expected: list[str]) -> None:
    found = [done(kind, PEOPLE[caller]) for caller in CALLERS]
    assert found == [CODES[one] for one in expected]


def test_the_table_names_everybody_every_task_and_every_act() -> None:
    assert [*PEOPLE] == CALLERS
    assert TABLE["tasks"].keys() == ANSWERS.keys()
    assert TABLE["acts"].keys() == ACTS.keys()

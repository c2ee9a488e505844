"""An inbox holds what its owner may answer, soonest due first."""

import itertools
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from domain.policy import may_answer
from domain.refusal import Refused
from domain.state import Actor, CaseState
from domain.tasks import Task
from records import queries
from tests.records.builders import a_task, an_actor, kept

MANAGER = an_actor("manager")
EARLY, LATE = date(2026, 12, 1), date(2026, 12, 9)


def inbox(session: Session, actor: Actor = MANAGER, **filters: Any) -> list[str]:
    rows = queries.inbox(
        session, actor, filters.pop("role", None), filters.pop("due_before", None), [], 1000, **filters
    )
    return [f"{task.case_id}/{task.id}" for task, _ in rows]


@pytest.fixture
def full(session: Session) -> Session:
    """Tasks with the same due date in one case and in several, and tasks without one."""
    kept(session, 1, tasks=[a_task("a-1"), a_task("b-1", due_on=LATE)])
    kept(session, 2, tasks=[a_task("a-1", due_on=EARLY), a_task("b-1", due_on=EARLY), a_task("c-1")])
    kept(session, 3, tasks=[a_task("a-1", due_on=EARLY), a_task("b-1", due_on=LATE)])
    return session


IN_ORDER = [
    "case-2/a-1",
    "case-2/b-1",
    "case-3/a-1",
    "case-1/b-1",
    "case-3/b-1",
    "case-1/a-1",
    "case-2/c-1",
]


def test_the_soonest_due_comes_first_and_what_has_no_date_last(full: Session) -> None:
    assert inbox(full) == IN_ORDER


@pytest.mark.parametrize("limit", range(1, 9))
def test_the_pages_of_an_inbox_hold_each_task_once(full: Session, limit: int) -> None:
    pages: list[str] = []
    place: list[str] = []
    while rows := queries.inbox(full, MANAGER, None, None, place, limit):
        pages += [f"{task.case_id}/{task.id}" for task, _ in rows]
        place = queries.inbox_place(rows[-1][0])
    assert pages == IN_ORDER


def test_an_inbox_is_cut_to_what_is_due_before_a_day(full: Session) -> None:
    assert inbox(full, due_before=LATE) == IN_ORDER[:3]


def test_an_inbox_is_cut_to_one_role(session: Session) -> None:
    kept(session, 1, tasks=[a_task("a-1", "reviewer"), a_task("b-1", "auditor")])
    assert inbox(session, an_actor("reviewer")) == ["case-1/a-1", "case-1/b-1"]
    assert inbox(session, an_actor("reviewer"), role="auditor") == ["case-1/b-1"]
    assert inbox(session, an_actor("reviewer"), role="case_manager") == []


def test_a_task_of_ones_own_is_cut_by_its_role_too(session: Session) -> None:
    kept(session, 1, tasks=[a_task("a-1", "reviewer", "reviewer")])
    assert inbox(session, an_actor("reviewer"), role="auditor") == []


def test_a_case_comes_with_its_task(full: Session) -> None:
    rows = queries.inbox(full, MANAGER, None, None, [], 1)
    assert rows[0][1].id == rows[0][0].case_id == "case-2"


ROLES = ["applicant", "case_manager", "auditor", "reviewer", "decision_maker", "ops", "admin", "alliance"]


@pytest.mark.parametrize("role", ROLES)
def test_an_inbox_holds_the_tasks_its_owner_may_answer(session: Session, role: str) -> None:
    """Every role; in the own body and another's, the own case and another's; for anybody, for me, for another."""
    asked = [*(a_task(f"{one}-{to}", one, to) for one in ROLES for to in (None, "x", "y"))]
    relations = itertools.product(["demo", "other"], ["applicant", "applicant2"])
    states = [
        kept(session, number, body=body, applicant=applicant, tasks=asked, duties={"person-x": ["evaluation"]})
        for number, (body, applicant) in enumerate(relations, start=1)
    ]
    user, body = ("applicant", "") if role == "applicant" else ("x", "demo")
    actor = Actor(user=user, person="person-x", body=body, roles=[role])
    may = {f"{state.id}/{task.id}" for state in states for task in state.tasks if answers(state, task, actor)}
    mine = {f"{state.id}/{task.id}" for state in states for task in state.tasks if task.assignee == "x"}
    assert may <= set(inbox(session, actor)) <= may | mine


def answers(state: CaseState, task: Task, actor: Actor) -> bool:
    try:
        may_answer(state, task, actor)
    except Refused:
        return False
    return True


def test_an_auditor_is_shown_no_task_of_a_case_out_of_sight(session: Session) -> None:
    kept(session, 1, tasks=[a_task("a-1", "auditor")], duties={"person-auditor": ["evaluation"]})
    assert inbox(session, an_actor("auditor")) == ["case-1/a-1"]
    assert inbox(session, an_actor("leader")) == []

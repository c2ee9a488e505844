"""Lists come in pages by key, hold what their reader may see, and find what they are asked for."""

import itertools
from datetime import date
from typing import Any, Literal

import pytest
from sqlmodel import Session, select

from domain.dates import Anchor, due
from domain.policy import sees
from domain.rules import Limit
from domain.state import Actor, Deadline
from records import queries
from records.tables import CaseRow
from services import calendars
from tests.records.builders import Recorder, a_case, an_actor, applying, kept, noting

MANAGER = an_actor("manager")


def found(session: Session, actor: Actor = MANAGER, **filters: Any) -> list[str]:
    return [row.id for row in queries.cases(session, actor, filters, "", 100)]


def a_deadline(due_on: date, state: Literal["running", "met"] = "running") -> Deadline:
    until = due(Anchor(kind="task", on=due_on), Limit(amount=0, unit="days"), "R:2", calendars.load())
    name = f"x-{due_on}"
    return Deadline(id=name, kind="x", due_on=due_on, judged_on=due_on, clause="R:2", state=state, proof=until.proof)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_the_pages_of_the_cases_hold_each_case_once_in_the_order_of_numbers(session: Session, limit: int) -> None:
    for number in (3, 1, 7, 2, 5, 4, 6):
        kept(session, number)
    pages: list[str] = []
    last = ""
    while rows := queries.cases(session, MANAGER, {}, last, limit):
        pages += [row.id for row in rows]
        last = rows[-1].number
    assert pages == [f"case-{number}" for number in range(1, 8)]


def test_a_case_that_comes_in_between_pages_moves_none_of_the_others(session: Session) -> None:
    kept(session, 2)
    kept(session, 4)
    first = queries.cases(session, MANAGER, {}, "", 1)
    kept(session, 1)
    kept(session, 3)
    rest = queries.cases(session, MANAGER, {}, first[-1].number, 10)
    assert [row.id for row in rest] == ["case-3", "case-4"]


def test_the_pages_of_events_go_on_after_the_last_one(recorder: Recorder, session: Session) -> None:
    state = recorder.record(a_case(), applying())
    for number in range(4):
        state = recorder.record(state, noting(message_id=f"note-{number}"))
    numbers = [[event["seq"] for event in queries.events(session, "case-1", after, 2)] for after in (0, 2, 4, 5)]
    assert numbers == [[1, 2], [3, 4], [5], []]


def test_cases_are_found_by_stage_status_and_organization(session: Session) -> None:
    kept(session, 1, stage="contract")
    kept(session, 2, stage="closed", status="rejected", name="平遥古城酒店")
    assert found(session, stage="contract") == ["case-1"]
    assert found(session, status="rejected") == ["case-2"]
    assert found(session, organization="平遥古城酒店") == ["case-2"]


def test_cases_are_found_by_their_next_running_due_date(session: Session) -> None:
    kept(session, 1, deadlines=[a_deadline(date(2026, 12, 1), "met"), a_deadline(date(2026, 12, 4))])
    kept(session, 2, deadlines=[a_deadline(date(2026, 12, 3))])
    kept(session, 3)
    assert found(session, due_before=date(2026, 12, 4)) == ["case-2"]


@pytest.mark.parametrize("text", ["平遥", "00002", "100%", "a_b"])
def test_cases_are_found_by_a_part_of_their_words_taken_literally(session: Session, text: str) -> None:
    kept(session, 1, name="太原1000酒店axb")
    kept(session, 2, name="平遥100%酒店a_b")
    assert found(session, q=text) == ["case-2"]


def test_a_search_minds_no_capitals(session: Session) -> None:
    kept(session, 1, name="Grand Hotel")
    assert found(session, q="grand") == ["case-1"]


BODIES = ["demo", "other", ""]
ROLES = ["applicant", "case_manager", "auditor", "reviewer", "decision_maker", "ops", "admin", "alliance"]
HELD = [[], *([role] for role in ROLES), ["reviewer", "auditor"], ["auditor", "alliance"], ["applicant", "auditor"]]


@pytest.mark.parametrize("roles", HELD, ids="+".join)
def test_the_list_of_cases_holds_those_that_exist_for_its_reader(session: Session, roles: list[str]) -> None:
    """Every role; own body, another's, none; the applicant or not; in the team, judging, or neither."""
    duties = [{}, {"person-x": ["evaluation"]}, {"person-x": ["decision"]}, {"person-y": ["evaluation"]}]
    relations = itertools.product(["demo", "other"], ["applicant", "applicant2"], duties)
    states = [
        kept(session, number, body=body, applicant=applicant, duties=served)
        for number, (body, applicant, served) in enumerate(relations, start=1)
    ]
    for body, user, person in itertools.product(BODIES, ["applicant", "x"], ["person-x", "person-z"]):
        actor = Actor(user=user, person=person, body=body, roles=roles)
        listed = session.exec(select(CaseRow).where(queries.visible(actor)).order_by(CaseRow.number)).all()
        assert [row.id for row in listed] == [state.id for state in states if sees(state, actor)], actor


def test_a_message_is_found_by_its_case_and_id(recorder: Recorder, session: Session) -> None:
    recorder.record(a_case("case-1"), applying(message_id="apply-1"))
    recorder.record(a_case("case-2"), applying(message_id="apply-2"))
    turn = queries.turn_of(session, "case-2", "apply-2")
    assert turn is not None
    assert (turn.case_id, turn.turn) == ("case-2", 1)
    assert queries.turn_of(session, "case-1", "apply-2") is None

"""R:7/6.4.6.2: nobody stands on both sides of a case, whatever writes it."""

import itertools

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.turns import React
from domain.state import CaseState, Facts, Message
from tests.records.builders import Recorder, a_case, applying, everything, noting
from workflows.flow import Reaction, react

WRITE = text("INSERT INTO duties (case_id, person, side) VALUES ('case-1', 'person-leader', :side)")
BOTH_WAYS = [("evaluation", "judgement"), ("judgement", "evaluation")]


def serving(**duties: list[str]) -> React:
    """The flow, in which somebody takes up duties."""

    def flow(state: CaseState, message: Message, facts: Facts, at: object) -> Reaction:
        reaction = react(state, message, facts, at)  # type: ignore[arg-type]
        reaction.state.duties = duties
        return reaction

    return flow


@pytest.fixture
def state(recorder: Recorder) -> CaseState:
    return recorder.record(a_case(), applying())


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(("first", "second"), BOTH_WAYS)
def test_sql_written_by_hand_cannot_put_a_person_on_the_other_side(database: Engine, first: str, second: str) -> None:
    with database.begin() as connection:
        connection.execute(WRITE, {"side": first})
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(WRITE, {"side": second})


@pytest.mark.usefixtures("state")
def test_there_are_two_sides_only(database: Engine) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(WRITE, {"side": "both"})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *itertools.product(["evaluation"], ["review", "decision"]),
        *itertools.product(["review", "decision"], ["evaluation"]),
    ],
)
def test_a_turn_that_puts_a_person_on_the_other_side_is_refused_and_leaves_nothing(
    recorder: Recorder, state: CaseState, first: str, second: str
) -> None:
    state = recorder.record(state, noting("x", "note-1"), flow=serving(**{"person-leader": [first]}))
    before = everything(recorder.database)
    with pytest.raises(ApplicationError) as refused:
        recorder.outcome(state, noting("y", "note-2"), flow=serving(**{"person-leader": [first, second]}))
    assert (refused.value.details[0].code, refused.value.details[0].clause) == ("not_independent", "R:7/6.4.6.2")
    assert everything(recorder.database) == before


def test_a_side_once_taken_stays_when_the_case_forgets_it(recorder: Recorder, state: CaseState) -> None:
    state = recorder.record(state, noting("x", "note-1"), flow=serving(**{"person-leader": ["evaluation"]}))
    state = recorder.record(state, noting("y", "note-2"), flow=serving())
    with pytest.raises(ApplicationError) as refused:
        recorder.outcome(state, noting("z", "note-3"), flow=serving(**{"person-leader": ["decision"]}))
    assert refused.value.details[0].code == "not_independent"


def test_both_sides_in_one_turn_are_refused(recorder: Recorder, state: CaseState) -> None:
    with pytest.raises(ApplicationError) as refused:
        recorder.outcome(state, noting(), flow=serving(**{"person-leader": ["evaluation", "decision"]}))
    assert refused.value.details[0].code == "not_independent"


def test_review_and_decision_are_the_same_side(recorder: Recorder, state: CaseState, session: Session) -> None:
    recorder.record(state, noting(), flow=serving(**{"person-decider": ["review", "decision"]}))
    assert session.execute(text("SELECT person, side FROM duties")).all() == [("person-decider", "judgement")]


def test_a_person_may_evaluate_one_case_and_judge_another(recorder: Recorder, state: CaseState) -> None:
    recorder.record(state, noting(), flow=serving(**{"person-leader": ["evaluation"]}))
    other = recorder.record(a_case("case-2"), applying())
    recorder.record(other, noting(), flow=serving(**{"person-leader": ["decision"]}))
    assert len(everything(recorder.database)["duties"]) == 2

"""When a case acts next is on record, and dates of running cases that passed without their act are found by it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from domain.dates import Anchor, Proof, end_of_day, morning
from domain.state import TIMER, CaseState, Deadline, Facts, Message
from records import timers
from records.late import LateTimerRow, SweepFindingRow
from records.tables import CaseRow
from tests.records.builders import Recorder, a_case, applying, kept, noting
from workflows.flow import Reaction, react

DUE = date(2026, 11, 20)
OVER = end_of_day(DUE)
MINUTE = timedelta(minutes=1)


def a_deadline(deadline_id: str = "d", due_on: date = DUE, **changes: object) -> Deadline:
    proof = Proof(anchor=Anchor(kind="task", on=date(2026, 11, 1)), rule="days", calendar=None, steps=[])
    fields = {"id": deadline_id, "kind": "x", "due_on": due_on, "judged_on": due_on, "clause": "", "proof": proof}
    return Deadline.model_validate(fields | changes)


def running(session: Session, number: int, *deadlines: Deadline, rehearsal: bool = False) -> CaseState:
    state = kept(session, number, deadlines=deadlines or [a_deadline()], rehearsal=rehearsal)
    session.commit()
    return state


def found(session: Session, now: datetime) -> list[tuple[str, list[str]]]:
    return [(one.case_id, one.deadlines) for one in timers.overdue(session, now)]


def next_at(session: Session, case_id: str) -> datetime | None:
    return session.exec(select(CaseRow.next_at).where(CaseRow.id == case_id)).one()


# When a case acts next


def test_a_case_acts_next_at_the_soonest_of_its_agenda(session: Session) -> None:
    state = running(session, 1, a_deadline(remind=[date(2026, 11, 18)]), a_deadline("e", date(2026, 11, 19)))
    assert next_at(session, state.id) == morning(date(2026, 11, 18))


def test_a_case_that_waits_for_nothing_acts_never(session: Session) -> None:
    state = running(session, 1, a_deadline(state="met"))
    assert next_at(session, state.id) is None


def with_dates_of_this_morning(state: CaseState, message: Message, facts: Facts, at: datetime) -> Reaction:
    """A flow in which a note brings two due dates, each with a reminder of this morning."""
    reaction = react(state, message, facts, at)
    if message.name == "note.add":
        reaction.state.deadlines += [a_deadline(name, date(2027, 11, 1), remind=[at.date()]) for name in ("a", "b")]
    return reaction


def test_what_comes_to_be_in_its_own_past_is_due_at_once_and_not_late(recorder: Recorder, session: Session) -> None:
    state = recorder.record(a_case(), applying())
    at = morning(date(2026, 11, 21)) + timedelta(hours=7)
    state = recorder.record(state, noting(), at, with_dates_of_this_morning)
    assert next_at(session, state.id) == at
    session.rollback()
    for name in ("remind:a", "remind:b"):
        alarm = Message(id=f"{name}@{state.turn}", kind="alarm", name=name, actor=TIMER)
        state = recorder.record(state, alarm, at)
    assert session.exec(select(LateTimerRow)).all() == []
    assert [one.remind for one in state.deadlines[-2:]] == [[], []]


# Dates without their act


def test_a_date_is_found_a_quarter_of_an_hour_after_it_was_due(session: Session) -> None:
    state = running(session, 1)
    assert found(session, OVER + 15 * MINUTE) == []
    assert found(session, OVER + 16 * MINUTE) == [(state.id, ["d"])]


def test_a_reminder_or_an_opening_that_was_left_out_is_found_too(session: Session) -> None:
    state = running(session, 1, a_deadline("a", date(2026, 12, 31), opens_on=DUE), a_deadline("b", date(2026, 12, 31)))
    assert found(session, morning(DUE) + 16 * MINUTE) == [(state.id, ["a"])]


@pytest.mark.parametrize("wrong", [None, datetime(2030, 1, 1, tzinfo=UTC)])
def test_a_day_that_is_over_is_found_whatever_the_record_says_comes_next(
    session: Session, wrong: datetime | None
) -> None:
    state = running(session, 1)
    session.execute(update(CaseRow).values(next_at=wrong))
    assert found(session, OVER + timedelta(hours=1)) == [(state.id, ["d"])]


def test_a_day_on_which_an_entry_may_still_come_late_is_not_over(session: Session) -> None:
    running(session, 1, a_deadline(judged_on=date(2026, 11, 23)))
    assert found(session, OVER + timedelta(days=2)) == []
    assert len(found(session, OVER + timedelta(days=4))) == 1


@pytest.mark.parametrize("state", ["met", "missed", "void"])
def test_a_due_date_that_is_settled_is_not_overdue(session: Session, state: str) -> None:
    running(session, 1, a_deadline(state=state))
    assert found(session, OVER + timedelta(days=9)) == []


def test_a_rehearsed_case_is_not_swept(session: Session) -> None:
    running(session, 1, rehearsal=True)
    assert found(session, OVER + timedelta(days=9)) == []


# What was found


def swept(session: Session, now: datetime, done: str = "woken") -> list[SweepFindingRow]:
    everything = timers.overdue(session, now)
    timers.resolve(session, everything, now)
    for one in everything:
        timers.keep_finding(session, one, done, now)
    session.commit()
    return list(session.exec(select(SweepFindingRow).order_by(col(SweepFindingRow.id))))


def test_a_date_is_found_once_however_often_it_is_swept(session: Session) -> None:
    state = running(session, 1, a_deadline(), a_deadline("e"))
    first, again = OVER + timedelta(hours=1), OVER + timedelta(hours=2)
    swept(session, first)
    [row] = swept(session, again, "restarted")
    assert (row.case_id, row.deadlines, row.due_at) == (state.id, ["d", "e"], OVER)
    assert (row.found_at, row.done, row.resolved_at) == (first, "restarted", None)


def test_a_case_that_was_started_again_stays_said_to_be(session: Session) -> None:
    running(session, 1)
    swept(session, OVER + timedelta(hours=1), "restarted")
    [row] = swept(session, OVER + timedelta(hours=2), "woken")
    assert row.done == "restarted"


def test_a_date_that_is_worked_on_by_the_next_sweep_is_resolved(session: Session) -> None:
    running(session, 1)
    swept(session, OVER + timedelta(hours=1))
    session.execute(update(CaseRow).values(state='{"deadlines": []}', next_at=None))
    [row] = swept(session, OVER + timedelta(hours=2))
    assert row.resolved_at == OVER + timedelta(hours=2)


def test_a_later_date_of_the_same_case_is_another_finding(session: Session) -> None:
    state = running(session, 1, a_deadline(), a_deadline("e", date(2026, 11, 21)))
    swept(session, OVER + timedelta(hours=1))
    rest = state.model_copy(update={"deadlines": state.deadlines[1:]}).model_dump_json()
    session.execute(update(CaseRow).values(state=rest))
    rows = swept(session, OVER + timedelta(days=2))
    assert [(row.deadlines, bool(row.resolved_at)) for row in rows] == [(["d"], True), (["e"], False)]

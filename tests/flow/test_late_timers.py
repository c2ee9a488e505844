"""A timer that fires late does what it would have done in time, once, and is listed with both times."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from domain.agenda import agenda
from domain.dates import end_of_day
from domain.state import TIMER, Message
from records.late import LateTimerRow
from records.tables import CaseRow
from tests.flow.conftest import Lives
from tests.flow.steps import kinds
from tests.flow.years import to_third_year
from tests.lives import START, Life, a_database

MINUTE = timedelta(minutes=1)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """A case on the real clock, alone in its record."""
    engine = a_database(tmp_path)
    yield Life(engine, rehearsal=False)
    engine.dispose()


def late(life: Life) -> list[LateTimerRow]:
    with Session(life.engine) as session:
        query = select(LateTimerRow).where(LateTimerRow.case_id == life.case.id)
        return list(session.exec(query.order_by(col(LateTimerRow.id))))


def out_until(life: Life, now: datetime) -> None:
    """Nothing is worked on before `now`; then the case does what is due, soonest first."""
    life.now = now
    while (entries := agenda(life.case)) and entries[0].at <= now:
        ring(life, entries[0].name)


def ring(life: Life, name: str) -> None:
    life.work(Message(id=f"{name}@{life.case.turn}", kind="alarm", name=name, actor=TIMER))


def supplemented_never(life: Life) -> date:
    """A supplement is asked for; gives its last day."""
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", missing=["j"])
    return life.due("application.supplement")


def test_a_timer_worked_on_days_later_is_listed_with_its_due_and_its_real_time(life: Life) -> None:
    last_day = supplemented_never(life)
    life.until(last_day)
    ended = end_of_day(last_day)
    out_until(life, ended + timedelta(days=2))
    [row] = late(life)
    assert (row.entry, row.kind) == ("lapse:application.supplement-1", "application.supplement")
    assert (row.due_at, row.fired_at, row.turn) == (ended, ended + timedelta(days=2), life.case.turn)


def test_a_timer_within_five_minutes_is_not_late(life: Life) -> None:
    last_day = supplemented_never(life)
    life.until(last_day)
    out_until(life, end_of_day(last_day) + 5 * MINUTE)
    assert life.case.status == "rejected"
    assert late(life) == []


def test_every_date_of_an_outage_is_worked_on_once_in_order_and_dated_at_the_end_of_its_own_day(life: Life) -> None:
    life.contracted().plan()
    asked, now = len(life.events()), end_of_day(START + timedelta(days=90))
    out_until(life, now)
    lapses = [event for event in life.events()[asked:] if event["kind"].startswith("timer.")]
    assert [(one["kind"], one["at"][:10]) for one in lapses] == [
        ("timer.audit.plan.confirm", "2026-03-05"),
        ("timer.audit.documents", "2026-03-27"),
    ]
    assert {one["at"][10:] for one in lapses} == {"T16:00:00.000000Z"}
    rows = late(life)
    assert [row.entry for row in rows if row.entry.startswith("lapse:")] == [
        "lapse:audit.plan.confirm-1",
        "lapse:audit.documents-1",
    ]
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows)
    assert len({row.entry + str(row.due_at) for row in rows}) == len(rows)
    assert {row.fired_at for row in rows} == {now}


def test_what_a_late_lapse_brings_about_in_the_past_is_late_as_well(life: Life) -> None:
    life.contracted().plan()
    out_until(life, end_of_day(START + timedelta(days=60)))
    assert "lapse:audit.documents-1" in {row.entry for row in late(life)}


def test_an_act_that_overtakes_a_late_timer_does_not_hide_it(life: Life) -> None:
    last_day = supplemented_never(life)
    life.until(last_day)
    life.now = end_of_day(last_day) + 30 * MINUTE
    life.act("manager", "note.add", text="x")
    out_until(life, life.now)
    assert [row.entry for row in late(life)] == ["lapse:application.supplement-1"]


def test_the_same_alarm_again_changes_nothing(life: Life) -> None:
    last_day = supplemented_never(life)
    life.until(last_day)
    out_until(life, end_of_day(last_day) + timedelta(days=2))
    before, recorded, listed = life.case, kinds(life), len(late(life))
    ring(life, "lapse:application.supplement-1")
    assert (kinds(life), len(late(life))) == (recorded, listed)
    assert life.case.model_dump(exclude={"turn", "seen"}) == before.model_dump(exclude={"turn", "seen"})


def test_the_same_turn_again_gives_what_is_recorded(life: Life) -> None:
    last_day = supplemented_never(life)
    life.until(last_day)
    behind = life.case
    out_until(life, end_of_day(last_day) + timedelta(days=2))
    head, listed = life.case.head, len(late(life))
    life.case = behind
    out_until(life, life.now + timedelta(days=1))
    assert (life.case.head, len(late(life))) == (head, listed)


def test_what_a_rehearsed_clock_skips_is_not_late(lives: Lives) -> None:
    rehearsed = lives()
    last_day = supplemented_never(rehearsed)
    out_until(rehearsed, end_of_day(last_day) + timedelta(days=2))
    assert rehearsed.case.status == "rejected"
    assert late(rehearsed) == []


def test_what_a_rehearsed_case_leaves_out_when_its_clock_stands_is_late(lives: Lives) -> None:
    rehearsed = lives()
    last_day = supplemented_never(rehearsed)
    rehearsed.until(last_day)
    now = end_of_day(last_day) + timedelta(hours=2)
    with Session(rehearsed.engine) as session:
        row = session.get_one(CaseRow, rehearsed.case.id)
        row.clock_ahead = (now - datetime.now(UTC)).total_seconds()
        session.commit()
    out_until(rehearsed, now)
    assert [one.entry for one in late(rehearsed)] == ["lapse:application.supplement-1"]


def test_years_without_an_outage_list_nothing(life: Life) -> None:
    to_third_year(life)
    assert late(life) == []

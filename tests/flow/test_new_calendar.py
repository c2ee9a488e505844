"""A case takes a new calendar: open provisional dates are counted again, recorded and told."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from activities.facts import FactFinder
from activities.turns import TurnActivities
from domain.calendar import Override
from domain.state import CALENDAR, Deadline, Message
from records import days
from tests.flow.steps import kinds, last_event
from tests.flow.years import notices, to_certificate
from tests.lives import LIBRARY, Life, a_database
from workflows.flow import react

DECEMBER = date(2026, 12, 28)
"""A Monday: ten working days reach into 2027, whose holidays the source does not have."""
NOTICE_2027 = [
    *(Override(day=date(2027, 1, day), working=False, notice_year=2027) for day in (1, 2, 3)),
    Override(day=date(2027, 1, 9), working=True, notice_year=2027),
]
"""Friday 1 January to Sunday is off, Saturday the 9th is worked."""


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    engine = a_database(tmp_path)
    life = Life(engine, DECEMBER)
    life.turns = TurnActivities(engine, FactFinder(LIBRARY), react)
    yield life
    engine.dispose()


def publish(life: Life, *rows: Override) -> None:
    """Lay rows over the calendar."""
    with Session(life.engine) as session:
        days.add(session, rows or NOTICE_2027, "ops")
        session.commit()


def roll_out(life: Life) -> None:
    """What the rollout brings."""
    version = f"calendar.load:{life.case.turn}"
    life.work(Message(id=version, kind="rollout", name="calendar.load", actor=CALENDAR))


def running(life: Life, kind: str) -> Deadline:
    return next(one for one in life.case.deadlines if (one.kind, one.state) == (kind, "running"))


def loaded(life: Life) -> dict[str, Any]:
    return dict(last_event(life, "calendar.loaded")["data"])


def test_a_provisional_date_is_counted_again_when_its_year_is_published(life: Life) -> None:
    life.apply()
    review = running(life, "application.review")
    # 29, 30, 31 December; then Friday the 1st, the 4th to the 8th, and Monday the 11th, from Monday to Friday.
    assert (review.due_on, review.provisional) == (date(2027, 1, 11), True)
    publish(life)
    roll_out(life)
    review = running(life, "application.review")
    # The 1st is off and Saturday the 9th is worked: the tenth is Monday the 11th again, without doubt now.
    assert (review.due_on, review.provisional) == (date(2027, 1, 11), False)
    assert str(review.proof.calendar).endswith("+4")
    assert "provisional_dates" not in life.case.flags


def test_the_record_holds_old_and_new_dates_and_both_versions(life: Life) -> None:
    life.apply()
    publish(life, *NOTICE_2027[:3])
    roll_out(life)
    [moved] = loaded(life)["deadlines"]
    assert moved == {
        "deadline": "application.review-1",
        "kind": "application.review",
        "old": "2027-01-11",
        "new": "2027-01-12",
        "provisional": False,
    }
    assert loaded(life)["calendar"]["new"].endswith("+3")
    assert loaded(life)["calendar"]["old"].endswith("+0")
    assert last_event(life, "calendar.loaded")["actor"] == "calendar"


def test_a_moved_date_moves_its_task_and_its_reminders_and_is_told(life: Life) -> None:
    life.apply()
    reminded = running(life, "application.review").remind
    told = len(notices(life))
    publish(life, *NOTICE_2027[:3])
    roll_out(life)
    assert life.task("application.review").due_on == date(2027, 1, 12)
    assert (reminded[-1], running(life, "application.review").remind[-1]) == (date(2027, 1, 11), date(2027, 1, 12))
    [notice] = notices(life)[told:]
    assert (notice.to, "2027-01-12" in notice.body.en) == ("role:case_manager", True)


def test_a_moved_date_is_reminded_of_anew_on_the_days_still_to_come(life: Life) -> None:
    life.contracted()
    # Twenty working days, Monday to Friday, five days before and on the day itself.
    assert (life.due("audit.plan"), running(life, "audit.plan").remind) == (
        date(2027, 1, 25),
        [date(2027, 1, 20), date(2027, 1, 25)],
    )
    life.until(date(2027, 1, 25))
    assert running(life, "audit.plan").remind == []
    publish(life, *(Override(day=date(2027, 1, day), working=False, notice_year=2027) for day in range(1, 16)))
    roll_out(life)
    # Eleven of the days counted are off: from the 25th on to 9 February.
    assert running(life, "audit.plan").due_on == date(2027, 2, 9)
    assert running(life, "audit.plan").remind == [date(2027, 2, 4), date(2027, 2, 9)]


def test_reminders_follow_the_calendar_also_where_their_date_stays(life: Life) -> None:
    to_certificate(life)
    surveillance = running(life, "surveillance")
    # Seven days before Tuesday, 28 December 2027, and on the day itself.
    assert (surveillance.due_on, surveillance.remind[-2:]) == (
        date(2027, 12, 28),
        [date(2027, 12, 21), date(2027, 12, 28)],
    )
    publish(life, *NOTICE_2027, Override(day=date(2027, 12, 21), working=False, notice_year=2027))
    roll_out(life)
    after = running(life, "surveillance")
    assert (after.due_on, after.remind[:-2]) == (surveillance.due_on, surveillance.remind[:-2])
    assert after.remind[-2:] == [date(2027, 12, 20), date(2027, 12, 28)]


def test_a_date_that_stays_is_recorded_and_told_to_nobody(life: Life) -> None:
    life.apply()
    told = len(notices(life))
    publish(life)
    roll_out(life)
    assert loaded(life)["deadlines"][0]["old"] == loaded(life)["deadlines"][0]["new"] == "2027-01-11"
    assert len(notices(life)) == told


def test_the_same_calendar_twice_changes_nothing(life: Life) -> None:
    life.apply()
    publish(life)
    roll_out(life)
    roll_out(life)
    assert kinds(life).count("calendar.loaded") == 1


def test_whatever_message_comes_first_brings_the_calendar(life: Life) -> None:
    life.apply()
    publish(life)
    life.act("manager", "note.add", text="x")
    assert kinds(life) == ["application", "note.add", "calendar.loaded"]


def test_a_draws_seed_is_the_previous_hash_of_its_plan_that_brings_a_calendar_too(life: Life) -> None:
    """R:7/7.3.2."""
    life.contracted()
    publish(life)
    life.plan(sites={"risk_basis": "同一服务体系", "mandatory": []})
    assert kinds(life)[-2:] == ["audit.plan", "calendar.loaded"]
    plan = last_event(life, "audit.plan")
    assert plan["data"]["seed"] == plan["previous_hash"]
    assert "draw" in plan["data"]


def test_certain_dates_need_no_event(life: Life) -> None:
    life.until(date(2026, 12, 28))
    life.contracted()
    life.plan(planned_from="2026-12-29", planned_to="2027-01-03")
    assert not running(life, "audit.plan.confirm").provisional
    publish(life)
    roll_out(life)
    assert "calendar.loaded" not in kinds(life)


def test_a_corrected_day_moves_a_certain_date(life: Life) -> None:
    life.until(date(2026, 12, 28))
    life.contracted()
    life.plan(planned_from="2026-12-29", planned_to="2027-01-03")
    assert life.due("audit.plan.confirm") == date(2026, 12, 31)
    publish(life, *NOTICE_2027, Override(day=date(2026, 12, 31), working=False))
    roll_out(life)
    assert life.due("audit.plan.confirm") == date(2027, 1, 4)


def test_a_corrected_day_pulls_no_certain_date_forward(life: Life) -> None:
    life.until(date(2027, 1, 4))
    publish(life)
    life.contracted()
    life.plan(planned_from="2027-01-05", planned_to="2027-01-10")
    confirm = running(life, "audit.plan.confirm")
    assert (confirm.due_on, confirm.provisional) == (date(2027, 1, 7), False)
    publish(life, Override(day=date(2027, 1, 7), working=False))
    roll_out(life)
    assert life.due("audit.plan.confirm") == date(2027, 1, 8)
    publish(life, Override(day=date(2027, 1, 7), working=True))
    roll_out(life)
    assert life.due("audit.plan.confirm") == life.task("audit.plan.confirm").due_on == date(2027, 1, 8)


def test_a_timer_rings_for_nothing_when_its_calendar_moves_the_date(life: Life) -> None:
    life.apply()
    life.until(date(2027, 1, 11))
    publish(life, *NOTICE_2027[:3])
    life.until(date(2027, 1, 12))
    assert "timer.application.review" not in kinds(life)
    life.until(date(2027, 1, 13))
    assert "timer.application.review" in kinds(life)


def test_a_calendar_loaded_late_lets_no_date_have_passed(life: Life) -> None:
    life.apply()
    worked = [Override(day=date(2027, 1, day), working=True, notice_year=2027) for day in (2, 3, 9, 10)]
    life.until(date(2027, 1, 10))
    publish(life, *worked)
    roll_out(life)
    # Counted from the published calendar the tenth working day was 7 January.
    review = running(life, "application.review")
    assert review.due_on == date(2027, 1, 10)
    assert [step.op for step in review.proof.steps][-1] == "not before what changes it was known"
    assert "timer.application.review" not in kinds(life)


def test_the_issue_of_a_certificate_is_watched_anew(life: Life) -> None:
    life.contracted().on_site().audited().reported()
    before = running(life, "certificate.issue")
    assert before.provisional
    publish(life, *NOTICE_2027[:3])
    roll_out(life)
    after = running(life, "certificate.issue")
    # Ninety working days: one of them, 1 January, is off.
    assert (after.due_on > before.due_on, after.provisional) == (True, False)
    assert len(loaded(life)["deadlines"]) == 2


def test_an_ended_case_takes_a_calendar_quietly(life: Life) -> None:
    life.apply()
    life.answer("manager", "application.review", outcome="reject", reason="x")
    publish(life)
    roll_out(life)
    assert "calendar.loaded" not in kinds(life)

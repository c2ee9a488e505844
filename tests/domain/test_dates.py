"""How time is counted: Shanghai's days, months by the Civil Code, working days, and the proof of each date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.dates import (
    Anchor,
    Due,
    Length,
    Run,
    Step,
    add_months,
    again,
    counted,
    due,
    due_on_calendar,
    earlier,
    end_of_day,
    local_date,
    morning,
    named,
    nine_oclock,
    rolled,
    unrolled,
)
from domain.rules import Limit, Unit
from services import calendars

CALENDAR = calendars.load()
DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2039, 12, 31))
TO_THE_END_OF_2026 = Calendar.model_validate(
    CALENDAR.model_dump()
    | {
        "known_until": date(2026, 12, 31),
        "off": [day for day in CALENDAR.off if day.year <= 2026],
        "worked": [day for day in CALENDAR.worked if day.year <= 2026],
    }
)


def a_due(on: date, amount: int, unit: Unit, kind: str = "task") -> Due:
    return due(Anchor(kind=kind, on=on), Limit(amount=amount, unit=unit), "R:7/6.4.7", TO_THE_END_OF_2026)


def spans(found: Due) -> list[tuple[str, date, date]]:
    return [(step.op, step.from_, step.to) for step in found.proof.steps]


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-06-30T15:59:59+00:00", date(2026, 6, 30)),
        ("2026-06-30T16:00:00+00:00", date(2026, 7, 1)),
        ("2026-07-01T00:00:00+08:00", date(2026, 7, 1)),
    ],
)
def test_shanghais_day_changes_at_16_utc(instant: str, day: date) -> None:
    assert local_date(datetime.fromisoformat(instant)) == day


def test_an_instant_without_a_zone_has_no_date() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 6, 30, 12))  # noqa: DTZ001  # the naive instant is what is refused


def test_a_day_ends_at_24_in_shanghai() -> None:
    assert end_of_day(date(2026, 6, 30)) == datetime(2026, 6, 30, 16, tzinfo=UTC)


def test_the_zones_own_history_counts_not_eight_fixed_hours() -> None:
    assert end_of_day(date(1988, 7, 15)) == datetime(1988, 7, 15, 15, tzinfo=UTC)


def test_nine_oclock_is_one_in_utc() -> None:
    assert nine_oclock(date(2026, 6, 30)) == datetime(2026, 6, 30, 1, tzinfo=UTC)


def test_a_morning_begins_an_hour_earlier() -> None:
    assert morning(date(2026, 6, 30)) == datetime(2026, 6, 30, 0, tzinfo=UTC)


def test_instants_come_in_utc() -> None:
    assert end_of_day(date(2026, 6, 30)).tzinfo is UTC
    assert morning(date(2026, 6, 30)).tzinfo is UTC
    assert nine_oclock(date(2026, 6, 30)).tzinfo is UTC


@given(DAYS)
def test_a_day_is_good_until_its_last_moment(day: date) -> None:
    end = end_of_day(day)
    assert local_date(end - timedelta(microseconds=1)) == day
    assert local_date(end) == day + DAY
    assert local_date(nine_oclock(day)) == day


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 20), 12, date(2027, 12, 20)),
        (date(2026, 10, 31), 15, date(2028, 1, 31)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2029, 12, 19), -3, date(2029, 9, 19)),
        (date(2031, 5, 31), -3, date(2031, 2, 28)),
        (date(2031, 2, 27), -3, date(2030, 11, 27)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(day: date, months: int, end: date) -> None:
    assert add_months(day, months) == end


def walked_months(start: date, months: int) -> date:
    """The slow way: cross so many firsts of a month, then walk on to the corresponding day."""
    day, left = start.replace(day=1), abs(months)
    while left:
        day += DAY if months > 0 else -DAY
        left -= day.day == 1
    while day.day < start.day and (day + DAY).month == day.month:
        day += DAY
    return day


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(-240, 240))
def test_months_agree_with_walking_day_by_day(day: date, months: int) -> None:
    assert add_months(day, months) == walked_months(day, months)


def test_days_do_not_count_the_day_itself_and_allow_the_last() -> None:
    assert a_due(date(2026, 1, 1), 30, "days").on == date(2026, 1, 31)


def test_a_last_day_that_is_a_holiday_stays() -> None:
    assert a_due(date(2026, 9, 1), 30, "days").on == date(2026, 10, 1)


def test_a_limit_in_months_ends_on_the_corresponding_day() -> None:
    assert a_due(date(2026, 8, 31), 6, "months").on == date(2027, 2, 28)


def test_dates_in_days_and_months_are_never_provisional() -> None:
    assert not a_due(date(2040, 1, 1), 90, "days").provisional
    assert not a_due(date(2040, 1, 1), 12, "months").provisional


def test_spring_festival_2026_is_skipped_and_its_worked_saturdays_count() -> None:
    found = a_due(date(2026, 2, 10), 10, "working_days")
    assert found.on == date(2026, 3, 2)
    assert spans(found) == [
        ("worked weekend", date(2026, 2, 14), date(2026, 2, 14)),
        ("holiday", date(2026, 2, 15), date(2026, 2, 23)),
        ("worked weekend", date(2026, 2, 28), date(2026, 2, 28)),
        ("+10 working days", date(2026, 2, 10), date(2026, 3, 2)),
    ]


def test_three_working_days_over_national_day_2026_end_on_the_worked_saturday() -> None:
    assert a_due(date(2026, 9, 30), 3, "working_days").on == date(2026, 10, 10)


def test_what_is_said_of_holidays_begins_after_the_day_from_which_working_days_run() -> None:
    found = a_due(date(2026, 10, 3), 1, "working_days")
    assert spans(found) == [
        ("holiday", date(2026, 10, 4), date(2026, 10, 7)),
        ("+1 working days", date(2026, 10, 3), date(2026, 10, 8)),
    ]


def test_a_day_before_the_published_years_makes_nothing_after_it_provisional() -> None:
    assert not a_due(date(2024, 12, 31), 1, "working_days").provisional


def test_an_ordinary_week_needs_no_explanation() -> None:
    found = a_due(date(2026, 3, 9), 10, "working_days")
    assert spans(found) == [("+10 working days", date(2026, 3, 9), date(2026, 3, 23))]


def test_working_days_past_the_published_years_are_provisional_from_the_day_they_are_estimated() -> None:
    found = a_due(date(2026, 12, 28), 5, "working_days")
    assert (found.on, found.provisional) == (date(2027, 1, 4), True)
    assert spans(found)[0] == ("Monday to Friday, not published", date(2027, 1, 1), date(2027, 1, 4))


def test_working_days_that_end_with_the_last_published_day_are_certain() -> None:
    found = a_due(date(2026, 12, 28), 3, "working_days")
    assert (found.on, found.provisional) == (date(2026, 12, 31), False)


def test_no_working_days_is_the_day_itself() -> None:
    found = a_due(date(2026, 10, 1), 0, "working_days")
    assert (found.on, found.provisional) == (date(2026, 10, 1), False)


def test_working_days_need_a_calendar() -> None:
    with pytest.raises(ValueError, match="calendar"):
        due_on_calendar(Anchor(kind="task", on=date(2026, 1, 1)), Limit(amount=1, unit="working_days"), "R:7/6.4.7")


def is_worked(day: date) -> bool:
    unusual = TO_THE_END_OF_2026
    return day in unusual.worked or (day.weekday() < 5 and day not in unusual.off)


def walked_working_days(start: date, amount: int) -> date:
    """The slow way: look at every day to come and count those that are worked."""
    worked = [day for n in range(1, amount * 2 + 30) if is_worked(day := start + n * DAY)]
    return worked[amount - 1]


@settings(max_examples=150, deadline=None)
@given(DAYS, st.integers(1, 100))
def test_working_days_agree_with_walking_day_by_day(start: date, amount: int) -> None:
    found = a_due(start, amount, "working_days")
    assert found.on == walked_working_days(start, amount)
    passed = [start + n * DAY for n in range(1, (found.on - start).days + 1)]
    assert found.provisional == any(not 2025 <= day.year <= 2026 for day in passed)


@settings(max_examples=150, deadline=None)
@given(DAYS, st.integers(1, 100))
def test_a_proof_alone_lets_a_person_count_again(start: date, amount: int) -> None:
    found = a_due(start, amount, "working_days")
    days = {start + n * DAY for n in range(1, (found.on - start).days + 1)}
    counted = {day for day in days if day.weekday() < 5}
    for op, first, last in spans(found):
        run = {day for day in days if first <= day <= last}
        counted = counted - run if op == "holiday" else counted
        counted = counted | run if op == "worked weekend" else counted
    assert len(counted) == amount


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(0, 100), st.sampled_from(["days", "months", "working_days"]))
def test_a_proofs_last_step_ends_on_the_due_date(start: date, amount: int, unit: Unit) -> None:
    found = a_due(start, amount, unit)
    assert found.proof.steps[-1].to == found.on
    assert found.proof.anchor.on == start
    assert (found.proof.calendar is not None) == (unit == "working_days")


def test_a_step_is_written_as_op_from_to() -> None:
    found = a_due(date(2026, 1, 1), 30, "days")
    written = found.model_dump(mode="json")["proof"]["steps"]
    assert written == [{"op": "+30 days", "from": "2026-01-01", "to": "2026-01-31"}]


def test_a_proof_comes_back_from_json_unchanged() -> None:
    found = a_due(date(2026, 2, 10), 10, "working_days")
    assert Due.model_validate_json(found.model_dump_json()) == found


def test_the_earlier_of_two_dates_proves_both() -> None:
    month, quarter = a_due(date(2026, 3, 1), 30, "days", "findings"), a_due(date(2026, 1, 1), 90, "days")
    won = earlier(month, quarter)
    assert (won.on, won.proof.anchor.kind) == (date(2026, 3, 31), "findings")
    assert won.proof.rule == (
        "the earlier of: 30 days from findings 2026-03-01: 2026-03-31; 90 days from task 2026-01-01: 2026-04-01"
    )
    last = Step(op="the earlier", from_=date(2026, 4, 1), to=date(2026, 3, 31))
    assert won.proof.steps == [*quarter.proof.steps, *month.proof.steps, last]


def test_the_first_of_two_equal_dates_stands() -> None:
    first, second = a_due(date(2026, 1, 1), 30, "days", "first"), a_due(date(2026, 1, 1), 30, "days", "second")
    assert earlier(first, second).proof.anchor.kind == "first"


def test_a_date_is_provisional_while_the_other_may_still_overtake_it() -> None:
    certain, estimate = a_due(date(2027, 1, 1), 30, "days"), a_due(date(2027, 1, 1), 30, "working_days")
    assert earlier(certain, estimate).on == certain.on
    assert earlier(certain, estimate).provisional


@pytest.mark.parametrize("first", ["days", "working_days"])
def test_an_earlier_date_rests_on_the_calendar_where_either_does(first: Unit) -> None:
    one, other = a_due(date(2026, 3, 9), 5, first), a_due(date(2026, 3, 9), 9, "days")
    either = earlier(one, other).proof.calendar, earlier(other, one).proof.calendar
    assert either == ((None, None) if first == "days" else (CALENDAR.version, CALENDAR.version))


def test_a_later_date_in_working_days_leaves_its_calendar_in_the_proof() -> None:
    won = earlier(a_due(date(2026, 3, 9), 5, "days"), a_due(date(2026, 3, 9), 9, "working_days"))
    assert (won.on, won.proof.calendar) == (date(2026, 3, 14), CALENDAR.version)


# Lengths of a run -------------------------------------------------------------------------------------------------


def run(*lengths: Length, on: date = date(2028, 2, 29)) -> Run:
    return Run(anchor=Anchor(kind="decision", on=on), lengths=list(lengths), clause="R:7/7.3.3", rule="a rule")


@pytest.mark.parametrize(
    ("length", "step"),
    [
        (Length(3, "years"), ("+3 years", date(2031, 2, 28))),
        (Length(-1, "days"), ("-1 days", date(2028, 2, 28))),
        (Length(-3, "months"), ("-3 months", date(2027, 11, 29))),
        (Length(0, "year_end"), ("31 December", date(2028, 12, 31))),
        (Length(1, "year_end"), ("31 December", date(2029, 12, 31))),
    ],
)
def test_each_length_is_one_step(length: Length, step: tuple[str, date]) -> None:
    found = counted(run(length))
    assert spans(found) == [(step[0], date(2028, 2, 29), step[1])]
    assert (found.on, found.clause, found.provisional) == (step[1], "R:7/7.3.3", False)


def test_lengths_follow_one_another() -> None:
    found = counted(run(Length(3, "years"), Length(-1, "days")))
    assert spans(found) == [
        ("+3 years", date(2028, 2, 29), date(2031, 2, 28)),
        ("-1 days", date(2031, 2, 28), date(2031, 2, 27)),
    ]


def test_a_date_names_the_function_that_gave_it_and_keeps_it_when_counted_again() -> None:
    found = named(due_on_calendar)(Anchor(kind="task", on=date(2026, 1, 1)), Limit(amount=30, unit="days"), "R:12")
    assert (found.proof.function, [one.function for one in found.proof.runs]) == (
        "dates.due_on_calendar",
        ["dates.due_on_calendar"],
    )
    assert again(found.proof) == found


# A last day that rolls ----------------------------------------------------------------------------------------------


def rolling(on: date, amount: int, unit: Unit = "days") -> Due:
    return rolled(a_due(on, amount, unit), TO_THE_END_OF_2026)


def test_a_last_day_that_is_a_holiday_rolls_to_the_next_working_day_where_a_body_lets_it() -> None:
    found = rolling(date(2026, 9, 1), 30)
    assert (found.on, found.provisional, found.proof.calendar) == (date(2026, 10, 8), False, CALENDAR.version)
    assert spans(found) == [
        ("+30 days", date(2026, 9, 1), date(2026, 10, 1)),
        ("holiday", date(2026, 10, 1), date(2026, 10, 7)),
        ("the next working day", date(2026, 10, 1), date(2026, 10, 8)),
    ]


def test_a_last_day_that_is_worked_stays() -> None:
    found = rolling(date(2026, 3, 9), 7)
    assert (found.on, found.provisional) == (date(2026, 3, 16), False)
    assert spans(found) == [("+7 days", date(2026, 3, 9), date(2026, 3, 16))]


@pytest.mark.parametrize(("amount", "on"), [(1, date(2027, 1, 1)), (2, date(2027, 1, 4))])
def test_a_last_day_in_a_year_that_is_not_published_may_still_roll(amount: int, on: date) -> None:
    found = rolling(date(2026, 12, 31), amount)
    assert (found.on, found.provisional) == (on, True)


def test_a_limit_in_months_rolls_too_and_rolls_once() -> None:
    found = rolling(date(2026, 7, 3), 3, "months")
    assert found.on == date(2026, 10, 8)
    assert rolled(found, TO_THE_END_OF_2026) is found


def test_working_days_never_roll() -> None:
    found = a_due(date(2026, 2, 10), 10, "working_days")
    assert rolled(found, TO_THE_END_OF_2026) is found


def test_of_two_dates_each_rolls_that_may() -> None:
    review = a_due(date(2026, 9, 1), 25, "working_days", "task")
    both = earlier(a_due(date(2026, 9, 1), 30, "days", "findings"), review)
    assert (review.on, both.on) == (date(2026, 10, 12), date(2026, 10, 1))
    assert rolled(both, TO_THE_END_OF_2026).on == date(2026, 10, 8)


def test_to_roll_is_one_more_length_that_can_be_taken_off_again() -> None:
    """Civil Code 203."""
    once = run(Length(3, "years"), Length(-1, "days")).model_copy(update={"rolls": True})
    [rolls] = rolled(counted(once), TO_THE_END_OF_2026).proof.runs
    assert rolls.lengths == [Length(3, "years"), Length(-1, "days"), Length(0, "working_day")]
    assert not rolls.rolls
    assert unrolled(rolls) == once


def test_a_run_that_did_not_roll_has_nothing_to_take_off() -> None:
    assert unrolled(run(Length(3, "years"))) == run(Length(3, "years"))
    assert unrolled(run()) == run()

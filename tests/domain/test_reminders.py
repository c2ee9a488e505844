"""The days on which a due date is reminded of: its ladder, on working days, each once."""

from datetime import date

import pytest

from domain.calendar import Override
from domain.reminders import OPENING, TITLES, ladder, reminded_on, reminded_under, reminders, title_of
from services import calendars
from services.schemes import Library

CALENDAR = calendars.load()
RULES = Library.load().scheme("service", "1.0").rules()
LONG = [90, 60, 30, 7, 0]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 3, 1), [date(2026, 3, 22), date(2026, 3, 29), date(2026, 4, 1)]),
        (date(2026, 3, 22), [date(2026, 3, 29), date(2026, 4, 1)]),
        (date(2026, 4, 1), []),
    ],
)
def test_a_due_date_is_reminded_of_on_days_to_come(today: date, days: list[date]) -> None:
    """R:7/7.2.2: due on 1 April; ten and three days before it, and on the day itself."""
    assert reminded_on(date(2026, 4, 1), [10, 3, 0], today) == days


@pytest.mark.parametrize(
    ("due_on", "rungs", "days"),
    [
        # The Spring Festival of 2026: off from 15 to 23 February; Saturday the 14th and the 28th are worked.
        (date(2026, 2, 20), [3, 0], [date(2026, 2, 14)]),
        (date(2026, 2, 24), [7, 0], [date(2026, 2, 14), date(2026, 2, 24)]),
        (date(2026, 2, 28), [0], [date(2026, 2, 28)]),
        # National Day: off from 1 to 7 October; Sunday 20 September and Saturday 10 October are worked.
        (date(2026, 10, 5), [7, 3, 0], [date(2026, 9, 28), date(2026, 9, 30)]),
        (date(2026, 10, 10), [20, 0], [date(2026, 9, 20), date(2026, 10, 10)]),
        # Sundays and Saturdays.
        (date(2026, 3, 15), [7, 1, 0], [date(2026, 3, 6), date(2026, 3, 13)]),
        # Past the published years Monday to Friday are worked.
        (date(2030, 10, 5), [4, 0], [date(2030, 10, 1), date(2030, 10, 4)]),
    ],
)
def test_a_reminder_of_a_day_off_goes_out_on_the_last_working_day_before(
    due_on: date, rungs: list[int], days: list[date]
) -> None:
    assert reminded_on(due_on, rungs, date(2026, 1, 5), CALENDAR) == days


@pytest.mark.parametrize("today", [date(2026, 2, 14), date(2026, 2, 15), date(2026, 2, 18)])
def test_a_reminder_stays_where_no_working_day_is_left_before_it(today: date) -> None:
    assert reminded_on(date(2026, 2, 20), [1, 0], today, CALENDAR) == [date(2026, 2, 19), date(2026, 2, 20)]


def test_no_reminder_goes_out_after_its_date_or_before_tomorrow_or_twice_a_day() -> None:
    for offset in range(365):
        due_on = date.fromordinal(date(2026, 1, 1).toordinal() + offset)
        for today in (date.fromordinal(due_on.toordinal() - before) for before in (1, 2, 8, 40, 100)):
            days = reminded_on(due_on, LONG, today, CALENDAR)
            assert days == sorted(set(days))
            assert all(today < day <= due_on for day in days)
            assert days, (due_on, today)


def test_a_date_nobody_is_asked_for_yet_has_the_ladder_for_long_dates() -> None:
    assert [ladder(RULES, kind) for kind in OPENING] == [LONG, LONG]
    assert ladder(RULES, "certificate.expiry") == LONG
    assert ladder(RULES, "contract.sign") == [10, 3, 0]


def test_a_case_from_before_is_reminded_of_as_its_history_has_it() -> None:
    saturday = date(2026, 3, 14)
    plain = RULES.model_copy(update={"reminding": "plain"})
    days = [reminders(rules, "application.review", saturday, date(2026, 3, 12), CALENDAR) for rules in (plain, RULES)]
    assert days == [[saturday], [date(2026, 3, 13)]]


def test_every_due_date_that_runs_for_long_has_a_name() -> None:
    named = {kind: title_of(kind, RULES) for kind in (*TITLES, "certificate.issue", *RULES.waits)}
    assert [kind for kind, title in named.items() if kind in (title.zh, title.en)] == []


# Another calendar -----------------------------------------------------------------------------------------

FRIDAY, SATURDAY, MONDAY = date(2027, 3, 12), date(2027, 3, 13), date(2027, 3, 15)


def under(days: list[date], due_on: date, today: date, *changes: Override) -> list[date]:
    """The reminders, seven days before and on the day itself, once 2027 is published with these days."""
    notice = [Override(day=date(2027, 1, 1), working=False, notice_year=2027), *changes]
    return reminded_under(calendars.load(notice), CALENDAR, days, due_on, [7, 0], today)


def a_day(day: date, *, working: bool) -> Override:
    return Override(day=day, working=working, notice_year=2027)


def test_a_published_holiday_brings_a_reminder_forward() -> None:
    assert under([MONDAY], MONDAY, date(2027, 3, 10), a_day(MONDAY, working=False)) == [FRIDAY]


def test_a_worked_weekend_keeps_a_reminder_on_its_day() -> None:
    assert under([FRIDAY], SATURDAY, date(2027, 3, 10), a_day(SATURDAY, working=True)) == [SATURDAY]


def test_a_reminder_that_went_out_before_its_day_off_is_not_sent_again() -> None:
    assert under([], SATURDAY, FRIDAY, a_day(SATURDAY, working=True)) == []


def test_a_reminder_of_today_stays_today() -> None:
    assert under([FRIDAY], SATURDAY, FRIDAY) == [FRIDAY]
    assert under([MONDAY], MONDAY, MONDAY, a_day(MONDAY, working=False)) == [MONDAY]


def test_a_reminder_that_could_not_go_out_in_time_is_still_to_come() -> None:
    assert under([FRIDAY, date(2027, 3, 19)], date(2027, 3, 19), date(2027, 3, 17)) == [FRIDAY, date(2027, 3, 19)]

"""Counting working days on a calendar, and what in a count is not as its weekday says."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from domain.calendar import Calendar, is_weekday

A_DAY: Final = timedelta(days=1)
HOLIDAY: Final = "holiday"
WORKED_WEEKEND: Final = "worked weekend"
ESTIMATED: Final = "Monday to Friday, not published"
ORDINARY: Final = ""


def first_from(day: date, calendar: Calendar) -> date:
    """Give the day itself if it is worked, else the next one that is."""
    while not calendar.is_working(day):
        day += A_DAY
    return day


def last_until(day: date, calendar: Calendar) -> date:
    """Give the day itself if it is worked, else the last one before it that is."""
    while not calendar.is_working(day):
        day -= A_DAY
    return day


def nth_after(start: date, amount: int, calendar: Calendar) -> date:
    """Give the so manieth working day after a day, which is not counted; for none, the day itself."""
    day = start
    for _ in range(amount):
        day = first_from(day + A_DAY, calendar)
    return day


def exceptions(first: date, last: date, calendar: Calendar) -> Iterator[tuple[str, date, date]]:
    """Give each run of days that are not what their weekday says, and each that is only estimated."""
    days = (first + offset * A_DAY for offset in range((last - first).days + 1))
    for op, run in groupby(days, key=lambda day: _kind_of_day(day, calendar)):
        span = list(run)
        plain_weekend = op == HOLIDAY and not any(map(is_weekday, span))
        if op != ORDINARY and not plain_weekend:
            yield op, span[0], span[-1]


def _kind_of_day(day: date, calendar: Calendar) -> str:
    if not calendar.is_known(day):
        return ESTIMATED
    if not calendar.is_working(day):
        return HOLIDAY
    return ORDINARY if is_weekday(day) else WORKED_WEEKEND

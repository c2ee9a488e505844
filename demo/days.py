"""Days on which people plausibly work: neither weekends nor the great holidays."""

from datetime import date, timedelta
from typing import Final

A_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
HOLIDAYS: Final = ((1, 1, 3), (5, 1, 5), (10, 1, 8))
"""Month, first and last day."""
SPRING: Final = {
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
    2033: date(2033, 1, 31),
    2034: date(2034, 2, 19),
    2035: date(2035, 2, 8),
}
"""The first day of the lunar year."""
A_FORTNIGHT: Final = 14


def is_holiday(day: date) -> bool:
    """Whether the day lies in one of the great holidays."""
    if any(day.month == month and first <= day.day <= last for month, first, last in HOLIDAYS):
        return True
    spring = SPRING.get(day.year)
    return spring is not None and spring - A_DAY <= day < spring + 7 * A_DAY


def working_day(day: date) -> date:
    """The first working day from a day on."""
    while day.weekday() >= SATURDAY or is_holiday(day):
        day += A_DAY
    return day


def quiet_day(day: date) -> date:
    """The first working day from a day on with a fortnight free of holidays: short limits can be kept."""
    day = working_day(day)
    while not _quiet(day):
        day = working_day(day + A_DAY)
    return day


def quiet_monday(day: date) -> date:
    """The first Monday from a day on with a fortnight free of holidays: time for an audit and for what it found."""
    monday = day + -day.weekday() % 7 * A_DAY
    while not _quiet(monday):
        monday += 7 * A_DAY
    return monday


def _quiet(day: date) -> bool:
    return not any(is_holiday(day + ahead * A_DAY) for ahead in range(A_FORTNIGHT))

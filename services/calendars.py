"""Where the working days come from: the published years of chinesecalendar and a body's own rows over them."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Final

from chinese_calendar.constants import holidays, workdays

from domain.calendar import Calendar, Override, is_weekday

SOURCE: Final = "chinesecalendar"
FIRST_YEAR: Final = 2025
"""Earlier years are left out: no case counts working days in them, and a calendar travels in every state."""
DECEMBER, LAST_OF_DECEMBER = 12, 31


def load(overrides: Iterable[Override] = ()) -> Calendar:
    """Give the calendar of every published year from 2025 on, with the rows laid over it.

    A year past the source's last counts as published once rows carry it as their `notice_year` and every year
    before it is published too; rows in other years change nothing. Of two rows for one day the later stands:
    rows are only ever added, so that their number tells versions apart. Never raises for a year that nobody
    knows yet: its days are Monday to Friday and its dates provisional.
    """
    return _loaded(tuple(overrides))


@lru_cache(maxsize=16)
def _loaded(rows: tuple[Override, ...]) -> Calendar:
    noticed = {row.notice_year for row in rows}
    last = max(holidays).year
    while last + 1 in noticed:
        last += 1
    working = _source() | {row.day: row.working for row in rows if FIRST_YEAR <= row.day.year <= last}
    unusual = sorted(day for day, works in working.items() if works != is_weekday(day))
    return Calendar(
        version=f"{SOURCE}-{version(SOURCE)}+{len(rows)}",
        known_from=date(FIRST_YEAR, 1, 1),
        known_until=date(last, DECEMBER, LAST_OF_DECEMBER),
        off=[day for day in unusual if is_weekday(day)],
        worked=[day for day in unusual if not is_weekday(day)],
    )


@cache
def _source() -> dict[date, bool]:
    """Give the days that the source names, and whether each is worked; a day it names twice is."""
    named = dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True)
    return {day: works for day, works in named.items() if day.year >= FIRST_YEAR}

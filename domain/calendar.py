"""The working days of China: published years exactly, every other year as Monday to Friday."""

from datetime import date
from functools import cached_property

from pydantic import ConfigDict, Field

from domain.model import Day, Input, Record
from domain.refusal import Fault

WEEKDAYS = 5
"""Monday to Friday are the days 0 to 4."""
STATUTORY_DAYS_OFF = 13
"""The statutory holidays of a year since 2025, before any weekend (State Council Decree 795)."""


class NoticeDay(Input):
    """A day of a notice that is not what its weekday says, or says so all the same."""

    day: Day
    working: bool


class Notice(Input):
    """One complete notice of the State Council for a year, or a correction of a year that is published."""

    source: str = Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")
    """Where it was published."""
    days: list[NoticeDay] = Field(min_length=1, max_length=366)
    """Its holidays and its worked weekends; of a correction, the days that are otherwise than published."""
    correction: bool = False

    def rows(self, year: int) -> list["Override"]:
        """What it lays over the calendar."""
        noticed = None if self.correction else year
        return [Override(**one.model_dump(), source=self.source, notice_year=noticed) for one in self.days]


class Override(Input):
    """A row of a body's own table: a day of a State Council notice that the source lacks or has wrong."""

    day: date
    working: bool
    source: str = ""
    """Where it was published."""
    notice_year: int | None = None
    """The year whose complete notice the row belongs to: such a year counts as published. None: one day."""


class Calendar(Record):
    """Which days are worked, small enough to travel in a case's state (about 1 KB as JSON)."""

    model_config = ConfigDict(frozen=True)

    version: str
    """Source, its version, number of overrides: `chinesecalendar-1.11.0+0`."""
    known_from: date
    known_until: date
    """First and last day of the published years."""
    off: list[date]
    """Days from Monday to Friday that are holidays."""
    worked: list[date]
    """Days of a weekend that are worked."""

    def is_known(self, day: date) -> bool:
        """Say whether the day lies in a published year."""
        return self.known_from <= day <= self.known_until

    def is_working(self, day: date) -> bool:
        """Say whether the day is worked; outside the published years, Monday to Friday are."""
        return is_weekday(day) != (day in self._unusual and self.is_known(day))

    @cached_property
    def _unusual(self) -> frozenset[date]:
        return frozenset([*self.off, *self.worked])


def is_weekday(day: date) -> bool:
    """Say whether the day is one from Monday to Friday."""
    return day.weekday() < WEEKDAYS


def _not_in(year: int, day: date) -> str:
    if day.year != year - 1:
        return f"not in {year}"
    return f"not in {year}: a day of {day.year} goes in as a correction of {day.year}"


def faults_of(notice: Notice, year: int, calendar: Calendar) -> list[Fault]:
    """Give what is wrong with a notice for a year, seen from the calendar known so far."""
    named = [one.day for one in notice.days]
    found = []
    for place, one in enumerate(notice.days):
        if one.day.year != year:
            found.append(Fault(pointer=f"/days/{place}/day", detail=_not_in(year, one.day)))
        elif one.day in named[:place]:
            found.append(Fault(pointer=f"/days/{place}/day", detail="named twice"))
        elif one.working and is_weekday(one.day) and not notice.correction:
            found.append(Fault(pointer=f"/days/{place}/working", detail="a worked day is a Saturday or a Sunday"))
    if not notice.correction and sum(not one.working for one in notice.days) < STATUTORY_DAYS_OFF:
        detail = f"fewer than {STATUTORY_DAYS_OFF} days off: a year's notice is complete"
        found.append(Fault(pointer="/days", detail=detail))
    following, published = calendar.known_until.year + 1, calendar.is_known(date(year, 1, 1))
    if notice.correction and not published:
        found.append(Fault(pointer="/correction", detail=f"{year} is not published: there is nothing to correct"))
    elif published and not notice.correction:
        found.append(Fault(pointer="/correction", detail=f"{year} is published: only a correction can change it"))
    elif not published and year != following:
        found.append(Fault(pointer="/year", detail=f"the next year to be published is {following}"))
    return found

"""The working days of China: published years exactly, every other year as Monday to Friday."""

from datetime import date

from pydantic import ConfigDict

from domain.model import Input, Record

WEEKDAYS = 5
"""Monday to Friday are the days 0 to 4."""


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
        if not self.is_known(day):
            return is_weekday(day)
        return day not in self.off if is_weekday(day) else day in self.worked


def is_weekday(day: date) -> bool:
    """Say whether the day is one from Monday to Friday."""
    return day.weekday() < WEEKDAYS

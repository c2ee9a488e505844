"""The calendar of today: the published years, and the rows of the record laid over them."""

from sqlmodel import Session

from domain.calendar import Calendar
from records import days
from services import calendars


class Calendars:
    """Gives the calendar; reads the rows again only when some have been added."""

    def __init__(self) -> None:
        self._known: tuple[int, Calendar] | None = None

    def current(self, session: Session) -> Calendar:
        """The calendar with every row there is."""
        rows = days.count(session)
        if self._known is None or self._known[0] != rows:
            self._known = (rows, calendars.load(days.overrides(session)))
        return self._known[1]

"""The hours of the night in which nobody is written to."""

from datetime import datetime, time, timedelta

from domain.dates import SHANGHAI
from domain.model import Record


class Quiet(Record):
    """Hours of Shanghai's day, from the first minute to the first that is not quiet any more; alike: none."""

    begins: time = time()
    ends: time = time()

    def covers(self, hour: time) -> bool:
        """Whether an hour of the day is quiet; the hours may lie around midnight."""
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends

    def after(self, hour: time) -> time:
        """The hour itself, or the end of the quiet hours in which it lies."""
        return self.ends if self.covers(hour) else hour

    def held_until(self, at: datetime) -> datetime | None:
        """The instant at which the quiet hours end in which an aware instant lies; none outside them."""
        local = at.astimezone(SHANGHAI)
        if not self.covers(local.time()):
            return None
        day = local.date() if local.time() < self.ends else local.date() + timedelta(days=1)
        return datetime.combine(day, self.ends, SHANGHAI).astimezone(at.tzinfo)

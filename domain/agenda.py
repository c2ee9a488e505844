"""What a case does by itself, and when: lapses at the end of their day; openings and reminders in the morning."""

from datetime import datetime
from typing import NamedTuple

from domain.dates import end_of_day, morning
from domain.state import CaseState, DueDates


class Entry(NamedTuple):
    """One thing on a case's agenda; entries of the same instant go in the order of their names."""

    at: datetime
    name: str
    """`lapse:`, `open:` or `remind:` and the deadline's id."""


def agenda(state: CaseState | DueDates) -> list[Entry]:
    """Everything a case will do unasked, soonest first."""
    entries = []
    for deadline in state.deadlines:
        if deadline.state == "running":
            entries.append(Entry(end_of_day(deadline.judged_on), f"lapse:{deadline.id}"))
            if deadline.opens_on:
                entries.append(Entry(morning(deadline.opens_on), f"open:{deadline.id}"))
            if deadline.remind:
                entries.append(Entry(morning(deadline.remind[0]), f"remind:{deadline.id}"))
    return sorted(entries)

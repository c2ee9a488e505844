"""What makes a scheme's tables sound: person-days, sampling, lengths of the cycle, reminders (R:7/7.3, R:11)."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, get_args

from domain.dates import YEAR_MONTHS
from domain.pack import Scheme
from domain.planning import cap, decimal_text, most
from domain.problems import Loc, Problem
from domain.rules import Cycle, Planning
from domain.sheets import AuditKind

MAY_BE_NOTHING: Final = {"late_entry_days"}
"""Lengths of the cycle that may be 0."""
LONGEST_MONTH: Final = 31


def table_problems(scheme: Scheme) -> Iterator[Problem]:
    """Say everything that cannot be in a scheme's tables."""
    yield from _person_days(scheme.planning)
    yield from _shares(scheme.planning)
    yield from _lengths(scheme.cycle)
    yield from _ladder(("reminders",), scheme.reminders)
    for place, wait in enumerate(scheme.waits):
        yield from _ladder(("waits", place, "reminders"), wait.reminders)


def _lengths(cycle: Cycle) -> Iterator[Problem]:
    for name, length in cycle:
        if length < 0 or (length == 0 and name not in MAY_BE_NOTHING):
            yield Problem(("cycle", name), f"{name} is {length}")
    extended, usual = cycle.surveillance_extended_months, cycle.surveillance_months
    if extended < usual:
        yield Problem(("cycle", "surveillance_extended_months"), f"{extended} extended months are fewer than {usual}")
    if cycle.higher_frequency_months >= usual:
        reason = f"{cycle.higher_frequency_months} months are no more often than {usual}"
        yield Problem(("cycle", "higher_frequency_months"), reason)
    yield from _out_of_cycle(cycle)
    opens, due = cycle.recertification_opens_days, cycle.recertification_apply_months
    if opens <= due * LONGEST_MONTH:
        reason = f"recertification opens {opens} days before the end, and is due {due} months before it"
        yield Problem(("cycle", "recertification_opens_days"), reason)


def _out_of_cycle(cycle: Cycle) -> Iterator[Problem]:
    """Surveillances that would be due when the certificate has ended (R:7/7.3.3)."""
    years, count, usual = cycle.validity_years, cycle.surveillances, cycle.surveillance_months
    if count * usual >= years * YEAR_MONTHS:
        reason = f"surveillances are due {count * usual} months on, a certificate ends before {years} years"
        yield Problem(("cycle", "surveillance_months"), reason)
    extended = cycle.surveillance_extended_months
    if extended >= years * YEAR_MONTHS:
        reason = f"a surveillance may wait {extended} months, a certificate ends before {years} years"
        yield Problem(("cycle", "surveillance_extended_months"), reason)


def _person_days(planning: Planning) -> Iterator[Problem]:
    at: Loc = ("planning", "person_days")
    if not planning.person_days:
        yield Problem(at, "there is no band")
    least = 0
    for place, band in enumerate(planning.person_days):
        if band.people_from < least or (place == 0 and band.people_from > 0):
            yield Problem((*at, place), "bands start at 0 people and ascend")
        least = band.people_from + 1
        if min(band.initial, band.surveillance) <= 0:
            yield Problem((*at, place), f"no person-days from {band.people_from} people")
    if planning.increase_percent < 0:
        yield Problem(("planning", "increase_percent"), f"{planning.increase_percent} is no increase")
    if planning.rotation is not None and planning.rotation < 1:
        yield Problem(("planning", "rotation"), f"with a rotation of {planning.rotation} nobody could audit")


def _shares(planning: Planning) -> Iterator[Problem]:
    at: Loc = ("planning", "sampling")
    if "initial" not in planning.sampling:
        yield Problem(at, "initial is missing")
    for kind, factor in planning.sampling.items():
        if kind not in get_args(AuditKind):
            yield Problem((*at, kind), f"{kind} is no kind of audit")
        if not _positive(factor):
            yield Problem((*at, kind), f"{factor} is no positive number")
    if not _positive(planning.grid):
        yield Problem(("planning", "grid"), f"{planning.grid} is no positive number")
    else:
        yield from _off_grid(planning)
    if not _positive(planning.random_share) or Fraction(planning.random_share) > 1:
        yield Problem(("planning", "random_share"), f"{planning.random_share} is no share")


def _off_grid(planning: Planning) -> Iterator[Problem]:
    """The table's person-days from which no step of the grid leads to a total within the cap (R:11/10.2)."""
    for band in planning.person_days:
        for table in (band.initial, band.surveillance):
            if most(table, planning) < table:
                reason = f"steps of {planning.grid} give no total from {table} to {decimal_text(cap(table, planning))}"
                yield Problem(("planning", "grid"), reason)


def _positive(number: str) -> bool:
    try:
        return Fraction(number) > 0
    except (ValueError, ZeroDivisionError):
        return False


def _ladder(at: Loc, days: list[int]) -> Iterator[Problem]:
    if sorted(set(days), reverse=True) != days or any(one < 0 for one in days):
        yield Problem(at, "reminders are days before the due date, the earliest first, each once")

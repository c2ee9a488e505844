"""Each date rule against walking the calendar day by day, from every day of twenty years."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from domain import cycle
from domain.calendar import Calendar
from domain.dates import Anchor, Due, again, due, rolled
from domain.rules import Limit
from services import calendars
from tests.domain.test_cycle import RULE

CALENDAR: Calendar = calendars.load()
DAY = timedelta(days=1)
START, END = date(2025, 1, 1), date(2044, 12, 31)
STARTS = [START + n * DAY for n in range((END - START).days + 1)]
"""Every day, with five leap days and all 240 month ends."""

OFF = """
2025-01-01 2025-01-01, 2025-01-28 2025-02-04, 2025-04-04 2025-04-06, 2025-05-01 2025-05-05, 2025-05-31 2025-06-02,
2025-10-01 2025-10-08, 2026-01-01 2026-01-03, 2026-02-15 2026-02-23, 2026-04-04 2026-04-06, 2026-05-01 2026-05-05,
2026-06-19 2026-06-21, 2026-09-25 2026-09-27, 2026-10-01 2026-10-07
"""
"""From the State Council's notices for 2025 and 2026: first and last day of each holiday."""
WORKED = """
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20
2026-10-10
"""
"""The weekends worked in their place."""


def walk(first: date) -> Iterator[date]:
    """Every day after a day."""
    day = first
    while True:
        day += DAY
        yield day


def holidays() -> set[date]:
    """The days off of the table above."""
    found = set()
    for span in OFF.split(","):
        first, last = (date.fromisoformat(text) for text in span.split())
        found |= {first, *(day for day in STARTS if first <= day <= last)}
    return found


HOLIDAYS, WORKED_WEEKENDS = holidays(), {date.fromisoformat(text) for text in WORKED.split()}
WORKING = {
    day
    for day in (START + n * DAY for n in range(22 * 366))
    if day in WORKED_WEEKENDS or (day.isoweekday() <= 5 and day not in HOLIDAYS)
}


def days_on(start: date, days: int) -> date:
    """Walk so many days."""
    day = start
    for _, day in zip(range(days), walk(start), strict=False):  # noqa: B007  # the last one counts
        pass
    return day


def months_on(start: date, months: int) -> date:
    """Walk over so many firsts of a month, then to the day of the same number, if the month has one."""
    day = date(start.year, start.month, 1)
    while months:
        day += DAY
        months -= day.day == 1
    while day.day < start.day and (day + DAY).day > 1:
        day += DAY
    return day


def months_back(start: date, months: int) -> date:
    """Walk back over so many firsts of a month, then on to the day of the same number, if the month has one."""
    day = date(start.year, start.month, 1)
    while months:
        day -= DAY
        months -= day.day == 1
    while day.day < start.day and (day + DAY).day > 1:
        day += DAY
    return day


def working_days_on(start: date, amount: int) -> date:
    """Walk until so many worked days have been met."""
    for day in walk(start):
        amount -= day in WORKING
        if not amount:
            return day
    raise AssertionError


def first_worked(day: date) -> date:
    """The day, or the first worked one after it."""
    while day not in WORKING:
        day += DAY
    return day


def an_anchor(kind: str) -> Callable[[date], Anchor]:
    return lambda on: Anchor(kind=kind, on=on)


def limit(amount: int, unit: str) -> Callable[[date], Due]:
    rule = Limit.model_validate({"amount": amount, "unit": unit})
    return lambda on: due(Anchor(kind="task", on=on), rule, "R:7/6.4.7", CALENDAR)


def ends_after(on: date) -> date:
    """A certificate's last day, nearer or further with each start."""
    return on + (on.toordinal() % 400) * DAY


def gap(on: date) -> date:
    """The day of the findings after an audit's last day, sooner or later with each start."""
    return on + (on.toordinal() % 100) * DAY


def suspended(on: date, *, failed: bool) -> Due:
    return cycle.suspension_end(on, ends_after(on), RULE, failed_surveillance=failed)


def extended_by_walking(previous: date, served: set[int]) -> date:
    """Walk 15 months, and stop at a 31 December before which a whole calendar year went by unaudited."""
    last, day = months_on(previous, 15), previous
    while day < last:
        day += DAY
        if (day.month, day.day) == (12, 31) and day.year > previous.year and day.year not in served:
            return day
    return last


Rule = tuple[Callable[[date], Due], Callable[[date], date]]
RULES: dict[str, Rule] = {
    "contract": (lambda on: cycle.contract_latest(on, RULE), lambda on: days_on(on, 90)),
    "certificate": (
        lambda on: cycle.expiry(an_anchor("decision")(on), RULE),
        lambda on: months_on(on, 36) - DAY,
    ),
    "renewed certificate": (
        lambda on: cycle.expiry(an_anchor("valid_until")(on), RULE),
        lambda on: months_on(on + DAY, 36) - DAY,
    ),
    "first surveillance": (
        lambda on: cycle.first_surveillance(an_anchor("decision")(on), RULE),
        lambda on: months_on(on, 12),
    ),
    "later surveillance": (lambda on: cycle.later_surveillance(on, RULE), lambda on: months_on(on, 12)),
    "later surveillance within validity": (
        lambda on: cycle.within_validity(cycle.later_surveillance(on, RULE), ends_after(on)),
        lambda on: min(months_on(on, 12), ends_after(on)),
    ),
    "extended surveillance": (
        lambda on: cycle.extended_surveillance(on, [on.year], 2000, RULE),
        lambda on: extended_by_walking(on, {on.year}),
    ),
    "extended surveillance before recertification": (
        lambda on: cycle.extended_surveillance(on, [on.year], on.year + 1, RULE),
        lambda on: extended_by_walking(on, {on.year, on.year + 1}),
    ),
    "apply for recertification": (
        lambda on: cycle.recertification_apply_by(on, RULE),
        lambda on: months_back(on, 3),
    ),
    "recertification on site": (cycle.recertification_on_site, lambda on: on),
    "re-audit": (lambda on: cycle.reaudit(on, RULE), lambda on: days_on(on, 90)),
    "re-audit after a late report": (
        lambda on: cycle.reaudit_after_late_report(on, RULE),
        lambda on: days_on(on, 90),
    ),
    "rectification": (
        lambda on: cycle.rectification(gap(on), on, Limit(amount=30, unit="days"), RULE, CALENDAR),
        lambda on: min(days_on(gap(on), 30), days_on(on, 90)),
    ),
    "suspension for a failed surveillance": (
        lambda on: suspended(on, failed=True),
        lambda on: min(days_on(on, 90), ends_after(on)),
    ),
    "suspension on other grounds": (
        lambda on: suspended(on, failed=False),
        lambda on: min(months_on(on, 6), ends_after(on)),
    ),
    "issue of the certificate": (
        lambda on: cycle.issue_overdue(an_anchor("report")(on), RULE, CALENDAR),
        lambda on: working_days_on(on, 90),
    ),
    "credit": (lambda on: cycle.credit_good_until(on, RULE), lambda on: days_on(on, 30)),
    "30 days, rolled": (
        lambda on: rolled(limit(30, "days")(on), CALENDAR),
        lambda on: first_worked(days_on(on, 30)),
    ),
    "contract, rolled": (
        lambda on: rolled(cycle.contract_latest(on, RULE), CALENDAR),
        lambda on: first_worked(days_on(on, 90)),
    ),
    "12 months, where limits roll": (
        lambda on: rolled(cycle.later_surveillance(on, RULE), CALENDAR),
        lambda on: months_on(on, 12),
    ),
    "re-audit, where limits roll": (
        lambda on: rolled(cycle.reaudit(on, RULE), CALENDAR),
        lambda on: days_on(on, 90),
    ),
    "rectification, rolled": (
        lambda on: rolled(cycle.rectification(gap(on), on, Limit(amount=30, unit="days"), RULE, CALENDAR), CALENDAR),
        lambda on: min(first_worked(days_on(gap(on), 30)), days_on(on, 90)),
    ),
    **{
        f"{amount} working days": (
            limit(amount, "working_days"),
            lambda on, amount=amount: working_days_on(on, amount),  # type: ignore[misc]
        )
        for amount in (3, 5, 10, 15, 20)
    },
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_agrees_with_walking_from_every_day_of_twenty_years(rule: str) -> None:
    computed, walked = RULES[rule]
    for start in STARTS:
        found = computed(start)
        assert found.on == walked(start), start


@pytest.mark.parametrize("rule", RULES)
def test_a_date_counted_again_from_its_proof_is_the_same(rule: str) -> None:
    for start in STARTS[::31]:
        found = RULES[rule][0](start)
        counted = again(found.proof, CALENDAR)
        assert (counted.on, counted.provisional) == (found.on, found.provisional), start
        assert Due.model_validate_json(found.model_dump_json()) == found


FROM_MORE = ("rectification", "validity", "extended", "suspension")
FROM_ONE_DAY = [rule for rule in RULES if not any(word in rule for word in FROM_MORE)]
"""Those that nothing but their anchor decides."""


@pytest.mark.parametrize("rule", FROM_ONE_DAY)
def test_a_date_counted_again_from_another_day_is_that_days(rule: str) -> None:
    computed, _ = RULES[rule]
    for start, other in zip(STARTS[::97], STARTS[1::97], strict=False):
        proof = computed(start).proof
        changes = {(proof.anchor.kind, start): other}
        assert again(proof, CALENDAR, changes).on == computed(other).on, start


def test_plans_and_applications_open_so_many_days_ahead_on_every_day() -> None:
    for start in STARTS:
        assert days_on(cycle.surveillance_plan_opens(start, RULE), 120) == start
        assert days_on(cycle.recertification_opens(start, RULE), 180) == start
        assert cycle.judged_on(start, RULE) == days_on(start, 3)


def test_only_dates_that_meet_an_unpublished_year_are_provisional() -> None:
    last = date(2026, 12, 31)
    for start in STARTS:
        end = working_days_on(start, 20)
        assert limit(20, "working_days")(start).provisional == (end > last or start >= last)

"""How the rules count time: days, months and working days from an anchor, each result with its proof."""

import calendar as months_of
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from domain.calendar import Calendar, is_weekday
from domain.model import Record
from domain.rules import Limit

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
A_DAY: Final = timedelta(days=1)
YEAR_MONTHS: Final = 12

HOLIDAY: Final = "holiday"
WORKED_WEEKEND: Final = "worked weekend"
ESTIMATED: Final = "Monday to Friday, not published"
ORDINARY: Final = ""


def local_date(instant: datetime) -> date:
    """Give the date in Shanghai of an aware instant; raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no date")
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """Give the instant, in UTC, at which the day ends in Shanghai (24:00)."""
    return datetime.combine(day + A_DAY, time(), SHANGHAI).astimezone(UTC)


def morning(day: date) -> datetime:
    """08:00 in Shanghai of a day, in UTC: when reminders go out and long tasks open by themselves.

    An hour before a rehearsed clock stops (09:00): a timer of the very instant at which it is to stop would let it
    run on to the next one.
    """
    return datetime.combine(day, time(8), SHANGHAI).astimezone(UTC)


def nine_oclock(day: date) -> datetime:
    """Give the instant, in UTC, at which it is 09:00 in Shanghai on that day."""
    return datetime.combine(day, time(9), SHANGHAI).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """Give the corresponding day so many months on (or back), else the month's last (Civil Code 201, 202)."""
    year, month = divmod(day.year * YEAR_MONTHS + day.month - 1 + months, YEAR_MONTHS)
    last = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


class Anchor(Record):
    """The day from which a limit runs; the day itself is not counted."""

    kind: str
    """An anchor kind of the API: `task`, `application`, `contract`, `findings`, `audit_first_day`,
    `audit_last_day`, `report`, `decision`, `suspension` or `valid_until`."""
    on: date


class Step(Record):
    """One step of a computation that a person can follow: `{op, from, to}`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    op: str
    """`+30 days`, `holiday`, `worked weekend`, `Monday to Friday, not published`, `the earlier`, …"""
    from_: date = Field(alias="from")
    to: date


class Proof(Record):
    """Why a date is due: from what it runs, by which rule and calendar, step by step."""

    anchor: Anchor
    rule: str
    calendar: str | None
    """The calendar's version where working days were counted."""
    steps: list[Step]
    """The last step ends on the due date."""


class Due(Record):
    """A date on which something is due: good until 24:00 in Shanghai."""

    on: date
    provisional: bool
    """It rests on a year whose holidays are not published and is computed again once they are."""
    clause: str
    proof: Proof


def due(anchor: Anchor, limit: Limit, clause: str, calendar: Calendar) -> Due:
    """Give the last allowed day of a limit that runs from the anchor; it stays, even on a holiday."""
    if limit.unit == "working_days":
        return _working_due(anchor, limit.amount, clause, calendar)
    return due_on_calendar(anchor, limit, clause)


def due_on_calendar(anchor: Anchor, limit: Limit, clause: str) -> Due:
    """Give the last allowed day of a limit in days or months; raises ValueError for working days."""
    if limit.unit == "working_days":
        raise ValueError("working days need a calendar")
    in_days = limit.unit == "days"
    on = anchor.on + limit.amount * A_DAY if in_days else add_months(anchor.on, limit.amount)
    rule = f"{limit.amount} {limit.unit}"
    return counted(anchor, clause, rule, [Step(op=f"+{rule}", from_=anchor.on, to=on)])


def counted(anchor: Anchor, clause: str, rule: str, steps: list[Step]) -> Due:
    """Give the certain date on which the last of the steps ends, for a rule that needs no working days."""
    proof = Proof(anchor=anchor, rule=rule, calendar=None, steps=steps)
    return Due(on=steps[-1].to, provisional=False, clause=clause, proof=proof)


def earlier(first: Due, second: Due) -> Due:
    """Give the earlier of two dates (the first when equal), its proof saying both."""
    won, lost = (first, second) if first.on <= second.on else (second, first)
    both = "; ".join(_said(one) for one in (won, lost))
    proof = Proof(
        anchor=won.proof.anchor,
        rule=f"the earlier of: {both}",
        calendar=won.proof.calendar or lost.proof.calendar,
        steps=[*lost.proof.steps, *won.proof.steps, Step(op="the earlier", from_=lost.on, to=won.on)],
    )
    # A provisional loser may still move to the front once its calendar is published.
    return Due(on=won.on, provisional=won.provisional or lost.provisional, clause=won.clause, proof=proof)


def _said(found: Due) -> str:
    anchor = found.proof.anchor
    return f"{found.proof.rule} from {anchor.kind} {anchor.on}: {found.on}"


def valid_until(valid_from: date, years: int) -> date:
    """Give a certificate's last day: the day before the anniversary (R:7/7.3.3)."""
    return add_months(valid_from, years * YEAR_MONTHS) - A_DAY


def _working_due(anchor: Anchor, amount: int, clause: str, calendar: Calendar) -> Due:
    on = _nth_working_day(anchor.on, amount, calendar)
    rule = f"{amount} working days"
    steps = [*_exceptions(anchor.on + A_DAY, on, calendar), Step(op=f"+{rule}", from_=anchor.on, to=on)]
    proof = Proof(anchor=anchor, rule=rule, calendar=calendar.version, steps=steps)
    unknown = amount > 0 and not (calendar.is_known(anchor.on + A_DAY) and calendar.is_known(on))
    return Due(on=on, provisional=unknown, clause=clause, proof=proof)


def _nth_working_day(start: date, amount: int, calendar: Calendar) -> date:
    day = start
    for _ in range(amount):
        day += A_DAY
        while not calendar.is_working(day):
            day += A_DAY
    return day


def _exceptions(first: date, last: date, calendar: Calendar) -> Iterator[Step]:
    """Give each run of days that are not what their weekday says, and each that is only estimated."""
    days = (first + offset * A_DAY for offset in range((last - first).days + 1))
    for op, run in groupby(days, key=lambda day: _kind_of_day(day, calendar)):
        span = list(run)
        plain_weekend = op == HOLIDAY and not any(map(is_weekday, span))
        if op != ORDINARY and not plain_weekend:
            yield Step(op=op, from_=span[0], to=span[-1])


def _kind_of_day(day: date, calendar: Calendar) -> str:
    if not calendar.is_known(day):
        return ESTIMATED
    if not calendar.is_working(day):
        return HOLIDAY
    return ORDINARY if is_weekday(day) else WORKED_WEEKEND

"""How the rules count time: days, months and working days from an anchor, each result with its proof."""

import calendar as months_of
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce, wraps
from typing import Any, Final, Literal, NamedTuple, ParamSpec
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, field_serializer, model_validator

from domain import working_days
from domain.calendar import Calendar
from domain.model import Record
from domain.rules import Limit

P = ParamSpec("P")

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
A_DAY: Final = timedelta(days=1)
YEAR_MONTHS: Final = 12
DECEMBER, LAST_OF_DECEMBER = 12, 31


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
    """An anchor kind of the API: `task` (the day it opened), `application`, `contract`, `credit` (the check's day),
    `findings`, `audit_first_day`, `audit_last_day`, `report`, `review`, `decision`, `suspension` or `valid_until`."""
    on: date


class Step(Record):
    """One step of a computation that a person can follow: `{op, from, to}`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    op: str
    """`+30 days`, `holiday`, `worked weekend`, `Monday to Friday, not published`, `the earlier`, …"""
    from_: date = Field(alias="from")
    to: date


class Length(NamedTuple):
    """One length of a run, as JSON `[30, "days"]`; a negative one goes back."""

    amount: int
    unit: Literal["days", "working_days", "months", "years", "year_end", "working_day"]
    """`year_end`: 31 December so many years on; `working_day`: the day itself if it is worked, else the next one."""


class Run(Record):
    """How one date is counted, as data: its lengths one after another from its anchor."""

    anchor: Anchor
    lengths: list[Length]
    clause: str
    rule: str
    """What people call it: `30 days`."""
    function: str = ""
    """The function of the domain that gave it: `cycle.first_surveillance`."""
    rolls: bool = False
    """Whether it is a limit whose last day a body may let roll over a holiday."""
    approved: date | None = None
    """A date that a person approved in the rule's place: it stays where it is."""


AS_ITS_PROOF: Final = ("anchor", "rule", "function")


class Proof(Record):
    """Why a date is due: from what it runs, by which rule and calendar, step by step."""

    anchor: Anchor
    rule: str
    calendar: str | None
    """The calendar's version where working days were counted."""
    steps: list[Step]
    """The last step ends on the due date."""
    function: str = ""
    """The function of the domain that gave the date."""
    runs: list[Run] = Field(default_factory=list)
    """What it is counted again from; of several the earliest counts. None in proofs that were kept without.

    In JSON a run leaves out what it says as its proof does, and what is not set: a case carries many of them.
    """

    @field_serializer("runs", mode="wrap")
    def _shorten(self, runs: list[Run], written: SerializerFunctionWrapHandler) -> list[dict[str, Any]]:
        said = {name: getattr(self, name) for name in AS_ITS_PROOF} | {"rolls": False, "approved": None}
        return [
            {name: value for name, value in as_json.items() if name not in said or getattr(run, name) != said[name]}
            for run, as_json in zip(runs, written(runs), strict=True)
        ]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:  # noqa: ANN401  # whatever is to be read
        if not isinstance(data, dict) or not data.get("runs"):
            return data
        said = {name: data[name] for name in AS_ITS_PROOF if name in data}
        return data | {"runs": [said | run if isinstance(run, dict) else run for run in data["runs"]]}


class Due(Record):
    """A date on which something is due: good until 24:00 in Shanghai."""

    on: date
    provisional: bool
    """It rests on a year whose holidays are not published and is computed again once they are."""
    clause: str
    proof: Proof


def named(rule: Callable[P, Due]) -> Callable[P, Due]:
    """Let each date that a function gives, and what it is counted again from, name that function."""
    name = f"{rule.__module__.removeprefix('domain.')}.{rule.__name__}"

    @wraps(rule)
    def named_rule(*args: P.args, **kwargs: P.kwargs) -> Due:
        found = rule(*args, **kwargs)
        runs = [run.model_copy(update={"function": name}) for run in found.proof.runs]
        return found.model_copy(update={"proof": found.proof.model_copy(update={"function": name, "runs": runs})})

    return named_rule


@named
def due(anchor: Anchor, limit: Limit, clause: str, calendar: Calendar) -> Due:
    """Give the last allowed day of a limit that runs from the anchor; it stays, even on a holiday.

    A limit in days or months is one whose last day a body may let roll.
    """
    run = limit_run(anchor, limit, clause)
    return counted(run.model_copy(update={"rolls": limit.unit != "working_days"}), calendar)


def due_on_calendar(anchor: Anchor, limit: Limit, clause: str) -> Due:
    """Give the furthest day of a limit in days or months, which never rolls; raises ValueError for working days."""
    return counted(limit_run(anchor, limit, clause))


def limit_run(anchor: Anchor, limit: Limit, clause: str) -> Run:
    """Give the run of a plain limit."""
    length = Length(amount=limit.amount, unit=limit.unit)
    return Run(anchor=anchor, lengths=[length], clause=clause, rule=f"{limit.amount} {_words(limit.unit)}")


def counted(run: Run, calendar: Calendar | None = None) -> Due:
    """Give the date on which a run ends; raises ValueError where it needs a calendar and there is none."""
    steps, provisional, rests = [], False, False
    day = run.anchor.on
    for length in run.lengths:
        if length.unit in ("working_days", "working_day"):
            found, estimated = _on_working_days(day, length, _needed(calendar))
            provisional, rests = provisional or estimated, True
        else:
            found = [Step(op=_op(length), from_=day, to=_plain_end(day, length))]
        steps += found
        day = found[-1].to if found else day
    if run.approved:
        steps = [Step(op="approved", from_=day, to=run.approved)]
    proof = Proof(
        anchor=run.anchor,
        rule=run.rule,
        calendar=calendar.version if rests and calendar else None,
        steps=steps or [Step(op=run.rule, from_=day, to=day)],
        function=run.function,
        runs=[run],
    )
    return Due(on=proof.steps[-1].to, provisional=provisional, clause=run.clause, proof=proof)


def earlier(first: Due, second: Due) -> Due:
    """Give the earlier of two dates (the first when equal), its proof saying both."""
    won, lost = (first, second) if first.on <= second.on else (second, first)
    both = "; ".join(_said(one) for one in (won, lost))
    counted_again = first.proof.runs and second.proof.runs
    proof = Proof(
        anchor=won.proof.anchor,
        rule=f"the earlier of: {both}",
        calendar=won.proof.calendar or lost.proof.calendar,
        steps=[*lost.proof.steps, *won.proof.steps, Step(op="the earlier", from_=lost.on, to=won.on)],
        function=won.proof.function,
        runs=[*first.proof.runs, *second.proof.runs] if counted_again else [],
    )
    # A provisional loser may still move to the front once its calendar is published.
    return Due(on=won.on, provisional=won.provisional or lost.provisional, clause=won.clause, proof=proof)


def _said(found: Due) -> str:
    anchor = found.proof.anchor
    return f"{found.proof.rule} from {anchor.kind} {anchor.on}: {found.on}"


Changes = Mapping[tuple[str, date], date]
"""Anchor's kind and date → another date for it."""


def again(proof: Proof, calendar: Calendar | None = None, changes: Changes | None = None) -> Due:
    """Count a date again, under another calendar or from other anchors; raises ValueError for a proof without runs."""
    if not proof.runs:
        raise ValueError("this date was kept without what it is counted from")
    return _together([_moved(run, changes or {}) for run in proof.runs], calendar)


def rolled(found: Due, calendar: Calendar) -> Due:
    """Let the last day of a limit that may roll move to the next working day (Civil Code 203)."""
    if not any(run.rolls for run in found.proof.runs):
        return found
    return _together([rolling(run) for run in found.proof.runs], calendar)


def _together(runs: list[Run], calendar: Calendar | None) -> Due:
    return reduce(earlier, (counted(run, calendar) for run in runs))


def _moved(run: Run, changes: Changes) -> Run:
    on = changes.get((run.anchor.kind, run.anchor.on))
    return run.model_copy(update={"anchor": Anchor(kind=run.anchor.kind, on=on)}) if on else run


def rolling(run: Run) -> Run:
    """Give the run with its last day rolled to the next working day, where it may roll."""
    if not run.rolls:
        return run
    return run.model_copy(update={"lengths": [*run.lengths, Length(amount=0, unit="working_day")], "rolls": False})


def unrolled(run: Run) -> Run:
    """Give the run as it is counted without rolling."""
    if not run.lengths or run.lengths[-1].unit != "working_day":
        return run
    return run.model_copy(update={"lengths": run.lengths[:-1], "rolls": True})


def _words(unit: str) -> str:
    return unit.replace("_", " ")


def _op(length: Length) -> str:
    special = {"year_end": "31 December", "working_day": "the next working day"}
    return special.get(length.unit) or f"{length.amount:+d} {_words(length.unit)}"


def _plain_end(day: date, length: Length) -> date:
    match length.unit:
        case "days":
            return day + length.amount * A_DAY
        case "year_end":
            return date(day.year + length.amount, DECEMBER, LAST_OF_DECEMBER)
        case unit:
            return add_months(day, length.amount * (YEAR_MONTHS if unit == "years" else 1))


def _needed(calendar: Calendar | None) -> Calendar:
    if calendar is None:
        raise ValueError("working days need a calendar")
    return calendar


def _on_working_days(day: date, length: Length, calendar: Calendar) -> tuple[list[Step], bool]:
    """Give the steps to the end of a length in working days, and whether it is estimated."""
    rolls = length.unit == "working_day"
    first = day if rolls else day + A_DAY
    on = working_days.first_from(day, calendar) if rolls else working_days.nth_after(day, length.amount, calendar)
    if on == day:
        return [], rolls and not calendar.is_known(day)
    found = [*working_days.exceptions(first, on, calendar), (_op(length), day, on)]
    steps = [Step(op=op, from_=start, to=end) for op, start, end in found]
    return steps, not (calendar.is_known(first) and calendar.is_known(on))

"""A suspension: its causes, and how it is joined, made longer, ended by restoration, barred once it has run out."""

from datetime import date
from typing import Final

from pydantic import Field

from domain.cycle import approved_until, within_validity
from domain.dates import Anchor, Due
from domain.model import Record
from domain.refusal import Fault, Refused

LENGTH: Final = "R:10/9.3.1"
AFTER_SURVEILLANCE: Final = "R:7/6.5.3.2"
RESTORATION: Final = "R:10/9.3.2"
RUN_OUT: Final = "R:10/9.4a"


class Cause(Record):
    """One decision that suspends: on which grounds, under which clause, and its last day by itself."""

    by: str
    """The task that was answered; empty in a suspension from before this was kept."""
    grounds: list[str]
    ends_on: date
    clause: str


class Suspension(Record):
    """A suspension: since when, its last day, on which grounds, and whether it has run out."""

    since: date
    ends_on: date
    grounds: list[str]
    over: bool = False
    clause: str = LENGTH
    """R:7/6.5.3.2 where a failed surveillance is among its causes, which nothing makes longer."""
    causes: list[Cause] = Field(default_factory=list)
    """The decisions that suspend, of which the others are the sum; the earliest end counts."""


def joined(now: Suspension | None, cause: Cause, on: date) -> Suspension:
    """Give the suspension after one more decision: it begins one, or joins what runs; the earlier end wins."""
    if now is None:
        return _summed(on, [cause])
    return _summed(now.since, [*_causes(now), cause], over=now.over)


def rests_on(now: Suspension, task: str) -> bool:
    """Whether a decision, known by its task, is among those that suspend."""
    return bool(_of(now, task))


def without(now: Suspension, task: str) -> Suspension | None:
    """Give what is left when a decision falls away: the others suspend until their own end; none is left of one alone.

    What had run out by that decision alone has not run out any more.
    """
    gone = _of(now, task)
    others = [cause for cause in _causes(now) if cause not in gone]
    if not others:
        return None
    left = _summed(now.since, others)
    left.over = now.over and left.ends_on <= now.ends_on
    return left


def prolonged(now: Suspension, until: date) -> Suspension:
    """Give a suspension that was made longer: none of its decisions ends before the approved last day (R:10/9.3.1)."""
    causes = [cause.model_copy(update={"ends_on": max(cause.ends_on, until)}) for cause in _causes(now)]
    return _summed(now.since, causes)


def _summed(since: date, causes: list[Cause], *, over: bool = False) -> Suspension:
    """The sum of decisions: all their grounds, the earliest of their ends, the strictest clause."""
    return Suspension(
        since=since,
        ends_on=min(cause.ends_on for cause in causes),
        grounds=sorted({ground for cause in causes for ground in cause.grounds}),
        over=over,
        clause=AFTER_SURVEILLANCE if any(cause.clause == AFTER_SURVEILLANCE for cause in causes) else LENGTH,
        causes=causes,
    )


def _causes(now: Suspension) -> list[Cause]:
    """The decisions of a suspension; one from before they were kept is taken for one."""
    return now.causes or [Cause(by="", grounds=now.grounds, ends_on=now.ends_on, clause=now.clause)]


def _of(now: Suspension, task: str) -> list[Cause]:
    """What a decision brought; one from before they were kept may be any that has no name."""
    causes = _causes(now)
    return [cause for cause in causes if cause.by == task] or [cause for cause in causes if not cause.by]


def check_extension(ends_on: date, until: date, asked_on: date, *, failed_surveillance: bool) -> None:
    """Whether a suspension may be made longer: never after a failed surveillance, else asked for before it ends.

    Args:
        ends_on: Its last day so far.
        until: The last day asked for.
        asked_on: The day on which it is asked for.
        failed_surveillance: Whether it is one of 90 days, which the rule leaves no way to exceed (R:7/6.5.3.2).

    Raises:
        Refused: `rule_refused` under R:7/6.5.3.2 or R:10/9.3.1.
    """
    if failed_surveillance:
        raise Refused("rule_refused", "暂停不得超过90天", "It may not exceed 90 days.", clause=AFTER_SURVEILLANCE)
    if asked_on > ends_on:
        raise Refused("rule_refused", "暂停期已届满", "The suspension has run out.", clause=LENGTH)
    if until <= ends_on:
        fault = Fault(pointer="/until", detail=f"is not after {ends_on}")
        raise Refused("rule_refused", "须晚于原期限", "It must end later.", clause=LENGTH, faults=[fault])


def extended(since: date, until: date, valid_until: date) -> Due:
    """Give the approved last day of a longer suspension, never past the certificate's own (R:10/9.3.1)."""
    return within_validity(approved_until(Anchor(kind="suspension", on=since), until, LENGTH), valid_until)


def check_restoration(ends_on: date, decided_on: date, *, verified: bool) -> None:
    """Whether certification may be restored: the cause verified as gone, decided on or before the last day.

    Raises:
        Refused: `rule_refused`, R:10/9.3.2 where it was not verified, R:10/9.4a where the suspension has run out.
    """
    if decided_on > ends_on:
        raise Refused("rule_refused", "暂停期已届满,不得恢复", "The suspension has run out.", clause=RUN_OUT)
    if not verified:
        zh, en = "未验证暂停原因已消除", "It was not verified that the cause is gone."
        raise Refused("rule_refused", zh, en, clause=RESTORATION)

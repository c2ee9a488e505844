"""Due dates counted again: when another calendar is loaded, and from other anchors on paper."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from domain.calendar import Calendar
from domain.dates import Changes, Due, Step, again
from domain.editions import runs_under
from domain.rules import Rules
from domain.state import Deadline

EXPIRY = "certificate.expiry"
TOO_LATE = "not before what changes it was known"


def rests_on_calendar(deadline: Deadline) -> bool:
    """Say whether a running due date counts working days, and can be counted again."""
    return deadline.state == "running" and deadline.proof.calendar is not None and bool(deadline.proof.runs)


def under(calendar: Calendar, deadline: Deadline, today: date, rules: Rules | None = None) -> Deadline:
    """Give a due date as another calendar, or other rules, have it; a late change lets nobody's date have passed.

    A calendar pulls only a provisional date to an earlier day.
    """
    proof = deadline.proof
    if rules:
        proof = proof.model_copy(update={"runs": runs_under(rules, deadline.kind, proof.runs)})
    found = again(proof, calendar)
    if rules is None and not deadline.provisional and found.on < deadline.due_on:
        return deadline
    earliest = min(today, deadline.due_on)
    if found.on < earliest:
        step = Step(op=TOO_LATE, from_=found.on, to=earliest)
        proof = found.proof.model_copy(update={"steps": [*found.proof.steps, step]})
        found = found.model_copy(update={"on": earliest, "proof": proof})
    return _with(deadline, found)


def moves(calendar: Calendar, deadlines: Collection[Deadline], today: date) -> bool:
    """Say whether another calendar moves a running due date or makes one certain, or has a reminder on a day off."""
    counted = [(one, under(calendar, one, today)) for one in deadlines if rests_on_calendar(one)]
    if any((old.due_on, old.provisional) != (new.due_on, new.provisional) for old, new in counted):
        return True
    return any(day > today and not calendar.is_working(day) for one in deadlines for day in one.remind)


def moved_by(rules: Rules, deadlines: Iterable[Deadline], calendar: Calendar, today: date) -> list[Deadline]:
    """Give the running due dates of a case that other rules move, as they have them (R:9/8.1)."""
    running = [one for one in deadlines if one.state == "running"]
    changed = [one for one in running if runs_under(rules, one.kind, one.proof.runs) != one.proof.runs]
    counted = [(one, under(calendar, one, today, rules)) for one in changed]
    return [after for before, after in counted if after.due_on != before.due_on]


def what_if(deadlines: Iterable[Deadline], changes: Changes, calendar: Calendar | None) -> list[Deadline]:
    """Give all due dates of a case with some of its anchors changed on paper, those that follow from them as well.

    A certificate's last day is itself an anchor (`valid_until`), unless that is among the changes.
    """
    known, changed = list(deadlines), dict(changes)
    expiries = sorted((one for one in known if one.kind == EXPIRY), key=lambda one: one.due_on)
    for one in expiries:
        last = _on_paper(one, changed, calendar).due_on
        if last != one.due_on:
            changed.setdefault(("valid_until", one.due_on), last)
    return [_on_paper(one, changed, calendar) for one in known]


ENDS: Final[dict[str, tuple[str, ...]]] = {
    "application": ("application.review",),
    "contract": ("contract.sign",),
    "credit": ("audit.credit",),
    "findings": ("findings.confirm", "findings.answer"),
    "audit_first_day": ("audit.open", "reaudit"),
    "audit_last_day": ("audit.close", "surveillance", "recertification.on_site"),
    "report": ("audit.report",),
    "review": ("review.independent",),
    "decision": ("decision.make", "certificate.issue"),
    "suspension": ("suspension.decide", "decision.make"),
    "valid_until": (),
    "task": (),
}
"""Anchor kind → the due dates that the same day meets: what happens on it has to happen in time."""
ENTERED_LATER: Final = ("audit_first_day", "audit_last_day")
"""Anchor kinds whose day may lie before the one on which it was entered, and a due date met."""
Days = Mapping[str, Sequence[date]]
"""Anchor kind → the days of it that a case knows."""


def days_of(deadlines: Collection[Deadline], audits: Days) -> Days:
    """Give the days of each anchor kind that can be changed on paper; last the one that is meant where none is named.

    These are the days from which due dates run and the audits' own, the latest last; before them stand those that
    only met a due date.
    """
    runs = [run.anchor for one in deadlines for run in one.proof.runs]
    found = {}
    for kind, ends in ENDS.items():
        begins = {one.on for one in runs if one.kind == kind}.union(audits.get(kind, ()))
        met = {one.met_on for one in deadlines if one.met_on and one.kind in ends and kind not in ENTERED_LATER}
        found[kind] = [*sorted(met - begins), *sorted(begins)]
    return found


def is_broken(deadline: Deadline, before: Deadline, today: date, changes: Changes, known: Days) -> bool:
    """Say whether a due date, which was `before`, is past on paper.

    Args:
        deadline: As it is with some days changed on paper.
        before: As it was.
        today: The case's own day.
        changes: The days changed on paper.
        known: The case's days, as `days_of` gives them.
    """
    match deadline.state:
        case "met":
            return _is_met_too_late(deadline, before, changes, known)
        case "running":
            to_come = [new for (kind, _), new in changes.items() if deadline.kind in ENDS[kind]]
            return max([today, *to_come]) > deadline.due_on
        case "missed":
            return deadline.due_on == before.due_on or deadline.judged_on < today
    return False


def _is_met_too_late(deadline: Deadline, before: Deadline, changes: Changes, known: Days) -> bool:
    """A day changed on paper is compared with the due date, one that stays with the day until which it was judged."""
    for kind in (kind for kind, ends in ENDS.items() if deadline.kind in ends):
        on = _met_by(deadline, known[kind]) if kind in ENTERED_LATER else deadline.met_on
        if on and (kind, on) in changes:
            return changes[kind, on] > deadline.due_on
        if on and kind in ENTERED_LATER and deadline.due_on != before.due_on:
            return on > deadline.due_on
    return deadline.met_on is not None and deadline.met_on > deadline.judged_on


def _met_by(deadline: Deadline, days: Sequence[date]) -> date | None:
    """An audit's day that met a due date: the latest that was there to be entered."""
    return max((day for day in days if deadline.met_on and day <= deadline.met_on), default=None)


def _on_paper(deadline: Deadline, changes: Changes, calendar: Calendar | None) -> Deadline:
    last = changes.get(("valid_until", deadline.due_on)) if deadline.kind == EXPIRY else None
    if last and deadline.proof.runs:
        found = again(deadline.proof, calendar, changes)
        steps = found.proof.steps if found.on == last else [Step(op="on paper", from_=deadline.due_on, to=last)]
        proof = found.proof.model_copy(update={"steps": steps})
        return _with(deadline, found.model_copy(update={"on": last, "proof": proof}))
    if not any((run.anchor.kind, run.anchor.on) in changes for run in deadline.proof.runs):
        return deadline
    return _with(deadline, again(deadline.proof, calendar, changes))


def _with(deadline: Deadline, found: Due) -> Deadline:
    """A due date moved, and with it what is judged and opened by it."""
    shift = found.on - deadline.due_on
    return deadline.model_copy(
        update={
            "due_on": found.on,
            "judged_on": deadline.judged_on + shift,
            "provisional": found.provisional,
            "clause": found.clause,
            "proof": found.proof,
            "opens_on": deadline.opens_on and deadline.opens_on + shift,
        }
    )

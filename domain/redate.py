"""Due dates counted again: when another calendar is loaded, and from other anchors on paper."""

from collections.abc import Iterable
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


def is_broken(deadline: Deadline, before: Deadline, today: date) -> bool:
    """Say whether a due date, which was `before`, is past: met too late, missed, or still running after its day."""
    match deadline.state:
        case "met":
            return deadline.met_on is not None and deadline.met_on > deadline.judged_on
        case "running":
            return deadline.due_on < today
        case "missed":
            return deadline.due_on == before.due_on or deadline.judged_on < today
    return False


ENDS: Final[dict[str, tuple[str, ...]]] = {
    "contract": ("contract.sign",),
    "findings": ("findings.confirm",),
    "audit_first_day": ("reaudit",),
    "audit_last_day": ("surveillance", "recertification.on_site"),
    "report": ("audit.report",),
    "review": ("review.independent",),
    "decision": ("decision.make",),
    "valid_until": (),
    "application": (),
    "suspension": (),
    "task": (),
}
"""Anchor kind → the due dates that the same day meets: what happens on it has to happen in time."""


def meets_too_late(deadline: Deadline, changes: Changes) -> bool:
    """Say whether a day changed on paper would have met this due date, and comes too late for it.

    A running due date is met by the change of its kind; one that is met, by the change of the day that met it.
    """
    for (kind, old), new in changes.items():
        met_by = deadline.state == "running" or deadline.met_on == old
        if deadline.kind in ENDS[kind] and met_by and deadline.state in ("running", "met"):
            return new > deadline.judged_on
    return False


def anchors(deadlines: Iterable[Deadline]) -> dict[str, list[date]]:
    """Give the dates from which due dates run, by anchor kind, the latest last."""
    found: dict[str, set[date]] = {}
    for run in (run for one in deadlines for run in one.proof.runs):
        found.setdefault(run.anchor.kind, set()).add(run.anchor.on)
    return {kind: sorted(days) for kind, days in found.items()}


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

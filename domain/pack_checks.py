"""What makes a pack sound: ids, clauses, sums and thresholds that fit together, found without any I/O."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from domain.catalogue import Catalogue, Row
from domain.grounds import grounds_problems
from domain.pack import Scheme
from domain.points import format_points
from domain.problems import Loc, Problem, repeats
from domain.rules import Lapse

FULL_MARKS: Final = 100
FIRST_LEVEL: Final = {"q1", "q2", "q3", "q4"}
"""The API and the verdict name them so."""

APPENDIX_B_POINTS: Final = "appendix-b-points"
CREDIT_STRICTNESS: Final = "credit-strictness"

TASK_KINDS: Final = (
    "application.review",
    "application.supplement",
    "contract.sign",
    "audit.plan",
    "audit.plan.confirm",
    "audit.documents",
    "documents.correct",
    "audit.mystery_visit",
    "audit.open",
    "audit.close",
    "audit.management",
    "audit.characteristics",
    "audit.checklist",
    "audit.credit",
    "audit.contents",
    "findings.confirm",
    "findings.answer",
    "rectification.submit",
    "rectification.verify",
    "audit.report",
    "review.independent",
    "decision.make",
    "recertification.apply",
    "suspension.decide",
    "withdrawal.decide",
    "restoration.verify",
    "scope.confirm",
    "approval.give",
    "operations.resolve",
)
"""Every task kind of the API; a scheme says of each whom it asks."""

CONSEQUENCES: Final[dict[str, tuple[Lapse, Lapse | None]]] = {
    "application.supplement": ("rejected", None),
    "audit.plan.confirm": ("taken_as_agreed", None),
    "documents.correct": ("terminated", "audit_failed"),
    "findings.confirm": ("noted", None),
    "rectification.submit": ("audit_failed", None),
    "recertification.apply": ("noted", None),
}
"""What the flow does at the end of a client's limit, and in an audit that is not the initial one where that differs;
a pack may have it escalate instead. Every other limit escalates."""

NEEDED_READINGS: Final = {
    APPENDIX_B_POINTS: {"normalise", "cap"},
    CREDIT_STRICTNESS: {"literal", "serious-only"},
}
"""Errata that a verdict decides by, and the readings it knows; a scheme without points needs no `appendix-b-points`."""


def scheme_problems(scheme: Scheme) -> list[Problem]:
    """Say everything that does not fit together in a scheme; an empty list when it is sound."""
    problems = []
    if scheme.kind == "service" and scheme.catalogue is None:
        problems.append(Problem((), "a service scheme is scored and needs a catalogue"))
    if scheme.kind != "service" and not scheme.checklist:
        problems.append(Problem((), "a scheme without scores needs a checklist"))
    problems += [*_repeated_ids(scheme), *_undefined_clauses(scheme)]
    problems += [*_wait_problems(scheme), *_missing_readings(scheme)]
    problems += grounds_problems(scheme.grounds, scheme.clause_titles)
    if scheme.catalogue is not None:
        problems += _catalogue_problems(scheme, scheme.catalogue)
    return problems


def _repeated_ids(scheme: Scheme) -> Iterator[Problem]:
    yield from repeats("clauses", (clause.id for clause in scheme.clauses))
    yield from repeats("stages", (stage.id for stage in scheme.stages))
    yield from repeats("waits", (wait.kind for wait in scheme.waits))
    yield from repeats("errata", (erratum.id for erratum in scheme.errata))
    yield from repeats("documents", (document.kind for document in scheme.documents))
    yield from repeats("changes", (change.id for change in scheme.changes))
    yield from repeats("checklist", (item.id for item in scheme.checklist))
    if scheme.catalogue is not None:
        at: Loc = ("catalogue",)
        yield from repeats("indicators", (one.id for one in scheme.catalogue.indicators), prefix=at)
        yield from repeats("rows", (row.row for row in scheme.catalogue.rows), prefix=at)


def _undefined_clauses(scheme: Scheme) -> Iterator[Problem]:
    known = scheme.clause_titles
    for field in ("stages", "waits", "errata", "documents", "changes"):
        for place, entry in enumerate(getattr(scheme, field)):
            if entry.clause not in known:
                yield Problem((field, place, "clause"), f"clause {entry.clause} is not defined")


def _wait_problems(scheme: Scheme) -> Iterator[Problem]:
    given = {wait.kind for wait in scheme.waits}
    for kind in TASK_KINDS:
        if kind not in given:
            yield Problem(("waits",), f"nothing is said of the task {kind}")
    for place, wait in enumerate(scheme.waits):
        if wait.kind not in TASK_KINDS:
            yield Problem(("waits", place, "kind"), f"{wait.kind} is no task kind")
        if wait.reminders and wait.limit is None:
            yield Problem(("waits", place, "reminders"), f"{wait.kind} has reminders but no limit")
        known = CONSEQUENCES.get(wait.kind, ("escalate", None))
        if (wait.lapse, wait.lapse_after_initial) not in (known, ("escalate", None)):
            said = " or ".join(dict.fromkeys([*(one for one in known if one), "escalate"]))
            yield Problem(("waits", place, "lapse"), f"{wait.kind} knows no other end of its limit than {said}")


def _catalogue_problems(scheme: Scheme, catalogue: Catalogue) -> Iterator[Problem]:
    at: Loc = ("catalogue",)
    yield from _indicator_problems(scheme, catalogue)
    for place, row in enumerate(catalogue.rows):
        yield from _row_problems(scheme, catalogue, row, (*at, "rows", place))
    if catalogue.thresholds.total > FULL_MARKS:
        reason = f"{format_points(catalogue.thresholds.total)} is above {FULL_MARKS}"
        yield Problem((*at, "thresholds", "total"), reason)
    if catalogue.step == 0:
        yield Problem((*at, "step"), "a step of 0 leads nowhere")


def _missing_readings(scheme: Scheme) -> Iterator[Problem]:
    for erratum, readings in NEEDED_READINGS.items():
        if erratum == APPENDIX_B_POINTS and scheme.catalogue is None:
            continue
        listed = next((set(one.choices) for one in scheme.errata if one.id == erratum), set())
        if listed != readings:
            yield Problem(("errata",), f"{erratum} must list exactly {', '.join(sorted(readings))}")


def _indicator_problems(scheme: Scheme, catalogue: Catalogue) -> Iterator[Problem]:
    at: Loc = ("catalogue", "indicators")
    first_level = {one.id for one in catalogue.level(1)}
    if first_level != FIRST_LEVEL:
        yield Problem(at, f"first-level indicators are {', '.join(sorted(FIRST_LEVEL))}")
    total = sum((Fraction(one.points) for one in catalogue.level(1)), Fraction(0))
    if total != FULL_MARKS:
        yield Problem(at, f"first-level indicators add up to {format_points(total)}, not {FULL_MARKS}")
    for place, one in enumerate(catalogue.indicators):
        if (one.level == 1) != (one.parent is None) or one.parent not in {None, *first_level}:
            yield Problem((*at, place), f"{one.id}: level 1 has no parent, level 2 one of level 1")
    yield from _sums(scheme, catalogue, at)


def _sums(scheme: Scheme, catalogue: Catalogue, at: Loc) -> Iterator[Problem]:
    """Compare each indicator's points with those of its parts, unless an erratum names it."""
    excused = {one for erratum in scheme.errata if erratum.kind == "points" for one in erratum.indicators}
    for place, one in enumerate(catalogue.indicators):
        parts = catalogue.level(2, one.id) if one.level == 1 else catalogue.rows_of.get(one.id, [])
        of_parts = sum((Fraction(part.points) for part in parts), Fraction(0))
        if of_parts == 0:
            yield Problem((*at, place), f"{one.id} has no part that could earn points")
        elif of_parts != one.points and one.id not in excused:
            said = f"{one.id} is printed {format_points(one.points)}, its parts {format_points(of_parts)}"
            yield Problem((*at, place, "points"), f"{said}, and no erratum names it")


def _row_problems(scheme: Scheme, catalogue: Catalogue, row: Row, at: Loc) -> Iterator[Problem]:
    if row.indicator not in {one.id for one in catalogue.level(2)}:
        yield Problem((*at, "indicator"), f"{row.indicator} is no second-level indicator")
    excused = {row for erratum in scheme.errata if erratum.kind == "points" for row in erratum.rows}
    differs = row.reachable != row.points or row.normalised_points is not None
    if differs and row.row not in excused:
        said = f"row {row.row} is printed {format_points(row.points)}, its elements {format_points(row.reachable)}"
        yield Problem((*at, "points"), f"{said}, and no erratum names it")
    elements = [element for group in row.groups for element in group.elements]
    ids = [element.id for element in elements]
    yield from (Problem((*at, "groups"), f"{one} stands twice") for one in sorted({i for i in ids if ids.count(i) > 1}))
    for element in elements:
        if catalogue.step and element.points % catalogue.step:
            yield Problem((*at, "groups"), f"{element.id} is no multiple of the step {catalogue.step}")

"""What makes a scored catalogue sound: sums that agree or are excused, and points that somebody can earn."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from domain.catalogue import Catalogue, Group, Indicator, Row
from domain.pack import Scheme
from domain.points import format_points
from domain.problems import Loc, Problem, repeats

FULL_MARKS: Final = 100
FIRST_LEVEL: Final = {"q1", "q2", "q3", "q4"}
"""The API and the verdict name them so."""
AT: Final[Loc] = ("catalogue",)


def catalogue_problems(scheme: Scheme) -> Iterator[Problem]:
    """Say everything that does not fit together in a scheme's catalogue; nothing where it has none."""
    catalogue = scheme.catalogue
    if catalogue is None:
        return
    yield from repeats("indicators", (one.id for one in catalogue.indicators), prefix=AT)
    yield from repeats("rows", (row.row for row in catalogue.rows), prefix=AT)
    yield from _indicator_problems(scheme, catalogue)
    for place, row in enumerate(catalogue.rows):
        at: Loc = (*AT, "rows", place)
        for number, group in enumerate(row.groups):
            yield from _unearnable(row, group, (*at, "groups", number))
        yield from _row_problems(scheme, catalogue, row, at)
    yield from _repeated_elements(catalogue)
    yield from _threshold_problems(catalogue)
    if catalogue.step == 0:
        yield Problem((*AT, "step"), "a step of 0 leads nowhere")


def _indicator_problems(scheme: Scheme, catalogue: Catalogue) -> Iterator[Problem]:
    at: Loc = (*AT, "indicators")
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
    if "veto" not in row.flags and not (row.points and row.read_points):
        yield Problem((*at, "points"), f"row {row.row} can earn nothing and vetoes nothing")
    for element in (element for group in row.groups for element in group.elements):
        if catalogue.step and element.points % catalogue.step:
            yield Problem((*at, "groups"), f"{element.id} is no multiple of the step {catalogue.step}")


def _repeated_elements(catalogue: Catalogue) -> Iterator[Problem]:
    """An element is known by its id alone where a result is adopted, in whatever row it stands (R:7/7.4.2)."""
    seen: set[str] = set()
    for place, row in enumerate(catalogue.rows):
        for number, group in enumerate(row.groups):
            for at, element in enumerate(group.elements):
                if element.id in seen:
                    here: Loc = (*AT, "rows", place, "groups", number, "elements", at)
                    yield Problem(here, f"{element.id} stands twice")
                seen.add(element.id)


def _unearnable(row: Row, group: Group, at: Loc) -> Iterator[Problem]:
    """Points that are printed and that nobody can ever earn."""
    for place, element in enumerate(group.elements):
        here: Loc = (*at, "elements", place)
        if element.points == 0 and row.points > 0:
            yield Problem(here, f"{element.id} can earn nothing")
        if group.cap is not None and element.points > group.cap:
            yield Problem(here, f"{element.id} earns more each than the cap of {format_points(group.cap)} lets count")
        if group.kind == "tier" and place and element.points >= group.elements[place - 1].points:
            above = group.elements[place - 1].id
            yield Problem(here, f"{above} can never count: {element.id}, which is easier, earns as much")
    if group.cap == 0:
        yield Problem((*at, "cap"), "a cap of 0 lets nothing count")


def _threshold_problems(catalogue: Catalogue) -> Iterator[Problem]:
    at: Loc = (*AT, "thresholds")
    thresholds, reached = catalogue.thresholds, Fraction(0)
    for name in ("indicator_percent", "total"):
        if getattr(thresholds, name) == 0:
            yield Problem((*at, name), "a threshold of 0 asks nothing")
    if thresholds.total > FULL_MARKS:
        yield Problem((*at, "total"), f"{format_points(thresholds.total)} is above {FULL_MARKS}")
        return
    for one in catalogue.level(1):
        most = sum((_most(catalogue, part) for part in catalogue.level(2, one.id)), Fraction(0))
        if most * 100 < one.points * thresholds.indicator_percent:
            said = f"of {one.id} only {format_points(most)} can be reached under cap"
            yield Problem((*at, "indicator_percent"), said)
        reached += most
    if reached < thresholds.total:
        yield Problem((*at, "total"), f"only {format_points(reached)} can be reached under cap")


def _most(catalogue: Catalogue, indicator: Indicator) -> Fraction:
    """The most points an indicator can reach where rows and indicators are cut off at what is printed."""
    rows = catalogue.rows_of.get(indicator.id, [])
    return min(sum((min(row.reachable, Fraction(row.points)) for row in rows), Fraction(0)), Fraction(indicator.points))

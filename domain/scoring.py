"""Exact scoring of an audit: points by both readings of R:B, characteristics, credit and the verdict."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from domain.catalogue import Catalogue, Element, Group, GroupKind, Row
from domain.credit import credit_passed, credit_readings
from domain.points import format_points
from domain.results import (
    CharacteristicResult,
    ChosenReadings,
    Condition,
    CreditReadings,
    CreditResult,
    PointsReading,
    ReadingResult,
    Readings,
    Results,
    RowPoints,
)
from domain.sensitivity import sensitivity
from domain.sheet_checks import Setting, check_characteristics, check_sheet
from domain.sheets import CharacteristicsSheet, Deduction, ElementScore, ManagementSheet, RowScore
from domain.trade_pack import SpecialRule, SpecialRuleItem

__all__ = [
    "Setting",
    "awards_of",
    "check_characteristics",
    "check_sheet",
    "credit_passed",
    "credit_readings",
    "score_awards",
    "score_characteristics",
    "score_management",
    "thresholds",
    "verdict",
]

NOTHING: Final = Fraction(0)
PERCENT: Final = 100
ONE_COUNTS: Final[tuple[GroupKind, ...]] = ("tier", "alternative")
CONDITIONS: Final[tuple[Condition, ...]] = ("q1", "q2", "q3", "q4", "total")
"""What points can fail, in the order of the API."""

Awards = Mapping[int, Mapping[str, Fraction]]
"""Row → element → what it was awarded, as printed."""


class Scored(NamedTuple):
    """The management audit under one reading, in exact numbers."""

    printed: dict[int, Fraction]
    """Row → what its elements come to."""
    read: dict[int, Fraction]
    indicators: dict[str, Fraction]
    """Second-level indicator → its points."""
    q: dict[str, Fraction]
    total: Fraction
    failed: list[Condition]


def score_management(catalogue: Catalogue, sheet: ManagementSheet) -> Readings:
    """Score a sheet without faults, its carried rows filled in, under both readings.

    R:7/7.4.3, R:B/1, R:B/2, R:B/row1-41.
    """
    awards = awards_of(catalogue, sheet)
    return Readings(
        normalise=_result(catalogue, sheet, awards, "normalise"),
        cap=_result(catalogue, sheet, awards, "cap"),
    )


def awards_of(catalogue: Catalogue, sheet: ManagementSheet) -> dict[int, dict[str, Fraction]]:
    """Give what every element of the catalogue was awarded; one left out was awarded nothing."""
    scores = {score.row: score for score in sheet.scores}
    return {row.row: _awards(row, scores[row.row]) for row in catalogue.rows}


def thresholds(catalogue: Catalogue) -> dict[str, Fraction]:
    """Give the points that q1…q4 and their `total` must reach (R:B/3)."""
    share = Fraction(catalogue.thresholds.indicator_percent, PERCENT)
    tops = {top.id: Fraction(top.points) * share for top in catalogue.level(1)}
    return tops | {"total": Fraction(catalogue.thresholds.total)}


def score_characteristics(
    rule: SpecialRule, sheet: CharacteristicsSheet, visited_sites: Collection[str]
) -> CharacteristicResult:
    """Score a sheet without faults: Σ items, each its points less its deductions (R:7/7.4.4).

    Items per site are averaged over the visited sites; an item that is not counts once, wherever it was seen.

    Raises:
        ValueError: no site was visited.
    """
    sites = len(set(visited_sites))
    if sites == 0:
        raise ValueError("a score needs a visited site")
    points = {item.id: _item_points(item, sheet.deductions, sites) for item in rule.items}
    score = sum(points.values(), NOTHING)
    return CharacteristicResult(
        score=format_points(score),
        threshold=format_points(rule.threshold),
        passed=score >= rule.threshold,
        items={item: format_points(earned) for item, earned in points.items()},
    )


def verdict(
    readings: Readings,
    characteristic: CharacteristicResult,
    credit: CreditReadings,
    chosen: ChosenReadings,
) -> Results:
    """Give the results: a pass needs management, characteristics and credit alike (R:7/7.4.5, R:7/7.4.5a-b)."""

    def failed(under: ChosenReadings) -> list[Condition]:
        parts: list[Condition] = list(readings.under(under.points).failed)
        parts += [] if characteristic.passed else ["characteristic"]
        return parts + ([] if credit.under(under.credit) else ["credit"])

    conditions = failed(chosen)
    would_be = sensitivity(lambda under: not failed(under), chosen)
    return Results(
        readings=readings,
        reading_used=chosen.points,
        strictness_used=chosen.credit,
        sensitive=list(would_be),
        would_be=would_be,
        characteristic=characteristic,
        credit=CreditResult(passed=credit.under(chosen.credit)),
        failed_conditions=conditions,
        verdict="fail" if conditions else "pass",
    )


def _item_points(item: SpecialRuleItem, deductions: Sequence[Deduction], sites: int) -> Fraction:
    taken = sum((Fraction(one.points) for one in deductions if one.item == item.id), NOTHING)
    return Fraction(item.points) - (taken / sites if item.per_site else taken)


def score_awards(catalogue: Catalogue, sheet: ManagementSheet, awards: Awards, reading: PointsReading) -> Scored:
    """Score a sheet's rows under one reading, with these awards in place of the sheet's own."""
    scores = {score.row: score for score in sheet.scores}
    printed = {row.row: _printed(row, scores[row.row], awards[row.row]) for row in catalogue.rows}
    read = {row.row: _read(row, printed[row.row], reading) for row in catalogue.rows}
    gone = {number for number, score in scores.items() if score.not_applicable}
    indicators = {
        one.id: _indicator(Fraction(one.points), catalogue.rows_of[one.id], read, gone, reading)
        for one in catalogue.level(2)
    }
    q = {top.id: sum((indicators[one.id] for one in catalogue.level(2, top.id)), NOTHING) for top in catalogue.level(1)}
    total = sum(q.values(), NOTHING)
    needed = thresholds(catalogue)
    failed = [name for name in CONDITIONS if name in needed and (q | {"total": total})[name] < needed[name]]
    failed += ["veto"] if any(score.veto for score in scores.values()) else []
    return Scored(printed, read, indicators, q, total, failed)


def _result(catalogue: Catalogue, sheet: ManagementSheet, awards: Awards, reading: PointsReading) -> ReadingResult:
    scored = score_awards(catalogue, sheet, awards, reading)
    rows = {
        str(score.row): RowPoints(
            printed=format_points(scored.printed[score.row]),
            read=format_points(scored.read[score.row]),
            elements=_written(awards[score.row]),
            not_applicable=score.not_applicable,
            carried=score.carried,
            violation=score.violation,
        )
        for score in sheet.scores
    }
    return ReadingResult(
        rows=rows,
        indicators=_written(scored.indicators),
        q=_written(scored.q),
        total=format_points(scored.total),
        thresholds=_written(thresholds(catalogue)),
        passed=not scored.failed,
        failed=scored.failed,
    )


def _written(points: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: format_points(value) for name, value in points.items()}


def _awards(row: Row, score: RowScore) -> dict[str, Fraction]:
    given = {one.id: one for one in score.elements}
    return {one.id: _award(one, given.get(one.id)) for group in row.groups for one in group.elements}


def _award(element: Element, score: ElementScore | None) -> Fraction:
    if score is None:
        return NOTHING
    return Fraction(score.points or 0) if score.count is None else Fraction(element.points) * score.count


def _printed(row: Row, score: RowScore, awards: Mapping[str, Fraction]) -> Fraction:
    """Give what the row's elements earned on their printed scale."""
    zeroed = score.violation and "zeroed_by_violation" in row.flags
    if zeroed or score.not_applicable:
        return NOTHING
    return sum((group_points(group, awards) for group in row.groups), NOTHING)


def group_points(group: Group, awards: Mapping[str, Fraction]) -> Fraction:
    """Give what a group's awards count together, as printed."""
    earned = [awards[element.id] for element in group.elements]
    if group.kind in ONE_COUNTS:
        return max(earned)
    points = sum(earned, NOTHING)
    return points if group.cap is None else min(points, Fraction(group.cap))


def _read(row: Row, printed: Fraction, reading: PointsReading) -> Fraction:
    """Give a row's points: a share of what can be reached, or cut off at what is printed."""
    if reading == "cap":
        return min(printed, Fraction(row.points))
    return row.read_points * printed / row.reachable if row.reachable else NOTHING


def _indicator(
    points: Fraction, rows: Sequence[Row], read: dict[int, Fraction], gone: set[int], reading: PointsReading
) -> Fraction:
    """Give an indicator's points; rows that do not apply leave the rest to stand for the whole."""
    left = [row for row in rows if row.row not in gone]
    earned = sum((read[row.row] for row in left), NOTHING)
    if reading == "cap" and len(left) == len(rows):
        return min(earned, points)
    of_rows = sum((Fraction(row.points) if reading == "cap" else row.read_points for row in left), NOTHING)
    return points * earned / of_rows

"""Exact scoring of an audit: points by both readings of R:B, characteristics, credit and the verdict."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Final, get_args

from domain.catalogue import Catalogue, Group, Row, Thresholds
from domain.dates import YEAR_MONTHS, add_months
from domain.pack_checks import APPENDIX_B_POINTS, CREDIT_STRICTNESS
from domain.points import format_points
from domain.results import (
    CharacteristicResult,
    ChosenReadings,
    Condition,
    CreditReadings,
    CreditResult,
    CreditStrictness,
    PointsReading,
    ReadingResult,
    Readings,
    Results,
    RowPoints,
)
from domain.sheet_checks import Setting, check_characteristics, check_sheet
from domain.sheets import CharacteristicsSheet, CreditEntry, CreditSheet, Deduction, ManagementSheet, RowScore
from domain.trade_pack import SpecialRule, SpecialRuleItem

__all__ = [
    "Setting",
    "check_characteristics",
    "check_sheet",
    "credit_passed",
    "credit_readings",
    "score_characteristics",
    "score_management",
    "verdict",
]

NOTHING: Final = Fraction(0)
PERCENT: Final = 100
CREDIT_YEARS: Final = 3


def score_management(catalogue: Catalogue, sheet: ManagementSheet) -> Readings:
    """Score a sheet without faults, its carried rows filled in, under both readings (R:7/7.4.3, R:B)."""
    scores = {score.row: score for score in sheet.scores}
    return Readings(
        normalise=_under(catalogue, scores, "normalise"),
        cap=_under(catalogue, scores, "cap"),
    )


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


def credit_passed(
    entries: Iterable[CreditEntry],
    strictness: CreditStrictness,
    on: date,
    *,
    listed: bool = False,
    years: int = CREDIT_YEARS,
) -> bool:
    """Say whether credit is clean on a day: nothing that counts in the years before it (R:7/7.4.5).

    `literal`: a violation or an accident of any severity, or a serious complaint; `serious-only`: whatever is
    serious. A listing counts under both. An entry counts to the corresponding day, inclusive.
    """
    recent = [entry for entry in entries if on <= add_months(entry.on, years * YEAR_MONTHS)]
    return not listed and not any(_counts(entry, strictness) for entry in recent)


def credit_readings(sheet: CreditSheet, on: date, thresholds: Thresholds) -> CreditReadings:
    """Judge a credit check under both readings of erratum `credit-strictness`."""
    years = thresholds.credit_years
    return CreditReadings(
        literal=credit_passed(sheet.entries, "literal", on, listed=sheet.listed, years=years),
        serious_only=credit_passed(sheet.entries, "serious-only", on, listed=sheet.listed, years=years),
    )


def verdict(
    readings: Readings,
    characteristic: CharacteristicResult,
    credit: CreditReadings,
    chosen: ChosenReadings,
    also_failed: Sequence[Condition] = (),
) -> Results:
    """Give the results: a pass needs management, characteristics and credit alike (R:7/7.4.5).

    `also_failed`: what failed without points, for instance `rectification`.
    """

    def failed(under: ChosenReadings) -> list[Condition]:
        parts: list[Condition] = list(readings.under(under.points).failed)
        parts += [] if characteristic.passed else ["characteristic"]
        parts += [] if credit.under(under.credit) else ["credit"]
        return parts + [one for one in also_failed if one not in parts]

    verdicts = {
        (points, strictness): not failed(ChosenReadings(points=points, credit=strictness))
        for points, strictness in product(get_args(PointsReading), get_args(CreditStrictness))
    }
    conditions = failed(chosen)
    return Results(
        readings=readings,
        reading_used=chosen.points,
        strictness_used=chosen.credit,
        sensitive=_sensitive(verdicts, chosen),
        characteristic=characteristic,
        credit=CreditResult(passed=credit.under(chosen.credit)),
        failed_conditions=conditions,
        verdict="fail" if conditions else "pass",
    )


def _sensitive(verdicts: dict[tuple[PointsReading, CreditStrictness], bool], chosen: ChosenReadings) -> list[str]:
    """Give the errata that turn the verdict when read otherwise: alone, or only together."""
    used = verdicts[chosen.points, chosen.credit]
    turned = [
        [
            erratum
            for erratum, differs in (
                (APPENDIX_B_POINTS, points != chosen.points),
                (CREDIT_STRICTNESS, strictness != chosen.credit),
            )
            if differs
        ]
        for (points, strictness), passed in verdicts.items()
        if passed != used
    ]
    fewest = [errata for errata in turned if not any(set(other) < set(errata) for other in turned)]
    return sorted({erratum for errata in fewest for erratum in errata})


def _counts(entry: CreditEntry, strictness: CreditStrictness) -> bool:
    any_severity = strictness == "literal" and entry.kind != "complaint"
    return any_severity or entry.severity == "serious"


def _item_points(item: SpecialRuleItem, deductions: Sequence[Deduction], sites: int) -> Fraction:
    taken = sum((Fraction(one.points) for one in deductions if one.item == item.id), NOTHING)
    return Fraction(item.points) - (taken / sites if item.per_site else taken)


def _under(catalogue: Catalogue, scores: dict[int, RowScore], reading: PointsReading) -> ReadingResult:
    printed = {row.row: _printed(row, scores[row.row]) for row in catalogue.rows}
    read = {row.row: _read(row, printed[row.row], reading) for row in catalogue.rows}
    gone = {number for number, score in scores.items() if score.not_applicable}
    indicators = {
        one.id: _indicator(Fraction(one.points), catalogue.rows_of[one.id], read, gone, reading)
        for one in catalogue.level(2)
    }
    q = {top.id: sum((indicators[one.id] for one in catalogue.level(2, top.id)), NOTHING) for top in catalogue.level(1)}
    failed = _failed(catalogue, q, vetoed=any(score.veto for score in scores.values()))
    rows = {
        str(number): RowPoints(
            printed=format_points(printed[number]),
            read=format_points(read[number]),
            not_applicable=number in gone,
        )
        for number in printed
    }
    return ReadingResult(
        rows=rows,
        indicators={one: format_points(points) for one, points in indicators.items()},
        q={one: format_points(points) for one, points in q.items()},
        total=format_points(sum(q.values(), NOTHING)),
        passed=not failed,
        failed=failed,
    )


def _printed(row: Row, score: RowScore) -> Fraction:
    """Give what the row's elements earned on their printed scale."""
    zeroed = score.violation and "zeroed_by_violation" in row.flags
    if zeroed or score.not_applicable:
        return NOTHING
    return sum((_group(group, score) for group in row.groups), NOTHING)


def _group(group: Group, score: RowScore) -> Fraction:
    awards = {one.id: one for one in score.elements}
    earned = [
        Fraction(element.points) * award.count if award.count is not None else Fraction(award.points or 0)
        for element in group.elements
        if (award := awards.get(element.id))
    ]
    if group.cap is not None:
        return min(sum(earned, NOTHING), Fraction(group.cap))
    return sum(earned, NOTHING) if group.kind == "additive" else max(earned, default=NOTHING)


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


def _failed(catalogue: Catalogue, q: dict[str, Fraction], *, vetoed: bool) -> list[Condition]:
    """Give what keeps the management audit from passing (R:B/3), in the order of the API."""
    thresholds = catalogue.thresholds
    share = Fraction(thresholds.indicator_percent, PERCENT)
    tops: dict[str, Condition] = {"q1": "q1", "q2": "q2", "q3": "q3", "q4": "q4"}
    failed: list[Condition] = [tops[top.id] for top in catalogue.level(1) if q[top.id] < Fraction(top.points) * share]
    failed += ["total"] if sum(q.values(), NOTHING) < thresholds.total else []
    return failed + (["veto"] if vetoed else [])

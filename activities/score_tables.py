"""The tables of scores in an audit report: every row, indicator and threshold under both readings of R:B."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from domain.catalogue import Catalogue
from domain.documents import (
    CharacteristicItem,
    CharacteristicScore,
    IndicatorScore,
    ScoreRow,
    SharedFile,
    ThresholdScore,
)
from domain.points import format_points
from domain.results import Adoption, Readings, Results, RowPoints
from domain.scoring import thresholds as needed_points
from domain.sheets import ManagementSheet, RowScore
from domain.trade_pack import SpecialRule, TradePack

Mark = Literal["veto", "not_applicable", "carried", "violation"]
TOPS: dict[str, Literal["q1", "q2", "q3", "q4"]] = {"q1": "q1", "q2": "q2", "q3": "q3", "q4": "q4"}


def rows(
    catalogue: Catalogue, sheet: ManagementSheet, readings: Readings, adopted: Sequence[Adoption]
) -> Iterator[ScoreRow]:
    """Every row in printed order: what it can give, what was awarded, how each reading reads it."""
    scores = {score.row: score for score in sheet.scores}
    for row in catalogue.rows:
        score = scores.get(row.row, RowScore(row=row.row))
        normalise, cap = readings.normalise.rows[str(row.row)], readings.cap.rows[str(row.row)]
        yield ScoreRow(
            row=row.row,
            title=row.title.zh,
            indicator=row.indicator,
            points=format_points(row.points),
            awarded=normalise.printed,
            normalise=normalise.read,
            cap=cap.read,
            marks=_marks(score, normalise),
            remark=_remark(score, [one for one in adopted if one.row == row.row]),
        )


def _marks(score: RowScore, counted: RowPoints) -> list[Mark]:
    """What counts; the row that vetoes is never carried, so its sheet says it all."""
    marks: dict[Mark, bool] = {
        "veto": score.veto,
        "not_applicable": counted.not_applicable,
        "carried": counted.carried,
        "violation": counted.violation,
    }
    return [mark for mark, is_so in marks.items() if is_so]


def _remark(score: RowScore, adopted: Sequence[Adoption]) -> str:
    said = [f"{element.id} {element.remark}" for element in score.elements if element.remark]
    said += [_said(one) for one in adopted]
    return "；".join([*said, score.reason] if score.reason else said)


def _said(adoption: Adoption) -> str:
    """An adoption in words, the same on both sides (R:7/7.4.2)."""
    if adoption.by == "element":
        return f"{adoption.element} 采信 {adoption.item}"
    where = f"（{adoption.site}）" if adoption.site else ""
    return f"{adoption.item}{where} 采信 {adoption.element}"


def indicators(catalogue: Catalogue, readings: Readings) -> Iterator[IndicatorScore]:
    """Every indicator of both levels in printed order."""
    for one in catalogue.indicators:
        yield IndicatorScore(
            id=one.id,
            title=one.title.zh,
            parent=one.parent,
            points=format_points(one.points),
            normalise=(readings.normalise.q | readings.normalise.indicators)[one.id],
            cap=(readings.cap.q | readings.cap.indicators)[one.id],
        )


def thresholds(catalogue: Catalogue, readings: Readings) -> Iterator[ThresholdScore]:
    """Q1…Q4 and their sum against what a pass needs (R:B/3)."""
    tops, needed = catalogue.level(1), needed_points(catalogue)
    for one in tops:
        yield ThresholdScore(
            id=TOPS[one.id],
            title=one.title.zh,
            points=format_points(one.points),
            threshold=format_points(needed[one.id]),
            normalise=readings.normalise.q[one.id],
            normalise_passed=one.id not in readings.normalise.failed,
            cap=readings.cap.q[one.id],
            cap_passed=one.id not in readings.cap.failed,
        )
    yield ThresholdScore(
        id="total",
        title="总得分",
        points=format_points(sum((Fraction(one.points) for one in tops), Fraction(0))),
        threshold=format_points(needed["total"]),
        normalise=readings.normalise.total,
        normalise_passed="total" not in readings.normalise.failed,
        cap=readings.cap.total,
        cap_passed="total" not in readings.cap.failed,
    )


def characteristic(rule: TradePack | None, results: Results) -> CharacteristicScore | None:
    """Every item of the special rule after deductions; None where nothing of the kind was scored."""
    found = results.characteristic
    if not isinstance(rule, SpecialRule) or found is None:
        return None
    items = [
        CharacteristicItem(
            id=item.id,
            title=item.title.zh,
            points=format_points(item.points),
            score=found.items[item.id],
            remark="；".join(_said(one) for one in results.adoptions if one.item == item.id),
        )
        for item in rule.items
    ]
    return CharacteristicScore(score=found.score, threshold=found.threshold, passed=found.passed, items=items)


def shared(results: Results, names: Mapping[str, str]) -> Iterator[SharedFile]:
    """Every file that counts in several places by its name, with the places in words."""
    for one in results.shared_evidence:
        places = [*(f"第{row}行" for row in one.rows), *one.items]
        yield SharedFile(file=names.get(one.file, one.file), places="、".join(places), adopted=one.adopted)

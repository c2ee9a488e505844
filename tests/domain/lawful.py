"""Any lawful management sheet, for property tests: partial awards, tiers, alternatives, counts, rows left out."""

from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from domain.catalogue import Group, Row
from domain.points import format_points
from domain.results import Raise
from domain.sheets import ElementScore, ManagementSheet
from tests.domain.sheets import CATALOGUE, NOT_APPLICABLE

STEP = Decimal("0.05")
LEFT_OUT = (2, 8, 17, 32, 38)
"""Rows that may not apply without leaving an indicator empty."""


@st.composite
def sheets(draw: st.DrawFn) -> ManagementSheet:
    """Give sheets from poor to full marks; some rows carried, left out, or after a violation."""
    random, generous = draw(st.randoms(use_true_random=False)), draw(st.integers(0, 10))
    return ManagementSheet.model_validate({"scores": [_score(row, random, generous) for row in CATALOGUE.rows]})


def more(sheet: ManagementSheet, random: Random) -> ManagementSheet:
    """Give the sheet with some elements raised, lawfully."""
    scores = []
    for row, score in zip(CATALOGUE.rows, sheet.scores, strict=True):
        fixed = score.carried or score.not_applicable or random.random() < 0.5
        groups = [_raised(group, score.elements, random) for group in row.groups]
        scores.append(
            score if fixed else score.model_copy(update={"elements": [one for all_ in groups for one in all_]})
        )
    return sheet.model_copy(update={"scores": scores})


def raised(sheet: ManagementSheet, raises: list[Raise]) -> ManagementSheet:
    """Give the sheet with these raises."""
    wanted = {(one.row, one.element): one.to for one in raises}
    scores = []
    for score in sheet.scores:
        mine = {element: to for (row, element), to in wanted.items() if row == score.row}
        kept = [one for one in score.elements if one.id not in mine]
        given = [_scored(element, Decimal(to)) for element, to in mine.items()]
        scores.append(score.model_copy(update={"elements": kept + given}))
    return sheet.model_copy(update={"scores": scores})


def _scored(element: str, points: Decimal) -> ElementScore:
    return ElementScore(id=element, points=points, remark="in part")


def _score(row: Row, random: Random, generous: int) -> dict[str, Any]:
    if row.row in LEFT_OUT and random.random() < 0.1:
        return {"row": row.row} | NOT_APPLICABLE
    elements = [one for group in row.groups for one in _given(group, random, generous)]
    return {
        "row": row.row,
        "elements": elements,
        "violation": bool(row.flags) and row.row != 31 and random.random() < 0.1,
        "carried": row.row != 31 and random.random() < 0.1,
        "reason": "as before",
    }


def _given(group: Group, random: Random, generous: int) -> list[dict[str, Any]]:
    chosen = group.elements if group.kind in {"additive", "capped_count"} else [random.choice(group.elements)]
    given: list[dict[str, Any]] = []
    for one in chosen:
        full = random.randint(0, 10) <= generous
        if group.kind == "capped_count":
            given.append({"id": one.id, "count": random.randint(0, 3) if full else 0})
        elif group.kind == "additive" and not full:
            part = STEP * random.randint(0, int(one.points / STEP))
            given.append({"id": one.id, "points": format_points(part), "remark": "in part"})
        else:
            given.append({"id": one.id, "points": format_points(one.points) if full else "0"})
    return given


def _raised(group: Group, given: list[ElementScore], random: Random) -> list[ElementScore]:
    known = {one.id: one for one in given}
    mine = [known.get(one.id, ElementScore(id=one.id, points=Decimal(0))) for one in group.elements]
    if group.kind == "capped_count":
        return [
            one.model_copy(update={"count": (one.count or 0) + random.randint(0, 2)} | {"points": None}) for one in mine
        ]
    if group.kind == "additive":
        printed = {one.id: one.points for one in group.elements}
        return [
            _scored(one.id, min(printed[one.id], (one.points or Decimal(0)) + STEP * random.randint(0, 20)))
            for one in mine
        ]
    best = max((one.points or Decimal(0) for one in mine), default=Decimal(0))
    better = [one for one in group.elements if one.points >= best]
    return [_scored(one.id, one.points) for one in [random.choice(better)]]

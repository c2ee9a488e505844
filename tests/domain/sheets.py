"""Builders of score sheets for tests: full marks, then what differs."""

from typing import Any

from domain.catalogue import Catalogue, Group, Row
from domain.refusal import Fault
from domain.results import CharacteristicResult, CreditReadings, Readings
from domain.scoring import Setting, check_sheet, score_management
from domain.sheets import CharacteristicsSheet, ManagementSheet
from services.schemes import Library

LIBRARY = Library.load()
SCHEME = LIBRARY.scheme("service", "1.0")
CATALOGUE = SCHEME.scored
RULE = LIBRARY.special_rule("example-heritage-hotel", "1.0")
PRODUCT = LIBRARY.scheme("product", "1.0")
CHECKLIST = PRODUCT.checklist


def full_row(row: Row) -> dict[str, Any]:
    """Give the row the most it can earn."""
    return {"row": row.row, "elements": [one for group in row.groups for one in _full_group(group)]}


def _full_group(group: Group) -> list[dict[str, Any]]:
    if group.kind == "capped_count":
        return [{"id": group.elements[0].id, "count": 1}]
    best = group.elements if group.kind == "additive" else [max(group.elements, key=lambda one: one.points)]
    return [{"id": one.id, "points": str(one.points)} for one in best]


def raw_sheet(changes: dict[int, Any] | None = None, catalogue: Catalogue = CATALOGUE) -> dict[str, Any]:
    """Give full marks but for the rows that change: their elements as {id: points}, or other fields."""
    scores = []
    for row in catalogue.rows:
        score, change = full_row(row), (changes or {}).get(row.row)
        if isinstance(change, list):
            score["elements"] = change
        elif change is not None:
            score |= change
        scores.append(score)
    return {"scores": scores}


def a_sheet(changes: dict[int, Any] | None = None) -> ManagementSheet:
    """Give a management sheet of full marks but for the rows that change."""
    return ManagementSheet.model_validate(raw_sheet(changes))


def a_checklist(answers: dict[str, str] | None = None) -> dict[str, Any]:
    """Give a checklist sheet on which everything conforms but for the indicators named; these carry a remark."""
    given = {item.id: "conforms" for item in CHECKLIST} | (answers or {})
    items = [{"indicator": indicator, "answer": answer} for indicator, answer in given.items()]
    return {"items": [one | ({} if one["answer"] == "conforms" else {"remark": "核实过"}) for one in items]}


def awards(*given: str) -> list[dict[str, Any]]:
    """Write `"1.1.1=2"` as an element's score; partial awards carry a remark."""
    parts = (one.partition("=") for one in given)
    return [{"id": name, "points": points, "remark": "in part"} for name, _, points in parts]


def deductions(*given: tuple[str, str | None, str]) -> CharacteristicsSheet:
    """Give a characteristics sheet with (item, site, points) taken."""
    taken = [
        {"item": item, "site": site, "points": points, "description": "seen", "severity": "minor", "rectify": True}
        for item, site, points in given
    ]
    return CharacteristicsSheet.model_validate({"deductions": taken})


NOT_APPLICABLE = {"elements": [], "not_applicable": True, "reason": "none of it here"}


def scored(changes: dict[int, Any] | None = None) -> Readings:
    """Score full marks but for the rows that change; the sheet has no faults."""
    sheet = a_sheet(changes)
    assert check_sheet(CATALOGUE, sheet) == []
    return score_management(CATALOGUE, sheet)


def told(found: list[Fault]) -> list[tuple[str, str]]:
    """Give faults as (pointer, detail)."""
    return [(fault.pointer, fault.detail) for fault in found]


def faults(changes: dict[int, Any], setting: Setting | None = None) -> list[tuple[str, str]]:
    """Give the faults of full marks but for the rows that change."""
    return told(check_sheet(CATALOGUE, a_sheet(changes), setting))


# 30 → 24 (rows 1.1.1, 2, 10, 8), 30 → 24 (18, 22), 25 → 20 (26, 27), 15 → 12 (32, 33)
AT_80 = {
    1: awards("1.1.2=2", "1.1.3=1", "1.1.4=1", "1.2.1=1", "1.2.2=1"),
    2: [],
    8: [],
    10: [],
    18: [],
    22: [],
    26: [],
    27: [],
    32: [],
    33: [],
}
"""Exactly 80 when normalised: q1 24, q2 24, q3 20, q4 12."""

CLEAN = CreditReadings(literal=True, serious_only=True)
GOOD = CharacteristicResult(score="90", threshold="80", passed=True)

"""What makes a sheet of scores complete and lawful: each fault with its JSON pointer, all of them at once."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from domain.catalogue import Catalogue, Element, Group, Row
from domain.points import format_points
from domain.refusal import Fault
from domain.sheets import (
    AuditKind,
    CharacteristicsSheet,
    Deduction,
    ElementScore,
    ManagementSheet,
    RowScore,
    with_carried,
)
from domain.trade_pack import SpecialRule, SpecialRuleItem

NEVER_CARRIED_IN: Final = {"initial", "reaudit", "recertification", "scope"}


class Setting(NamedTuple):
    """What a management sheet is checked against besides the catalogue."""

    audit_kind: AuditKind = "initial"
    previous: ManagementSheet | None = None
    """The previous audit's sheet, itself with its carried rows filled in."""
    open_rows: Collection[int] = ()
    """Rows with open findings of earlier audits; they are audited again, like those with a finding in this sheet."""
    sites: Collection[str] | None = None
    """The sites of the plan; none: not checked."""


def check_sheet(catalogue: Catalogue, sheet: ManagementSheet, setting: Setting | None = None) -> list[Fault]:
    """Say everything that is wrong in a management sheet; an empty list when it can be scored (R:7/7.4.3)."""
    known = setting or Setting()
    known = known._replace(open_rows={*known.open_rows, *(finding.row for finding in sheet.findings)})
    faults = [*_once_each(catalogue, sheet), *_findings(catalogue, sheet, known)]
    for place, score in enumerate(sheet.scores):
        row = catalogue.by_number.get(score.row)
        if row is not None:
            faults += _row(catalogue, row, score, f"/scores/{place}", known)
    return faults + _emptied_indicators(catalogue, with_carried(sheet, known.previous))


def check_characteristics(
    rule: SpecialRule, sheet: CharacteristicsSheet, visited_sites: Collection[str]
) -> list[Fault]:
    """Say everything that is wrong in a characteristics sheet; an empty list when it can be scored."""
    items = {item.id: item for item in rule.items}
    seen = Counter((one.id, one.site) for one in sheet.items)
    faults: list[Fault] = []
    for place, one in enumerate(sheet.items):
        faults += _place(items.get(one.id), one.site, visited_sites, f"/items/{place}/id")
        if seen[one.id, one.site] > 1:
            faults.append(Fault(pointer=f"/items/{place}/id", detail=f"{one.id} stands twice"))
    for place, deduction in enumerate(sheet.deductions):
        item = items.get(deduction.item)
        at = f"/deductions/{place}"
        faults += _place(item, deduction.site, visited_sites, f"{at}/item")
        if item is not None:
            if deduction.site is None and item.per_site and len(set(visited_sites)) != 1:
                detail = f"{item.id} is evaluated at each site: name it"
                faults.append(Fault(pointer=f"{at}/site", detail=detail))
            faults += _deduction(rule, item, deduction, sheet.deductions[:place], at)
    return faults


def _once_each(catalogue: Catalogue, sheet: ManagementSheet) -> Iterator[Fault]:
    seen: set[int] = set()
    for place, score in enumerate(sheet.scores):
        at = f"/scores/{place}/row"
        if score.row not in catalogue.by_number:
            yield Fault(pointer=at, detail=f"the catalogue has no row {score.row}")
        elif score.row in seen:
            yield Fault(pointer=at, detail=f"row {score.row} stands twice")
        seen.add(score.row)
    for row in catalogue.rows:
        if row.row not in seen:
            yield Fault(pointer="/scores", detail=f"row {row.row} is missing")


def _row(catalogue: Catalogue, row: Row, score: RowScore, at: str, setting: Setting) -> Iterator[Fault]:
    if score.violation and "zeroed_by_violation" not in row.flags:
        yield Fault(pointer=f"{at}/violation", detail=f"row {row.row} knows no violation")
    if score.veto and "veto" not in row.flags:
        yield Fault(pointer=f"{at}/veto", detail=f"row {row.row} knows no veto")
    if score.not_applicable:
        yield from _not_applicable(row, score, at)
    if score.carried:
        yield from _carried(catalogue, row, score, at, setting)
        return
    yield from _elements(catalogue, row, score, at)


def _not_applicable(row: Row, score: RowScore, at: str) -> Iterator[Fault]:
    if "veto" in row.flags:
        yield Fault(pointer=f"{at}/not_applicable", detail=f"row {row.row} always applies")
    if not score.reason and not score.carried:
        yield Fault(pointer=f"{at}/reason", detail="a row that does not apply needs a reason")
    if any(_claimed(element) for element in score.elements):
        yield Fault(pointer=f"{at}/elements", detail="a row that does not apply earns nothing")
    if any(element.adopted_from for element in score.elements):
        yield Fault(pointer=f"{at}/elements", detail="a row that does not apply adopts nothing")


def _carried(catalogue: Catalogue, row: Row, score: RowScore, at: str, setting: Setting) -> Iterator[Fault]:
    refusals = {
        f"nothing is carried in an audit of kind {setting.audit_kind}": setting.audit_kind in NEVER_CARRIED_IN,
        f"row {row.row} is never carried": "veto" in row.flags,
        f"row {row.row} has open findings": row.row in setting.open_rows,
    }
    for detail, refused in refusals.items():
        if refused:
            yield Fault(pointer=f"{at}/carried", detail=detail)
    if not score.reason:
        yield Fault(pointer=f"{at}/reason", detail="a carried row needs a reason")
    if any(element.adopted_from for element in score.elements):
        yield Fault(pointer=f"{at}/elements", detail="a carried row adopts nothing")
    yield from _agrees_with_previous(row, score, at, setting)
    for before in setting.previous.scores if setting.previous else ():
        if before.row == row.row and any(_elements(catalogue, row, before, at)):
            yield Fault(pointer=f"{at}/carried", detail="the earlier audit's scores are not on this edition's scale")


def _agrees_with_previous(row: Row, score: RowScore, at: str, setting: Setting) -> Iterator[Fault]:
    before = [one for one in (setting.previous.scores if setting.previous else []) if one.row == row.row]
    if not before:
        yield Fault(pointer=f"{at}/carried", detail=f"no earlier audit scored row {row.row}")
        return
    if score.elements and _claims(score) != _claims(before[0]):
        yield Fault(pointer=f"{at}/elements", detail="differ from the earlier audit that is carried")
    for claim in ("violation", "veto", "not_applicable"):
        if getattr(score, claim) and not getattr(before[0], claim):
            yield Fault(pointer=f"{at}/{claim}", detail="the earlier audit that is carried does not say so")


def _claims(score: RowScore) -> dict[str, tuple[Fraction, int]]:
    return {one.id: (Fraction(one.points or 0), one.count or 0) for one in score.elements if _claimed(one)}


def _claimed(element: ElementScore) -> bool:
    return bool(element.points or element.count)


def _elements(catalogue: Catalogue, row: Row, score: RowScore, at: str) -> Iterator[Fault]:
    homes = {element.id: (group, element) for group in row.groups for element in group.elements}
    counted = Counter(element.id for element in score.elements)
    for place, element in enumerate(score.elements):
        here = f"{at}/elements/{place}"
        if element.id not in homes:
            yield Fault(pointer=f"{here}/id", detail=f"row {row.row} has no element {element.id}")
            continue
        if counted[element.id] > 1:
            yield Fault(pointer=f"{here}/id", detail=f"element {element.id} stands twice")
        yield from _element(catalogue, *homes[element.id], element, here)
    for group in row.groups:
        yield from _exclusive(group, score, at)


def _exclusive(group: Group, score: RowScore, at: str) -> Iterator[Fault]:
    """Refuse two alternatives; of several tiers the best one counts, so they may stand together."""
    ids = {element.id for element in group.elements}
    chosen = [place for place, one in enumerate(score.elements) if one.id in ids and _claimed(one)]
    if group.kind == "alternative" and len(chosen) > 1:
        yield Fault(pointer=f"{at}/elements/{chosen[1]}", detail="only one of the alternatives can be chosen")


def _element(catalogue: Catalogue, group: Group, printed: Element, score: ElementScore, at: str) -> Iterator[Fault]:
    if (score.points is None) == (score.count is None):
        yield Fault(pointer=at, detail="an element has either points or a count")
    elif group.kind == "capped_count":
        if (score.points or 0) % printed.points:
            detail = f"{printed.id} earns {format_points(printed.points)} for each, never in part"
            yield Fault(pointer=f"{at}/points", detail=detail)
    elif score.points is None:
        yield Fault(pointer=f"{at}/count", detail=f"{printed.id} is not counted: give points")
    else:
        yield from _points(catalogue, group, printed, score, at)


def _points(catalogue: Catalogue, group: Group, printed: Element, score: ElementScore, at: str) -> Iterator[Fault]:
    points = Fraction(score.points or 0)
    most = format_points(printed.points)
    if points > printed.points:
        yield Fault(pointer=f"{at}/points", detail=f"{printed.id} earns at most {most}")
    elif points in {0, Fraction(printed.points)}:
        return
    elif group.kind != "additive":
        yield Fault(pointer=f"{at}/points", detail=f"{printed.id} earns {most} or nothing")
    else:
        if points % Fraction(catalogue.step):
            detail = f"{format_points(points)} is no multiple of {format_points(catalogue.step)}"
            yield Fault(pointer=f"{at}/points", detail=detail)
        if not score.remark:
            yield Fault(pointer=f"{at}/remark", detail="a partial award needs a remark")


def _findings(catalogue: Catalogue, sheet: ManagementSheet, setting: Setting) -> Iterator[Fault]:
    for place, finding in enumerate(sheet.findings):
        if finding.row not in catalogue.by_number:
            yield Fault(pointer=f"/findings/{place}/row", detail=f"the catalogue has no row {finding.row}")
        if setting.sites is not None and finding.site is not None and finding.site not in setting.sites:
            detail = f"site {finding.site} is not in the plan"
            yield Fault(pointer=f"/findings/{place}/site", detail=detail)


def _emptied_indicators(catalogue: Catalogue, sheet: ManagementSheet) -> list[Fault]:
    """Refuse an indicator with no row left that can earn points."""
    gone = {score.row for score in sheet.scores if score.not_applicable}
    places = {score.row: place for place, score in enumerate(sheet.scores)}
    faults = []
    for indicator, rows in catalogue.rows_of.items():
        earning = [row.row for row in rows if row.points]
        if earning and set(earning) <= gone:
            pointer = f"/scores/{places[earning[-1]]}/not_applicable"
            faults.append(Fault(pointer=pointer, detail=f"indicator {indicator} would have no row left"))
    return faults


def _place(item: SpecialRuleItem | None, site: str | None, visited: Collection[str], pointer: str) -> Iterator[Fault]:
    if item is None:
        yield Fault(pointer=pointer, detail="the special rule has no such item")
    if site is not None and site not in visited:
        yield Fault(pointer=f"{pointer.rpartition('/')[0]}/site", detail=f"site {site} was not visited")


def _deduction(
    rule: SpecialRule, item: SpecialRuleItem, one: Deduction, earlier: Sequence[Deduction], at: str
) -> Iterator[Fault]:
    if one.points == 0 or one.points % rule.step:
        yield Fault(pointer=f"{at}/points", detail=f"is no positive multiple of {format_points(rule.step)}")
    # where a site may be left out there is only one, so a deduction without it concerns every site
    here = {one.site, None} if one.site is not None else {other.site for other in earlier} | {None}
    same = [other for other in earlier if other.item == one.item and (not item.per_site or other.site in here)]
    taken = sum((Fraction(other.points) for other in same), Fraction(one.points))
    if taken > item.points:
        yield Fault(pointer=f"{at}/points", detail=f"takes more than the {format_points(item.points)} of {item.id}")

"""Results that rows and items of the special rule take over from each other, and files that count for several of them.

R:7/7.4.2, and row 21: an element may be adopted from an item evaluated in the same audit, at all of its sites, and the
other way round. What is adopted was evaluated itself, so that nothing goes round in a circle.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from domain.catalogue import Catalogue
from domain.refusal import Fault
from domain.results import Adoption, SharedEvidence
from domain.sheets import CharacteristicsSheet, ManagementSheet
from domain.trade_pack import SpecialRule


class Link(NamedTuple):
    """One adoption as a sheet says it."""

    pointer: str
    adopter: str
    source: str


class Side(NamedTuple):
    """One of the two sheets of an audit, as far as adoption goes."""

    name: str
    """JSON pointer of what the sheet lists."""
    known: Collection[str]
    """Everything that could be evaluated."""
    evaluated: Collection[str] | None
    """What this audit evaluated, at every site where it is asked for each; None while the sheet is not in."""
    links: list[Link]


def management_side(catalogue: Catalogue, sheet: ManagementSheet | None) -> Side:
    """See the rows' side: a row that is carried or does not apply was not evaluated in this audit."""
    known = {element.id for row in catalogue.rows for group in row.groups for element in group.elements}
    if sheet is None:
        return Side("/scores", known, None, [])
    audited = [(place, one) for place, one in enumerate(sheet.scores) if not (one.carried or one.not_applicable)]
    evaluated = {one.id for _, score in audited for one in score.elements}
    links = [
        Link(f"/scores/{place}/elements/{number}/adopted_from", one.id, one.adopted_from)
        for place, score in audited
        for number, one in enumerate(score.elements)
        if one.adopted_from is not None
    ]
    return Side("/scores", known, evaluated, links)


def characteristics_side(rule: SpecialRule, sheet: CharacteristicsSheet | None, sites: Collection[str]) -> Side:
    """See the special rule's side; `sites` are those of the plan. Where there is only one, it need not be named."""
    known = {item.id for item in rule.items}
    if sheet is None:
        return Side("/items", known, None, [])
    links = [
        Link(f"/items/{place}/adopted_from", one.id, one.adopted_from)
        for place, one in enumerate(sheet.items)
        if one.adopted_from is not None
    ]
    seen = defaultdict[str, set[str | None]](set)
    for one in sheet.items:
        seen[one.id] |= {one.site} if one.site or len(sites) > 1 else set(sites)
    per_site = {item.id for item in rule.items if item.per_site}
    evaluated = {name for name, at in seen.items() if name not in per_site or at >= set(sites)}
    return Side("/items", known, evaluated, links)


def check_adoptions(own: Side, other: Side) -> list[Fault]:
    """Say what is wrong between the sheet handed in and the other one, which may still be to come."""
    faults: dict[str, str] = {}
    adopters = {link.adopter for link in other.links}
    for pointer, _, source in own.links:
        if source not in other.known:
            faults[pointer] = f"there is no {source} to adopt"
        elif other.evaluated is not None and source not in other.evaluated:
            faults[pointer] = f"{source} was not evaluated in this audit, or not at every site"
        elif source in adopters:
            faults[pointer] = f"{source} is adopted itself"
    own_pointers = {link.adopter: link.pointer for link in own.links}
    for _, adopter, source in other.links:
        if source in own_pointers:
            faults.setdefault(own_pointers[source], f"{adopter} adopts {source}, which has to be evaluated itself")
        elif source not in (own.evaluated or ()):
            faults.setdefault(own.name, f"{adopter} adopts {source}, which is not evaluated here, or not at every site")
    return [Fault(pointer=pointer, detail=detail) for pointer, detail in faults.items()]


def adoptions(management: ManagementSheet, characteristics: CharacteristicsSheet) -> list[Adoption]:
    """Give every adoption of an audit, seen from both sides: first those by elements, each in the sheets' order."""
    rows = {one.id: score.row for score in management.scores for one in score.elements}
    by_elements = [
        Adoption(row=score.row, element=one.id, item=one.adopted_from, by="element")
        for score in management.scores
        for one in score.elements
        if one.adopted_from is not None
    ]
    by_items = [
        Adoption(row=rows[one.adopted_from], element=one.adopted_from, item=one.id, site=one.site, by="item")
        for one in characteristics.items
        if one.adopted_from is not None
    ]
    return by_elements + by_items


def shared_evidence(
    management: ManagementSheet, characteristics: CharacteristicsSheet, adopted: Iterable[Adoption]
) -> list[SharedEvidence]:
    """Give the files that count under two rows, or under a row and an item, in the files' order; adopted ones too."""
    links = {(one.row, one.item) for one in adopted}
    rows, items = defaultdict[str, set[int]](set), defaultdict[str, set[str]](set)
    for file, place in _files(management, characteristics, adopted):
        if isinstance(place, int):
            rows[file].add(place)
        else:
            items[file].add(place)
    return [
        SharedEvidence(
            file=file, rows=sorted(at), items=sorted(items[file]), adopted=_joined([*at, *items[file]], links)
        )
        for file, at in sorted(rows.items())
        if len(at) + len(items[file]) > 1
    ]


def _files(
    management: ManagementSheet, characteristics: CharacteristicsSheet, adopted: Iterable[Adoption]
) -> Iterator[tuple[str, int | str]]:
    """Give every file with each row or item it counts for."""
    of_elements = {one.id: one.evidence for score in management.scores for one in score.elements}
    of_items = defaultdict[str, list[str]](list)
    for one in characteristics.items:
        of_items[one.id] += one.evidence
        yield from ((file, one.id) for file in one.evidence)
    for score in management.scores:
        yield from ((file, score.row) for element in score.elements for file in element.evidence)
    for link in adopted:
        if link.by == "element":
            yield from ((file, link.row) for file in of_items[link.item])
        else:
            yield from ((file, link.item) for file in of_elements[link.element])


def _joined(places: Collection[int | str], links: Collection[tuple[int, str]]) -> bool:
    """Say whether adoptions join all of these rows and items to one."""
    reached = set(list(places)[:1])
    for _ in places:
        near = {place for link in links if not reached.isdisjoint(link) for place in link}
        reached |= near.intersection(places)
    return reached == set(places)

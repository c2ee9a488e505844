"""Reads scheme packs from YAML, strictly: an error names the file, the line and the reason."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeVar

from pydantic import JsonValue, ValidationError

from domain.application import Ref
from domain.house_rules import HouseRules
from domain.layer_checks import house_rules_problems, override_problems, special_rule_problems, standard_problems
from domain.pack import Scheme
from domain.pack_checks import scheme_problems
from domain.pack_parts import PackSummary
from domain.problems import Problem
from domain.state import CaseState
from domain.trade_pack import SpecialRule, Standard, TradePack
from services.strict_yaml import PackError, Source

__all__ = ["SCHEMES", "Library", "PackError", "Packs", "load_pack", "load_scheme", "pack_key"]

Pack = TypeVar("Pack", bound=Scheme | TradePack | HouseRules)

SCHEMES: Final = Path(__file__).parents[1] / "schemes"
HEAD: Final = "scheme.yaml"
PARTS: Final = ("stages", "clauses", "waits", "planning", "cycle", "reminders", "documents", "errata")
OPTIONAL: Final = ("catalogue", "heads", "checklist", "pass_rule", "coverage", "grounds", "changes")
"""What only some schemes have, as they are scored or decided on a checklist."""
BORROWS: Final = "borrows"
"""Key of a scheme's head: part → the folder it is taken from, `service/1.0`."""

PackKey = tuple[str, str]
"""Id and version."""

LAID_OVER: Final[dict[str, tuple[type[SpecialRule | Standard | HouseRules], Callable[[Any], list[Problem]]]]] = {
    "special_rule.yaml": (SpecialRule, special_rule_problems),
    "standard.yaml": (Standard, standard_problems),
    "house_rules.yaml": (HouseRules, house_rules_problems),
}
"""Packs of one file: their model, and what can be wrong in them."""


def pack_key(pack: Ref | HouseRules) -> PackKey:
    """Give a pack's id and version."""
    return pack.id, pack.version


def load_scheme(folder: Path) -> Scheme:
    """Read a scheme from its folder `<root>/<id>/<version>`; raises PackError."""
    source = Source(folder / HEAD)
    source.take(folder / HEAD)
    lenders = _lenders(source)
    present = [part for part in OPTIONAL if part in lenders or (folder / f"{part}.yaml").exists()]
    for part in (*PARTS, *present):
        if part in source.data:
            raise source.error(Problem((part,), f"{part} belongs into {part}.yaml"))
        lender = lenders.get(part)
        if lender and (folder / f"{part}.yaml").exists():
            raise source.error(Problem((BORROWS, part), f"{part} is borrowed and stands in {part}.yaml as well"))
        source.take((folder.parents[1] / lender if lender else folder) / f"{part}.yaml", (part,))
    source.data["borrowed"] = {part: lender.replace("/", " ") for part, lender in lenders.items()}
    return _sound(source, folder, Scheme.read, scheme_problems)


def _lenders(source: Source) -> dict[str, str]:
    """Part → the folder it is borrowed from; raises PackError."""
    borrows = source.data.pop(BORROWS, {})
    if not isinstance(borrows, dict):
        raise source.error(Problem((BORROWS,), "is no mapping of a part to a folder"))
    lenders: dict[str, str] = {}
    for part, lender in borrows.items():
        if part not in (*PARTS, *OPTIONAL) or not isinstance(lender, str):
            raise source.error(Problem((BORROWS, part), f"{part} is no part of a scheme that could be borrowed"))
        lenders[part] = lender
    return lenders


def load_pack(file: Path) -> SpecialRule | Standard | HouseRules:
    """Read a pack of one file, `<root>/<id>/<version>/<kind>.yaml`; raises PackError."""
    source = Source(file)
    source.take(file)
    model, problems = LAID_OVER[file.name]
    pack: SpecialRule | Standard | HouseRules = _sound(source, file.parent, model.read, problems)
    return pack


def _sound(
    source: Source, folder: Path, read: Callable[[JsonValue], Pack], problems: Callable[[Pack], list[Problem]]
) -> Pack:
    try:
        pack = read(source.data)
    except ValidationError as broken:
        raise source.error(_first(broken)) from broken
    for problem in (*_misplaced(folder, pack), *problems(pack)):
        raise source.error(problem)
    return pack


def _first(broken: ValidationError) -> Problem:
    error = broken.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(str(part) for part in error["loc"])
    said = {"extra_forbidden": f"unknown key {name}", "missing": f"{name} is missing"}
    return Problem(error["loc"], said.get(error["type"], f"{name}: {error['msg']}"))


def _misplaced(folder: Path, pack: Scheme | TradePack | HouseRules) -> Iterator[Problem]:
    if pack.id != folder.parent.name:
        yield Problem(("id",), f"{pack.id} lies in a folder named {folder.parent.name}")
    if pack.version != folder.name:
        yield Problem(("version",), f"{pack.version} lies in a folder named {folder.name}")


class Packs(NamedTuple):
    """The packs a case rests on: the scheme with everything laid over it, and its trade pack."""

    scheme: Scheme
    trade: SpecialRule | Standard | None


class Library:
    """Every pack under some roots, read once; what lies over a scheme fits every edition of it."""

    def __init__(self, schemes: Iterable[Scheme], laid_over: Iterable[SpecialRule | Standard | HouseRules]) -> None:
        self._schemes = {(pack.id, pack.version): pack for pack in schemes}
        self._laid_over = {(pack.id, pack.version): pack for pack in laid_over}

    @classmethod
    def load(cls, *roots: Path) -> Self:
        """Read every pack under `<root>/<id>/<version>`, of the product's own folder when none is named.

        Raises:
            PackError: for the first that is not sound, does not fit its scheme or stands twice.
        """
        heads = [head for root in roots or (SCHEMES,) for head in sorted(root.glob(f"*/*/{HEAD}"))]
        schemes = {head: load_scheme(head.parent) for head in heads}
        files = [
            file for root in roots or (SCHEMES,) for name in LAID_OVER for file in sorted(root.glob(f"*/*/{name}"))
        ]
        laid_over = {file: load_pack(file) for file in files}
        _refuse_doubles({**schemes, **laid_over})
        for file, pack in laid_over.items():
            source = Source(file)
            source.take(file)
            for problem in override_problems(pack, [one for one in schemes.values() if one.id == pack.scheme]):
                raise source.error(problem)
        return cls(schemes.values(), laid_over.values())

    def scheme(self, pack_id: str, version: str) -> Scheme:
        """Give a scheme as it stands in its pack; raises KeyError where there is none."""
        return self._schemes[pack_id, version]

    def trade_pack(self, pack_id: str, version: str) -> SpecialRule | Standard:
        """Give a special rule or a standard; raises KeyError where there is none."""
        pack = self._laid_over[pack_id, version]
        if isinstance(pack, HouseRules):
            raise KeyError(pack_id, version)
        return pack

    def special_rule(self, pack_id: str, version: str) -> SpecialRule:
        """Give a special rule; raises KeyError where there is none."""
        pack = self._laid_over[pack_id, version]
        if not isinstance(pack, SpecialRule):
            raise KeyError(pack_id, version)
        return pack

    def house_rules_of(self, body: str, scheme: str, on: date) -> HouseRules | None:
        """Give a body's own rules for a scheme that are in force on a day, the latest; None where it has none."""
        found = [
            pack
            for pack in self._laid_over.values()
            if isinstance(pack, HouseRules) and (pack.body, pack.scheme) == (body, scheme) and pack.valid_from <= on
        ]
        return max(found, key=lambda pack: pack.valid_from, default=None)

    def packs(self, scheme: PackKey, trade: PackKey | None, house_rules: PackKey | None = None) -> Packs:
        """Give a scheme with what lies over it; a trade pack comes before a body's own rules (R:2).

        Raises:
            KeyError: one of them is not installed.
        """
        named = self.trade_pack(*trade) if trade else None
        house = self._laid_over[house_rules] if house_rules else None
        return Packs(self.scheme(*scheme).under(house, named), named)

    def packs_of(self, state: CaseState) -> Packs:
        """Give the packs a case is pinned to; raises KeyError where one is not installed."""
        if state.scheme is None:
            raise KeyError("a case before its application")
        trade = pack_key(state.special_rule) if state.special_rule else None
        house_id, _, version = (state.rules.house_rules if state.rules else "").partition("/")
        return self.packs(pack_key(state.scheme), trade, (house_id, version) if house_id else None)

    @cached_property
    def trade_packs(self) -> list[SpecialRule | Standard]:
        """Every special rule and standard, by id and version."""
        packs = [self._laid_over[key] for key in sorted(self._laid_over)]
        return [pack for pack in packs if not isinstance(pack, HouseRules)]

    def list(self) -> list[PackSummary]:
        """Give every pack as `GET /schemes` lists it, schemes first, by id and version."""
        schemes = [self._schemes[key].summary() for key in sorted(self._schemes)]
        return [*schemes, *(pack.summary() for pack in self.trade_packs)]


def _refuse_doubles(found: dict[Path, Scheme | SpecialRule | Standard | HouseRules]) -> None:
    seen: set[tuple[str, str]] = set()
    for path, pack in found.items():
        if (pack.id, pack.version) in seen:
            raise PackError(path, 1, f"{pack.id} {pack.version} stands twice")
        seen.add((pack.id, pack.version))

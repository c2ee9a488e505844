"""The library: every pack of this installation, read once, and what a case rests on of them."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from domain.application import Ref
from domain.house_rules import HouseRules
from domain.layer_checks import LaidOver, layer_problems
from domain.pack import Scheme
from domain.pack_parts import PackSummary
from domain.problems import Problem
from domain.state import CaseState
from domain.trade_pack import SpecialRule, Standard
from services.pack_files import HEAD, LAID_OVER, PART_FILES, SCHEMES, load_laid_over, load_scheme, strays
from services.strict_yaml import PackError, Source

__all__ = [
    "SCHEMES",
    "Examined",
    "Library",
    "PackError",
    "Packs",
    "examine",
    "load_laid_over",
    "load_scheme",
    "pack_key",
]

PackKey = tuple[str, str]
"""Id and version."""
Seen = set[tuple[str, ...]]
"""The packs read so far by their keys; house rules also by body, scheme and first day."""


class Packs(NamedTuple):
    """The packs a case rests on: the scheme with everything laid over it, and its trade pack."""

    scheme: Scheme
    trade: SpecialRule | Standard | None


class Examined(NamedTuple):
    """A pack's main file, and the pack or why it is not taken."""

    file: Path
    pack: Scheme | LaidOver | PackError


def pack_key(pack: Ref | HouseRules) -> PackKey:
    """Give a pack's id and version."""
    return pack.id, pack.version


def examine(*further: Path, copies: bool = False) -> list[Examined]:
    """Read every pack under `<root>/<id>/<version>`: the product's own, then those of further roots, schemes first.

    With `copies`, a pack of a further root stands in the place of the product's own of the same id and version.

    Raises:
        PackError: a root is no folder.
    """
    roots = list(dict.fromkeys(root.resolve() for root in (SCHEMES, *further)))
    for root in roots:
        if not root.is_dir():
            raise PackError(root, 1, "is no folder of packs")
    seen: Seen = set()
    files = list(_main_files(roots, copies=copies))
    examined = [Examined(file, _scheme(file, seen)) for file in files if file.name == HEAD]
    schemes = [one.pack for one in examined if isinstance(one.pack, Scheme)]
    trades: list[SpecialRule | Standard] = []
    for name in LAID_OVER:  # a body's own rules come last: they have to go with every trade's
        for file in (file for file in files if file.name == name):
            pack = _laid_over(file, seen, schemes, trades)
            examined.append(Examined(file, pack))
            trades += [pack] if isinstance(pack, SpecialRule | Standard) else []
    return [*examined, *(Examined(error.path, error) for root in roots for error in _misnamed(root))]


def _misnamed(root: Path) -> Iterator[PackError]:
    """Files that would be read by nobody, of folders without a main file: those that others borrow parts from."""
    for folder in sorted(root.glob("*/[0-9]*.[0-9]*")):
        if folder.is_dir() and not any((folder / name).exists() for name in (HEAD, *LAID_OVER)):
            yield from strays(folder, *PART_FILES)


def _main_files(roots: list[Path], *, copies: bool) -> Iterator[Path]:
    """Each pack's main file; of the product's own, the first root's, not those that a copy stands for."""
    found = [file for root in roots for file in sorted(root.glob("*/*/*.yaml")) if file.name in (HEAD, *LAID_OVER)]
    own = [file for file in found if file.is_relative_to(roots[0])]
    copied = {file.parts[-3:-1] for file in found if file not in own} if copies else set()
    return (file for file in found if file not in own or file.parts[-3:-1] not in copied)


def _scheme(file: Path, seen: Seen) -> Scheme | PackError:
    try:
        pack = load_scheme(file.parent)
        _refuse_second(file, pack, seen)
    except PackError as error:
        return error
    return pack


def _laid_over(
    file: Path, seen: Seen, schemes: list[Scheme], trades: list[SpecialRule | Standard]
) -> LaidOver | PackError:
    try:
        pack = load_laid_over(file)
        _refuse_second(file, pack, seen)
    except PackError as error:
        return error
    under = [one for one in schemes if one.id == pack.scheme]
    source = Source(file)
    source.take(file)
    problems = layer_problems(pack, under, [one for one in trades if one.scheme == pack.scheme])
    return source.errors([*_same_day(pack, seen), *problems]) or pack


def _same_day(pack: LaidOver, seen: Seen) -> Iterator[Problem]:
    if isinstance(pack, HouseRules):
        begins = (pack.body, pack.scheme, str(pack.valid_from))
        if begins in seen:
            yield Problem(("valid_from",), f"{pack.body} has other rules for {pack.scheme} from {pack.valid_from} on")
        seen.add(begins)


def _refuse_second(file: Path, pack: Scheme | LaidOver, seen: Seen) -> None:
    if (pack.id, pack.version) in seen:
        raise PackError(file, 1, f"{pack.id} {pack.version} stands twice")
    seen.add((pack.id, pack.version))


class Library:
    """Every pack under some roots, read once; what lies over a scheme fits every edition of it."""

    def __init__(self, packs: Iterable[Scheme | LaidOver]) -> None:
        found = list(packs)
        self._schemes = {(pack.id, pack.version): pack for pack in found if isinstance(pack, Scheme)}
        self._laid_over = {(pack.id, pack.version): pack for pack in found if not isinstance(pack, Scheme)}
        self._digests: dict[int, tuple[Scheme | LaidOver, str]] = {}
        self._laid: dict[tuple[PackKey, PackKey | None, PackKey | None], Packs] = {}

    @classmethod
    def load(cls, *further: Path) -> Self:
        """Read the product's own packs and those of further roots.

        Raises:
            PackError: for the first that is not sound, does not fit its scheme or stands twice.
        """
        return cls(_taken(examine(*further)))

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

    def house_rules(self, pack_id: str, version: str) -> HouseRules:
        """Give a body's own rules; raises KeyError where there are none."""
        pack = self._laid_over[pack_id, version]
        if not isinstance(pack, HouseRules):
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
        wanted = (scheme, trade, house_rules)
        if wanted not in self._laid:
            named = self.trade_pack(*trade) if trade else None
            house = self._laid_over[house_rules] if house_rules else None
            self._laid[wanted] = Packs(self.scheme(*scheme).under(house, named), named)
        return self._laid[wanted]

    def packs_of(self, state: CaseState) -> Packs:
        """Give the packs a case names, as they stand today; raises KeyError where one is not installed."""
        if state.scheme is None:
            raise KeyError("a case before its application")
        house_id, _, version = (state.rules.house_rules if state.rules else "").partition("/")
        named = pack_key(state.special_rule) if state.special_rule else None
        return self.packs(pack_key(state.scheme), named, (house_id, version) if house_id else None)

    def digest_of(self, pack: Scheme | SpecialRule | Standard) -> str:
        """Give a pack's digest, computed once: its canonical form takes milliseconds."""
        if id(pack) not in self._digests:
            self._digests[id(pack)] = (pack, pack.digest)
        return self._digests[id(pack)][1]

    @cached_property
    def trade_packs(self) -> list[SpecialRule | Standard]:
        """Every special rule and standard, by id and version."""
        packs = [self._laid_over[key] for key in sorted(self._laid_over)]
        return [pack for pack in packs if not isinstance(pack, HouseRules)]

    def list(self) -> list[PackSummary]:
        """Give every pack as `GET /schemes` lists it, schemes first, by id and version."""
        schemes = [self._schemes[key].summary() for key in sorted(self._schemes)]
        return [*schemes, *(pack.summary() for pack in self.trade_packs)]


def _taken(examined: list[Examined]) -> Iterator[Scheme | LaidOver]:
    for _, pack in examined:
        if isinstance(pack, PackError):
            raise pack
        yield pack

"""Reads one pack from its YAML files, strictly: an error names the file, the line and the reason."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import JsonValue, ValidationError

from domain.house_rules import HouseRules
from domain.layer_checks import LaidOver, house_rules_problems, special_rule_problems, standard_problems
from domain.pack import Scheme
from domain.pack_checks import scheme_problems
from domain.problems import Problem, faults_of, first_fault
from domain.trade_pack import SpecialRule, Standard
from services.strict_yaml import PackError, Source

Pack = TypeVar("Pack", bound=Scheme | LaidOver)

SCHEMES: Final = Path(__file__).parents[1] / "schemes"
"""The product's own packs."""
HEAD: Final = "scheme.yaml"
PARTS: Final = ("stages", "clauses", "waits", "planning", "cycle", "reminders", "documents", "errata")
OPTIONAL: Final = ("catalogue", "heads", "checklist", "pass_rule", "coverage", "grounds", "changes")
"""What only some schemes have."""
PART_FILES: Final = tuple(f"{part}.yaml" for part in (*PARTS, *OPTIONAL))
HEAD_KEYS: Final = ("id", "version", "kind", "title", "valid_from")
BORROWS: Final = "borrows"
"""Key of a scheme's head: part → the folder it is taken from, `service/1.0`."""

LAID_OVER: Final[dict[str, tuple[type[LaidOver], Callable[[Any], list[Problem]]]]] = {
    "special_rule.yaml": (SpecialRule, special_rule_problems),
    "standard.yaml": (Standard, standard_problems),
    "house_rules.yaml": (HouseRules, house_rules_problems),
}
"""Packs of one file: their model, and what can be wrong in them."""


def load_scheme(folder: Path) -> Scheme:
    """Read a scheme from its folder `<root>/<id>/<version>`; raises PackError."""
    source = Source(folder / HEAD)
    source.take(folder / HEAD)
    lenders = _lenders(source)
    if error := source.errors(_not_in_head(source)):
        raise error
    _refuse_strays(folder, HEAD, *PART_FILES)
    present = [part for part in OPTIONAL if part in lenders or (folder / f"{part}.yaml").exists()]
    for part in (*PARTS, *present):
        source.take(_file(source, folder, part, lenders.get(part)), (part,))
    source.data["borrowed"] = {part: lender.replace("/", " ") for part, lender in lenders.items()}
    return _sound(source, folder, Scheme.read, scheme_problems)


def load_laid_over(file: Path) -> LaidOver:
    """Read a pack of one file, `<root>/<id>/<version>/<kind>.yaml`; raises PackError."""
    source = Source(file)
    source.take(file)
    _refuse_strays(file.parent, file.name)
    model, problems = LAID_OVER[file.name]
    pack: LaidOver = _sound(source, file.parent, model.read, problems)
    return pack


def strays(folder: Path, *files: str) -> Iterator[PackError]:
    """Give an error for whatever lies in a version's folder beside these files; hidden ones are an editor's."""
    for found in sorted(folder.iterdir()):
        if found.name not in files and not found.name.startswith("."):
            yield PackError(found, 1, f"{found.name} is no file of this pack, nobody would read it")


def _refuse_strays(folder: Path, *files: str) -> None:
    found = list(strays(folder, *files))
    if found:
        found[0].others = found[1:]
        raise found[0]


def _not_in_head(source: Source) -> Iterator[Problem]:
    for key in source.data:
        if key in (*PARTS, *OPTIONAL):
            yield Problem((key,), f"{key} belongs into {key}.yaml")
        elif key not in HEAD_KEYS:
            yield Problem((key,), f"unknown key {key}")


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


def _file(source: Source, folder: Path, part: str, lender: str | None) -> Path:
    """Where a part stands: in the scheme's folder, or in a lender's beside it or among the product's own."""
    own = folder / f"{part}.yaml"
    if lender is None:
        return own
    if own.exists():
        raise source.error(Problem((BORROWS, part), f"{part} is borrowed and stands in {part}.yaml as well"))
    for root in (folder.parents[1], SCHEMES):
        if (root / lender / own.name).exists():
            return root / lender / own.name
    raise source.error(Problem((BORROWS, part), f"there is no {lender}/{own.name} to borrow from"))


def _sound(
    source: Source, folder: Path, read: Callable[[JsonValue], Pack], problems: Callable[[Pack], list[Problem]]
) -> Pack:
    try:
        pack = read(source.data)
    except ValidationError as broken:
        raise source.errors(faults_of(broken)) or source.error(first_fault(broken)) from broken
    if error := source.errors((*_misplaced(folder, pack), *problems(pack))):
        raise error
    return pack


def _misplaced(folder: Path, pack: Scheme | LaidOver) -> Iterator[Problem]:
    if pack.id != folder.parent.name:
        yield Problem(("id",), f"{pack.id} lies in a folder named {folder.parent.name}")
    if pack.version != folder.name:
        yield Problem(("version",), f"{pack.version} lies in a folder named {folder.name}")

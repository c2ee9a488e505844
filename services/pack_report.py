"""What `jingpin scheme check` says of packs: whether each is sound, and what its reader should know of it."""

from collections.abc import Iterator
from pathlib import Path

from domain.house_rules import HouseRules
from domain.layer_checks import LaidOver
from domain.pack import Scheme
from domain.trade_pack import TradePack
from services.pack_files import HEAD, LAID_OVER
from services.schemes import Examined, examine
from services.strict_yaml import PackError


def examine_paths(paths: list[Path], further: list[Path]) -> list[Examined]:
    """Examine the packs that lie in these folders: a root, a pack's folder, or the folder of one version.

    The product's own packs and those of `further` are known beside them; raises PackError for what is no folder.
    """
    asked = [path.resolve() for path in paths]
    examined = examine(*further, *(_root(path) for path in asked), copies=True)
    return [one for one in examined if any(one.file.is_relative_to(path) for path in asked)]


def report(one: Examined) -> Iterator[str]:
    """Say of a pack where it is wrong; of a sound one its errata, what it borrows and what it sets."""
    if isinstance(one.pack, PackError):
        yield from (str(error) for error in (one.pack, *one.pack.others))
        return
    yield f"{one.file}: {one.pack.id} {one.pack.version}, {one.pack.kind}, is sound"
    yield from _of_scheme(one.pack) if isinstance(one.pack, Scheme) else _of_layer(one.pack)


def _root(path: Path) -> Path:
    for up, pattern in ((2, "{}"), (1, "*/{}")):
        if any(any(path.glob(pattern.format(name))) for name in (HEAD, *LAID_OVER)):
            return path.parents[up - 1]
    return path


def _of_scheme(scheme: Scheme) -> Iterator[str]:
    for lender in dict.fromkeys(scheme.borrowed.values()):
        parts = ", ".join(part for part, whose in scheme.borrowed.items() if whose == lender)
        yield f"  borrows of {lender}: {parts}"
    gaps = [one.indicator for one in scheme.coverage if not one.rows and not one.special_rule]
    if gaps:
        yield f"  indicators of G:A that nothing looks at: {', '.join(gaps)}"
    for erratum in scheme.errata:
        others = "".join(f", else {other.id}" for other in erratum.alternatives)
        yield f"  erratum {erratum.id} ({erratum.clause}): {erratum.reading.id}{others}"


def _of_layer(pack: LaidOver) -> Iterator[str]:
    if isinstance(pack, TradePack) and pack.example:
        yield "  is an example, made up to show the form"
    for override in pack.overrides:
        yield f"  sets {override.path} of {pack.scheme}: {override.value}"
    for erratum, reading in (pack.readings if isinstance(pack, HouseRules) else {}).items():
        yield f"  reads {erratum} of {pack.scheme}: {reading}"

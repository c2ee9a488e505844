"""Where the packs speak of a clause: entries that name it, and values that a clause points at."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel, JsonValue

from domain.overrides import find
from domain.pack import Scheme
from domain.pack_parts import SchemeKind
from domain.trade_pack import SpecialRule, Standard
from services.pack_files import HEAD, OPTIONAL, PARTS
from services.schemes import Library

SETTINGS: Final = "settings.py"
_NAMES: Final = ("id", "kind", "row", "letter")
"""What an entry is called by: the first that it has."""


class Entry(NamedTuple):
    """An entry of a pack, or a setting: its file, relative to the repository, and its name."""

    path: str
    name: str


def schemes(library: Library) -> list[Scheme]:
    """Give every scheme of a library, by id and version."""
    listed = [pack for pack in library.list() if pack.kind in get_args(SchemeKind)]
    return [library.scheme(pack.id, pack.version) for pack in listed]


def naming(scheme: Scheme) -> Iterator[tuple[str, Entry]]:
    """Give every entry of a scheme that names a clause, with the clause; what is borrowed stands in its lender."""
    for part in (*PARTS, *OPTIONAL):
        file = _file(scheme, part)
        yield from ((one.clause, Entry(file, _name(one))) for one in _naming(getattr(scheme, part)))


class Pointers:
    """Finds what the clauses of a scheme point at, in it and in the other packs of a library."""

    def __init__(self, library: Library, scheme: Scheme) -> None:
        self._library = library
        self._packs: dict[str, Scheme | SpecialRule | Standard] = {"": scheme}
        self._data: dict[str, JsonValue] = {}

    def entry(self, pointer: str) -> Entry:
        """Give the entry at a pointer, as `Clause.data` holds it.

        Raises:
            KeyError: there is no such pack.
            ValueError: there is nothing at it.
        """
        named, _, inside = pointer.rpartition("#")
        if named == SETTINGS:
            return Entry(SETTINGS, inside)
        pack = self._pack(named)
        if named not in self._data:
            self._data[named] = pack.model_dump(mode="json")
        if find(self._data[named], inside) in (None, [], {}, ""):
            raise ValueError(f"{pointer} is empty")
        part, _, name = inside.removeprefix("/").partition("/")
        return Entry(_file(pack, part), name or part)

    def _pack(self, named: str) -> Scheme | SpecialRule | Standard:
        if named not in self._packs:
            pack_id, _, version = named.partition("/")
            known = {(one.id, one.version): one for one in schemes(self._library)}
            self._packs[named] = known.get((pack_id, version)) or self._library.trade_pack(pack_id, version)
        return self._packs[named]


def _file(pack: Scheme | SpecialRule | Standard, part: str) -> str:
    if not isinstance(pack, Scheme):
        return f"schemes/{pack.id}/{pack.version}/{pack.kind}.yaml"
    folder = pack.borrowed.get(part, f"{pack.id} {pack.version}").replace(" ", "/")
    return f"schemes/{folder}/{f'{part}.yaml' if part in (*PARTS, *OPTIONAL) else HEAD}"


def _naming(value: object) -> Iterator[Any]:
    if isinstance(value, BaseModel):
        if hasattr(value, "clause"):
            yield value
        for name in type(value).model_fields:
            yield from _naming(getattr(value, name))
    elif isinstance(value, list):
        for one in value:
            yield from _naming(one)


def _name(entry: Any) -> str:  # noqa: ANN401  # any entry of a pack
    return str(next(getattr(entry, name) for name in _NAMES if hasattr(entry, name)))

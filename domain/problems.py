"""A problem of a pack: what is wrong, and where in its data."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from domain.model import Text

Loc = tuple[str | int, ...]


class Problem(NamedTuple):
    """What is wrong in a pack, and where in its data."""

    loc: Loc
    reason: str


def repeats(field: str, ids: Iterable[Hashable], *, prefix: Loc = ()) -> Iterator[Problem]:
    """Give every entry of a list whose id stands in it already."""
    seen: set[Hashable] = set()
    for place, one in enumerate(ids):
        if one in seen:
            yield Problem((*prefix, field, place), f"{one} stands twice")
        seen.add(one)


def empty_texts(data: BaseModel | list[Any], at: Loc = ()) -> Iterator[Problem]:
    """Give every text of a pack, at any depth, that says nothing in one of its languages."""
    for name, value in data if isinstance(data, BaseModel) else enumerate(data):
        if isinstance(value, Text):
            yield from (
                Problem((*at, name, language), f"{language} says nothing") for language, text in value if not text
            )
        elif isinstance(value, BaseModel | list):
            yield from empty_texts(value, (*at, name))


def faults_of(broken: ValidationError) -> list[Problem]:
    """Give everything that data of the wrong form gets wrong, in the order of the data."""
    return [Problem(error["loc"], _said(error["type"], error["loc"], error["msg"])) for error in broken.errors()]


def first_fault(broken: ValidationError) -> Problem:
    """Give the first thing that data of the wrong form gets wrong."""
    return faults_of(broken)[0]


def _said(kind: str, loc: Loc, message: str) -> str:
    name = ".".join(str(part) for part in loc)
    said = {"extra_forbidden": f"unknown key {name}", "missing": f"{name} is missing"}
    return said.get(kind, f"{name}: {message}")

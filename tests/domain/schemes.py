"""The shipped schemes, and what is said of them when some of their values are others."""

from collections.abc import Callable, Iterable
from typing import Any

from domain.overrides import Override, find, put
from domain.pack import Scheme
from domain.pack_checks import scheme_problems
from domain.problems import Problem
from services.schemes import Library

LIBRARY = Library.load()
SERVICE, PRODUCT = LIBRARY.scheme("service", "1.0"), LIBRARY.scheme("product", "1.0")

Told = list[tuple[str, str]]


def told_by(problems: Callable[[Scheme], Iterable[Problem]]) -> Callable[..., Told]:
    """What a check says of a scheme with values set at paths, `/` written as `__`: problems as (place, reason)."""

    def told(scheme: Scheme, **changes: Any) -> Told:
        data = scheme.model_dump(mode="json")
        for name, value in changes.items():
            path = f"/{name.replace('__', '/')}"
            put(data, Override.model_construct(path=path, value=value(find(data, path)) if callable(value) else value))
        return [("/".join(map(str, found.loc)), found.reason) for found in problems(Scheme.read(data))]

    return told


told = told_by(scheme_problems)


def twice(listed: list[Any]) -> list[Any]:
    """The first entry once more at the end."""
    return [*listed, listed[0]]

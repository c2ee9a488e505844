"""The shipped schemes, and what is said of them when some of their values are others."""

from typing import Any

from domain.overrides import Override, find, put
from domain.pack import Scheme
from domain.pack_checks import scheme_problems
from services.schemes import Library

LIBRARY = Library.load()
SERVICE, PRODUCT = LIBRARY.scheme("service", "1.0"), LIBRARY.scheme("product", "1.0")

Told = list[tuple[str, str]]


def told(scheme: Scheme, **changes: Any) -> Told:
    """Problems as (place, reason) of a scheme with values set at paths, `/` written as `__`."""
    data = scheme.model_dump(mode="json")
    for name, value in changes.items():
        path = f"/{name.replace('__', '/')}"
        put(data, Override.model_construct(path=path, value=value(find(data, path)) if callable(value) else value))
    return [("/".join(map(str, found.loc)), found.reason) for found in scheme_problems(Scheme.read(data))]

"""Values that somebody sets in a scheme's place: which, by whom, and putting them there (R:2)."""

from typing import Annotated, Any, Protocol

from pydantic import JsonValue, StringConstraints

from domain.model import Input


class Override(Input):
    """A parameter of the scheme that a trade pack or a body sets in its place (R:2)."""

    path: Annotated[str, StringConstraints(pattern=r"^/(planning|cycle|reminders|waits|catalogue|pass_rule|changes)/")]
    """JSON pointer into the scheme's data, list entries by kind, id or row: `/waits/audit.plan/limit/amount`."""
    value: JsonValue


class Layer(Protocol):
    """What lies over a scheme: its overrides, and whose they are."""

    @property
    def origin(self) -> str:
        """Who sets the values, as people are shown it."""

    @property
    def overrides(self) -> list[Override]:
        """What it sets."""


def put(data: Any, override: Override) -> None:  # noqa: ANN401  # any JSON value inside a pack
    """Set the value an override points at; raises ValueError where there is none."""
    place, key = _place(data, override.path)
    place[key] = override.value


def find(data: Any, path: str) -> Any:  # noqa: ANN401  # any JSON value inside a pack
    """Give the value a path points at, as an override's does; raises ValueError where there is none."""
    place, key = _place(data, path)
    return place[key]


def _place(data: Any, path: str) -> tuple[Any, int | str]:  # noqa: ANN401  # any JSON value inside a pack
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    try:
        for part in way:
            data = data[_key(data, part)]
        key = _key(data, last)
        data[key]
    except (KeyError, IndexError, TypeError, ValueError) as missing:
        raise ValueError(f"{path} is no parameter of the scheme") from missing
    return data, key


def _key(data: Any, part: str) -> int | str:  # noqa: ANN401  # any JSON value inside a pack
    """A mapping's key, or the place of a list's entry by its kind, id or row, else by its index."""
    if not isinstance(data, list):
        return part
    for place, entry in enumerate(data):
        if isinstance(entry, dict) and part in {str(entry.get(name)) for name in ("kind", "id", "row")}:
            return place
    return int(part)

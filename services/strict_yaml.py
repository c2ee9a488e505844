"""Strict YAML: the data of a few files and the line of each value; YAML 1.1's surprises are refused."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import yaml
from pydantic import JsonValue

from domain.problems import Loc, Problem

_TAG: Final = "tag:yaml.org,2002:"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")
MOST_DIGITS: Final = 9
_AS_WRITTEN: Final = {f"{_TAG}str", f"{_TAG}timestamp"}

# PyYAML is built without its C parser on some systems
_LOADER: Final[type[yaml.SafeLoader] | type[yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PackError(Exception):
    """A pack that is not taken: `path`, `line` (from 1) and `reason`."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason
        self.others: list[PackError] = []
        """What else is wrong in it."""


class Source:
    """The data of one or more YAML files, and where each value of it was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, JsonValue] = {}
        self.places: dict[Loc, tuple[Path, int]] = {(): (path, 1)}
        self._seen: set[int] = set()

    def take(self, path: Path, at: Loc = ()) -> None:
        """Read a file into the data: as a whole, or under a key; raises PackError."""
        node = _compose(path)
        self.places[at] = (path, node.start_mark.line + 1)
        self._seen = set()
        value = self._value(path, node, at)
        if at:
            self.data[str(at[0])] = value
        elif isinstance(value, dict):
            self.data.update(value)
        else:
            raise PackError(path, 1, "is no mapping")

    def error(self, problem: Problem) -> PackError:
        """Give the problem as an error at the nearest place that was written."""
        loc = problem.loc
        while loc not in self.places:
            loc = loc[:-1]
        path, line = self.places[loc]
        return PackError(path, line, problem.reason)

    def errors(self, problems: Iterable[Problem]) -> PackError | None:
        """Give the first problem as an error that knows the others; none where there is none."""
        found = [self.error(problem) for problem in problems]
        if found:
            found[0].others = found[1:]
        return found[0] if found else None

    def _value(self, path: Path, node: yaml.Node, at: Loc) -> JsonValue:
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            raise PackError(path, line, "anchors and aliases are not used in packs")
        self._seen.add(id(node))
        self.places.setdefault(at, (path, line))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return dict(self._entries(path, node, at))
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self._value(path, one, (*at, place)) for place, one in enumerate(node.value)]
        return _scalar(path, line, node)

    def _entries(self, path: Path, node: yaml.MappingNode, at: Loc) -> Iterator[tuple[str, JsonValue]]:
        keys: set[str] = set()
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag != f"{_TAG}str":
                raise PackError(path, line, f"key {key_node.value} is no text; put it in quotes")
            key = str(key_node.value)
            if key in keys:
                raise PackError(path, line, f"key {key} stands twice")
            keys.add(key)
            self.places[(*at, key)] = (path, line)
            yield key, self._value(path, value_node, (*at, key))


def _compose(path: Path) -> yaml.Node:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError as missing:
        raise PackError(path, 1, "the file is missing") from missing
    except UnicodeDecodeError as broken:
        raise PackError(path, 1, "the file is not UTF-8") from broken
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise PackError(path, line, f"is no YAML: {broken.problem}") from broken
    except yaml.YAMLError as broken:
        raise PackError(path, 1, f"is no YAML: {broken}") from broken
    if node is None:
        raise PackError(path, 1, "the file is empty")
    return node


def _scalar(path: Path, line: int, node: yaml.Node) -> JsonValue:
    """Give a scalar's value; YAML 1.1's surprises (0.5, yes, 1:30, merge keys, tags) are refused."""
    text = str(node.value)
    if node.tag in _AS_WRITTEN:
        return text
    if node.tag == f"{_TAG}int" and _NUMBER.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise PackError(path, line, f"a number of {len(text)} digits is more than any rule gives")
        return int(text)
    if node.tag == f"{_TAG}bool" and text in {"true", "false"}:
        return text == "true"
    if node.tag == f"{_TAG}null":
        return None
    if node.tag == f"{_TAG}float":
        raise PackError(path, line, f"{text} is a binary fraction; write it as a decimal in quotes")
    raise PackError(path, line, f"{text} is ambiguous YAML ({node.tag}); put it in quotes")

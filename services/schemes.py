"""Reads scheme packs from YAML, strictly: an error names the file, the line and the reason."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, Self, TypeVar

import yaml
from pydantic import JsonValue, ValidationError

from domain.pack import PackSummary, Scheme, SpecialRule
from domain.pack_checks import Loc, Problem, scheme_problems, special_rule_problems

Pack = TypeVar("Pack", bound=Scheme | SpecialRule)

SCHEMES: Final = Path(__file__).parents[1] / "schemes"
SPECIAL_RULE: Final = "special_rule.yaml"
HEAD: Final = "scheme.yaml"
PARTS: Final = ("clauses", "waits", "planning", "cycle", "reminders", "documents", "errata")
CHOICES: Final = ("catalogue", "checklist")
"""One of the two, as the scheme is scored or answered from a list."""

_TAG: Final = "tag:yaml.org,2002:"
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


class _Source:
    """The data of one or more YAML files, and where each value of it was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, JsonValue] = {}
        self.places: dict[Loc, tuple[Path, int]] = {(): (path, 1)}
        self._seen: set[int] = set()

    def take(self, path: Path, at: Loc = ()) -> None:
        """Read a file into the data: as a whole, or under a key; raises PackError."""
        node = _compose(path)
        self.places[at] = (path, 1)
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
    if node.tag == f"{_TAG}int" and text.isascii() and text.isdigit() and str(int(text)) == text:
        return int(text)
    if node.tag == f"{_TAG}bool" and text in {"true", "false"}:
        return text == "true"
    if node.tag == f"{_TAG}null":
        return None
    if node.tag == f"{_TAG}float":
        raise PackError(path, line, f"{text} is a binary fraction; write it as a decimal in quotes")
    raise PackError(path, line, f"{text} is ambiguous YAML ({node.tag}); put it in quotes")


def load_scheme(folder: Path) -> Scheme:
    """Read a scheme from its folder `…/<id>/<version>`; raises PackError."""
    source = _Source(folder / HEAD)
    source.take(folder / HEAD)
    for part in (*PARTS, *(choice for choice in CHOICES if (folder / f"{choice}.yaml").exists())):
        if part in source.data:
            raise source.error(Problem((part,), f"{part} belongs into {part}.yaml"))
        source.take(folder / f"{part}.yaml", (part,))
    return _sound(source, folder, Scheme.read, scheme_problems)


def load_special_rule(folder: Path) -> SpecialRule:
    """Read a special rule from its folder `…/<id>/<version>`; raises PackError."""
    source = _Source(folder / SPECIAL_RULE)
    source.take(folder / SPECIAL_RULE)
    return _sound(source, folder, SpecialRule.read, special_rule_problems)


def _sound(
    source: _Source, folder: Path, read: Callable[[JsonValue], Pack], problems: Callable[[Pack], list[Problem]]
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


def _misplaced(folder: Path, pack: Scheme | SpecialRule) -> Iterator[Problem]:
    if pack.id != folder.parent.name:
        yield Problem(("id",), f"{pack.id} lies in a folder named {folder.parent.name}")
    if pack.version != folder.name:
        yield Problem(("version",), f"{pack.version} lies in a folder named {folder.name}")


class Library:
    """Every pack under one root, read once."""

    def __init__(self, schemes: list[Scheme], special_rules: list[SpecialRule]) -> None:
        self._schemes = {(pack.id, pack.version): pack for pack in schemes}
        self._special_rules = {(pack.id, pack.version): pack for pack in special_rules}

    @classmethod
    def load(cls, root: Path = SCHEMES) -> Self:
        """Read every pack under `root/<id>/<version>`; raises PackError for the first that is not sound."""
        schemes = [load_scheme(head.parent) for head in sorted(root.glob(f"*/*/{HEAD}"))]
        rules = [load_special_rule(head.parent) for head in sorted(root.glob(f"*/*/{SPECIAL_RULE}"))]
        return cls(schemes, rules)

    def scheme(self, pack_id: str, version: str) -> Scheme:
        """Give a scheme; raises KeyError where there is none."""
        return self._schemes[pack_id, version]

    def special_rule(self, pack_id: str, version: str) -> SpecialRule:
        """Give a special rule; raises KeyError where there is none."""
        return self._special_rules[pack_id, version]

    @cached_property
    def special_rules(self) -> list[SpecialRule]:
        """Every special rule, by id and version."""
        return [self._special_rules[key] for key in sorted(self._special_rules)]

    def list(self) -> list[PackSummary]:
        """Give every pack as `GET /schemes` lists it, schemes first, by id and version."""
        schemes = [self._schemes[key].summary() for key in sorted(self._schemes)]
        return [*schemes, *(rule.summary() for rule in self.special_rules)]

"""Where clauses are cited: in a text, in the product's code and in its tests, read from the sources themselves."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

CODE: Final = ("domain", "workflows", "activities", "services", "api", "records")
TESTS: Final = "tests"
FUNCTION: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
ABOUT_CLAUSES: Final = ("citations.py", "reach.py", "rulebook.py", "rulebook_page.py")
"""Files that show ids as examples."""

_ID: Final = r"[RG]:[0-9A-Z](?:[0-9A-Za-z./]*[0-9A-Za-z])?"
_SPAN: Final = r"[a-z][-–…][a-z]\b"
_CITED: Final = re.compile(
    rf"(?P<id>{_ID})(?:[-–…](?P<last>[a-z]\b|[0-9]+\b(?!\.[0-9]))| (?P<spans>{_SPAN}(?:, {_SPAN})*)|(?P<all>/\*))?"
)
_END: Final = re.compile(r"([a-z]|(?<=row)[0-9]+)$")


class Place(NamedTuple):
    """A function, class or constant of a file, or a test: `path` is relative to the repository."""

    path: str
    name: str
    runs: bool = True
    """Whether a function cites, or a class by one of its methods; what a type or a table holds is data."""

    @property
    def dotted(self) -> str:
        """As Python names it: `domain.cycle.expiry`."""
        return ".".join([*PurePosixPath(self.path).with_suffix("").parts, self.name])


class Cited(NamedTuple):
    """A text of a function, class or constant that may cite, and whether it is a function's."""

    name: str
    text: str
    runs: bool


def cited(text: str, known: Collection[str]) -> Iterator[str]:
    """Give every clause that a text cites, in order.

    `R:7/6.5.2 a-f`, `R:10/9.3.1a-k`, `R:7/7.2.1 a-e, g-i` and `R:B/row1-41` are each one of them, `G:A/*` is whatever
    stands under it.
    """
    for found in _CITED.finditer(text):
        clause, last = found["id"], found["last"]
        end = _END.search(clause)
        if found["all"]:
            yield from (one for one in known if re.match(rf"{re.escape(clause)}[./a-z]", one))
        elif found["spans"]:
            for span in found["spans"].split(", "):
                yield from (f"{clause}{letter}" for letter in _from_to(span[0], span[-1]))
        elif last and end:
            stem = clause[: end.start()]
            yield from (f"{stem}{one}" for one in _from_to(end[0], last))
        else:
            yield clause


def _from_to(first: str, last: str) -> list[str]:
    if first.isdigit():
        return [str(number) for number in range(int(first), int(last) + 1)]
    return [chr(letter) for letter in range(ord(first), ord(last) + 1)]


def of_code(root: Path, known: Collection[str]) -> dict[str, list[Place]]:
    """Clause → the functions, classes and constants of the product that cite it or use its id."""
    files = (
        file for folder in CODE for file in sorted((root / folder).rglob("*.py")) if file.name not in ABOUT_CLAUSES
    )
    return _collect(root, known, files, _code_texts)


def of_tests(root: Path, known: Collection[str]) -> dict[str, list[Place]]:
    """Clause → the tests whose docstring cites it: an id in a test's body may be no more than material."""
    return _collect(root, known, sorted((root / TESTS).rglob("test_*.py")), _test_texts)


def _collect(
    root: Path, known: Collection[str], files: Iterable[Path], texts: Callable[[ast.Module], Iterator[Cited]]
) -> dict[str, list[Place]]:
    places: dict[str, dict[tuple[str, str], bool]] = defaultdict(dict)
    for file in files:
        source = file.read_text(encoding="utf-8")
        if "R:" in source or "G:" in source:
            path = file.relative_to(root).as_posix()
            for name, text, runs in texts(ast.parse(source)):
                for clause in cited(text, known):
                    places[clause][path, name] = runs or places[clause].get((path, name), False)
    return {clause: [Place(*place, runs) for place, runs in found.items()] for clause, found in places.items()}


def _test_texts(module: ast.Module) -> Iterator[Cited]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield Cited(node.name, ast.get_docstring(node) or "", runs=True)


def _code_texts(module: ast.Module) -> Iterator[Cited]:
    """Name and text of whatever stands at a module's top; an id kept in a constant is cited by whoever uses it."""
    constants = dict(_constants(module))
    name = ""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                yield from (Cited(node.name, text, isinstance(part, FUNCTION)) for text in _texts(part, constants))
            continue
        if isinstance(node, FUNCTION):
            yield from (Cited(node.name, text, runs=True) for text in _texts(node, constants))
            continue
        target = target_of(node)
        name = target or (name if isinstance(node, ast.Expr) else "")
        if name and name not in constants:
            yield from (Cited(name, text, runs=False) for text in _texts(node, constants))


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        name = target_of(node)
        value = getattr(node, "value", None)
        if name and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield name, value.value


def target_of(node: ast.stmt) -> str:
    """Give the name that a statement at a module's top assigns to; none where it does not."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return targets[0].id if targets and isinstance(targets[0], ast.Name) else ""


def _texts(node: ast.AST, constants: dict[str, str]) -> Iterator[str]:
    pieces = {piece for one in ast.walk(node) if isinstance(one, ast.JoinedStr) for piece in one.values}
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one not in pieces:
            yield one.value
        elif isinstance(one, ast.Name) and one.id in constants:
            yield constants[one.id]

"""Which definitions of `domain/` the product reaches: its flow, its activities or its API use them, if only in turn."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from services.citations import CODE, target_of

RULES: Final = "domain."


def reached(root: Path) -> set[str]:
    """Give the dotted names, `domain.cycle.expiry`, of what is used from outside `domain/`, and what that uses."""
    uses: dict[str, set[str]] = {}
    found: set[str] = set()
    wanted: set[str] = set()
    for file in (file for folder in CODE for file in (root / folder).rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        own = {name: node for node in tree.body if (name := _name(node))}
        known = {**_imported(tree), **{name: f"{module}.{name}" for name in own}}
        if module.startswith(RULES):
            uses |= {known[name]: set(_used(node, known)) for name, node in own.items()}
        else:
            wanted |= set(_used(tree, known))
    while wanted:
        found |= wanted
        wanted = {further for one in wanted for further in uses.get(one, ())} - found
    return found & set(uses)


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    return target_of(node)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Name in the module → what it stands for, of everything that is imported from somewhere."""
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module)
    return {one.asname or one.name: f"{node.module}.{one.name}" for node in froms for one in node.names}


def _used(node: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in known:
            yield known[one.id]
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in known:
            yield f"{known[one.value.id]}.{one.attr}"

"""What workflows and rules may load and call: a case is replayed for years and must come to the same end each time."""

import ast
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("sqlmodel", "sqlalchemy", "fastapi", "yaml", "httpx", "typst", "alembic")
IMPORT_SECONDS = 5.0
"""A generous bound: about one second where nothing else runs."""


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def loaded_with(module: str) -> set[str]:
    """Every module that a fresh interpreter holds once it has imported this one."""
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_workflows_load_nothing_heavy_and_load_fast() -> None:
    began = time.monotonic()
    loaded = {name.partition(".")[0] for name in loaded_with("workflows.certification")}
    took = time.monotonic() - began
    assert not loaded & set(HEAVY), "every workflow instance would pay for it: import it in activities or services"
    assert took < IMPORT_SECONDS


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and top-level name of each import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." if node.level else (node.module or "").partition(".")[0]


@pytest.mark.parametrize("path", modules("domain"), ids=named)
def test_the_rules_import_the_standard_library_and_pydantic_only(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "pydantic", "domain"}
    foreign = [f"{named(path)}:{line}: {name}" for line, name in imported(path) if name not in allowed]
    assert not foreign, f"{foreign}: let a service find it out and hand it in as data"


INSTEAD = {
    "random": "choose in domain.sampling from a seed that is recorded, or in an activity",
    "uuid": "make ids from business keys: the case, the task kind and its count",
    "secrets": "make it in an activity",
    "datetime.now": "take `at`, the instant of the case's own clock; `workflow.now()` in the workflow itself",
    "datetime.utcnow": "take `at`, the instant of the case's own clock; `workflow.now()` in the workflow itself",
    "datetime.today": "take `at`, the instant of the case's own clock; `workflow.now()` in the workflow itself",
    "date.today": "take `case.today`, or `local_date(at)`",
    "time.time": "take `at`, the instant of the case's own clock",
    "time.time_ns": "take `at`, the instant of the case's own clock",
    "time.monotonic": "take `at`, the instant of the case's own clock",
    "time.sleep": "await `workflow.sleep`",
    "os.environ": "take it from `Start`, which the API fills from the settings",
    "os.getenv": "take it from `Start`, which the API fills from the settings",
    "open": "read it in an activity and hand it in with the facts",
    "pathlib": "read it in an activity and hand it in with the facts",
    "asyncio.wait": "use `workflow.wait`, whose order is the same in a replay",
    "asyncio.as_completed": "use `workflow.as_completed`, whose order is the same in a replay",
    "await in finally": "a cancelled or evicted case cannot wait there: do it after the try, or in the main coroutine",
}
"""What is forbidden → what to use instead."""

SINKS = {"random", "uuid", "secrets", "pathlib"}
"""Modules of which nothing may be used."""


class Findings(ast.NodeVisitor):
    """The forbidden names of one module, whatever they are imported as."""

    def __init__(self, tree: ast.AST) -> None:
        self.found: list[tuple[int, str]] = []
        self._means: dict[str, str] = {}
        self.visit(tree)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._means[alias.asname or alias.name] = alias.name
            self._note(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._means[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            self._note(node, f"{node.module}.{alias.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note(node, self._path(node))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._note(node, self._path(node))

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        for child in node.finalbody:
            waits = (part for part in ast.walk(child) if isinstance(part, (ast.Await, ast.AsyncFor, ast.AsyncWith)))
            self.found += [(part.lineno, "await in finally") for part in waits]
        self.generic_visit(node)

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def _path(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self._means.get(node.id, "open" if node.id == "open" else "")
        return f"{self._path(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""

    def _note(self, node: ast.stmt | ast.expr, path: str) -> None:
        parts = path.split(".")
        name = parts[0] if parts[0] in SINKS else ".".join(parts[-2:])
        if name in INSTEAD and (node.lineno, name) not in self.found:
            self.found.append((node.lineno, name))


def findings(source: str) -> list[tuple[int, str]]:
    return Findings(ast.parse(source)).found


@pytest.mark.parametrize("path", modules("workflows", "domain"), ids=named)
def test_a_case_comes_to_the_same_end_in_every_replay(path: Path) -> None:
    found = findings(path.read_text(encoding="utf-8"))
    assert not found, "\n".join(f"{named(path)}:{line}: {name}: {INSTEAD[name]}" for line, name in found)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import random", "random"),
        ("from uuid import uuid4", "uuid"),
        ("import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("from datetime import datetime as dt\ndt.now()", "datetime.now"),
        ("from datetime import date\ndate.today()", "date.today"),
        ("import time as t\nt.time()", "time.time"),
        ("from time import time", "time.time"),
        ("import os\nos.environ['x']", "os.environ"),
        ("from os import environ", "os.environ"),
        ("open('x')", "open"),
        ("from pathlib import Path", "pathlib"),
        ("import asyncio\nasyncio.wait([])", "asyncio.wait"),
        ("from asyncio import as_completed", "asyncio.as_completed"),
        ("async def f():\n  try:\n    pass\n  finally:\n    await g()", "await in finally"),
        ("async def f():\n  try:\n    pass\n  finally:\n    async with g():\n      pass", "await in finally"),
    ],
)
def test_what_a_replay_would_do_otherwise_is_found(source: str, name: str) -> None:
    assert {one for _, one in findings(source)} == {name}


@pytest.mark.parametrize(
    "source",
    [
        "from temporalio import workflow\nworkflow.now()",
        "from temporalio import workflow\nworkflow.wait([])",
        "import asyncio\nasyncio.wait_for(x, 1)",
        "case.open('x')",
        "limit.time.time_zone",
        "random = 2\nrandom += 1",
        "async def f():\n  try:\n    await g()\n  finally:\n    h()",
    ],
)
def test_what_a_replay_does_alike_is_left_alone(source: str) -> None:
    assert not findings(source)

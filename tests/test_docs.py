"""What the documentation says is there: commands, settings, paths, addresses, accounts, words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import typer
from starlette.applications import Starlette
from starlette.routing import Match

from api.app import create_app
from cli import app as command_line
from domain.acts import ACTS
from domain.answers import ANSWERS
from domain.application import NewCase
from domain.audit import Stage
from domain.certificates import Status
from records.seed import ACCOUNTS
from services.schemes import Library
from settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"(\./)?[\w.-]+(/[\w.-]+)*/?")
SETTING = re.compile(r"\bJINGPIN_[A-Z_]*[A-Z]\b")
COMMAND = re.compile(r"\bjingpin ([a-z][a-z-]*)")
CALL = re.compile(r"\b(GET|POST) (/[^\s\"'`?]+)")
ADDRESS = re.compile(r"(?:\$api|/api/v1)(/[^\s\"'`?]+)")
SENT = re.compile(r"\bsend \$\w+ (/[^\s\"']+)")
SUFFIXES = (".py", ".md", ".yaml", ".toml", ".sh")


def code(text: str) -> list[str]:
    """What stands in code: blocks and spans."""
    return FENCED.findall(text) + SPAN.findall(FENCED.sub("", text))


def spans(page: Path) -> list[str]:
    return SPAN.findall(FENCED.sub("", page.read_text(encoding="utf-8")))


def settings_read() -> set[str]:
    """Every variable the settings know or the installation reads."""
    known = {f"JINGPIN_{name.upper()}" for name in Settings.model_fields}
    embedded = ROOT / "deploy" / "embedded"
    for file in (*embedded.glob("*.py"), *embedded.glob("*.sh")):
        known |= set(SETTING.findall(file.read_text(encoding="utf-8")))
    return known


def repository_files() -> list[str]:
    folders = [one for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith(".") and one.name != "data"]
    files = [file for file in ROOT.iterdir() if file.is_file()]
    files += [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [f"/{file.relative_to(ROOT).as_posix()}" for file in files]


FILES = repository_files()


def is_there(path: str) -> bool:
    """Whether a path named in a text exists: from the root, or as the end of a file's path."""
    first = path.removeprefix("./").split("/")[0]
    from_root = path.startswith("./") or ("/" in path and first != "data" and (ROOT / first).is_dir())
    if from_root and (ROOT / path).exists():
        return True
    if path.endswith(SUFFIXES):
        return any(file.endswith(f"/{path}") for file in FILES)
    return not from_root


def addresses() -> Iterator[tuple[str, str]]:
    """Method and path of every call the README shows."""
    for text in code(README):
        yield from CALL.findall(text)
        yield from (("POST", f"/api/v1{path}") for path in SENT.findall(text))
        yield from (("", f"/api/v1{path}") for path in ADDRESS.findall(text))


def answers(app: Starlette, method: str, path: str) -> bool:
    """Whether a route takes this call; any method when none is given."""
    scope = {"type": "http", "path": path, "root_path": "", "method": method, "headers": []}
    wanted = {Match.FULL} if method else {Match.FULL, Match.PARTIAL}
    return any(route.matches(scope)[0] in wanted for route in app.routes)


def test_every_command_in_the_readme_exists() -> None:
    named = {name for text in code(README) for name in COMMAND.findall(text)}
    group = typer.main.get_command(command_line)
    assert named
    assert named <= set(getattr(group, "commands", {}))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    assert set(SETTING.findall(page.read_text(encoding="utf-8"))) <= settings_read()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    paths = [span for span in spans(page) if PATH.fullmatch(span)]
    assert [path for path in paths if not is_there(path)] == []


def test_every_folder_of_the_map_exists() -> None:
    folders = re.findall(r"^\| `([^`]+/)` \|", README, re.MULTILINE)
    assert "domain/" in folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_every_address_in_the_readme_is_a_route() -> None:
    app = create_app(Settings())
    shown = set(addresses())
    assert ("POST", "/api/v1/cases") in shown
    assert [f"{method} {path}" for method, path in shown if not answers(app, method, path)] == []


def test_the_application_of_the_readme_is_valid() -> None:
    [application] = re.findall(r"cat <<END\n(.*?)\nEND$", README, re.MULTILINE | re.DOTALL)
    handed_in = NewCase.model_validate_json(application.replace("$1", "a-file"))
    assert handed_in.special_rule
    rule = Library.load().special_rule(handed_in.special_rule.id, handed_in.special_rule.version)
    assert rule.trade == handed_in.service.category


def test_the_readme_lists_the_seeded_accounts() -> None:
    rows = re.findall(r"^\| (`[a-z].*?) \|", README.partition("## A first case")[0], re.MULTILINE)
    assert {name for row in rows for name in SPAN.findall(row)} == set(ACCOUNTS)


@pytest.mark.parametrize(
    "words", [get_args(Stage), get_args(Status), ACTS, ANSWERS], ids=["stages", "statuses", "acts", "tasks"]
)
def test_the_glossary_has_every_word_of_the_api(words: tuple[str, ...] | dict[str, object]) -> None:
    missing = [word for word in words if f"`{word}`" not in GLOSSARY]
    assert not missing, f"add a line to docs/glossary.md for each of {missing}"


def test_the_glossary_has_every_task_of_the_service_scheme() -> None:
    missing = [kind for kind in Library.load().scheme("service", "1.0").rules().waits if f"`{kind}`" not in GLOSSARY]
    assert not missing, f"add a line to docs/glossary.md for each of {missing}"

"""`jingpin audit` and `python -m checker`, as somebody runs them: a line a finding, and a status for how it went."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.__main__ import main
from cli import app
from tests.audit.faults import a_changed_event
from tests.audit.forger import Forger

NOWHERE = "127.0.0.1:9"


@pytest.fixture
def data(record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an installation with this record."""
    monkeypatch.setenv("JINGPIN_DATA", str(tmp_path))
    shutil.copy(record, tmp_path / "jingpin.sqlite")
    return tmp_path


def audit(*arguments: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["audit", *arguments])
    return result.exit_code, result.output.splitlines()


def check(data: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["checker", *arguments, "--database", f"sqlite:///{data / 'jingpin.sqlite'}"])
    return main()


def key(data: Path) -> Path:
    file = data / "keys" / "payload.key"
    file.parent.mkdir()
    file.write_bytes(bytes(32))
    file.chmod(0o600)
    return file


def test_without_the_engine_the_record_is_audited_and_the_rest_named(data: Path) -> None:
    key(data)
    status, lines = audit("case-a", "--temporal", NOWHERE)
    assert status == 2
    assert lines[0].startswith("JP-2026-00001: whole (35 turns, 28 events)")
    assert lines[1].startswith(f"JP-2026-00001: not checked: the engine's histories (no engine at {NOWHERE}")


def test_no_key_is_made_for_an_audit(data: Path) -> None:
    status, lines = audit("JP-2026-00001")
    assert (status, "there is no key" in lines[1]) == (2, True)
    assert not (data / "keys").exists()


def test_every_case_is_audited_and_what_differs_is_said(data: Path) -> None:
    with Forger(str(data / "jingpin.sqlite")) as forger:
        a_changed_event(forger)
    status, lines = audit("--all")
    assert status == 1
    assert "JP-2026-00001: event 12/data/verdict is fail, and should be pass" in lines
    assert any(line.startswith("JP-2026-00002: whole") for line in lines)


def test_an_unknown_case_is_said_to_be_none(data: Path) -> None:
    assert data
    assert audit("JP-2026-09999") == (2, ["there is no case JP-2026-09999"])


@pytest.mark.parametrize("arguments", [[], ["case-a", "--all"]])
def test_one_case_or_all_are_named(data: Path, arguments: list[str]) -> None:
    assert data
    assert audit(*arguments)[0] == 2


def test_a_record_that_cannot_be_read_is_said_to_be(data: Path) -> None:
    (data / "jingpin.sqlite").write_bytes(b"")
    status, [line] = audit("case-a")
    assert (status, line) == (2, "the record cannot be read: no such table: cases")


def test_the_checker_says_what_is_whole(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(data, monkeypatch, "JP-2026-00001") == 0
    assert capsys.readouterr().out == "whole\n"


def test_the_checker_says_what_differs(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Forger(str(data / "jingpin.sqlite")) as forger:
        a_changed_event(forger)
    assert check(data, monkeypatch, "case-a") == 1
    assert capsys.readouterr().out == "event 12 says something else than when it was hashed\n"


def test_the_checker_says_what_it_could_not_check(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(data, monkeypatch, "case-x") == 2
    assert check(data, monkeypatch, "case-a", "--temporal", NOWHERE, "--key", str(key(data))) == 2
    assert "not checked: the histories" in capsys.readouterr().out

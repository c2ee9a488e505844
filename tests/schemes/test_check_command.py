"""`jingpin scheme check` and `jingpin scheme schema`, as somebody runs them."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from services.pack_files import SCHEMES
from tests.schemes.builders import HOUSE, RULE, lay, setting


def run(*arguments: object) -> tuple[int, list[str]]:
    """Exit code and what is printed."""
    result = CliRunner().invoke(app, ["scheme", *(str(one) for one in arguments)])
    return result.exit_code, result.output.splitlines()


@pytest.fixture(autouse=True)
def no_further_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JINGPIN_PACKS", raising=False)


def test_every_pack_in_use_is_checked_when_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lay(tmp_path, RULE)
    monkeypatch.setenv("JINGPIN_PACKS", str(tmp_path))
    code, lines = run("check")
    assert code == 0
    sound = [line for line in lines if line.endswith("is sound")]
    assert len(sound) == 8
    assert f"{tmp_path / 'tea' / '1.0' / 'special_rule.yaml'}: tea 1.0, special_rule, is sound" in sound


@pytest.mark.parametrize("named", ["", "product", "product/1.0"])
def test_a_root_a_packs_folder_or_one_version_is_named(named: str) -> None:
    code, lines = run("check", SCHEMES / named)
    assert code == 0
    assert any(line.endswith("product 1.0, product, is sound") for line in lines)
    assert any("service 1.0, service, is sound" in line for line in lines) == (named == "")


def test_errata_are_printed_with_their_readings() -> None:
    _, lines = run("check", SCHEMES / "service")
    assert "  erratum appendix-b-points (R:B): normalise, else cap" in lines
    assert "  erratum issue-overdue-anchor (R:7/6.4.7): report, else review, else decision" in lines


@pytest.mark.parametrize(("pack", "times"), [("example-millet", 1), ("service", 0)])
def test_an_example_is_said_to_be_one(pack: str, times: int) -> None:
    _, lines = run("check", SCHEMES / pack)
    assert lines.count("  is an example, made up to show the form") == times


def test_what_is_borrowed_set_and_chosen_is_printed(tmp_path: Path) -> None:
    lay(tmp_path, HOUSE, readings={"credit-strictness": "serious-only"}, overrides=setting(planning__grid="1"))
    _, lines = run("check", SCHEMES / "product", tmp_path)
    assert "  borrows of general-requirements 1.0: heads, checklist" in lines
    assert "  sets /planning/grid of service: 1" in lines
    assert "  reads credit-strictness of service: serious-only" in lines


def test_each_broken_pack_is_told_with_file_line_and_reason(tmp_path: Path) -> None:
    first = lay(tmp_path, RULE, id="a", threshold="101")
    second = lay(tmp_path, RULE, id="b", overrides=setting(cycle__moons=3))
    lay(tmp_path, RULE, id="c")
    code, lines = run("check", tmp_path)
    line = 1 + next(
        place for place, text in enumerate(second.read_text(encoding="utf-8").splitlines()) if "/cycle/moons" in text
    )
    assert code == 1
    assert lines == [
        f"{first}:9: threshold 101 is above 100",
        f"{second}:{line}: /cycle/moons is no parameter of the scheme",
        f"{tmp_path / 'c' / '1.0' / 'special_rule.yaml'}: c 1.0, special_rule, is sound",
    ]


def test_a_broken_neighbour_that_was_not_named_is_not_told(tmp_path: Path) -> None:
    lay(tmp_path, RULE, id="a", threshold="101")
    lay(tmp_path, RULE, id="c")
    assert run("check", tmp_path / "c" / "1.0")[0] == 0


def test_a_broken_pack_in_use_is_told_beside_a_sound_one_that_was_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = lay(tmp_path / "in-use", RULE, id="a", threshold="101")
    lay(tmp_path / "mine", RULE, id="c")
    monkeypatch.setenv("JINGPIN_PACKS", str(tmp_path / "in-use"))
    code, lines = run("check", tmp_path / "mine")
    assert code == 1
    assert lines == [
        f"{tmp_path / 'mine' / 'c' / '1.0' / 'special_rule.yaml'}: c 1.0, special_rule, is sound",
        f"{broken}:9: threshold 101 is above 100",
    ]


@pytest.mark.parametrize(("folder", "said"), [("", "there is no pack"), ("none", "is no folder of packs")])
def test_a_folder_without_packs_is_a_mistake(tmp_path: Path, folder: str, said: str) -> None:
    code, lines = run("check", tmp_path / folder)
    assert code == 1
    assert said in lines[-1]


def test_schemas_are_written_where_one_wants_them(tmp_path: Path) -> None:
    code, lines = run("schema", "--out", tmp_path)
    assert code == 0
    assert len(lines) == 19
    for file in (SCHEMES / "schema").iterdir():
        assert (tmp_path / file.name).read_text(encoding="utf-8") == file.read_text(encoding="utf-8")


def test_a_copy_of_a_pack_in_use_is_checked_in_its_place(tmp_path: Path) -> None:
    shutil.copytree(SCHEMES / "service" / "1.0", tmp_path / "service" / "1.0")
    code, lines = run("check", tmp_path)
    assert code == 0
    assert "service 1.0, service, is sound" in lines[0]


def test_everything_that_is_wrong_in_a_pack_is_said_at_once(tmp_path: Path) -> None:
    """Three faults in three files: three lines, each with its own."""
    folder = shutil.copytree(SCHEMES / "service" / "1.0", tmp_path / "service" / "1.0")
    for file, old, new in (
        ("planning.yaml", "increase_percent: 30", "increase_percents: 30"),
        ("cycle.yaml", "reaudit_days: 90", "reaudit_day: 90"),
        ("scheme.yaml", "kind: service", "kind: services"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    code, lines = run("check", tmp_path)
    assert code == 1
    for file in ("planning.yaml", "cycle.yaml", "scheme.yaml"):
        assert any(file in line for line in lines)

"""What stands in the wrong place of a pack is refused by its name: a part in the head, a file that nobody reads."""

import shutil
from pathlib import Path

import pytest

from services.schemes import SCHEMES, Library, PackError, load_laid_over, load_scheme
from tests.schemes.builders import HOUSE, RULE, lay


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shutil.copytree(SCHEMES, tmp_path / "packs")


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "service" / "1.0"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("grounds: null", "grounds belongs into grounds.yaml"),
        ("changes: []", "changes belongs into changes.yaml"),
        ("coverage: []", "coverage belongs into coverage.yaml"),
        ("catalogue: {}", "catalogue belongs into catalogue.yaml"),
        ("pass_rule: {}", "pass_rule belongs into pass_rule.yaml"),
        ("waits: []", "waits belongs into waits.yaml"),
        ("origins: {/cycle: nobody}", "unknown key origins"),
        ("borrowed: {cycle: nobody}", "unknown key borrowed"),
        ("moons: 3", "unknown key moons"),
    ],
)
def test_a_head_holds_its_own_keys_and_what_is_borrowed(folder: Path, key: str, reason: str) -> None:
    head = folder / "scheme.yaml"
    text = head.read_text(encoding="utf-8")
    head.write_text(f"{text}{key}\n", encoding="utf-8")
    (folder / key.partition(":")[0]).with_suffix(".yaml").unlink(missing_ok=True)
    with pytest.raises(PackError) as refused:
        load_scheme(folder)
    assert (refused.value.path, refused.value.reason) == (head, reason)
    assert refused.value.line == len(text.splitlines()) + 1


def test_everything_that_does_not_belong_into_a_head_is_said_at_once(folder: Path) -> None:
    head = folder / "scheme.yaml"
    head.write_text(f"{head.read_text(encoding='utf-8')}moons: 3\ngrounds: null\n", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_scheme(folder)
    assert [one.reason for one in refused.value.others] == ["grounds belongs into grounds.yaml"]


def stray(file: Path) -> tuple[Path, int, str]:
    return file, 1, f"{file.name} is no file of this pack, nobody would read it"


@pytest.mark.parametrize("name", ["change.yaml", "grounds.yml", "special_rule.yaml", "README.md", "waits.yaml~"])
def test_a_file_that_nobody_would_read_is_refused_by_its_name(folder: Path, name: str) -> None:
    (folder / name).write_text("[]", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_scheme(folder)
    assert (refused.value.path, refused.value.line, refused.value.reason) == stray(folder / name)


def test_each_of_them_is_named_and_a_folder_as_well(folder: Path) -> None:
    shutil.move(folder / "changes.yaml", folder / "change.yaml")
    (folder / "older").mkdir()
    with pytest.raises(PackError) as refused:
        load_scheme(folder)
    found = [refused.value, *refused.value.others]
    assert [(one.path, one.line, one.reason) for one in found] == [
        stray(folder / "change.yaml"),
        stray(folder / "older"),
    ]


def test_what_an_editor_hides_is_no_file_of_a_pack(folder: Path) -> None:
    (folder / ".waits.yaml.swp").write_text("", encoding="utf-8")
    assert load_scheme(folder).id == "service"


@pytest.mark.parametrize("pack", [RULE, HOUSE], ids=lambda pack: pack["kind"])
def test_a_pack_of_one_file_has_one(tmp_path: Path, pack: dict[str, object]) -> None:
    file = lay(tmp_path, pack)
    assert load_laid_over(file).id == pack["id"]
    (file.parent / "waits.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_laid_over(file)
    assert (refused.value.path, refused.value.line, refused.value.reason) == stray(file.parent / "waits.yaml")


@pytest.mark.parametrize("name", ["special_rules.yaml", "special_rule.yml", "scheme.yml"])
def test_a_pack_whose_main_file_is_misnamed_is_not_passed_over(tmp_path: Path, name: str) -> None:
    file = lay(tmp_path, RULE)
    shutil.move(file, file.with_name(name))
    with pytest.raises(PackError) as refused:
        Library.load(tmp_path)
    assert (refused.value.path, refused.value.line, refused.value.reason) == stray(file.with_name(name))


def test_parts_without_a_head_are_there_to_be_borrowed(tmp_path: Path) -> None:
    lent = tmp_path / "general-requirements" / "1.1"
    shutil.copytree(SCHEMES / "general-requirements" / "1.0", lent)
    Library.load(tmp_path)
    (lent / "checklists.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(PackError, match=r"checklists\.yaml is no file of this pack"):
        Library.load(tmp_path)


def test_what_is_no_version_of_a_pack_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "notes" / "drafts").mkdir(parents=True)
    (tmp_path / "notes" / "drafts" / "rules.yaml").write_text("[]", encoding="utf-8")
    (tmp_path / "notes" / "1.0").write_text("no folder", encoding="utf-8")
    Library.load(tmp_path)

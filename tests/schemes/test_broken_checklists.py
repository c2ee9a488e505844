"""Broken checklist schemes: each is refused with the file, the line and the reason."""

import shutil
from pathlib import Path

import pytest

from services.schemes import SCHEMES, PackError, load_scheme


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shutil.copytree(SCHEMES, tmp_path / "packs")


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("checklist.yaml", 'id: "5.5.1"', 'id: "5.4.2"', "5.4.2", "5.4.2 stands twice"),
        (
            "checklist.yaml",
            'dimension: "5", group: "5.5"',
            'dimension: "6", group: "5.5"',
            "5.5.1",
            "6 is no dimension",
        ),
        ("checklist.yaml", 'group: "5.5"', 'group: "4.1"', "5.5.1", "4.1 is no group of 5"),
        ("heads.yaml", 'id: "5.5"', 'id: "5.4"', "5.4", "5.4 stands twice"),
        ("heads.yaml", 'parent: "5", title: {zh: 公益', 'parent: "6", title: {zh: 公益', "5.5", "6 is no dimension"),
        ("pass_rule.yaml", "[does_not]", "[does_not, conforms]", "barred", "with conforms barred nobody can pass"),
        ("pass_rule.yaml", "[does_not]", "[never]", "barred", None),
        ("pass_rule.yaml", '"1/5"', '"6/5"', "6/5", "6/5 is more than the whole"),
        ("pass_rule.yaml", '"1/5"', '"0.2"', "0.2", None),
        ("errata.yaml", '"G:5"', '"G:9"', "G:9", "clause G:9 is not defined"),
        ("errata.yaml", "relied_on: contents", "relied_on: contents\n  rows: [1]", "rows: [1]", "there is no row 1"),
        (
            "errata.yaml",
            "id: serious-only",
            "id: serious",
            "checklist-indicators",
            "credit-strictness must list exactly literal, serious-only",
        ),
    ],
)
def test_a_broken_checklist_scheme_is_refused(
    root: Path, file: str, old: str, new: str, line: str, reason: str | None
) -> None:
    [path] = {*root.glob(f"product/*/{file}"), *root.glob(f"general-requirements/*/{file}")}
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_scheme(root / "product" / "1.0")
    error = refused.value
    assert error.path.name == file
    assert line in error.path.read_text(encoding="utf-8").splitlines()[error.line - 1]
    assert reason in {None, error.reason}


def test_a_scheme_without_points_needs_a_checklist_and_a_pass_rule(root: Path) -> None:
    folder = root / "product" / "1.0"
    (folder / "pass_rule.yaml").unlink()
    with pytest.raises(PackError, match="needs a pass_rule"):
        load_scheme(folder)
    head = folder / "scheme.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("  checklist: general-requirements/1.0\n", ""))
    with pytest.raises(PackError, match="needs a checklist"):
        load_scheme(folder)


def test_a_catalogue_says_how_it_covers_the_checklist(root: Path) -> None:
    (root / "service" / "1.0" / "coverage.yaml").unlink()
    with pytest.raises(PackError, match=r"nothing is said of indicator 1\.1\.1"):
        load_scheme(root / "service" / "1.0")


def test_a_scored_scheme_has_no_pass_rule(root: Path) -> None:
    shutil.copy(root / "product" / "1.0" / "pass_rule.yaml", root / "service" / "1.0")
    with pytest.raises(PackError, match="a pass rule is for a scheme that is decided on its checklist"):
        load_scheme(root / "service" / "1.0")


def test_a_scheme_without_points_covers_nothing(root: Path) -> None:
    shutil.copy(root / "service" / "1.0" / "coverage.yaml", root / "product" / "1.0")
    with pytest.raises(PackError, match="there is no catalogue that could cover a checklist"):
        load_scheme(root / "product" / "1.0")


def test_a_pass_rule_asks_for_the_standard_only_where_an_indicator_speaks_of_it(root: Path) -> None:
    path = root / "general-requirements" / "1.0" / "checklist.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(", standard: true", ""), encoding="utf-8")
    with pytest.raises(PackError, match="no indicator of the checklist speaks of the standard"):
        load_scheme(root / "product" / "1.0")

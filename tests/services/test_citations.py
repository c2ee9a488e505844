"""How clauses are cited in code and tests, and found there."""

from pathlib import Path

import pytest

from services.citations import Place, cited, of_code, of_tests

KNOWN = ["G:6.1", "G:6.1.1", "G:6.1.1a", "G:6.2", "G:A", "G:A/1.1.1", "G:A/1.1.2"]
CODE = '''"""A module that speaks of R:1 says what it is for, and no function of it does."""

LIMIT = "R:11/10.2"
KINDS = {"a": 1}
"""What R:9/8.3 names."""


class Row:
    """One of R:B/row1-2."""

    def clause(self):
        return f"R:B/row{self.row}"


async def extend(kind):
    # R:12 stands in a comment
    if kind not in KINDS:
        raise ValueError(LIMIT)


def other():
    """Says nothing."""
'''
TEST = '''"""Tests of R:1."""


def test_an_extension() -> None:
    """R:9/8.3."""
    assert refused() == "R:11/10.2"


def helper() -> None:
    """R:12."""
'''


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("(R:7/7.2.2)", ["R:7/7.2.2"]),
        ("under R:10/9.3.1a, or G:5.", ["R:10/9.3.1a", "G:5"]),
        ("R:7/6.5.2a-c", ["R:7/6.5.2a", "R:7/6.5.2b", "R:7/6.5.2c"]),
        ("R:7/6.5.2 a-c at", ["R:7/6.5.2a", "R:7/6.5.2b", "R:7/6.5.2c"]),
        ("R:7/7.2.1 a-b, g-h.", ["R:7/7.2.1a", "R:7/7.2.1b", "R:7/7.2.1g", "R:7/7.2.1h"]),
        ("R:B/row9-11.", ["R:B/row9", "R:B/row10", "R:B/row11"]),
        ("G:A/*", ["G:A/1.1.1", "G:A/1.1.2"]),
        ("G:6.1/*", ["G:6.1.1", "G:6.1.1a"]),
        ("R:7/7.4.3-7.4.5", ["R:7/7.4.3"]),
        ("R:4/4.2: a visit", ["R:4/4.2"]),
        ("R:7/7.3.3, 6.5", ["R:7/7.3.3"]),
        ("nothing of it", []),
    ],
)
def test_a_text_cites_clauses_one_by_one_or_as_a_range(text: str, clauses: list[str]) -> None:
    assert list(cited(text, KNOWN)) == clauses


def test_code_cites_in_its_docstrings_and_by_the_ids_it_uses(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "x.py").write_text(CODE, encoding="utf-8")
    file = "domain/x.py"
    assert of_code(tmp_path, KNOWN) == {
        "R:9/8.3": [Place(file, "KINDS", runs=False)],
        "R:B/row1": [Place(file, "Row", runs=False)],
        "R:B/row2": [Place(file, "Row", runs=False)],
        "R:11/10.2": [Place(file, "extend", runs=True)],
    }


def test_a_class_carries_out_what_one_of_its_methods_cites(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    code = 'class Row:\n    """R:1, R:2."""\n    def earn(self):\n        """R:2."""\n'
    (tmp_path / "domain" / "x.py").write_text(code, encoding="utf-8")
    assert of_code(tmp_path, KNOWN) == {
        "R:1": [Place("domain/x.py", "Row", runs=False)],
        "R:2": [Place("domain/x.py", "Row", runs=True)],
    }


def test_a_test_cites_in_its_docstring_alone(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(TEST, encoding="utf-8")
    assert of_tests(tmp_path, KNOWN) == {"R:9/8.3": [Place("tests/test_x.py", "test_an_extension")]}

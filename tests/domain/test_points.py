"""Points are exact: written as decimals or fractions, read back the same, never a binary fraction."""

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.points import format_points, parse_decimal, parse_points


@pytest.fixture(autouse=True)
def written_anew() -> None:
    """What was written in another test is not looked up."""
    format_points.cache_clear()


DOMAIN = Path(__file__).parents[2] / "domain"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(45, 2), "22.5"),
        (Fraction(75, 4), "18.75"),
        (Fraction(30), "30"),
        (Fraction(1, 20), "0.05"),
        (Fraction(0), "0"),
        (Fraction(59, 6), "59/6"),
        (Fraction(12345, 100), "123.45"),
        (Fraction(1, 2), "0.5"),
        (Fraction(7, 5), "1.4"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 3), "-1/3"),
        (Fraction(-1, 8), "-0.125"),
        (Decimal("2.50"), "2.5"),
        (100, "100"),
    ],
)
def test_points_are_written_as_a_decimal_or_else_as_a_fraction(value: Fraction, written: str) -> None:
    assert format_points(value) == written


@given(st.fractions())
def test_what_is_written_is_read_back_exactly(value: Fraction) -> None:
    assert parse_points(format_points(value)) == value


@pytest.mark.parametrize("text", ["", "1/0", "1/00", "nan", "1e3", " 1", "1.", "½", "１", "1/2/3", "--1"])
def test_nothing_else_is_read_as_points(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither|zero"):
        parse_points(text)


@pytest.mark.parametrize("value", [0.5, 1, True, None, "0,5", "1e1", "-1", "NaN", "59/6", Decimal(-1), Decimal("NaN")])
def test_a_pack_or_a_sheet_gives_points_as_a_plain_decimal_string(value: object) -> None:
    with pytest.raises(ValueError, match="decimal in quotes"):
        parse_decimal(value)


def test_points_that_were_read_before_are_taken_as_they_are() -> None:
    assert [parse_decimal(value) for value in (Decimal(0), Decimal("0.5"), " 0.5 ")] == [
        Decimal(0),
        Decimal("0.5"),
        Decimal("0.5"),
    ]


def test_no_binary_fraction_is_in_the_rules() -> None:
    for module in sorted(DOMAIN.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Name) and node.id == "float"
            written = isinstance(node, ast.Constant) and isinstance(node.value, (float, complex))
            assert not named, f"{module.name}:{getattr(node, 'lineno', 0)} uses float; points are Fraction or Decimal"
            assert not written, f"{module.name}:{getattr(node, 'lineno', 0)} has a binary fraction; write it as text"

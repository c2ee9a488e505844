"""Terms are kept through the same day so many months later, and the page for operations prints every one."""

from datetime import date
from pathlib import Path

import pytest

from domain.model import Text
from domain.retention import CASE, TERMS, Term

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("today", "first"),
    [("2028-03-02", "2026-03-02"), ("2028-02-29", "2026-02-28"), ("2029-01-31", "2027-01-31")],
)
def test_what_a_case_held_is_kept_for_two_years_of_the_calendar(today: str, first: str) -> None:
    assert CASE.first_kept(date.fromisoformat(today)) == date.fromisoformat(first)


def test_a_case_is_kept_two_years_at_least() -> None:
    assert CASE.months >= 24


def length(term: Term) -> str:
    return f"{term.months} months" if term.months else f"{term.days} days"


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.kind)
def test_the_page_for_operations_prints_it(term: Term) -> None:
    row = f"| {term.what.en} | {length(term)} | {term.since.en} | {term.reason.en} |"
    assert row in PAGE


def test_kinds_are_told_apart() -> None:
    assert len({term.kind for term in TERMS}) == len(TERMS)
    assert all(isinstance(text, Text) and text.zh for term in TERMS for text in (term.what, term.since, term.reason))

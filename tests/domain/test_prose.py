"""What enters the chain of a payload: its figures, without the free texts that may have to be erased."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field

from domain.acts import TeamReplacement
from domain.model import Input
from domain.prose import PROSE, Prose, Reason, figures, plain


class Part(Input):
    """A part with a free text."""

    id: str
    said: Prose = ""


class Whole(Input):
    """A payload of every sort."""

    z: int = 0
    a: str = ""
    why: Reason
    words: Annotated[list[str], PROSE] = Field(default_factory=list)
    parts: list[Part] = Field(default_factory=list)
    by_name: dict[str, Part] = Field(default_factory=dict)
    yes: bool = False


def test_free_texts_are_left_out_also_those_in_lists() -> None:
    assert figures(Whole(why="because", words=["one"], z=3)) == {"z": 3}


def test_free_texts_inside_parts_are_left_out_too() -> None:
    part = Part(id="p", said="words")
    assert figures(Whole(why="because", parts=[part], by_name={"one": part})) == {
        "parts": [{"id": "p"}],
        "by_name": {"one": {"id": "p"}},
    }


def test_what_was_not_said_is_left_out_and_a_no_is_said() -> None:
    assert figures(Whole(why="because", yes=False)) == {"yes": False}


def test_fields_follow_their_names() -> None:
    assert list(figures(Whole(why="because", z=1, a="x"))) == ["a", "z"]


def test_an_accounts_replacement_keeps_its_people_and_not_its_reason() -> None:
    replacement = TeamReplacement.model_validate({"from": "ann", "to": "bob", "reason": "ill"})
    assert figures(replacement) == {"from_": "ann", "to": "bob"}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1E+2"), "100"),
        (Decimal("0.50"), "0.50"),
        (date(2026, 3, 9), "2026-03-09"),
        (True, True),
        (0, 0),
        ("x", "x"),
        ((1, Decimal(2)), [1, "2"]),
        ({7: Decimal(1)}, {"7": "1"}),
    ],
)
def test_values_are_json(value: Any, kept: Any) -> None:
    assert plain({"it": value}) == {"it": kept}


@pytest.mark.parametrize("nothing", [None, "", []])
def test_what_says_nothing_is_left_out(nothing: Any) -> None:
    assert plain({"it": nothing}) == {}

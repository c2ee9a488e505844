"""The national platform's file: its stand-in layout and the kinds of change."""

import pytest
from pydantic import ValidationError

from domain.national import COLUMNS, MARK, Line, kind_of_change
from settings import Settings


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, "upcoming", "issued"),
        ("valid", "suspended", "suspended"),
        ("suspended", "valid", "restored"),
        ("suspended", "withdrawn", "withdrawn"),
        ("upcoming", "valid", "valid"),
    ],
)
def test_a_change_is_an_issue_a_restoration_or_the_status_it_leads_to(
    before: str | None, after: str, kind: str
) -> None:
    assert kind_of_change(before, after) == kind


def test_every_column_is_something_that_a_line_says() -> None:
    assert {*COLUMNS, *MARK} == set(Line.model_fields)


def test_a_body_that_knows_the_layout_sets_names_order_and_headings() -> None:
    layout = {"uscc": "机构代码", "number": "编号"}
    assert [*Settings(national_columns=layout).national_layout.items()] == [*layout.items()]


def test_a_column_that_does_not_exist_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="unknown columns"):
        Settings(national_columns={"colour": "颜色"})

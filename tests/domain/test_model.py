"""What is taken for a date in the body of a request."""

from datetime import date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.model import Day

DAY = TypeAdapter(Day)


@pytest.mark.parametrize(("text", "day"), [("2027-01-31", date(2027, 1, 31)), ("2028-02-29", date(2028, 2, 29))])
def test_a_date_is_text(text: str, day: date) -> None:
    assert DAY.validate_python(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "None",
        "20270131",
        "2027-W04-7",
        "2027-1-31",
        " 2027-01-31",
        "2027-01-31T00:00:00",
        "2027-02-29",
        None,
        1801353600,
        date(2027, 1, 31),
        datetime(2027, 1, 31),  # noqa: DTZ001  # as it is refused
    ],
)
def test_nothing_else_is_taken_for_a_date(text: object) -> None:
    with pytest.raises(ValidationError, match="Value error, a date is text: YYYY-MM-DD"):
        DAY.validate_python(text)

"""The two kinds of data the product knows: what comes in, and what is kept."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _day(text: object) -> date:
    try:
        day = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        day = None
    if day is None or str(day) != text:
        raise ValueError("a date is text: YYYY-MM-DD")
    return day


Day = Annotated[date, BeforeValidator(_day)]
"""A date in the body of a request: text as `2027-01-31`, nothing else."""


class Input(BaseModel):
    """Something a person or a machine sends: unknown fields are refused, and nothing is taken for what it is not."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, strict=True)


class Record(BaseModel):
    """Something a case remembers, for years: a later reader ignores what it does not know."""

    model_config = ConfigDict(extra="ignore")


class Text(Input):
    """The same short text for people in both languages."""

    zh: str
    en: str

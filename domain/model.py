"""The two kinds of data the product knows: what comes in, and what is kept."""

from pydantic import BaseModel, ConfigDict


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

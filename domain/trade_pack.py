"""Packs of a trade, over a scheme: the special rule of a service, the standard of a product."""

import json
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from domain.catalogue import PackId
from domain.model import Input, Text
from domain.overrides import Override
from domain.pack_parts import PackSummary, Version, canonical_digest
from domain.points import Points

Dimension = Literal["functionality", "sensory", "behaviour", "time", "ergonomics"]
Level = Literal["mandatory", "food_safety", "international", "national", "industry"]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class TradePack(Input):
    """What a special rule and a standard have in common: the trade they are for, and what they override."""

    id: PackId
    version: Version
    kind: Literal["special_rule", "standard"]
    scheme: PackId
    """The scheme it belongs to, in every edition."""
    trade: PackId
    title: Text
    example: bool = False
    """Made up to show the form; its title says so wherever it is named, in lists and on documents."""
    overrides: list[Override] = Field(default_factory=list)

    @classmethod
    def read(cls, data: JsonValue) -> Self:
        """Read a pack's data; raises pydantic's ValidationError, also for unknown keys at any depth."""
        return cls.model_validate_json(json.dumps(data))

    @model_validator(mode="after")
    def _an_example_is_titled_so(self) -> Self:
        if self.example and not (self.title.zh.startswith("示例") and self.title.en.startswith("Example")):
            raise ValueError("the title of an example begins with 示例 and Example")
        return self

    @property
    def origin(self) -> str:
        """Whose the overrides are."""
        return f"{self.id} {self.version}"

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the pack's canonical JSON: sorted keys, no spaces, UTF-8."""
        return canonical_digest(self.model_dump(mode="json"))

    def summary(self) -> PackSummary:
        """The pack as lists show it."""
        return PackSummary(id=self.id, version=self.version, kind=self.kind, title=self.title, example=self.example)


class SpecialRuleItem(Input):
    """One characteristic of the service that is evaluated (R:4/4.1, R:7/7.4.4)."""

    id: PackId
    title: Text
    points: Points
    dimension: Dimension
    kind: Literal["quantitative", "qualitative"]
    per_site: bool
    """Evaluated at every visited site and averaged; else once for the organization."""
    criterion: Text | None = None
    """What is measured and from which value it conforms."""

    @model_validator(mode="after")
    def _quantities_are_measurable(self) -> Self:
        if self.kind == "quantitative" and self.criterion is None:
            raise ValueError("a quantitative item needs a measurable criterion")
        return self


class SpecialRule(TradePack):
    """The special rule of a service's trade (R:5): items, points and threshold of the service characteristics."""

    kind: Literal["special_rule"]
    threshold: Points
    step: Points
    """Deductions are multiples of it."""
    items: list[SpecialRuleItem] = Field(min_length=1)


class Compared(Input):
    """What another standard asks of a parameter, in the parameter's unit."""

    standard: NonEmpty
    level: Level
    """`mandatory` a mandatory national standard, `food_safety` a national food-safety standard."""
    value: Points


class Parameter(Input):
    """A technical parameter of a standard, and what it is measured against."""

    id: PackId
    title: Text
    unit: str = ""
    value: Points
    better: Literal["higher", "lower"]
    """In which direction a value is better."""
    key: bool = False
    """One of the key indicators that G:5b speaks of."""
    compared: list[Compared] = Field(min_length=1)

    def beats(self, other: Compared) -> bool:
        """Whether it asks strictly more than the other standard."""
        return self.value > other.value if self.better == "higher" else self.value < other.value

    def reaches(self, other: Compared) -> bool:
        """Whether it asks at least as much as the other standard."""
        return self.value == other.value or self.beats(other)


class Standard(TradePack):
    """The standard of a product's trade (G:3.2), in the special rule's place, with what G:5 asks of it."""

    kind: Literal["standard"]
    distinctive: list[Text] = Field(default_factory=list)
    """What is Shanxi's own in it: seed, place of origin, indices (G:5a)."""
    parameters: list[Parameter] = Field(min_length=1)

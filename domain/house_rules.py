"""What a certification body sets for itself: parameters in a scheme's place, and the readings it chooses (R:2)."""

import json
from datetime import date
from typing import Literal, Self

from pydantic import Field, JsonValue

from domain.catalogue import PackId
from domain.model import Input, Text
from domain.overrides import Override
from domain.pack_parts import Version


class HouseRules(Input):
    """A body's own rules for one scheme; cases that are applied for on or after `valid_from` are pinned to them."""

    id: PackId
    version: Version
    kind: Literal["house_rules"]
    body: PackId
    scheme: PackId
    title: Text
    approver: Text
    valid_from: date
    readings: dict[PackId, PackId] = Field(default_factory=dict)
    """Erratum → the listed reading the body chooses."""
    overrides: list[Override] = Field(default_factory=list)

    @classmethod
    def read(cls, data: JsonValue) -> Self:
        """Read a pack's data; raises pydantic's ValidationError, also for unknown keys at any depth."""
        return cls.model_validate_json(json.dumps(data))

    @property
    def origin(self) -> str:
        """Whose the overrides are."""
        return f"{self.id} {self.version}"

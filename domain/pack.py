"""Scheme packs as data: what a scheme consists of, complete and strict."""

import json
from datetime import date
from typing import Self

from pydantic import Field, JsonValue

from domain.catalogue import Catalogue, PackId, Row
from domain.grounds import Grounds
from domain.model import Input, Text
from domain.overrides import Layer, put
from domain.pack_parts import (
    ChangeKind,
    ChecklistHead,
    ChecklistItem,
    Clause,
    Coverage,
    DocumentKind,
    Erratum,
    PackSummary,
    PassRule,
    SchemeKind,
    Stage,
    Version,
    canonical_digest,
)
from domain.rules import Cycle, Days, Planning, Rules, Wait


class Scheme(Input):
    """A certification scheme (R:1, G:1, G:3.1): clauses, waits, tables, documents, errata, catalogue or checklist."""

    id: PackId
    version: Version
    kind: SchemeKind
    title: Text
    valid_from: date
    stages: list[Stage]
    clauses: list[Clause]
    waits: list[Wait]
    planning: Planning
    cycle: Cycle
    reminders: list[Days]
    documents: list[DocumentKind]
    errata: list[Erratum]
    catalogue: Catalogue | None = None
    heads: list[ChecklistHead] = Field(default_factory=list)
    """Dimensions and groups of the checklist."""
    checklist: list[ChecklistItem] = Field(default_factory=list)
    """G, Appendix A: what a product is decided on, and what a scored catalogue is mapped to."""
    pass_rule: PassRule | None = None
    """Of a scheme that is decided on its checklist."""
    coverage: list[Coverage] = Field(default_factory=list)
    """Of a scored scheme: how its catalogue covers the checklist."""
    grounds: Grounds | None = None
    """What may lead to a special audit, a suspension, a withdrawal."""
    changes: list[ChangeKind] = Field(default_factory=list)
    """What the client applies for before it changes it."""
    borrowed: dict[str, str] = Field(default_factory=dict)
    """Part → the pack it is taken from, `waits` → `service 1.0`; what G:5d leaves to rules that are not at hand."""
    origins: dict[str, str] = Field(default_factory=dict)
    """JSON pointer → who set the value in the pack's place: a trade pack or a body (R:2)."""

    @classmethod
    def read(cls, data: JsonValue) -> Self:
        """Read a pack's data; raises pydantic's ValidationError, also for unknown keys at any depth."""
        return cls.model_validate_json(json.dumps(data), extra="forbid", strict=True)

    @property
    def scored(self) -> Catalogue:
        """The catalogue of a scheme that is scored; raises ValueError for a checklist scheme."""
        if self.catalogue is None:
            raise ValueError(f"scheme {self.id} {self.version} has a checklist and no points")
        return self.catalogue

    @property
    def judged_by(self) -> PassRule:
        """The pass rule of a scheme that is decided on its checklist; raises ValueError for one without."""
        if self.pass_rule is None:
            raise ValueError(f"scheme {self.id} {self.version} has no pass rule")
        return self.pass_rule

    @property
    def clause_titles(self) -> dict[str, Text]:
        """Titles of every clause that can be cited, the catalogue's rows and the checklist's indicators among them."""
        cited: list[Row | ChecklistItem] = [*(self.catalogue.rows if self.catalogue else []), *self.checklist]
        return {clause.id: clause.title for clause in self.clauses} | {one.clause: one.title for one in cited}

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the pack's canonical JSON: sorted keys, no spaces, UTF-8."""
        return canonical_digest(self.model_dump(mode="json"))

    def summary(self) -> PackSummary:
        """The pack as lists show it."""
        return PackSummary(id=self.id, version=self.version, kind=self.kind, title=self.title)

    @property
    def evaluations(self) -> list[str]:
        """The task kinds in which the team hands in what the verdict is computed from (R:6)."""
        return ["audit.management", "audit.characteristics"] if self.catalogue else ["audit.checklist"]

    def rules(self, readings: dict[str, str] | None = None) -> Rules:
        """All a running case carries of this pack, with the readings a body has chosen; raises ValueError."""
        return Rules(
            scheme=self.id,
            edition=self.version,
            digest=self.digest,
            waits={wait.kind: wait for wait in self.waits},
            planning=self.planning,
            cycle=self.cycle,
            reminders=self.reminders,
            reminding="whole",
            needs_a_file="".join(one.kind for one in self.documents if one.file_required),
            errata={
                moment: [one.id for one in self.errata if one.relied_on == moment]
                for moment in sorted({one.relied_on for one in self.errata})
            },
            readings=self.chosen_readings(readings),
            evaluations=self.evaluations,
            grounds=self.grounds,
            changes=self.changes,
            origins=self.origins | {f"/{part}": whose for part, whose in self.borrowed.items()},
        )

    def chosen_readings(self, chosen: dict[str, str] | None = None) -> dict[str, str]:
        """Erratum id → reading id: the pack's own but for those a body has chosen.

        Raises:
            ValueError: an unknown erratum, or a reading that it does not list.
        """
        readings = {erratum.id: erratum.reading.id for erratum in self.errata}
        listed = {erratum.id: erratum.choices for erratum in self.errata}
        for erratum, reading in (chosen or {}).items():
            if reading not in listed.get(erratum, []):
                raise ValueError(f"erratum {erratum} lists no reading {reading}")
            readings[erratum] = reading
        return readings

    def under(self, *layers: Layer | None) -> "Scheme":
        """The scheme with what lies over it, the last uppermost, and the origin of each changed value (R:2, G:5d).

        Raises:
            ValueError: an override points at nothing, or its value does not fit there.
        """
        laid = [(layer.origin, override) for layer in layers if layer for override in layer.overrides]
        if not laid:
            return self
        data = self.model_dump(mode="json")
        for origin, override in laid:
            put(data, override)
            below = f"{override.path}/"
            data["origins"] = {path: whose for path, whose in data["origins"].items() if not path.startswith(below)}
            data["origins"][override.path] = origin
        return Scheme.read(data)

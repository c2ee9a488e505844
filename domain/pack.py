"""Scheme packs as data: what a scheme or a special rule consists of, complete and strict."""

import hashlib
import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from domain.catalogue import Catalogue, Element, Group, Indicator, PackId, Row, Thresholds
from domain.model import Input, Text
from domain.points import Points
from domain.rules import Cycle, Planning, Rules, Wait

__all__ = [
    "Catalogue",
    "ChecklistItem",
    "Clause",
    "DocumentKind",
    "Element",
    "Erratum",
    "Group",
    "Indicator",
    "Override",
    "PackSummary",
    "Reading",
    "Row",
    "Scheme",
    "SpecialRule",
    "SpecialRuleItem",
    "Stage",
    "Thresholds",
]

ClauseId = Annotated[str, StringConstraints(pattern=r"^[RG]:[0-9A-Z][0-9A-Za-z./-]*$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+$")]
PackKind = Literal["service", "product", "agricultural_product", "special_rule", "standard"]
ErratumKind = Literal["points", "wording", "reference", "ambiguity", "not_at_hand"]
Dimension = Literal["functionality", "sensory", "behaviour", "time", "ergonomics"]


class PackSummary(Input):
    """A pack as lists show it."""

    id: PackId
    version: Version
    kind: PackKind
    title: Text


class Clause(Input):
    """A clause by its id, with a short title in the product's own words."""

    id: ClauseId
    title: Text


class Stage(Input):
    """A stage of the main line and the clause it follows."""

    id: PackId
    clause: ClauseId
    title: Text


class Reading(Input):
    """One way to read a passage."""

    id: PackId
    title: Text


Moment = Literal["application", "contract", "verdict", "contents", "report", "certificate", "withdrawal"]


class Erratum(Input):
    """A defect of the printed rule, how it is read here, and how else it could be read."""

    id: PackId
    kind: ErratumKind
    clause: ClauseId
    relied_on: Moment
    """When a case begins to rest on how it is read."""
    rows: list[int] = Field(default_factory=list)
    """Catalogue rows whose printed points disagree with their elements, or that are read by this erratum."""
    indicators: list[PackId] = Field(default_factory=list)
    """Likewise indicators whose rows do not add up to their points."""
    printed: Text
    reading: Reading
    alternatives: list[Reading] = Field(default_factory=list)
    approver: Text
    valid_from: date

    @property
    def choices(self) -> list[str]:
        """Ids of every reading a body may choose, the pack's own first."""
        return [self.reading.id, *(other.id for other in self.alternatives)]


class DocumentKind(Input):
    """One of the documents that belong to an application (R:7/7.2.1 a…j)."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z]$")]
    clause: ClauseId
    title: Text
    file_required: bool


class ChecklistItem(Input):
    """One indicator of a checklist scheme (G, Appendix A)."""

    id: PackId
    dimension: PackId
    group: PackId
    title: Text


class Scheme(Input):
    """A certification scheme: clauses, waits, planning, cycle, documents, errata, catalogue or checklist."""

    id: PackId
    version: Version
    kind: Literal["service", "product", "agricultural_product"]
    title: Text
    valid_from: date
    stages: list[Stage]
    clauses: list[Clause]
    waits: list[Wait]
    planning: Planning
    cycle: Cycle
    reminders: list[int]
    documents: list[DocumentKind]
    errata: list[Erratum]
    catalogue: Catalogue | None = None
    checklist: list[ChecklistItem] = Field(default_factory=list)
    origins: dict[str, str] = Field(default_factory=dict)
    """JSON pointer → the special rule that set the value in the pack's place (R:2)."""

    @classmethod
    def read(cls, data: JsonValue) -> Self:
        """Read a pack's data; raises pydantic's ValidationError, also for unknown keys at any depth."""
        return cls.model_validate_json(json.dumps(data), extra="forbid")

    @property
    def scored(self) -> Catalogue:
        """The catalogue of a scheme that is scored; raises ValueError for a checklist scheme."""
        if self.catalogue is None:
            raise ValueError(f"scheme {self.id} {self.version} has a checklist and no points")
        return self.catalogue

    @property
    def clause_titles(self) -> dict[str, Text]:
        """Titles of every clause that can be cited, the catalogue's rows among them."""
        rows = self.catalogue.rows if self.catalogue else []
        return {clause.id: clause.title for clause in self.clauses} | {row.clause: row.title for row in rows}

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the pack's canonical JSON: sorted keys, no spaces, UTF-8."""
        return _digest(self.model_dump(mode="json"))

    def summary(self) -> PackSummary:
        """The pack as lists show it."""
        return PackSummary(id=self.id, version=self.version, kind=self.kind, title=self.title)

    def rules(self) -> Rules:
        """All a running case carries of this pack."""
        return Rules(
            scheme=self.id,
            edition=self.version,
            digest=self.digest,
            waits={wait.kind: wait for wait in self.waits},
            planning=self.planning,
            cycle=self.cycle,
            reminders=self.reminders,
            errata={
                moment: [one.id for one in self.errata if one.relied_on == moment]
                for moment in sorted({one.relied_on for one in self.errata})
            },
            origins=self.origins,
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

    def under(self, special_rule: "SpecialRule") -> "Scheme":
        """The scheme as the special rule overrides it (R:2), with the origin of each changed value.

        Raises:
            ValueError: an override points at nothing, or its value does not fit there.
        """
        data = self.model_dump(mode="json")
        for override in special_rule.overrides:
            _put(data, override)
            data["origins"][override.path] = f"{special_rule.id} {special_rule.version}"
        return Scheme.read(data) if special_rule.overrides else self


class SpecialRuleItem(Input):
    """One characteristic of the service that is evaluated (R:7/7.4.4)."""

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


class Override(Input):
    """A parameter of the scheme that the special rule sets in its place (R:2)."""

    path: Annotated[str, StringConstraints(pattern=r"^/(planning|cycle|reminders|waits|catalogue)/")]
    """JSON pointer into the scheme's data, list entries by kind, id or row: `/waits/audit.plan/limit/amount`."""
    value: JsonValue


class SpecialRule(Input):
    """The special rule of a trade: items, points and threshold of the service characteristics."""

    id: PackId
    version: Version
    kind: Literal["special_rule"]
    trade: PackId
    title: Text
    example: bool = False
    """Made up to show the form; nobody may be certified by it."""
    threshold: Points
    step: Points
    """Deductions are multiples of it."""
    items: list[SpecialRuleItem] = Field(min_length=1)
    overrides: list[Override] = Field(default_factory=list)

    @classmethod
    def read(cls, data: JsonValue) -> Self:
        """Read a pack's data; raises pydantic's ValidationError, also for unknown keys at any depth."""
        return cls.model_validate_json(json.dumps(data), extra="forbid")

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the pack's canonical JSON: sorted keys, no spaces, UTF-8."""
        return _digest(self.model_dump(mode="json"))

    def summary(self) -> PackSummary:
        """The pack as lists show it."""
        return PackSummary(id=self.id, version=self.version, kind=self.kind, title=self.title)


def _digest(data: JsonValue) -> str:
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _put(data: Any, override: Override) -> None:  # noqa: ANN401  # any JSON value inside a pack
    """Set the value an override points at; raises ValueError where there is none."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in override.path.split("/")[1:]]
    try:
        for part in way:
            data = data[_key(data, part)]
        key = _key(data, last)
        data[key]
    except (KeyError, IndexError, TypeError, ValueError) as missing:
        raise ValueError(f"{override.path} is no parameter of the scheme") from missing
    data[key] = override.value


def _key(data: Any, part: str) -> int | str:  # noqa: ANN401  # any JSON value inside a pack
    """A mapping's key, or the place of a list's entry by its kind, id or row, else by its index."""
    if not isinstance(data, list):
        return part
    for place, entry in enumerate(data):
        if isinstance(entry, dict) and part in {str(entry.get(name)) for name in ("kind", "id", "row")}:
            return place
    return int(part)

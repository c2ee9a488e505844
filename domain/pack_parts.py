"""The parts that packs are made of: titles, clauses, stages, errata, documents, checklist."""

import hashlib
import json
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from domain.application import DocumentLetter
from domain.catalogue import PackId
from domain.model import Input, Text

ClauseId = Annotated[str, StringConstraints(pattern=r"^[RG]:[0-9A-Z][0-9A-Za-z./-]*$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+$")]
Share = Annotated[str, StringConstraints(pattern=r"^(0|1|[0-9]{1,4}/[1-9][0-9]{0,3})$")]
"""A share as a fraction, `1/5`."""
SchemeKind = Literal["service", "product", "agricultural_product"]
PackKind = Literal["service", "product", "agricultural_product", "special_rule", "standard"]
ErratumKind = Literal["points", "wording", "reference", "ambiguity", "not_at_hand"]
Moment = Literal["application", "contract", "verdict", "contents", "report", "certificate", "withdrawal"]
Answer = Literal["conforms", "partly", "does_not", "not_applicable"]


class PackSummary(Input):
    """A pack as lists show it."""

    id: PackId
    version: Version
    kind: PackKind
    title: Text
    example: bool = False
    """Made up to show the form."""


class Clause(Input):
    """A clause by its id, with a short title in the product's own words, and where the rulebook finds it."""

    id: ClauseId
    title: Text
    heading: bool = False
    """It says nothing but what stands under it."""
    data: list[Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+/[0-9.]+#)?/|^settings\.py#")]] = Field(
        default_factory=list
    )
    """What else the packs hold of it, beside entries that name it: JSON pointers into this scheme
    (`/cycle/reaudit_days`) or another pack (`product/1.0#/pass_rule`), or a setting (`settings.py#alliance_codes`)."""
    page: list[str] = Field(default_factory=list)
    """Where a person sees it: paths of the API (`/schemas/audit.plan` is a task's form) or a printed document's
    template; where none is named, the pages of the clause above it."""
    duty: str | None = None
    """The field of a task or an act in which a person confirms what only people can: `decision.make/conditions`."""


class Stage(Input):
    """A stage of the main line and the clause it follows."""

    id: PackId
    clause: ClauseId
    title: Text


class Reading(Input):
    """One way to read a passage."""

    id: PackId
    title: Text


class Erratum(Input):
    """A defect of the printed rule or a document not at hand (R:3, G:2), how it is read, and how else it could be."""

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
    """One of the documents that belong to an application (R:7/7.2.1a-j)."""

    kind: DocumentLetter
    clause: ClauseId
    title: Text
    file_required: bool
    """Whether an application without its file is incomplete."""


class ChecklistItem(Input):
    """One indicator of the general requirements (G, Appendix A)."""

    id: PackId
    """Dimension, group and place: `2.3.1`."""
    dimension: PackId
    group: PackId
    title: Text
    standard: bool = False
    """It speaks of conformity to the 山西精品 standard: what the pass rule asks to conform."""

    @property
    def clause(self) -> str:
        """The indicator's clause id."""
        return f"G:A/{self.id}"


class ChecklistHead(Input):
    """A dimension of the checklist, or a group of one."""

    id: PackId
    parent: PackId | None = None
    title: Text


class ChangeKind(Input):
    """Something the client may not change on its own, and whether a change of it is audited first (R:9/8.2)."""

    id: PackId
    clause: ClauseId
    needs: Literal["approval", "audit"]
    title: Text


class PassRule(Input):
    """When a checklist passes (G:4.3, G:6.2): no rule of the alliance, but the body's own, and labelled so."""

    label: Text
    barred: list[Answer] = Field(min_length=1)
    """Answers of which there may be none."""
    partly_at_most: Share
    """The largest share of the indicators that apply which may be met in part."""
    standard_conforms: bool
    """Whether every indicator that speaks of the standard has to conform."""
    credit_years: int = Field(ge=1, le=10)
    """How far back a credit check looks; R:7/7.4.5, borrowed."""


class Coverage(Input):
    """Which rows of the scored catalogue look at an indicator of the general requirements; G:5c rests on 3.3.7."""

    indicator: PackId
    rows: list[int] = Field(default_factory=list)
    special_rule: bool = False
    """It is looked at by the items of the special rule as well."""


def canonical_digest(data: JsonValue) -> str:
    """SHA-256, hexadecimal, of a pack's canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()

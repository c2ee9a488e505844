"""What an audit team hands in to be scored: the management sheet, the characteristics sheet, the credit check."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from pydantic import Field

from domain.application import FileId, Ident
from domain.model import Input
from domain.points import Points
from domain.prose import Prose

MOST_ENTRIES: Final = 1000

AuditKind = Literal["initial", "reaudit", "surveillance", "special", "recertification", "scope"]
CreditKind = Literal["violation", "complaint", "accident"]
Severity = Literal["minor", "major"]


class ElementScore(Input):
    """What one element earned: `points` on its printed scale, or `count` in a capped count."""

    id: Ident
    points: Points | None = None
    count: int | None = Field(default=None, ge=0, le=MOST_ENTRIES)
    remark: Prose = ""
    evidence: list[FileId] = Field(default_factory=list, max_length=MOST_ENTRIES)
    adopted_from: Ident | None = None
    """The item of the special rule whose result in the same audit it takes over (R:7/7.4.2)."""


class RowScore(Input):
    """What one row of the catalogue earned; an element left out earned nothing."""

    row: int
    elements: list[ElementScore] = Field(default_factory=list, max_length=MOST_ENTRIES)
    violation: bool = False
    """A violation was found: the rows flagged so earn nothing (36, 37)."""
    veto: bool = False
    """The row that vetoes is not met (31)."""
    not_applicable: bool = False
    carried: bool = False
    """Not audited again: the previous audit's score of the row counts."""
    reason: Prose = ""


class ManagementFinding(Input):
    """A nonconformity found in the management audit."""

    row: int
    site: Ident | None = None
    description: Prose
    severity: Severity
    rectify: bool


class ManagementSheet(Input):
    """The answer to `audit.management`: every row of the catalogue once (R:4/4.3, R:7/7.4.3)."""

    scores: list[RowScore] = Field(max_length=MOST_ENTRIES)
    findings: list[ManagementFinding] = Field(default_factory=list, max_length=MOST_ENTRIES)


class EvaluatedItem(Input):
    """An item of the special rule that was evaluated, at a site where it is asked for each."""

    id: Ident
    site: Ident | None = None
    remark: Prose = ""
    evidence: list[FileId] = Field(default_factory=list, max_length=MOST_ENTRIES)
    adopted_from: Ident | None = None
    """The catalogue's element whose result in the same audit it takes over (R:7/7.4.2)."""


class Deduction(Input):
    """Points taken from an item of the special rule, and why (R:7/7.4.4)."""

    item: Ident
    site: Ident | None = None
    description: Prose
    points: Points
    severity: Severity
    rectify: bool


class CharacteristicsSheet(Input):
    """The answer to `audit.characteristics`."""

    items: list[EvaluatedItem] = Field(default_factory=list, max_length=MOST_ENTRIES)
    deductions: list[Deduction] = Field(default_factory=list, max_length=MOST_ENTRIES)
    modes_used: list[Ident] = Field(default_factory=list, max_length=MOST_ENTRIES)


class CreditEntry(Input):
    """One thing that is on record against the organization."""

    on: date
    kind: CreditKind
    """`violation` of law, regulation or discipline; customer `complaint`; quality, environmental or safety
    `accident`."""
    severity: Literal["minor", "major", "serious"]
    source: Prose = ""
    description: Prose = ""


class CreditSheet(Input):
    """The answer to `audit.credit` (R:7/7.4.5); `listed`: abnormal operation or serious breach of trust."""

    listed: bool
    entries: list[CreditEntry] = Field(default_factory=list, max_length=MOST_ENTRIES)
    evidence: list[FileId] = Field(default_factory=list, max_length=MOST_ENTRIES)


def with_carried(sheet: ManagementSheet, previous: ManagementSheet | None) -> ManagementSheet:
    """Give the sheet with the previous audit's scores in the rows that are carried, so that it can be scored."""
    if previous is None:
        return sheet
    before = {score.row: score for score in previous.scores}
    scores = [_carry(score, before.get(score.row)) for score in sheet.scores]
    return sheet.model_copy(update={"scores": scores})


def to_approve(sheet: ManagementSheet) -> Sequence[int]:
    """Give the rows whose `not_applicable` the reviewer has yet to approve."""
    return [score.row for score in sheet.scores if score.not_applicable and not score.carried]


def _carry(score: RowScore, before: RowScore | None) -> RowScore:
    if not score.carried or before is None:
        return score
    # An adoption holds in its own audit only.
    elements = [one.model_copy(update={"adopted_from": None}) for one in before.elements]
    return before.model_copy(update={"carried": True, "reason": score.reason, "elements": elements})

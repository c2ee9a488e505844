"""The checklist of the general requirements: the sheet of answers, and what it comes to by a pack's pass rule (G:A)."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import Final, get_args

from pydantic import Field

from domain.application import FileId, Ident
from domain.model import Input
from domain.pack_parts import Answer, ChecklistItem, PassRule
from domain.prose import Prose, Reason
from domain.refusal import Fault
from domain.results import ChecklistFailure, ChecklistResult
from domain.sheets import MOST_ENTRIES, Severity

NONCONFORMING: Final[tuple[Answer, ...]] = ("partly", "does_not")


class ChecklistEntry(Input):
    """How one indicator was answered; whatever does not plainly conform needs a remark."""

    indicator: Ident
    answer: Answer
    evidence: list[FileId] = Field(default_factory=list, max_length=MOST_ENTRIES)
    remark: Prose = ""


class ChecklistFinding(Input):
    """A nonconformity found under an indicator that is met in part or not at all."""

    indicator: Ident
    site: Ident | None = None
    description: Reason
    severity: Severity
    rectify: bool


class ChecklistSheet(Input):
    """The answer to `audit.checklist`: every indicator once (G:A)."""

    items: list[ChecklistEntry] = Field(max_length=MOST_ENTRIES)
    findings: list[ChecklistFinding] = Field(default_factory=list, max_length=MOST_ENTRIES)

    @property
    def not_applicable(self) -> list[str]:
        """The indicators that do not apply, which the reviewer has to approve."""
        return [entry.indicator for entry in self.items if entry.answer == "not_applicable"]


def check_checklist(checklist: Sequence[ChecklistItem], sheet: ChecklistSheet, sites: Collection[str]) -> list[Fault]:
    """Say everything that is wrong in a sheet; an empty list when it can be judged (G:6.1/*, G:A/*).

    Args:
        checklist: The pack's indicators.
        sheet: What the team handed in.
        sites: The sites of the plan.
    """
    remarks = [
        Fault(pointer=f"/items/{place}/remark", detail=f"{entry.answer} needs a remark")
        for place, entry in enumerate(sheet.items)
        if entry.answer != "conforms" and not entry.remark
    ]
    faults = [*_once_each(checklist, sheet), *remarks, *_findings(sheet, sites)]
    return faults or list(_emptied_dimensions(checklist, sheet))


def _once_each(checklist: Sequence[ChecklistItem], sheet: ChecklistSheet) -> Iterator[Fault]:
    known, seen = {item.id for item in checklist}, set()
    for place, entry in enumerate(sheet.items):
        at = f"/items/{place}/indicator"
        if entry.indicator not in known:
            yield Fault(pointer=at, detail=f"the checklist has no indicator {entry.indicator}")
        elif entry.indicator in seen:
            yield Fault(pointer=at, detail=f"indicator {entry.indicator} stands twice")
        seen.add(entry.indicator)
    for item in checklist:
        if item.id not in seen:
            yield Fault(pointer="/items", detail=f"indicator {item.id} is missing")


def _findings(sheet: ChecklistSheet, sites: Collection[str]) -> Iterator[Fault]:
    answers = {entry.indicator: entry.answer for entry in sheet.items}
    for place, finding in enumerate(sheet.findings):
        at = f"/findings/{place}"
        if answers.get(finding.indicator) not in NONCONFORMING:
            detail = f"{finding.indicator} is not answered {' or '.join(NONCONFORMING)}"
            yield Fault(pointer=f"{at}/indicator", detail=detail)
        if finding.site is not None and finding.site not in sites:
            yield Fault(pointer=f"{at}/site", detail=f"site {finding.site} is not in the plan")


def _emptied_dimensions(checklist: Sequence[ChecklistItem], sheet: ChecklistSheet) -> Iterator[Fault]:
    """Refuse a dimension of which nothing applies: the evaluation covers all of them (G:4.1)."""
    gone = set(sheet.not_applicable)
    places = {entry.indicator: place for place, entry in enumerate(sheet.items)}
    for dimension in dict.fromkeys(item.dimension for item in checklist):
        indicators = [item.id for item in checklist if item.dimension == dimension]
        if gone >= set(indicators):
            detail = f"dimension {dimension} would have no indicator left"
            yield Fault(pointer=f"/items/{places[indicators[-1]]}/answer", detail=detail)


def judge(checklist: Sequence[ChecklistItem], rule: PassRule, sheet: ChecklistSheet) -> ChecklistResult:
    """Judge a sheet without faults by the pack's pass rule, which is the body's own (G:4.3, G:6.2).

    Indicators that do not apply are no part of the share that may be met in part; one that speaks of the
    standard conforms only when it is answered so.
    """
    answers = {entry.indicator: entry.answer for entry in sheet.items}
    partly = Fraction(_count(answers.values())["partly"], sum(one != "not_applicable" for one in answers.values()))
    barred = [item.id for item in checklist if answers[item.id] in rule.barred]
    off_standard = [item.id for item in checklist if item.standard and answers[item.id] != "conforms"]
    failed: dict[ChecklistFailure, bool] = {
        "barred": bool(barred),
        "partly": partly > Fraction(rule.partly_at_most),
        "standard": rule.standard_conforms and bool(off_standard),
    }
    dimensions = dict.fromkeys(item.dimension for item in checklist)
    return ChecklistResult(
        rule=rule.label,
        answers={item.id: answers[item.id] for item in checklist},
        dimensions={one: _count(answers[item.id] for item in checklist if item.dimension == one) for one in dimensions},
        barred=barred,
        partly_share=str(partly),
        partly_at_most=rule.partly_at_most,
        off_standard=off_standard,
        standard_conformed=not off_standard,
        failed=[name for name, is_so in failed.items() if is_so],
        passed=not any(failed.values()),
    )


def _count(answers: Iterator[Answer] | Collection[Answer]) -> dict[Answer, int]:
    counted = Counter(answers)
    return {answer: counted[answer] for answer in get_args(Answer)}

"""What the printed documents of a case say: the data of a certificate and of an audit report."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from domain.model import Record
from domain.pack_parts import Answer, SchemeKind

ReadingName = Literal["normalise", "cap"]


class Phrase(Record):
    """A text as a document prints it: Chinese, and English below it where there is any."""

    zh: str
    en: str = ""


class Edition(Record):
    """A scheme, special rule or standard as a document cites it."""

    id: str
    version: str
    title: Phrase


class Holder(Record):
    """The organization a document speaks of; `uscc` as of GB 32100."""

    name: Phrase
    uscc: str
    address: Phrase


class PrintedSite(Record):
    """One site of a certified scope or of an audit."""

    id: str
    name: Phrase
    address: Phrase
    visited: date | None = None
    """The day it was visited, in an audit report only."""
    sampled: str = ""
    """Why it was visited, in words: central function, drawn, mandatory."""


class CertificateData(Record):
    """One certificate; the same data gives the same file, byte for byte."""

    number: str = Field(min_length=1)
    kind: SchemeKind = "service"
    organization: Holder
    service: Phrase
    scope: Phrase
    sites: list[PrintedSite] = Field(min_length=1)
    scheme: Edition
    special_rule: Edition | None = None
    decided_on: date
    valid_from: date
    valid_until: date
    """Good until 24:00 in Shanghai on this day."""
    issuing_body: Phrase
    status_url: str = Field(pattern=r"^https?://\S+$")
    """Public address that answers what the certificate is worth today; also in the QR code."""
    predecessor: str | None = None
    """Number of the certificate that this one replaces."""
    layout_rule: str | None = None
    """The rule the layout follows; without one the certificate says that the rule of R:3 is not at hand
    (R:8/7.1, R:8/7.2.1, R:C)."""
    rehearsal: bool = False

    @model_validator(mode="after")
    def _dates_in_order(self) -> "CertificateData":
        if self.valid_until < self.valid_from:
            raise ValueError("valid_until lies before valid_from")
        return self


class TeamMember(Record):
    """One person of the audit team; `role` is leader, auditor, expert or visitor."""

    name: str
    role: Literal["leader", "auditor", "expert", "visitor"]


class PersonDays(Record):
    """Person-days of the plan, as decimal strings."""

    documents: str
    management: str
    characteristics: str
    total: str


class PrintedPlan(Record):
    """What was planned, as far as the report repeats it."""

    objective: str
    basis: list[str] = Field(default_factory=list)
    modes: list[str] = Field(default_factory=list)
    person_days: PersonDays
    planned_from: date
    planned_to: date
    sampling_seed: str = ""
    """The draw's seed, when sites were sampled."""


class ScoreRow(Record):
    """One row of the catalogue: what it can give, what was awarded as printed, and what each reading makes of it."""

    row: int
    title: str
    indicator: str
    """Id of the indicator of the second level that it belongs to."""
    points: str
    awarded: str
    normalise: str
    cap: str
    marks: list[Literal["veto", "not_applicable", "carried", "violation"]] = Field(default_factory=list)
    remark: str = ""


class IndicatorScore(Record):
    """One indicator of the first (`parent` none) or second level, in points."""

    id: str
    title: str
    parent: str | None = None
    points: str
    normalise: str
    cap: str


class ThresholdScore(Record):
    """A figure that must reach a threshold: Q1…Q4, or their sum."""

    id: Literal["q1", "q2", "q3", "q4", "total"]
    title: str
    points: str
    threshold: str
    normalise: str
    normalise_passed: bool
    cap: str
    cap_passed: bool


class CharacteristicItem(Record):
    """One item of the special rule and its score after deductions."""

    id: str
    title: str
    points: str
    score: str
    remark: str = ""


class SharedFile(Record):
    """A file of evidence that counts in several places; `adopted` where adoption joins them (R:7/7.4.2)."""

    file: str
    places: str
    adopted: bool


class CharacteristicScore(Record):
    """The characteristic score against the threshold of the special rule."""

    score: str
    threshold: str
    passed: bool
    items: list[CharacteristicItem] = Field(default_factory=list)


class ChecklistAnswer(Record):
    """One indicator of a checklist scheme and how it was answered."""

    id: str
    dimension: str
    title: str
    answer: Answer
    remark: str = ""


class ChecklistCount(Record):
    """How often each answer was given in a dimension."""

    dimension: str
    conforms: int
    partly: int
    does_not: int
    not_applicable: int


class PassRuleResult(Record):
    """The pass rule of a checklist, whose it is, what it asks and what it met; shares as exact fractions."""

    label: Phrase
    barred: list[Answer]
    barred_at: list[str]
    """Indicators with such an answer."""
    partly_at_most: str
    partly_share: str
    standard_asked: bool
    off_standard: list[str]
    """Indicators that speak of the standard and do not conform."""
    failed: list[Literal["barred", "partly", "standard"]]
    counts: list[ChecklistCount]


class PrintedFinding(Record):
    """A deduction or finding, and its rectification."""

    id: str
    item: str
    site: str = ""
    description: str
    points: str = ""
    severity: Literal["minor", "major"]
    rectify: bool
    cause: str = ""
    action: str = ""
    status: Literal["open", "submitted", "accepted", "rejected"] = "open"
    due_on: date | None = None


class CreditEntry(Record):
    """One entry of the credit check."""

    on: date
    kind: str
    severity: Literal["minor", "major", "serious"]
    source: str
    description: str


class CreditResult(Record):
    """The credit check: the day it was asked, and what it found."""

    checked_on: date
    passed: bool
    listed: bool = False
    entries: list[CreditEntry] = Field(default_factory=list)


class ContentConclusion(Record):
    """One of the contents a surveillance or recertification must conclude on (R:7/6.5.2, R:7/6.6.1)."""

    letter: str
    title: str
    conforms: bool
    evidence: str = ""


class AuditReportData(Record):
    """One audit report; the same data gives the same file, byte for byte."""

    report_number: str = Field(min_length=1)
    case_number: str
    version: int = Field(default=1, ge=1)
    kind: SchemeKind = "service"
    audit_kind: Literal["initial", "reaudit", "surveillance", "special", "recertification", "scope"]
    attempt: int = 1
    issuing_body: Phrase
    organization: Holder
    service: Phrase
    scope: Phrase
    scheme: Edition
    special_rule: Edition | None = None
    """For a product its standard."""
    borrowed: str = ""
    """The scheme from which flow, limits and person-days are borrowed, `service 1.0`."""
    own_rules: list[str] = Field(default_factory=list)
    """What a trade pack or the body sets in the scheme's place, and whose it is (R:2)."""
    team: list[TeamMember]
    plan: PrintedPlan
    first_day: date | None
    """None, like the last day and the credit check, where the audit failed by its documents."""
    last_day: date | None
    reported_on: date
    sites: list[PrintedSite]
    rows: list[ScoreRow] = Field(default_factory=list)
    indicators: list[IndicatorScore] = Field(default_factory=list)
    thresholds: list[ThresholdScore] = Field(default_factory=list)
    reading_used: ReadingName | None = None
    """None where nothing was scored in points."""
    sensitive: list[str] = Field(default_factory=list)
    """Errata on whose reading the verdict depends, each with the reading used."""
    characteristic: CharacteristicScore | None = None
    shared_evidence: list[SharedFile] = Field(default_factory=list)
    checklist: list[ChecklistAnswer] = Field(default_factory=list)
    pass_rule: PassRuleResult | None = None
    findings: list[PrintedFinding] = Field(default_factory=list)
    credit: CreditResult | None = None
    contents: list[ContentConclusion] = Field(default_factory=list)
    verdict: Literal["pass", "fail"]
    failed_conditions: list[str] = Field(default_factory=list)
    recommendation: Literal["pass", "fail"]
    summary: str = ""
    reason: str = ""
    rehearsal: bool = False

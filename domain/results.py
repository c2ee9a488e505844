"""What an audit came to: readings, characteristic score, credit and verdict, as a case keeps and shows them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from domain.model import Record, Text
from domain.pack_parts import Answer

PointsReading = Literal["normalise", "cap"]
CreditStrictness = Literal["literal", "serious-only"]
Condition = Literal["q1", "q2", "q3", "q4", "total", "veto", "characteristic", "credit", "checklist", "rectification"]


APPENDIX_B_POINTS: Final = "appendix-b-points"
CREDIT_STRICTNESS: Final = "credit-strictness"
"""The errata on whose readings a verdict can depend."""

OF_THE_CASE: Final = ("failed_conditions", "verdict", "sensitive", "would_be", "final")
"""What a case may still change in results after they are scored."""


class RowPoints(Record):
    """A row's points on its printed scale and as the reading reads them."""

    printed: str
    """What its elements come to: the best tier, counts up to their cap, nothing after a violation."""
    read: str
    elements: dict[str, str] = Field(default_factory=dict)
    """Element → what it was awarded, as printed."""
    not_applicable: bool = False
    carried: bool = False
    """Taken over from the previous audit as it was; nothing is rescaled for it."""
    violation: bool = False


class ReadingResult(Record):
    """The management audit under one reading of the points; points as decimals, or `59/6`."""

    rows: dict[str, RowPoints]
    """Row number → its points."""
    indicators: dict[str, str]
    """Second-level indicator → its points."""
    q: dict[str, str]
    """First-level indicator (q1…q4) → its points."""
    total: str
    thresholds: dict[str, str] = Field(default_factory=dict)
    """q1…q4 and `total` → the points each must reach."""
    passed: bool
    failed: list[Condition] = Field(default_factory=list)
    """Which of q1…q4, total and veto are not met (R:B/3)."""


class Readings(Record):
    """Both readings of erratum `appendix-b-points`, computed for every audit."""

    normalise: ReadingResult
    cap: ReadingResult

    def under(self, reading: PointsReading) -> ReadingResult:
        """Give the result under a reading."""
        return self.normalise if reading == "normalise" else self.cap


class CharacteristicResult(Record):
    """The characteristics' score against the special rule's threshold (R:7/7.4.4)."""

    score: str
    threshold: str
    passed: bool
    items: dict[str, str] = Field(default_factory=dict)
    """Item → its points after deductions, averaged over the visited sites where it is per site."""


ChecklistFailure = Literal["barred", "partly", "standard"]


class ChecklistResult(Record):
    """A checklist by the pass rule of its pack, which is the body's own (G:A)."""

    rule: Text
    """The pass rule's label: whose it is."""
    answers: dict[str, Answer]
    """Indicator → answer."""
    dimensions: dict[str, dict[Answer, int]]
    """Dimension → how often each answer was given."""
    barred: list[str]
    """Indicators with an answer of which there may be none."""
    partly_share: str
    """Of the indicators that apply, those met in part; an exact fraction, `9/47`, or 0 or 1."""
    partly_at_most: str
    off_standard: list[str]
    """Indicators that speak of the standard and do not conform."""
    standard_conformed: bool
    failed: list[ChecklistFailure]
    passed: bool


class CreditResult(Record):
    """Whether the organization's credit is clean (R:7/7.4.5)."""

    passed: bool


class CreditReadings(Record):
    """Whether credit is clean under each reading of erratum `credit-strictness`."""

    literal: bool
    serious_only: bool

    def under(self, strictness: CreditStrictness) -> bool:
        """Say whether credit is clean under a reading."""
        return self.literal if strictness == "literal" else self.serious_only


class ChosenReadings(Record):
    """The readings by which a verdict is given; the pack's own by default."""

    points: PointsReading = "normalise"
    credit: CreditStrictness = "literal"

    @classmethod
    def of(cls, readings: Mapping[str, str]) -> "ChosenReadings":
        """Give the readings that are chosen for these errata; raises pydantic's ValidationError for another one."""
        named = {"points": readings.get(APPENDIX_B_POINTS), "credit": readings.get(CREDIT_STRICTNESS)}
        return cls.model_validate({part: reading for part, reading in named.items() if reading})


class Raise(Record):
    """An element that earns other points, on its printed scale; less only where an alternative takes its place."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    row: int
    element: str
    before: str = Field(alias="from")
    to: str


class Counterfactual(Record):
    """How far a fail is from a pass, under the readings used."""

    shortfalls: dict[str, str] = Field(default_factory=dict)
    """Failed condition (q1…q4, total, characteristic) → the points missing to its threshold."""
    management_points: str = "0"
    """What is missing of ΣQ to end every shortfall of the management audit, on the exact scale: nothing less does.

    A lower bound: where only tiers, counts and alternatives are left, no awards may come to just that.
    """
    characteristic_points: str = "0"
    """The fewest points of the characteristics that end their shortfall."""
    beyond_points: list[Condition] = Field(default_factory=list)
    """Failed conditions that no points can turn: veto, credit, rectification, or what is out of reach."""
    example: list[Raise] = Field(default_factory=list)
    """Raises with which the management audit passes, none to spare; none where it passes anyway or cannot."""
    example_points: str = ""
    """What the example adds to ΣQ; empty where there is none."""


class Adoption(Record):
    """An element and an item of the special rule of which one takes over the other's result (R:7/7.4.2)."""

    row: int
    element: str
    item: str
    site: str | None = None
    """Where an item evaluated at a site is what adopts."""
    by: Literal["element", "item"]
    """Which of the two adopts; the other's evidence counts for it."""


class SharedEvidence(Record):
    """A file that counts under two rows, or under rows and items of the special rule."""

    file: str
    rows: list[int]
    items: list[str]
    adopted: bool
    """An adoption joins every row and item here, so that sharing is no surprise."""


class Results(Record):
    """The results of an audit as the API shows them."""

    readings: Readings | None = None
    """None where the scheme has a checklist and no points."""
    reading_used: PointsReading | None = None
    """None where nothing was scored in points."""
    strictness_used: CreditStrictness = "literal"
    sensitive: list[str] = Field(default_factory=list)
    """Errata on whose reading the verdict depends."""
    would_be: dict[str, str] = Field(default_factory=dict)
    """Erratum in `sensitive` → the verdict with it alone read otherwise; unchanged where it takes several together."""
    characteristic: CharacteristicResult | None = None
    checklist: ChecklistResult | None = None
    """Only where the scheme is decided on one."""
    credit: CreditResult | None = None
    """None where the audit failed before it was asked."""
    failed_conditions: list[Condition]
    verdict: Literal["pass", "fail"]
    final: bool = False
    """The report is answered, or a timer failed the audit."""
    counterfactual: Counterfactual | None = None
    """None for a pass, and where the scheme has no points."""
    adoptions: list[Adoption] = Field(default_factory=list)
    shared_evidence: list[SharedEvidence] = Field(default_factory=list)

    def as_scored(self) -> str:
        """Give the results as the record keeps them, as JSON; the text's canonical SHA-256 is their `digest`."""
        return self.model_dump_json(exclude={"final"})

    def totals(self) -> "Results":
        """Give the results without their parts, which lie in the record: a case's state stays small."""
        bare: dict[str, Any] = {"adoptions": [], "shared_evidence": []}
        if self.readings:
            parts = {name: _bare(getattr(self.readings, name)) for name in ("normalise", "cap")}
            bare["readings"] = self.readings.model_copy(update=parts)
        if self.characteristic:
            bare["characteristic"] = self.characteristic.model_copy(update={"items": {}})
        if self.checklist:
            bare["checklist"] = self.checklist.model_copy(update={"answers": {}})
        if self.counterfactual:
            bare["counterfactual"] = self.counterfactual.model_copy(update={"example": []})
        return self.model_copy(update=bare)

    def whole(self, as_scored: Mapping[str, Any]) -> dict[str, Any]:
        """Give these totals with the parts that lie in the record, and the `digest` of it all.

        `digest` is the SHA-256, in hexadecimal, of the canonical JSON (RFC 8785: keys sorted, no spaces, UTF-8) of
        everything given here but `digest` and `final`: take an audit's `results` from the API, drop these two, and
        hash the rest. Unless the case itself has added a condition since (`rectification`), it is also what the event
        with the verdict names as `results`.
        """
        totals: dict[str, Any] = self.model_dump(mode="json")
        shown = {**totals, **as_scored} | {name: totals[name] for name in OF_THE_CASE}
        if self.counterfactual:
            known = totals["counterfactual"]
            scored = as_scored.get("counterfactual") or known
            shown["counterfactual"] = scored | {"beyond_points": known["beyond_points"]}
        return shown | {"digest": digest(shown)}

    def fails(self, condition: Condition) -> "Results":
        """Give the results of an audit that fails for a reason beside its scores as well, however these are read."""
        if condition in self.failed_conditions:
            return self
        changes: dict[str, Any] = {"verdict": "fail", "sensitive": [], "would_be": {}}
        if self.readings:
            known = self.counterfactual or Counterfactual()
            beyond = known.model_copy(update={"beyond_points": [*known.beyond_points, condition]})
            changes["counterfactual"] = beyond
        return self.model_copy(update={"failed_conditions": [*self.failed_conditions, condition], **changes})


def digest(results: Mapping[str, Any]) -> str:
    """Give the SHA-256 of results as the API shows them, without what they say in `digest` and `final`."""
    said = {name: value for name, value in results.items() if name not in ("digest", "final")}
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _bare(reading: ReadingResult) -> ReadingResult:
    return reading.model_copy(update={"rows": {}, "indicators": {}})

"""What an audit came to: readings, characteristic score, credit and verdict, as a case keeps and shows them."""

from typing import Literal

from pydantic import Field

from domain.model import Record

PointsReading = Literal["normalise", "cap"]
CreditStrictness = Literal["literal", "serious-only"]
Condition = Literal["q1", "q2", "q3", "q4", "total", "veto", "characteristic", "credit", "checklist", "rectification"]


class RowPoints(Record):
    """A row's points on its printed scale and as the reading reads them."""

    printed: str
    read: str
    not_applicable: bool = False


class ReadingResult(Record):
    """The management audit under one reading of the points; points as decimals, or `59/6`."""

    rows: dict[str, RowPoints]
    """Row number → its points."""
    indicators: dict[str, str]
    """Second-level indicator → its points."""
    q: dict[str, str]
    """First-level indicator (q1…q4) → its points."""
    total: str
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


class Results(Record):
    """The results of an audit as the API shows them."""

    readings: Readings | None = None
    """None where the scheme has a checklist and no points."""
    reading_used: PointsReading = "normalise"
    strictness_used: CreditStrictness = "literal"
    sensitive: list[str] = Field(default_factory=list)
    """Errata on whose reading the verdict depends."""
    characteristic: CharacteristicResult | None = None
    credit: CreditResult | None = None
    """None where the audit failed before it was asked."""
    failed_conditions: list[Condition]
    verdict: Literal["pass", "fail"]
    final: bool = False
    """The report is answered, or a timer failed the audit."""

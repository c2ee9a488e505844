"""The errata that code decides by and the readings of each that it knows, for the code itself and for pack checks."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from domain.results import APPENDIX_B_POINTS, CREDIT_STRICTNESS, CreditStrictness, PointsReading

ISSUE_OVERDUE_ANCHOR: Final = "issue-overdue-anchor"
HOLIDAY_ROLL: Final = "holiday-roll"
VOLUNTARY_END: Final = "voluntary-end"

IssueAnchor = Literal["report", "review", "decision"]
HolidayRoll = Literal["stays", "roll-forward"]
VoluntaryEnd = Literal["cancelled", "withdrawn"]

KNOWN: Final[dict[str, tuple[str, ...]]] = {
    APPENDIX_B_POINTS: get_args(PointsReading),
    CREDIT_STRICTNESS: get_args(CreditStrictness),
    ISSUE_OVERDUE_ANCHOR: get_args(IssueAnchor),
    HOLIDAY_ROLL: get_args(HolidayRoll),
    VOLUNTARY_END: get_args(VoluntaryEnd),
}
"""Erratum → its readings; another one would be taken for none of them."""
NEEDED: Final = (APPENDIX_B_POINTS, CREDIT_STRICTNESS)
"""Those that a verdict decides by, under every reading: a scheme lists all of each."""


def issue_runs_from(readings: Mapping[str, str], moment: IssueAnchor) -> bool:
    """Whether the limit of a certificate's issue begins here (R:7/6.4.7); at the report where no reading is pinned."""
    return readings.get(ISSUE_OVERDUE_ANCHOR, "report") == moment


def rolls_forward(readings: Mapping[str, str]) -> bool:
    """Whether a last day on a holiday rolls to the next working day (Civil Code 203); else it stays."""
    rolling: HolidayRoll = "roll-forward"
    return readings.get(HOLIDAY_ROLL) == rolling


def reported_as_withdrawn(readings: Mapping[str, str]) -> bool:
    """Whether the client's own end is reported as a withdrawal (R:10/9.4h); else as a cancellation."""
    withdrawn: VoluntaryEnd = "withdrawn"
    return readings.get(VOLUNTARY_END) == withdrawn

"""Who may use certificate and mark, and when their use is no longer in order (R:8/7.3)."""

from datetime import date, timedelta
from typing import Final

from domain.certificates import CertificateStatus
from domain.grounds import SuspensionGround
from domain.refusal import Fault, Refused

BARRED_BY: Final[dict[CertificateStatus, str]] = {
    "upcoming": "R:8/7.3.4",
    "suspended": "R:8/7.3.4",
    "withdrawn": "R:8/7.3.4",
    "cancelled": "R:8/7.3.4",
    "expired": "R:8/7.3.4",
    "superseded": "R:10/9.2",
}
"""Status of a certificate on a day → the clause under which neither it nor the mark may be used on that day.

What more the rules on the mark ask is not at hand (R:8/7.2.2)."""
LONGEST: Final = timedelta(days=90)
"""The body gives nobody longer to mend a wrong use."""


def may_use(status: CertificateStatus) -> bool:
    """Whether certificate and mark may be used: while it is valid (R:8/7.3.1, R:8/7.3.2), and only then (R:8/7.3.4)."""
    return status not in BARRED_BY


def misuse_calls_for(due_on: date, today: date, *, correct: bool) -> SuspensionGround | None:
    """Give the ground to suspend on after a wrong use that is not mended by its last day (R:10/9.3.1e, R:8/7.3.3)."""
    return "e" if not correct and today > due_on else None


def mended_by(due_on: date | None, today: date) -> date:
    """Give the day by which a wrong use is to be mended (R:8/7.3.3).

    Raises:
        Refused: `invalid` where it is not named, not after today, or too far ahead.
    """
    if due_on is None or not today < due_on <= today + LONGEST:
        fault = Fault(pointer="/due_on", detail=f"a date after today, until {today + LONGEST}")
        raise Refused("invalid", "须给出纠正期限", "Say until when it is to be mended.", faults=[fault])
    return due_on

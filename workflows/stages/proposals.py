"""R:10/9.3, R:10/9.4: what is proposed to a person who decides, beside the programme: suspension, withdrawal."""

from collections.abc import Sequence
from typing import Final

from domain.grounds import Ground, check_brought
from domain.matters import Matter
from workflows.case import Case

CLAUSE: Final = "R:10/9.3.1"
MISSED: Final = "missed_surveillance"
"""The proposal to suspend that a missed surveillance makes."""
CALENDAR_YEAR: Final = "calendar_year"
"""The due date by which a calendar year of the cycle holds its audit, and the proposal where it holds none."""
POSTPONE: Final = "surveillance.postpone"
REQUEST: Final = "suspension.request"
EXTEND: Final = "suspension.extend"
RESTORE: Final = "restoration.request"
WITHDRAW: Final = "withdrawal.request"
OVER: Final = "suspension_over"
"""The flag, and the proposal to withdraw, of a suspension that has run out."""
MISUSED: Final = "mark_use"
"""The due date until which a wrong use of the mark is mended, and the proposal to suspend where it is not."""
ADVERTISING: Final = "advertising.change"
"""The due date by which advertising follows a narrower scope, and the proposal where it does not (R:8/7.3.3)."""
TRANSITION: Final = "requirements.transition"
"""The due date by which changed requirements are met, and the proposal where they are not (R:9/8.1)."""
PROPOSALS: Final = (
    MISSED,
    CALENDAR_YEAR,
    POSTPONE,
    REQUEST,
    EXTEND,
    RESTORE,
    WITHDRAW,
    OVER,
    MISUSED,
    ADVERTISING,
    TRANSITION,
)
"""What is open about a certificate and ends with it."""


def propose(case: Case, kind: str, grounds: list[str]) -> None:
    """R:10/9.3.1: one proposal to suspend, for a person to decide; none beside an open one of its kind."""
    if case.open_matters(kind) or case.state.status not in ("certified", "suspended"):
        return
    matter = case.open_matter(kind, grounds=grounds)
    case.ask("suspension.decide", subject=matter.id).clause = f"{CLAUSE}{grounds[0]}"


def drop_proposals(case: Case, *kinds: str) -> None:
    """There is nothing left to suspend for: it took place after all, or its certificate was renewed."""
    for matter in case.open_matters(*(kinds or (MISSED, CALENDAR_YEAR))):
        case.drop_about(matter)
        case.close_matter(matter, "dropped")


def check_decided(known: Sequence[Ground], letters: list[str], matter: Matter) -> None:
    """Whether a decision may rest on these grounds: those that the body may bring, and what this matter brought.

    Raises:
        Refused: `invalid` or `rule_refused`, as `grounds.check_brought`.
    """
    others = [letter for letter in letters if letter not in matter.grounds]
    if others or not letters:
        check_brought(known, others, "body")

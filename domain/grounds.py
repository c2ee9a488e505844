"""Lettered grounds of the rule: what may lead to a special audit, a suspension, a withdrawal, or bar maintenance."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

from pydantic import Field

from domain.model import Input
from domain.pack_parts import ClauseId
from domain.problems import Problem
from domain.readings import reported_as_withdrawn
from domain.refusal import Fault, Refused

Trigger = Literal["a", "b", "c", "d", "e", "f"]
"""R:7/6.5.1a-f: what calls for more surveillance or a special audit."""
SuspensionGround = Literal["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
"""R:10/9.3.1a-k."""
WithdrawalGround = Literal["a", "b", "c", "d", "e", "f", "g", "h", "i"]
"""R:10/9.4a-i."""
Condition = Literal["a", "b", "c", "d", "e", "f"]
"""R:10/9.1a-f: what maintaining a certification takes."""
Bringer = Literal["body", "client", "alliance", "machine", "timer"]
"""Who may bring a ground before the person who decides on it; nobody brings one and decides by that."""

MAINTENANCE: Final = "R:10/9.1"
GIVEN_UP: Final = "h"
"""R:10/9.4h, the client's own wish: the certificate is cancelled, not withdrawn."""


class Ground(Input):
    """One ground by its clause, and who may bring it."""

    clause: ClauseId
    brought_by: list[Bringer] = Field(min_length=1)
    two_decide_without_suspension: bool = False
    """Whether a withdrawal on it at once, without a suspension before, takes two decision makers (R:10/9.4b)."""

    @property
    def letter(self) -> str:
        """Its letter, as people send it."""
        return self.clause[-1]


class MaintenanceCondition(Input):
    """One condition of maintaining a certification, and the tasks and acts whose record speaks of it."""

    clause: ClauseId
    seen_in: list[str] = Field(min_length=1)

    @property
    def letter(self) -> str:
        """Its letter, as a decision states it."""
        return self.clause[-1]


class Grounds(Input):
    """Every ground of a scheme: R:7/6.5.1a-f, R:10/9.3.1a-k, R:10/9.4a-i, R:10/9.1a-f."""

    special_audit: list[Ground]
    suspension: list[Ground]
    withdrawal: list[Ground]
    maintenance: list[MaintenanceCondition]


LETTERS: Final = {
    "special_audit": ("R:7/6.5.1", get_args(Trigger)),
    "suspension": ("R:10/9.3.1", get_args(SuspensionGround)),
    "withdrawal": ("R:10/9.4", get_args(WithdrawalGround)),
    "maintenance": (MAINTENANCE, get_args(Condition)),
}
"""List of `Grounds` → the clause it stands under, and the letters that answers know."""


def grounds_problems(grounds: Grounds | None, clauses: Mapping[str, object]) -> Iterator[Problem]:
    """Say which grounds are not there, are not defined, stand under another clause, or are unknown to the answers."""
    for name, (stem, letters) in LETTERS.items() if grounds else ():
        listed: list[Ground | MaintenanceCondition] = getattr(grounds, name)
        at = ("grounds", name)
        if [one.letter for one in listed] != list(letters):
            yield Problem(at, f"the letters are {', '.join(letters)}, each once and in order")
        for place, one in enumerate(listed):
            if one.clause not in clauses:
                yield Problem((*at, place, "clause"), f"clause {one.clause} is not defined")
            if one.clause[:-1] != stem:
                yield Problem((*at, place, "clause"), f"{one.clause} does not stand under {stem}")


def check_brought(known: Sequence[Ground], letters: Sequence[str], by: Bringer, at: str = "/grounds/{}") -> None:
    """Whether grounds may be brought by somebody: the client brings its own wish, and nobody else does for it.

    `at` is the JSON pointer of a ground, with its place.

    Raises:
        Refused: `invalid` for none or an unknown one; `rule_refused` under the ground's clause for another's.
    """
    by_letter = {ground.letter: ground for ground in known}
    unknown = [place for place, letter in enumerate(letters) if letter not in by_letter]
    if unknown or not letters:
        faults = [Fault(pointer=f"/grounds/{place}", detail="no such ground") for place in unknown]
        faults = faults or [Fault(pointer="/grounds", detail="required")]
        raise Refused("invalid", "须指明情形", "Name the grounds.", faults=faults)
    for place, letter in enumerate(letters):
        if by not in by_letter[letter].brought_by:
            fault = Fault(pointer=at.format(place), detail=f"not brought by {by}")
            en = f"Ground {letter} is not the {by}'s to bring."
            clause = by_letter[letter].clause
            raise Refused("rule_refused", f"情形{letter}不由该方提出", en, clause=clause, faults=[fault])


def decision_makers(known: Sequence[Ground], letters: Sequence[str], *, suspended: bool) -> int:
    """How many decision makers state their reasons for a withdrawal (R:10/9.4, R:10/9.4b, R:7/6.5.3.2).

    A failed surveillance suspends first and leaves one re-audit; who withdraws at once takes two.
    """
    at_once = not suspended and any(one.two_decide_without_suspension and set(letters) == {one.letter} for one in known)
    return 2 if at_once else 1


def status_after(letters: Sequence[str]) -> Literal["withdrawn", "cancelled"]:
    """What becomes of the certificate: given up by the client alone it is cancelled (R:10/9.4h)."""
    return "cancelled" if set(letters) == {GIVEN_UP} else "withdrawn"


def reported_as(letters: Sequence[str], readings: Mapping[str, str]) -> Literal["withdrawal", "cancellation"]:
    """As what an end is reported to the alliance: R:10/9.4h by the erratum `voluntary-end`, else a withdrawal."""
    cancelled = status_after(letters) == "cancelled" and not reported_as_withdrawn(readings)
    return "cancellation" if cancelled else "withdrawal"


def not_stated(conditions: Mapping[Condition, object]) -> list[str]:
    """Give the conditions of maintenance that a decision leaves out; it states each (R:10/9.1a-f)."""
    return [letter for letter in get_args(Condition) if letter not in conditions]


def not_met(conditions: Mapping[Condition, bool]) -> list[str]:
    """Give the conditions of maintenance answered with no; any of them bars it (R:10/9.1a-f)."""
    return sorted(letter for letter, met in conditions.items() if not met)

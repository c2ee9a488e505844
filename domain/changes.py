"""What changes a certification: new requirements, the client's changes, a wider or a narrower scope, a re-issue."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final, Literal

from domain.certificates import Certificate
from domain.pack_parts import ChangeKind
from domain.refusal import Fault, Refused

CHANGED: Final = "R:9/8.2"
EXTENSION: Final = "R:9/8.3"
REDUCTION: Final = "R:10/9.2"

COMBINABLE: Final = frozenset({"surveillance", "special", "recertification"})
"""Kinds of audit that an extension's may be combined with (R:9/8.3)."""

Transition = Literal["running", "reissue", "propose_suspension"]


def change_needs_audit(known: Iterable[ChangeKind], changed: Collection[str]) -> bool:
    """Whether a change is audited before it is approved: any part of it that needs it is enough (R:9/8.2).

    Raises:
        Refused: `invalid`, nothing is changed or the scheme does not know what.
    """
    needs = {kind.id: kind.needs for kind in known}
    unknown = [Fault(pointer="/changes", detail=f"no kind of change: {one}") for one in changed if one not in needs]
    if unknown or not changed:
        raise Refused("invalid", "须指明变更内容", "Name what changes.", faults=unknown)
    return any(needs[one] == "audit" for one in changed)


def transition(until: date, today: date, passed_on: date | None) -> Transition:
    """How far a holder has come with new requirements (R:9/8.1).

    Whoever was audited by them and passed gets a new certificate. Whoever let the transition go by, of choice or not,
    no longer meets the requirements in force: a suspension under R:10/9.3.1a is proposed, for a person to decide.

    Args:
        until: The transition's last day; what happens on it counts.
        today: The day of the question.
        passed_on: The last day of the audit by the new requirements that the holder passed.
    """
    if passed_on is not None and passed_on <= today:
        return "reissue"
    return "propose_suspension" if today > until else "running"


def check_combined(combined_with: str | None) -> None:
    """Whether an extension may be audited like that: alone, or with an audit of a certified service (R:9/8.3).

    Raises:
        Refused: `rule_refused` for any other kind of audit.
    """
    if combined_with not in {None, *COMBINABLE}:
        fault = Fault(pointer="/combined_with", detail=", ".join(sorted(COMBINABLE)))
        en = "An extension is not combined with this audit."
        raise Refused("rule_refused", "不得与该审查结合", en, clause=EXTENSION, faults=[fault])


def check_reduction(before: Sequence[str], after: Sequence[str], *, confirmed: bool) -> list[str]:
    """Give what a narrower scope no longer holds, in its order; advertising for it is to be changed (R:8/7.3.3).

    Args:
        before: Ids of the sites, or names of the services, that the certificate holds.
        after: Those it is to hold.
        confirmed: Whether the client has confirmed the reduction.

    Raises:
        Refused: `rule_refused`, R:10/9.2 where it is not confirmed, gives up nothing or leaves nothing, R:9/8.3 where
            it holds more than before.
    """
    added = [one for one in after if one not in before]
    if added:
        fault = Fault(pointer="/sites", detail=f"not in the scope: {', '.join(added)}")
        raise Refused("rule_refused", "属于扩大范围", "This extends the scope.", clause=EXTENSION, faults=[fault])
    gone = [one for one in before if one not in after]
    if not gone or not after:
        raise Refused("rule_refused", "不是缩小范围", "This reduces nothing, or to nothing.", clause=REDUCTION)
    if not confirmed:
        raise Refused("rule_refused", "须经获证组织确认", "The client has not confirmed it.", clause=REDUCTION)
    return gone


def reissue(old: Certificate, number: str, decided_on: date) -> tuple[Certificate, Certificate]:
    """Give the old certificate, superseded and recalled, and the new one in its place (R:9/8.1, R:9/8.2, R:10/9.2).

    The last valid day stays, and so does a suspension.

    Raises:
        ValueError: the old one has ended.
    """
    if old.status not in {"upcoming", "valid", "suspended"}:
        raise ValueError(f"certificate {old.number} is {old.status}")
    new = {
        "number": number,
        "decided_on": decided_on,
        "valid_from": max(decided_on, old.valid_from),
        "predecessor": old.number,
        "granted_on": old.cycle_began,
    }
    return (
        old.model_copy(update={"status": "superseded", "successor": number}),
        old.model_copy(update=new),
    )

"""Which events of a case have to be reported to the alliance, and which of them have no receipt yet."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from domain.submissions import SubmissionKind

REPORTED: Final = "alliance.reported"
"""The event of a report that has its receipt."""
_RESULTS: Final = "R:7/6.4.6.2"
_SURVEILLANCE: Final = "R:7/6.5.3.3"


class Rule(NamedTuple):
    """What is reported of an event, and by which of its data it is named."""

    kind: SubmissionKind
    named: str
    clause: str


REPORTABLE: Final[dict[tuple[str, str], Rule]] = {
    ("certificate.valid", ""): Rule("certification", "number", _RESULTS),
    ("certificate.upcoming", ""): Rule("certification", "number", _RESULTS),
    ("decision.make", "refuse"): Rule("refusal", "audit", _RESULTS),
    ("timer.reaudit", "terminated"): Rule("refusal", "audit", _RESULTS),
    ("timer.documents.correct", "terminated"): Rule("refusal", "audit", _RESULTS),
    ("decision.make", "maintain"): Rule("surveillance", "audit", _SURVEILLANCE),
    ("decision.make", "extend"): Rule("surveillance", "audit", _SURVEILLANCE),
    ("decision.make", "reduce"): Rule("surveillance", "audit", _SURVEILLANCE),
    ("decision.make", "suspend"): Rule("surveillance", "audit", _SURVEILLANCE),
    ("decision.make", "restore"): Rule("surveillance", "audit", _SURVEILLANCE),
    ("decision.make", "withdraw"): Rule("surveillance", "audit", _SURVEILLANCE),
    ("certificate.valid", "restored"): Rule("restoration", "number", _SURVEILLANCE),
    ("certificate.suspended", ""): Rule("suspension", "number", _SURVEILLANCE),
    ("certificate.withdrawn", ""): Rule("withdrawal", "number", _RESULTS),
    ("certificate.cancelled", ""): Rule("cancellation", "number", _RESULTS),
    ("certificate.valid", "reopened"): Rule("restoration", "number", _RESULTS),
    ("certificate.upcoming", "reopened"): Rule("restoration", "number", _RESULTS),
    ("certificate.suspended", "reopened"): Rule("suspension", "number", _RESULTS),
    ("certificate.superseded", ""): Rule("reissue", "successor", _RESULTS),
    ("certificate.expired", ""): Rule("expiry", "number", _RESULTS),
}
"""R:7/6.4.6.2, R:7/6.5.3.3: event kind and its outcome → what the alliance has to be told."""
CHANGES_SCOPE: Final = ("extend", "reduce")
"""Decisions that are the result of a surveillance or special audit, or of a scope audit, which is no surveillance."""
KINDS: Final = (REPORTED, *sorted({kind for kind, _ in REPORTABLE}))


class Event(NamedTuple):
    """What is read of an event of the record."""

    at: str
    kind: str
    data: dict[str, Any]


class Owed(NamedTuple):
    """A fact that the alliance has to be told: what it is about as its report says it, and since when."""

    about: str
    kind: SubmissionKind
    at: str
    clause: str

    @property
    def place(self) -> str:
        """Where it stands among the facts of its case."""
        return f"{self.at} {self.about}"


def unreported(events: Iterable[Event]) -> list[Owed]:
    """Of a case's events, oldest first, the facts that no receipt is on record for (R:7/6.4.6.2, R:7/6.5.3.3).

    A receipt is for the latest fact of its name: an older one without has been given up, or waits for operations.
    """
    owed: dict[str, list[Owed]] = defaultdict(list)
    granted: list[str] = []
    for event in events:
        if event.kind == REPORTED:
            if "corrects" not in event.data and owed[event.data["about"]]:
                owed[event.data["about"]].pop()
        elif (rule := REPORTABLE.get((event.kind, event.data.get("outcome", "")))) and _is_a_fact(event, rule, granted):
            kind: SubmissionKind = "special" if event.data.get("audit_kind") == "special" else rule.kind
            about = f"{kind}:{event.data[rule.named]}"
            owed[about].append(Owed(about, kind, event.at, rule.clause))
    return sorted((one for facts in owed.values() for one in facts), key=lambda one: one.place)


def _is_a_fact(event: Event, rule: Rule, granted: list[str]) -> bool:
    """Whether an event tells of something new.

    A renewed certificate that takes over was reported when granted, and one issued again as such; a decision after a
    verification is about no audit.
    """
    if rule.named not in event.data:
        return False
    if event.data.get("outcome") in CHANGES_SCOPE:
        return event.data.get("audit_kind") in ("surveillance", "special")
    if rule.kind == "reissue":
        granted.append(event.data["successor"])
    if rule.kind == "certification":
        known = event.data["number"] in granted
        granted.append(event.data["number"])
        return not known
    if rule.kind == "expiry":
        return granted[-1:] == [event.data["number"]]
    return rule.kind != "suspension" or bool({"grounds", "outcome"} & {*event.data})

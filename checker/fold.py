"""What a case's events come to by a small reading of the rules: its status, its certificates, who took which side."""

from collections.abc import Iterator
from typing import Any

from checker.record import Case

WORTH = {"valid": "certified", "suspended": "suspended", "withdrawn": "withdrawn", "cancelled": "cancelled"}
WORTH |= {"expired": "expired", "withdraw": "application_withdrawn"}
"""What has become of a certificate, or of the application → what the case is by it."""
REFUSED = {"refused", "rejected", "terminated"}
ENDED = {*REFUSED, "application_withdrawn", "withdrawn", "cancelled"}
JUDGES = {"review.independent", "decision.make", "suspension.decide", "withdrawal.decide", "appeal.decide"}
SHEETS = {"management", "characteristics", "checklist", "credit", "contents", "mystery_visit"}
EVALUATES = {f"audit.{name}" for name in (*SHEETS, "documents", "open", "close", "report")}
EVALUATES |= {"rectification.verify", "restoration.verify"}

Certificates = dict[str, dict[str, str]]


def findings(case: Case) -> Iterator[str]:
    """Where rows and state say something else than the events."""
    worth = certificates(case.events)
    state, row = case.row["state"], case.row
    now = status(case.events)
    for place, found in (("the case's row", row), ("its state", state)):
        if found["status"] != now:
            yield f"{place} says {found['status']}, its events come to {now}"
        if now != "expired" and (found["stage"] == "closed") != (now in ENDED):
            yield f"{place} says {found['stage']}, and by its events it is {now}"
    for place, listed in (("the register", case.certificates), ("the state", state["certificates"])):
        shown = {one["number"]: {name: str(one[name]) for name in PRINTED} for one in listed}
        for number in sorted({*worth, *shown}):
            if worth.get(number) != shown.get(number):
                yield f"{place} shows {number} as {shown.get(number)}, its events come to {worth.get(number)}"
    yield from _sides(case)


# Status and certificates ------------------------------------------------------------------------------------

PRINTED = ("status", "valid_from", "valid_until")


def certificates(events: list[dict[str, Any]]) -> Certificates:
    """Number → status and days."""
    found: Certificates = {}
    for event in events:
        kind, _, became = event["kind"].partition(".")
        if kind == "certificate":
            data = event["data"]
            days = {name: data[name] for name in PRINTED[1:] if name in data}
            found.setdefault(data["number"], {}).update({"status": became} | days)
    return found


def status(events: list[dict[str, Any]]) -> str:
    """What a case is after its events; where an appeal is upheld, what it was before it was refused."""
    now, before, verdicts = "open", "open", dict[str, str]()
    for event in events:
        data = event["data"]
        if "verdict" in data:
            verdicts[data["audit"]] = data["verdict"]
        became = _became(event["kind"], data, now, verdicts)
        if became in REFUSED:
            before = now
        if (event["kind"], data.get("outcome")) == ("appeal.decide", "uphold") and now in REFUSED:
            became = before
        now = became or now
    return now


def _became(kind: str, data: dict[str, Any], now: str, verdicts: dict[str, str]) -> str | None:
    outcome, own = data.get("outcome"), data.get("audit_kind")
    if kind.startswith("certificate.") or kind == "case.withdraw":
        return WORTH.get(kind.partition(".")[2])
    last_day = kind == "timer.contract.sign" and data["deadline"] == "contract.sign-latest"
    if last_day or kind == "timer.application.supplement" or (kind, outcome) == ("application.review", "reject"):
        return "rejected"
    if kind.startswith("timer.") and outcome == "terminated":
        return "terminated"
    if (kind, outcome) == ("decision.make", "grant") and own not in ("scope", "special"):
        return "certified"
    if (kind, outcome) == ("decision.make", "refuse") and now in ("open", "expired"):
        return "terminated" if own == "reaudit" and verdicts[data["audit"]] == "fail" else "refused"
    return None


# Sides ------------------------------------------------------------------------------------------------------


def _sides(case: Case) -> Iterator[str]:
    """Whoever evaluated or judged has the duty, nobody has one for nothing, and nobody has both (R:7/6.4.6.2)."""
    persons = case.persons | {one["user"]: one["person"] for one in (turn["message"]["actor"] for turn in case.turns)}
    did = {(event["actor"], event["kind"]) for event in case.events}
    must = {(persons.get(user, user), "judgement") for user, kind in did if kind in JUDGES}
    must |= {(persons.get(user, user), "evaluation") for user, kind in did if kind in EVALUATES}
    may = must | {(persons.get(user, user), side) for user, side in _named(case)}
    for person, side in sorted(must - case.duties):
        yield f"{person} served on the side of {side}, and has no such duty"
    for person, side in sorted(case.duties - may):
        yield f"{person} has a duty of {side} that nothing led to"
    for person in sorted({one for one, _ in case.duties if {(one, "evaluation"), (one, "judgement")} <= case.duties}):
        yield f"{person} has duties on both sides"


def _named(case: Case) -> Iterator[tuple[str, str]]:
    """Whom messages put on a side, also where the event waits until the client may know of it."""
    for turn in case.turns:
        name, user = turn["message"]["name"], turn["message"]["actor"]["user"]
        if name in EVALUATES:
            yield user, "evaluation"
        elif name == "approval.give":
            yield user, "judgement"
        elif name in ("audit.plan", "team.replace", "restoration.request"):
            yield from ((one["user"], "evaluation") for one in turn["facts"]["people"])

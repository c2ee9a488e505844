"""What holds of any case at any moment: it is what the reference says, nothing is missed or early, nobody is barred."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.walks.reference import SHANGHAI, Reference, moment

Data = dict[str, Any]
LONG = (
    "surveillance",
    "recertification.apply",
    "calendar_year",
    "recertification.on_site",
    "reaudit",
    "suspension.end",
    "certificate.expiry",
)
"""Due dates that the reference counts itself."""
ENTERED_LATE = ("surveillance", "reaudit", "recertification.on_site", "calendar_year")
"""Due dates that are judged three days later."""
EVALUATES = (
    "audit.documents",
    "audit.open",
    "audit.close",
    "audit.management",
    "audit.characteristics",
    "audit.credit",
    "audit.contents",
    "audit.report",
    "rectification.verify",
    "restoration.verify",
)
JUDGES = (
    "review.independent",
    "decision.make",
    "suspension.decide",
    "withdrawal.decide",
    "approval.give",
    "appeal.decide",
)
DECISIONS = ("review.independent", "decision.make", "suspension.decide", "withdrawal.decide")
ANSWERS_FOR_THE_BODY = ("complaint.handle", "appeal.decide")
"""For those who took no part before."""


def judged_at(kind: str, due_on: date) -> datetime:
    """The end of the day on which a due date is judged."""
    days = 4 if kind in ENTERED_LATE else 1
    return datetime.combine(due_on + timedelta(days=days), time(), SHANGHAI)


def running(deadlines: Iterable[Data]) -> list[Data]:
    """The due dates that run."""
    return [one for one in deadlines if one["state"] == "running"]


def same(case: Data, model: Reference) -> None:
    """The case, as a snapshot or a state shows it, is what the reference makes of its record."""
    assert case["status"] == model.status
    certificates = sorted(case["certificates"], key=lambda one: one["decided_on"])
    assert [
        (date.fromisoformat(one["valid_from"]), date.fromisoformat(one["valid_until"]), one["status"])
        for one in certificates
    ] == [(one.begins, one.ends, one.status) for one in model.certificates]
    now = case["suspension"]
    assert (now and (now["since"], now["ends_on"], now["over"])) == (
        model.suspension and (str(model.suspension.since), str(model.suspension.ends), model.suspension.over)
    )
    found: dict[str, list[date]] = defaultdict(list)
    for one in running(case["deadlines"]):
        if one["kind"] in LONG:
            found[one["kind"]].append(date.fromisoformat(one["due_on"]))
    assert {kind: sorted(days) for kind, days in found.items()} == model.due()
    assert (case["stage"] == "closed") == model.over


def nothing_missed(case: Data, now: datetime) -> None:
    """No due date still runs after the day on which it is judged, unless its postponement waits to be decided."""
    for one in running(case["deadlines"]):
        if judged_at(one["kind"], date.fromisoformat(one["due_on"])) < now:
            assert one["kind"] == "surveillance"
            assert put_off(case["matters"], one["due_on"])


def nothing_early(event: Data, before: Data) -> None:
    """A timer fires at the end of its day, later only where a postponement was asked for in time."""
    if not event["kind"].startswith("timer."):
        return
    fired = next(one for one in before["deadlines"] if one["id"] == event["data"]["deadline"])
    expected = judged_at(fired["kind"], date.fromisoformat(fired["due_on"]))
    if moment(event) != expected:
        assert moment(event) > expected
        assert fired["kind"] == "surveillance"
        assert put_off(before["matters"], fired["due_on"])


def put_off(matters: Iterable[Data], due_on: str) -> bool:
    """Whether a surveillance was asked in time to be put off (R:7/7.3.3)."""
    return any(one["kind"] == "surveillance.postpone" and one["opened_on"] <= due_on for one in matters)


def nobody_barred(events: Iterable[Data]) -> None:
    """Who evaluated never judged, and the other way round, in all cycles; appeals are for neither (R:7/6.4.6.2)."""
    evaluators: set[str] = set()
    judges: set[str] = set()
    for event in events:
        kind, actor, data = event["kind"], event["actor"], event["data"]
        if kind in EVALUATES:
            evaluators.add(actor)
        if kind == "audit.plan":
            evaluators |= {member["user"] for member in data["team"]}
        if kind == "team.replace":
            evaluators.add(data["to"])
        if kind in ANSWERS_FOR_THE_BODY:
            assert actor not in evaluators | judges
        if judges_by(event):
            judges.add(actor)
    assert not evaluators & judges


def nobody_decides_again(events: Iterable[Data]) -> None:
    """Whoever made or reviewed a decision whose appeal was upheld does not make it again (R:7/6.4.6.2)."""
    decided: dict[str, set[str]] = defaultdict(set)
    about: dict[str, str] = {}
    appeals: list[str] = []
    barred: dict[str, set[str]] = defaultdict(set)
    for event in events:
        kind, data = event["kind"], event["data"]
        if kind in DECISIONS:
            key = about[data["task"]] = data.get("subject") or data["audit"]
            assert event["actor"] not in barred[key]
            decided[key].add(event["actor"])
        if kind == "appeal.file":
            appeals.append(data["about"])
        if kind == "appeal.decide" and data["outcome"] == "uphold":
            key = about.get(appeals[int(data["subject"].rpartition("-")[2]) - 1], "")
            barred[key] |= decided[key]


def judges_by(event: Data) -> bool:
    """Whether an event is somebody's judgement; a change on its papers is the case manager's to approve (R:9/8.2)."""
    return event["kind"] in JUDGES and not event["data"].get("subject", "").startswith("change.request")

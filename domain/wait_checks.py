"""What makes a scheme's waits sound: whom each task asks, whether it has a limit, and what its end leads to."""

from collections.abc import Iterator
from typing import Final

from domain.pack import Scheme
from domain.problems import Loc, Problem
from domain.rules import Lapse, Wait

TASK_ROLES: Final = {
    "application.review": "case_manager",
    "application.supplement": "applicant",
    "contract.sign": "case_manager",
    "audit.plan": "case_manager",
    "audit.plan.confirm": "applicant",
    "audit.documents": "leader",
    "documents.correct": "applicant",
    "audit.mystery_visit": "visitor",
    "audit.open": "leader",
    "audit.close": "leader",
    "audit.management": "leader",
    "audit.characteristics": "leader",
    "audit.checklist": "leader",
    "audit.credit": "case_manager",
    "audit.contents": "leader",
    "findings.confirm": "applicant",
    "findings.answer": "leader",
    "rectification.submit": "applicant",
    "rectification.verify": "leader",
    "audit.report": "leader",
    "review.independent": "reviewer",
    "decision.make": "decision_maker",
    "recertification.apply": "applicant",
    "suspension.decide": "decision_maker",
    "withdrawal.decide": "decision_maker",
    "restoration.verify": "leader",
    "scope.confirm": "applicant",
    "approval.give": "decision_maker",
    "complaint.acknowledge": "case_manager",
    "complaint.handle": "reviewer",
    "appeal.file": "applicant",
    "appeal.acknowledge": "case_manager",
    "appeal.decide": "decision_maker",
    "operations.resolve": "ops",
}
"""Every task kind of the API → whom it asks; no pack asks another, for who may answer and who is barred rests on it.

An appeal is an act, which has a limit as well."""

ROLES_BY_SUBJECT: Final = {"approval.give": {"not_applicable": "reviewer", "change.request": "case_manager"}}
"""Task kind → the role asked instead, by its subject."""

CONSEQUENCES: Final[dict[str, tuple[Lapse, Lapse | None]]] = {
    "application.supplement": ("rejected", None),
    "audit.plan.confirm": ("taken_as_agreed", None),
    "documents.correct": ("terminated", "audit_failed"),
    "findings.confirm": ("noted", None),
    "rectification.submit": ("audit_failed", None),
    "recertification.apply": ("noted", None),
    "appeal.file": ("noted", None),
}
"""What the flow does at the end of a client's limit, and in an audit that is not the initial one where that differs;
a pack may have it escalate instead. Every other limit escalates."""

TOLD: Final = "its due date would tell the client of a mystery visit"
"""R:4/4.2: whatever is answered on site seems open as long as only the visit is missing."""
UNLIMITED: Final = {
    "audit.mystery_visit": TOLD,
    "audit.open": TOLD,
    "audit.close": TOLD,
    "audit.management": TOLD,
    "audit.characteristics": TOLD,
    "audit.checklist": TOLD,
    "audit.credit": TOLD,
    "audit.contents": TOLD,
    "recertification.apply": "the cycle gives its due date",
    "approval.give": "several of it may be open at once",
    "operations.resolve": "several of it may be open at once",
}
"""Task kinds that have no limit, and why."""
LIMITED: Final = {
    "application.review",
    "application.supplement",
    "contract.sign",
    "audit.plan",
    "audit.plan.confirm",
    "audit.documents",
    "documents.correct",
    "findings.confirm",
    "rectification.submit",
    "rectification.verify",
    "audit.report",
    "review.independent",
    "decision.make",
    "withdrawal.decide",
    "complaint.acknowledge",
    "complaint.handle",
    "appeal.file",
    "appeal.acknowledge",
    "appeal.decide",
}
"""Task kinds that have one: the client's, which its end decides on, and the body's, which nothing else would remind
of or escalate (R:7/6.4.7)."""


def wait_problems(scheme: Scheme) -> Iterator[Problem]:
    """Say what the flow could not do of what a scheme says of its tasks."""
    given = {wait.kind for wait in scheme.waits}
    for kind in TASK_ROLES:
        if kind not in given:
            yield Problem(("waits",), f"nothing is said of the task {kind}")
    for place, wait in enumerate(scheme.waits):
        at: Loc = ("waits", place)
        if wait.kind not in TASK_ROLES:
            yield Problem((*at, "kind"), f"{wait.kind} is no task kind")
            continue
        yield from _asked(wait, at)
        yield from _limited(wait, at)


def _asked(wait: Wait, at: Loc) -> Iterator[Problem]:
    role, by_subject = TASK_ROLES[wait.kind], ROLES_BY_SUBJECT.get(wait.kind, {})
    if wait.role != role:
        yield Problem((*at, "role"), f"{wait.kind} asks the {role}, not the {wait.role}")
    if wait.roles_by_subject != by_subject:
        said = ", ".join(f"for {subject} the {other}" for subject, other in by_subject.items()) or "nobody"
        yield Problem((*at, "roles_by_subject"), f"{wait.kind} asks by its subject {said}")


def _limited(wait: Wait, at: Loc) -> Iterator[Problem]:
    if wait.limit is None and wait.kind in LIMITED:
        yield Problem(at, f"{wait.kind} needs a limit")
    elif wait.limit is None and wait.reminders:
        yield Problem((*at, "reminders"), f"{wait.kind} has reminders but no limit")
    elif wait.limit and wait.kind in UNLIMITED:
        yield Problem((*at, "limit"), f"{wait.kind} has no limit: {UNLIMITED[wait.kind]}")
    elif wait.limit and not wait.limit.amount:
        yield Problem((*at, "limit"), f"the limit of {wait.kind} leaves no time")
    known = CONSEQUENCES.get(wait.kind, ("escalate", None))
    if (wait.lapse, wait.lapse_after_initial) not in (known, ("escalate", None)):
        said = " or ".join(dict.fromkeys([*(one for one in known if one), "escalate"]))
        yield Problem((*at, "lapse"), f"{wait.kind} knows no other end of its limit than {said}")

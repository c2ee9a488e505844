"""R:7/6.4.7: what makes the waits of a scheme unsound: whom is asked, how long, and what then."""

from typing import Any

import pytest

from domain.wait_checks import wait_problems
from tests.domain.schemes import SERVICE, told_by

told = told_by(wait_problems)
PLACES = {wait.kind: place for place, wait in enumerate(SERVICE.waits)}
ASKED_BY_SUBJECT = (
    "approval.give asks by its subject for not_applicable the reviewer, for change.request the case_manager"
)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"waits__operations.resolve__limit": {"amount": 1, "unit": "days"}},
            (
                f"waits/{PLACES['operations.resolve']}/limit",
                "operations.resolve has no limit: several of it may be open at once",
            ),
        ),
        (
            {"waits__application.review__limit__amount": 0},
            ("waits/0/limit", "the limit of application.review leaves no time"),
        ),
        (
            {"waits__contract.sign__roles_by_subject": {"x": "ops"}},
            ("waits/2/roles_by_subject", "contract.sign asks by its subject nobody"),
        ),
        ({"waits__audit.plan__role": "boss"}, ("waits/3/role", "audit.plan asks the case_manager, not the boss")),
        (
            {"waits__approval.give__roles_by_subject": {"change.request": "boss"}},
            (
                "waits/27/roles_by_subject",
                ASKED_BY_SUBJECT,
            ),
        ),
        ({"waits__findings.answer__limit": None}, ("waits/16/reminders", "findings.answer has reminders but no limit")),
        (
            {"waits__audit.plan__lapse": "rejected"},
            ("waits/3/lapse", "audit.plan knows no other end of its limit than escalate"),
        ),
        (
            {"waits__audit.plan__lapse_after_initial": "audit_failed"},
            ("waits/3/lapse", "audit.plan knows no other end of its limit than escalate"),
        ),
        (
            {"waits__documents.correct__lapse": "rejected"},
            (
                "waits/6/lapse",
                "documents.correct knows no other end of its limit than terminated or audit_failed or escalate",
            ),
        ),
        (
            {"waits__application.supplement__lapse": "noted"},
            ("waits/1/lapse", "application.supplement knows no other end of its limit than rejected or escalate"),
        ),
    ],
)
def test_a_wait_that_does_not_fit_is_told(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert told(SERVICE, **changes) == [problem]


@pytest.mark.parametrize(
    "kind",
    [
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
    ],
)
def test_what_the_readings_give_a_limit_has_one(kind: str) -> None:
    """R:7/6.4.7: without one nothing reminds and nothing escalates."""
    place = next(place for place, wait in enumerate(SERVICE.waits) if wait.kind == kind)
    changes = {f"waits__{kind}__limit": None, f"waits__{kind}__reminders": []}
    assert told(SERVICE, **changes) == [(f"waits/{place}", f"{kind} needs a limit")]


@pytest.mark.parametrize("kind", ["findings.answer", "suspension.decide", "restoration.verify", "scope.confirm"])
def test_what_the_readings_give_no_limit_may_have_one_or_none(kind: str) -> None:
    without = {f"waits__{kind}__limit": None, f"waits__{kind}__reminders": []}
    assert told(SERVICE, **without) == []
    assert told(SERVICE, **{f"waits__{kind}__limit": {"amount": 10, "unit": "working_days"}}) == []


def test_a_scheme_says_of_every_task_whom_it_asks_and_of_no_other() -> None:
    waits = SERVICE.model_dump(mode="json")["waits"]
    waits[3]["kind"] = "audit.dance"
    waits[3]["reminders"] = []
    waits[4]["role"] = "boss"
    assert told(SERVICE, waits=waits) == [
        ("waits", "nothing is said of the task audit.plan"),
        ("waits/3/kind", "audit.dance is no task kind"),
        ("waits/4/role", f"{waits[4]['kind']} asks the applicant, not the boss"),
    ]

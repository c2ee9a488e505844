"""R:7/6.4.6.1, R:7/6.4.6.2: a surveillance that failed because its rectification was rejected, looked at again."""

from datetime import date
from typing import Any

import pytest

from tests.domain.sheets import raw_sheet
from tests.flow.filing import appealed, upheld
from tests.flow.steps import actor, answer_as, refused_as
from tests.flow.years import surveilled
from tests.lives import FAILING, MAINTAINED, Life, a_deduction

RETURN: dict[str, Any] = {"outcome": "return", "comments": "x", "reopen": ["rectification.verify"]}


def verify(life: Life, *, accepted: bool) -> None:
    findings = [one for audit in life.case.audits for one in audit.findings if one.status == "submitted"]
    items = [{"finding": one.id, "accepted": accepted} for one in findings]
    life.answer("leader", "rectification.verify", items=items)


@pytest.fixture
def listed(certified: Life) -> Life:
    """A surveillance whose one deduction has to be rectified."""
    certified.until(date(2027, 1, 10))
    life = surveilled(certified, deductions=[a_deduction()])
    life.answer("applicant", "findings.confirm", confirmed=True)
    return life


@pytest.fixture
def rejected(listed: Life) -> Life:
    """Handed in on the last day, rejected four days later: the audit failed by it, and its report says so."""
    listed.until(listed.due("rectification.submit"))
    items = [{"finding": one.id, "cause": "c", "action": "a"} for one in listed.audit.findings if one.rectify]
    listed.answer("applicant", "rectification.submit", items=items)
    listed.days(4)
    verify(listed, accepted=False)
    return listed.reported("fail")


def agree(life: Life, reviewer: str = "reviewer") -> None:
    answer_as(life, actor(reviewer, "reviewer"), "review.independent", outcome="agree")


def test_the_reviewer_returns_the_verification_and_what_is_accepted_now_passes(rejected: Life) -> None:
    rejected.answer("reviewer", "review.independent", **RETURN)
    assert (rejected.audit.stage, rejected.open) == ("rectification", ["rectification.verify"])
    verify(rejected, accepted=True)
    agree(rejected.reported("pass"))
    assert rejected.audit.passed
    assert [one.status for one in rejected.audit.findings] == ["accepted"]


def test_rejected_once_more_it_fails_as_before(rejected: Life) -> None:
    rejected.answer("reviewer", "review.independent", **RETURN)
    verify(rejected, accepted=False)
    assert rejected.refused("leader", "audit.report", recommendation="pass", summary="x").code == "rule_refused"
    agree(rejected.reported("fail"))
    assert not rejected.audit.passed


def test_after_an_upheld_appeal_certification_can_so_be_maintained(rejected: Life) -> None:
    agree(rejected)
    rejected.answer("decider", "decision.make", outcome="suspend", reason="x")
    upheld(appealed(rejected))
    answer_as(rejected, actor("reviewer2", "reviewer"), "review.independent", **RETURN)
    verify(rejected, accepted=True)
    agree(rejected.reported("pass"), "reviewer2")
    rejected.answer("manager", "audit.credit", listed=False)
    rejected.answer("decider2", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (rejected.case.status, rejected.case.suspension) == ("certified", None)


def test_scores_that_fail_meanwhile_are_not_forgotten(rejected: Life) -> None:
    rejected.answer("reviewer", "review.independent", **RETURN | {"reopen": ["audit.management"]})
    rejected.answer("leader", "audit.management", **raw_sheet(FAILING))
    rejected.reported("fail").answer("reviewer", "review.independent", **RETURN)
    verify(rejected, accepted=True)
    assert rejected.audit.results is not None
    assert "rectification" not in rejected.audit.results.failed_conditions
    assert not rejected.audit.passed


def test_the_verification_is_returned_alone(rejected: Life) -> None:
    both = RETURN | {"reopen": ["rectification.verify", "audit.management"]}
    refusal = refused_as(rejected, actor("reviewer", "reviewer"), "review.independent", **both)
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/reopen")


def test_what_the_client_did_not_hand_in_stays_failed(listed: Life) -> None:
    listed.days(31)
    refusal = refused_as(listed.reported("fail"), actor("reviewer", "reviewer"), "review.independent", **RETURN)
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/reopen/0")

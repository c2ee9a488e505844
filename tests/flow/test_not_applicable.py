"""R:B: rows that do not apply wait for the consent of a reviewer, who is no part of the evaluation."""

from typing import Any

import pytest

from tests.domain.sheets import NOT_APPLICABLE, raw_sheet
from tests.flow.steps import actor, kinds, pointers, refused_as, verdicts
from tests.lives import Life

CONSENT: dict[str, Any] = {"subject": "not_applicable", "outcome": "approve"}
REFUSAL = CONSENT | {"outcome": "refuse", "reason": "适用"}


@pytest.fixture
def waiting(life: Life) -> Life:
    """Everything is in; row 8 does not apply."""
    return life.contracted().on_site().audited(scores={8: NOT_APPLICABLE})


def test_the_verdict_waits_for_the_reviewers_consent(waiting: Life) -> None:
    assert (waiting.open, waiting.task("approval.give").role) == (["approval.give"], "reviewer")
    assert verdicts(waiting) == []
    waiting.answer("reviewer", "approval.give", **CONSENT)
    assert (waiting.open, len(verdicts(waiting))) == (["audit.report"], 1)


def test_a_row_that_does_not_apply_costs_its_indicator_nothing(waiting: Life) -> None:
    waiting.answer("reviewer", "approval.give", **CONSENT)
    results = waiting.audit.results
    assert results is not None
    assert results.readings is not None
    assert results.readings.normalise.total == "100"


def test_a_refusal_asks_for_the_sheet_again_and_keeps_the_earlier_one(waiting: Life) -> None:
    waiting.answer("reviewer", "approval.give", **REFUSAL)
    assert waiting.open == ["audit.management"]
    waiting.answer("leader", "audit.management", **raw_sheet())
    assert waiting.open == ["audit.report"]
    assert kinds(waiting).count("audit.management") == 2


def test_a_sheet_handed_in_again_asks_for_consent_again(waiting: Life) -> None:
    waiting.answer("reviewer", "approval.give", **REFUSAL)
    waiting.answer("leader", "audit.management", **raw_sheet({8: NOT_APPLICABLE}))
    assert waiting.open == ["approval.give"]
    waiting.answer("reviewer", "approval.give", **CONSENT)
    assert waiting.open == ["audit.report"]


def test_consent_may_come_before_the_other_inputs(life: Life) -> None:
    life.contracted().on_site().answer("leader", "audit.management", **raw_sheet({8: NOT_APPLICABLE}))
    life.answer("reviewer", "approval.give", **CONSENT)
    assert verdicts(life) == []
    assert "approval.give" not in life.open


@pytest.mark.parametrize("user", ["leader", "auditor", "manager", "decider", "applicant"])
def test_only_a_reviewer_is_asked(waiting: Life, user: str) -> None:
    assert waiting.refused(user, "approval.give", **CONSENT).code == "forbidden"


@pytest.mark.parametrize("person", ["leader", "auditor", "manager"])
def test_a_reviewer_who_evaluated_is_not_independent(waiting: Life, person: str) -> None:
    who = actor("somebody", "reviewer", person=f"person-{person}")
    refusal = refused_as(waiting, who, "approval.give", **CONSENT)
    assert refusal.code == "not_independent"


def test_consent_speaks_of_its_subject_and_approves_or_refuses(waiting: Life) -> None:
    other = waiting.refused("reviewer", "approval.give", **CONSENT | {"subject": "postponement"})
    assert (other.code, pointers(other)) == ("invalid", ["/subject"])
    odd = waiting.refused("reviewer", "approval.give", **CONSENT | {"outcome": "special_audit"})
    assert (odd.code, pointers(odd)) == ("invalid", ["/outcome"])

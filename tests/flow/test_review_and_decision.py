"""R:7/6.4.6.2: the review agrees, disagrees or returns; the decision rests on it and on a fresh credit check."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from records.tables import ContentRow
from tests.domain.sheets import raw_sheet
from tests.flow.steps import at_decision, ended, kinds, last_event, pointers
from tests.lives import FAILING, Life

RETURN: dict[str, Any] = {"outcome": "return", "comments": "x"}


@pytest.fixture
def reviewing(life: Life) -> Life:
    """A clean audit was reported today."""
    return life.contracted().on_site().audited().reported()


@pytest.fixture
def deciding(life: Life) -> Life:
    """Reviewed today: the decision is asked for."""
    return at_decision(life)


# Review -----------------------------------------------------------------------------------------------------------


def test_agreement_needs_no_comments_and_leads_to_the_decision(reviewing: Life) -> None:
    reviewing.answer("reviewer", "review.independent", outcome="agree")
    assert (reviewing.case.stage, reviewing.open) == ("decision", ["decision.make"])


@pytest.mark.parametrize("outcome", ["return", "disagree"])
def test_anything_else_needs_comments(reviewing: Life, outcome: str) -> None:
    refusal = reviewing.refused("reviewer", "review.independent", outcome=outcome)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/comments"])


@pytest.mark.parametrize("user", ["decider", "manager", "leader", "applicant", "ops"])
def test_nobody_but_a_reviewer_reviews(reviewing: Life, user: str) -> None:
    assert reviewing.refused(user, "review.independent", outcome="agree").code == "forbidden"


def test_a_return_opens_the_report_again_and_keeps_the_earlier_one(reviewing: Life) -> None:
    reviewing.answer("reviewer", "review.independent", **RETURN)
    assert reviewing.open == ["audit.report"]
    reviewing.reported()
    assert (reviewing.open, kinds(reviewing).count("audit.report")) == (["review.independent"], 2)


@pytest.mark.parametrize("kind", ["audit.management", "audit.characteristics", "audit.credit"])
def test_a_return_opens_the_task_it_names_as_a_new_version(reviewing: Life, kind: str) -> None:
    earlier = reviewing.audit.given[kind].content
    reviewing.answer("reviewer", "review.independent", **RETURN, reopen=[kind])
    assert reviewing.open == [kind]
    sheets = {
        "audit.management": raw_sheet(),
        "audit.characteristics": {"items": [], "deductions": [], "modes_used": ["records"]},
        "audit.credit": {"listed": False, "entries": []},
    }
    reviewing.answer("manager" if kind == "audit.credit" else "leader", kind, **sheets[kind])
    assert (reviewing.open, kinds(reviewing).count(kind)) == (["audit.report"], 2)
    assert next(one["data"]["content"] for one in reviewing.events() if one["kind"] == kind) == earlier


def test_a_return_opens_several_tasks_together(reviewing: Life) -> None:
    reopen = ["audit.management", "audit.credit", "audit.report"]
    reviewing.answer("reviewer", "review.independent", **RETURN, reopen=reopen)
    assert reviewing.open == ["audit.credit", "audit.management"]


@pytest.mark.parametrize("kind", ["audit.plan", "contract.sign", "nonsense"])
def test_what_is_no_part_of_the_evaluation_is_not_opened_again(reviewing: Life, kind: str) -> None:
    refusal = reviewing.refused("reviewer", "review.independent", **RETURN, reopen=[kind])
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/reopen/0"])


def test_scores_that_fail_after_a_return_lead_to_the_reaudit(reviewing: Life) -> None:
    reviewing.answer("reviewer", "review.independent", **RETURN, reopen=["audit.management"])
    reviewing.answer("leader", "audit.management", **raw_sheet(FAILING))
    assert reviewing.audit.results is not None
    assert reviewing.audit.results.verdict == "fail"
    reviewing.reported("fail")
    assert reviewing.audit.audit_kind == "reaudit"


@pytest.mark.parametrize("reopen", [[], ["audit.credit"]])
def test_after_a_return_results_are_not_final_until_the_report_is_made_again(
    reviewing: Life, reopen: list[str]
) -> None:
    reviewing.answer("reviewer", "review.independent", **RETURN, reopen=reopen)
    if reopen:
        reviewing.answer("manager", "audit.credit", listed=False)
    assert reviewing.audit.results is not None
    assert reviewing.audit.results.final is False


def test_the_review_has_ten_working_days_and_then_escalates(reviewing: Life) -> None:
    reviewing.until(date(2026, 3, 16))
    assert reviewing.case.flags == []
    reviewing.until(date(2026, 3, 17))
    assert (reviewing.case.flags, reviewing.open) == (["overdue"], ["review.independent"])


def test_after_a_disagreement_only_refusal_is_left(reviewing: Life) -> None:
    """R:7/6.4.6.2."""
    reviewing.answer("reviewer", "review.independent", outcome="disagree", comments="x")
    refusal = reviewing.refused("decider", "decision.make", outcome="grant")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.6.2")
    reviewing.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert ended(reviewing) == ("closed", "refused", [])


# Decision ---------------------------------------------------------------------------------------------------------


def test_a_refusal_needs_a_reason(deciding: Life) -> None:
    refusal = deciding.refused("decider", "decision.make", outcome="refuse")
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/reason"])


def test_a_refused_initial_certification_ends_refused(deciding: Life) -> None:
    deciding.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (ended(deciding), deciding.case.certificates) == (("closed", "refused", []), [])


@pytest.mark.parametrize("outcome", ["maintain", "suspend", "restore", "withdraw", "reduce", "extend"])
def test_a_decision_that_does_not_fit_an_initial_audit_is_refused(deciding: Life, outcome: str) -> None:
    assert deciding.refused("decider", "decision.make", outcome=outcome, reason="x").code == "rule_refused"


@pytest.mark.parametrize("user", ["reviewer", "manager", "leader", "applicant", "ops"])
def test_nobody_but_a_decision_maker_decides(deciding: Life, user: str) -> None:
    assert deciding.refused(user, "decision.make", outcome="grant").code == "forbidden"


def test_the_decision_has_ten_working_days_and_then_escalates(deciding: Life) -> None:
    deciding.until(date(2026, 3, 16))
    assert deciding.case.flags == []
    deciding.until(date(2026, 3, 17))
    assert (deciding.case.flags, deciding.open) == (["overdue"], ["decision.make"])


# Credit -----------------------------------------------------------------------------------------------------------


def test_a_credit_check_bears_a_decision_on_day_30(deciding: Life) -> None:
    deciding.until(date(2026, 4, 1))
    assert deciding.open == ["decision.make"]
    deciding.answer("decider", "decision.make", outcome="grant")
    assert deciding.case.status == "certified"


def test_on_day_31_credit_is_asked_again_by_itself_and_nothing_is_granted(deciding: Life) -> None:
    deciding.until(date(2026, 4, 2))
    assert deciding.open == ["audit.credit", "decision.make"]
    refusal = deciding.refused("decider", "decision.make", outcome="grant")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.4.5")


def test_a_fresh_check_bears_the_decision(deciding: Life) -> None:
    deciding.until(date(2026, 4, 2))
    deciding.answer("manager", "audit.credit", listed=False)
    assert deciding.open == ["decision.make"]
    assert deciding.audit.results is not None
    assert deciding.audit.results.final is True
    deciding.answer("decider", "decision.make", outcome="grant")
    assert deciding.case.status == "certified"


def test_a_fresh_check_grows_old_in_its_turn(deciding: Life) -> None:
    deciding.until(date(2026, 4, 2))
    deciding.answer("manager", "audit.credit", listed=False)
    deciding.until(date(2026, 5, 2))
    assert deciding.open == ["decision.make"]
    deciding.until(date(2026, 5, 3))
    assert deciding.open == ["audit.credit", "decision.make"]


def test_a_check_that_is_old_already_is_asked_for_with_the_decision(reviewing: Life) -> None:
    reviewing.until(date(2026, 4, 10))
    reviewing.answer("reviewer", "review.independent", outcome="agree")
    assert reviewing.open == ["audit.credit", "decision.make"]


def test_credit_that_is_no_longer_clean_bars_the_grant(deciding: Life) -> None:
    deciding.until(date(2026, 4, 2))
    deciding.answer("manager", "audit.credit", listed=True)
    assert deciding.audit.results is not None
    assert deciding.audit.results.failed_conditions == ["credit"]
    assert deciding.refused("decider", "decision.make", outcome="grant").code == "rule_refused"


# The record ----------------------------------------------------------------------------------------------


def contents_of(life: Life) -> set[str]:
    with Session(life.engine) as session:
        return set(session.exec(select(ContentRow.sha256).where(ContentRow.case_id == life.case.id)))


def test_every_content_an_event_names_lies_in_the_record(deciding: Life) -> None:
    deciding.answer("decider", "decision.make", outcome="grant")
    named = {event["data"]["content"] for event in deciding.events() if "content" in event["data"]}
    assert named <= contents_of(deciding)


def test_an_event_holds_no_free_text(deciding: Life) -> None:
    deciding.answer("decider", "decision.make", outcome="refuse", reason="很长的理由")
    assert "很长的理由" not in str(last_event(deciding, "decision.make"))

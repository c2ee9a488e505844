"""R:7/7.2: application, review, supplement, contract, and taking it all back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from activities.facts import FactFinder
from activities.turns import TurnActivities
from domain.refusal import Refused
from services.schemes import Library
from tests.flow.conftest import Lives
from tests.flow.steps import (
    AGREE,
    act_refused,
    at_decision,
    ended,
    in_conflict,
    kinds,
    last_event,
    refusal_of,
    submit,
    to_reaudit,
    to_rectify,
    with_findings,
)
from tests.flow.years import notices
from tests.lives import Life, an_application
from tests.schemes.builders import new_edition, part
from workflows.flow import react

ASK = {"outcome": "supplement", "missing": ["i"]}
CONTRACT = {"contract_number": "HT-1", "signed_on": "2026-03-02", "fee_total": "36000.00", "file_id": "f-manager"}


def asked_to_supplement(life: Life) -> Life:
    life.apply()
    life.answer("manager", "application.review", **ASK)
    return life


def accepted(life: Life) -> Life:
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    return life


# Review -----------------------------------------------------------------------------------------------------


def test_an_application_waits_for_the_case_managers_review_for_ten_working_days(life: Life) -> None:
    """R:7/7.2.2."""
    life.apply()
    assert (ended(life), life.due("application.review")) == (
        ("application", "open", ["application.review"]),
        date(2026, 3, 16),
    )


def test_a_review_on_its_last_day_is_not_overdue(life: Life) -> None:
    life.apply()
    life.until(date(2026, 3, 16))
    assert life.case.flags == []


def test_a_late_review_escalates_and_ends_nothing(life: Life) -> None:
    """R:7/6.4.7."""
    life.apply()
    life.until(date(2026, 3, 17))
    assert (life.case.flags, ended(life)) == (["overdue"], ("application", "open", ["application.review"]))
    life.answer("manager", "application.review", outcome="accept")
    assert (life.case.flags, life.case.stage) == ([], "contract")


def test_a_rejection_needs_a_reason(life: Life) -> None:
    life.apply()
    assert life.refused("manager", "application.review", outcome="reject").code == "invalid"
    life.answer("manager", "application.review", outcome="reject", reason="x")
    assert ended(life) == ("closed", "rejected", [])


@pytest.mark.parametrize("kind", list("abcdeghi"))
def test_an_application_without_one_of_the_required_documents_is_not_accepted(life: Life, kind: str) -> None:
    """R:7/7.2.1, R:7/7.2.1 a-e, g-i."""
    life.apply(documents=[{"kind": one, "file_id": "f-applicant"} for one in "abcdeghi" if one != kind])
    refusal = life.refused("manager", "application.review", outcome="accept")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.2.1")


def test_an_application_without_service_commitments_or_other_proofs_is_accepted(life: Life) -> None:
    """R:7/7.2.1f, R:7/7.2.1j."""
    accepted(life)
    assert life.case.stage == "contract"


def test_a_pack_says_which_documents_need_a_file(life: Life, tmp_path: Path) -> None:
    """R:7/7.2.1b, R:7/7.2.1f."""
    documents = [one | {"file_required": one["kind"] in "acf"} for one in part("documents")]
    library = Library.load(new_edition(tmp_path, documents=documents))
    life.turns = TurnActivities(life.engine, FactFinder(library), react)
    given = [{"kind": one, "file_id": "f-applicant"} for one in "ac"]
    life.apply(scheme={"id": "service", "version": "1.1"}, documents=given)
    refusal = life.refused("manager", "application.review", outcome="accept")
    assert (refusal.clause, refusal.en) == ("R:7/7.2.1", "Documents are missing: f.")
    life.answer("manager", "application.review", outcome="supplement", missing=["f"])
    life.answer("applicant", "application.supplement", documents=[{"kind": "f", "file_id": "f-applicant"}])
    life.answer("manager", "application.review", outcome="accept")
    assert life.case.stage == "contract"


@pytest.mark.parametrize("missing", ["credit", "complaints"])
def test_an_application_without_a_commitment_is_not_accepted(life: Life, missing: str) -> None:
    """R:7/7.2.1g-h."""
    life.apply(declarations={"credit": True, "complaints": True} | {missing: False})
    assert life.refused("manager", "application.review", outcome="accept").code == "rule_refused"


def test_a_second_open_case_for_the_same_service_is_refused_until_the_first_has_ended(lives: Lives) -> None:
    first, second = lives(), lives()
    first.apply()
    same = an_application(first.number)
    with pytest.raises(Refused) as refused:
        second.apply(**same)
    assert (refused.value.refusal.code, refused.value.refusal.clause) == ("rule_refused", "R:7/7.2.2")
    first.act("applicant", "case.withdraw", reason="x")
    second.apply(**same)
    assert second.case.stage == "application"


# Supplement ---------------------------------------------------------------------------------------------------


def test_a_supplement_is_good_on_day_30(life: Life) -> None:
    asked_to_supplement(life).until(date(2026, 4, 1))
    life.answer("applicant", "application.supplement", note="x")
    assert life.open == ["application.review"]


def test_no_supplement_by_day_30_rejects_the_day_after(life: Life) -> None:
    """R:7/7.2.2."""
    asked_to_supplement(life).until(date(2026, 4, 2))
    assert ended(life) == ("closed", "rejected", [])
    assert last_event(life, "timer.application.supplement")["at"] == "2026-04-01T16:00:00.000000Z"


def test_a_second_request_ends_on_the_first_ones_day(life: Life) -> None:
    asked_to_supplement(life).until(date(2026, 3, 12))
    life.answer("applicant", "application.supplement", note="x")
    life.until(date(2026, 3, 20))
    life.answer("manager", "application.review", **ASK)
    assert life.due("application.supplement") == date(2026, 4, 1)
    life.until(date(2026, 4, 2))
    assert life.case.status == "rejected"


def test_on_day_30_a_supplement_may_still_be_asked_for(life: Life) -> None:
    asked_to_supplement(life).answer("applicant", "application.supplement", note="x")
    life.until(date(2026, 4, 1))
    life.answer("manager", "application.review", **ASK)
    assert life.due("application.supplement") == date(2026, 4, 1)


def test_after_day_30_review_can_only_accept_or_reject(life: Life) -> None:
    asked_to_supplement(life).answer("applicant", "application.supplement", note="x")
    life.until(date(2026, 4, 2))
    refusal = life.refused("manager", "application.review", **ASK)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.2.2")
    life.answer("manager", "application.review", outcome="accept")
    assert life.case.stage == "contract"


def test_a_supplement_counts_among_the_documents(life: Life) -> None:
    life.apply(documents=[{"kind": one, "file_id": "f-applicant"} for one in "abcdegh"])
    life.answer("manager", "application.review", **ASK)
    life.answer("applicant", "application.supplement", documents=[{"kind": "i", "file_id": "f-applicant"}])
    life.answer("manager", "application.review", outcome="accept")
    assert life.case.stage == "contract"


# Contract -----------------------------------------------------------------------------------------------------


def test_a_contract_on_day_30_is_in_time(life: Life) -> None:
    accepted(life).until(date(2026, 4, 1))
    assert life.case.flags == []


def test_no_contract_after_day_30_escalates(life: Life) -> None:
    accepted(life).until(date(2026, 4, 2))
    assert (life.case.flags, ended(life)) == (["overdue"], ("contract", "open", ["contract.sign"]))


def test_a_contract_is_good_on_day_90_from_acceptance(life: Life) -> None:
    accepted(life).until(date(2026, 5, 31))
    life.answer("manager", "contract.sign", **CONTRACT)
    assert (life.case.stage, life.open) == ("planning", ["audit.plan"])


def test_no_contract_by_day_90_rejects_the_day_after(life: Life) -> None:
    """R:7/7.2.2."""
    accepted(life).until(date(2026, 6, 1))
    assert ended(life) == ("closed", "rejected", [])
    assert last_event(life, "timer.contract.sign")["at"] == "2026-05-31T16:00:00.000000Z"


def test_both_sides_are_reminded_before_day_90(life: Life) -> None:
    accepted(life).until(date(2026, 5, 12))
    sent = len(notices(life))
    life.until(date(2026, 5, 31))
    told = [one for one in notices(life)[sent:] if one.body and "2026-05-31" in one.body.en]
    assert {one.to for one in told} == {"applicant", "role:case_manager"}
    assert {one.subject.en for one in told if one.subject} == {"Reminder: Record the contract"}


def test_nobody_is_reminded_of_a_contract_that_is_recorded(life: Life) -> None:
    accepted(life).answer("manager", "contract.sign", **CONTRACT)
    life.until(date(2026, 6, 1))
    assert [one for one in notices(life) if one.body and "2026-05-31" in one.body.en] == []


def test_a_contract_signed_tomorrow_is_invalid(life: Life) -> None:
    accepted(life)
    assert life.refused("manager", "contract.sign", **CONTRACT | {"signed_on": "2026-03-03"}).code == "invalid"


# Withdrawal -----------------------------------------------------------------------------------------------------


def _applied(life: Life) -> None:
    life.apply()


def _planned(life: Life) -> None:
    life.contracted().plan()


def _in_document_review(life: Life) -> None:
    _planned(life)
    life.answer("applicant", "audit.plan.confirm", **AGREE)


def _correcting(life: Life) -> None:
    _in_document_review(life)
    life.answer("leader", "audit.documents", outcome="return", checks={"a": False, "b": True}, issues=["x"])


def _on_site(life: Life) -> None:
    life.contracted().on_site()


def _verifying(life: Life) -> None:
    submit(to_rectify(life))


def _to_report(life: Life) -> None:
    life.contracted().on_site().audited()


def _in_review(life: Life) -> None:
    life.contracted().on_site().audited().reported()


@pytest.mark.parametrize(
    "stage",
    [
        _applied,
        asked_to_supplement,
        accepted,
        Life.contracted,
        _planned,
        _in_document_review,
        _correcting,
        _on_site,
        with_findings,
        to_rectify,
        _verifying,
        _to_report,
        to_reaudit,
        _in_review,
        at_decision,
    ],
)
def test_before_certification_the_applicant_may_withdraw_at_any_stage(
    life: Life, stage: Callable[[Life], object]
) -> None:
    stage(life)
    life.act("applicant", "case.withdraw", reason="x")
    assert ended(life) == ("closed", "application_withdrawn", [])
    assert {one.state for one in life.case.deadlines} <= {"met", "missed", "void"}
    assert kinds(life)[-1] == "case.withdraw"
    assert act_refused(life, "applicant", "case.withdraw", reason="x").code == "stage_conflict"


def test_only_the_applicant_withdraws_the_application(life: Life) -> None:
    life.apply()
    assert act_refused(life, "manager", "case.withdraw", reason="x").code == "forbidden"
    assert act_refused(life, "applicant2", "case.withdraw", reason="x").code == "not_found"


def test_a_certified_organization_cannot_withdraw_its_application(life: Life) -> None:
    at_decision(life).answer("decider", "decision.make", outcome="grant")
    refusal = act_refused(life, "applicant", "case.withdraw", reason="x")
    assert (refusal.code, life.case.status) == ("rule_refused", "certified")


def test_whoever_has_a_conflict_of_interest_opens_no_case_of_the_organization(life: Life, lives: Lives) -> None:
    """R:7/6.4.6.2: barred from everything."""
    life.apply()
    in_conflict(life.engine, life, "manager")
    another = lives()
    payload = an_application(life.number) | {"applicant": "applicant", "documents": []}
    message = another.message("manager", "application", "application", payload)
    refusal = refusal_of(another, message)
    assert (refusal.code, refusal.clause) == ("conflict_of_interest", "R:7/6.4.6.2")

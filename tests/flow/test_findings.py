"""R:7/7.4.4: the deduction list goes to the client, who confirms it, objects once, or says nothing."""

from datetime import date
from typing import Any

import pytest

from tests.flow.steps import kinds, last_event, pointers, with_findings
from tests.lives import FAILING, Life, a_deduction

OBJECTS: dict[str, Any] = {"confirmed": False, "comments": "扣分不当"}


@pytest.fixture
def listed(life: Life) -> Life:
    """A passing audit; the list with one deduction went to the client today."""
    return with_findings(life)


def test_a_list_that_is_confirmed_is_rectified(listed: Life) -> None:
    """R:7/7.4.4."""
    listed.answer("applicant", "findings.confirm", confirmed=True)
    assert (listed.case.stage, listed.open) == ("rectification", ["rectification.submit"])


def test_without_findings_the_report_follows_at_once(life: Life) -> None:
    life.contracted().on_site().audited()
    assert life.open == ["audit.report"]
    assert "findings.confirm" not in life.case.asked


def test_findings_that_need_no_rectification_lead_to_the_report(life: Life) -> None:
    life.contracted().on_site().audited(deductions=[a_deduction(rectify=False)])
    life.answer("applicant", "findings.confirm", confirmed=True)
    assert life.open == ["audit.report"]


def test_a_finding_of_the_management_audit_goes_on_the_list_too(life: Life) -> None:
    finding = {"row": 2, "description": "x", "severity": "major", "rectify": True}
    life.contracted().on_site().audited(findings=[finding], deductions=[a_deduction()])
    assert sorted(one.source for one in life.audit.findings) == ["characteristics", "management"]
    assert len({one.id for one in life.audit.findings}) == 2


def test_a_failing_audit_with_findings_is_not_rectified(life: Life) -> None:
    with_findings(life, scores=FAILING)
    life.answer("applicant", "findings.confirm", confirmed=True)
    assert life.open == ["audit.report"]


def test_only_the_applicant_confirms(listed: Life) -> None:
    assert listed.refused("leader", "findings.confirm", confirmed=True).code == "forbidden"


# Five working days ------------------------------------------------------------------------------------------------


def test_the_list_may_be_confirmed_on_the_fifth_working_day(listed: Life) -> None:
    listed.until(date(2026, 3, 9))
    listed.answer("applicant", "findings.confirm", confirmed=True)
    assert listed.due("rectification.submit") == date(2026, 4, 8)


def test_after_five_working_days_silence_is_noted_and_the_case_goes_on(listed: Life) -> None:
    listed.until(date(2026, 3, 10))
    assert (listed.case.stage, listed.open) == ("rectification", ["rectification.submit"])
    assert last_event(listed, "timer.findings.confirm")["at"] == "2026-03-09T16:00:00.000000Z"


def test_after_a_lapse_the_thirty_days_run_from_the_next_day(listed: Life) -> None:
    listed.until(date(2026, 3, 10))
    assert listed.due("rectification.submit") == date(2026, 4, 9)


def test_a_lapse_counts_from_its_next_day_when_the_timer_was_worked_on_late(listed: Life) -> None:
    listed.now = listed.now.replace(day=20)  # the engine was away
    listed.days(0)
    assert listed.due("rectification.submit") == date(2026, 4, 9)


# An objection -----------------------------------------------------------------------------------------------------


def test_an_objection_needs_comments(listed: Life) -> None:
    refusal = listed.refused("applicant", "findings.confirm", confirmed=False)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/comments"])


def test_the_leader_answers_an_objection_and_the_list_stands(listed: Life) -> None:
    before = listed.audit.findings
    listed.answer("applicant", "findings.confirm", **OBJECTS)
    assert listed.open == ["findings.answer"]
    listed.answer("leader", "findings.answer", answer="维持")
    assert (listed.open, kinds(listed).count("findings.confirm")) == (["rectification.submit"], 1)
    assert [one.id for one in listed.audit.findings] == [one.id for one in before]


@pytest.mark.parametrize("user", ["auditor", "manager", "reviewer", "applicant"])
def test_nobody_but_the_leader_answers_an_objection(listed: Life, user: str) -> None:
    listed.answer("applicant", "findings.confirm", **OBJECTS)
    assert listed.refused(user, "findings.answer", answer="x").code == "forbidden"


def test_a_leader_who_answers_late_costs_the_client_nothing(listed: Life) -> None:
    listed.answer("applicant", "findings.confirm", **OBJECTS)
    listed.days(40)
    assert (listed.case.flags, listed.open) == (["overdue"], ["findings.answer"])
    listed.answer("leader", "findings.answer", answer="维持")
    assert listed.due("rectification.submit") > listed.today

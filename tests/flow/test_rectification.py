"""R:7/6.4.6.1: findings are rectified in time and verified, or the audit fails."""

from datetime import date
from typing import Any

import pytest

from tests.domain.sheets import AT_80, raw_sheet
from tests.flow.steps import again, kinds, last_event, pointers, submit, to_reaudit, to_rectify, verify, with_findings
from tests.lives import Life, a_deduction

NOTHING: dict[str, Any] = {"items": [], "deductions": [], "modes_used": []}
LAST = date(2026, 4, 1)
"""Thirty days from 2 March, the day of the confirmation."""
DAY_90 = date(2026, 5, 31)


@pytest.fixture
def asked(life: Life) -> Life:
    """The list was confirmed today."""
    return to_rectify(life)


def failed(life: Life) -> list[str]:
    assert life.audit.results is not None
    return list(life.audit.results.failed_conditions)


def listed_on(life: Life, day: date) -> Life:
    """The audit closed on 2 March; its last sheet, with a deduction, came in on a later day."""
    life.contracted().on_site().answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])
    life.answer("leader", "audit.management", **raw_sheet())
    life.answer("manager", "audit.credit", listed=False)
    life.until(day)
    life.answer("leader", "audit.characteristics", **NOTHING | {"deductions": [a_deduction()]})
    life.answer("applicant", "findings.confirm", confirmed=True)
    return life


# Thirty days ------------------------------------------------------------------------------------------------------


def test_rectification_is_good_on_day_30_from_the_confirmation(asked: Life) -> None:
    assert asked.due("rectification.submit") == LAST
    asked.until(LAST)
    submit(asked)
    assert asked.open == ["rectification.verify"]


def test_without_it_the_audit_fails_at_the_end_of_day_30(asked: Life) -> None:
    """R:7/6.4.6.1."""
    asked.until(date(2026, 4, 2))
    assert (failed(asked), asked.open) == (["rectification"], ["audit.report"])
    assert asked.audit.results is not None
    assert (asked.audit.results.verdict, asked.audit.results.final) == ("fail", True)
    assert last_event(asked, "timer.rectification.submit")["at"] == "2026-04-01T16:00:00.000000Z"


def test_an_audit_that_failed_so_is_reported_and_repeated(asked: Life) -> None:
    asked.until(date(2026, 4, 2))
    assert asked.refused("leader", "audit.report", recommendation="pass", summary="x").code == "rule_refused"
    asked.reported("fail")
    assert (asked.audit.audit_kind, asked.open) == ("reaudit", ["audit.plan"])
    assert asked.due("reaudit") == DAY_90


def test_what_fails_so_depends_on_no_reading(life: Life) -> None:
    with_findings(life, scores=AT_80)
    assert life.case.flags == ["interpretation_sensitive"]
    life.answer("applicant", "findings.confirm", confirmed=True)
    life.days(31)
    assert failed(life) == ["rectification"]
    assert life.audit.results is not None
    assert (life.audit.results.sensitive, life.case.flags) == ([], [])


def test_every_finding_is_answered_once(asked: Life) -> None:
    item = {"finding": asked.audit.findings[0].id, "cause": "c", "action": "a"}
    stranger = item | {"finding": "audit-1-f9"}
    for items in ([], [stranger], [item, item], [item, stranger]):
        assert asked.refused("applicant", "rectification.submit", items=items).code == "invalid"
    assert asked.refused("leader", "rectification.submit", items=[item]).code == "forbidden"


def test_every_submitted_item_is_verified_once_and_by_the_leader(asked: Life) -> None:
    """R:7/6.4.6.1."""
    submit(asked)
    item = {"finding": asked.audit.findings[0].id, "accepted": True}
    refusal = asked.refused("leader", "rectification.verify", items=[item | {"finding": "audit-1-f9"}])
    assert pointers(refusal)[0] == "/items/0/finding"
    assert asked.refused("auditor", "rectification.verify", items=[item]).code == "forbidden"


# Verification -----------------------------------------------------------------------------------------------------


def test_what_is_accepted_leads_to_the_report(asked: Life) -> None:
    submit(asked)
    verify(asked, accepted=True)
    assert (asked.open, asked.audit.findings[0].status, failed(asked)) == (["audit.report"], "accepted", [])


def test_a_rejected_item_may_be_handed_in_again_until_the_same_day(asked: Life) -> None:
    submit(asked)
    asked.until(date(2026, 3, 20))
    verify(asked, accepted=False)
    assert (asked.open, asked.due("rectification.submit")) == (["rectification.submit"], LAST)
    asked.until(LAST)
    submit(asked)
    verify(asked, accepted=True)
    assert (asked.open, failed(asked)) == (["audit.report"], [])


def test_only_the_rejected_item_is_handed_in_again(life: Life) -> None:
    life.contracted().on_site().audited(deductions=[a_deduction(), a_deduction(item="f7")])
    life.answer("applicant", "findings.confirm", confirmed=True)
    submit(life)
    first, second = (one.id for one in life.audit.findings)
    items = [{"finding": first, "accepted": True}, {"finding": second, "accepted": False}]
    life.answer("leader", "rectification.verify", items=items)
    submit(life)
    assert [one.status for one in life.audit.findings] == ["accepted", "submitted"]


def test_rejected_on_the_last_day_it_fails_at_that_days_end(asked: Life) -> None:
    submit(asked)
    asked.until(LAST)
    verify(asked, accepted=False)
    assert asked.open == ["rectification.submit"]
    asked.until(date(2026, 4, 2))
    assert (failed(asked), asked.open) == (["rectification"], ["audit.report"])


@pytest.mark.parametrize(("submitted", "verified"), [(LAST, date(2026, 4, 2)), (LAST, date(2026, 5, 20))])
def test_handed_in_on_the_last_day_and_rejected_after_it_it_fails(asked: Life, submitted: date, verified: date) -> None:
    asked.until(submitted)
    submit(asked)
    asked.until(verified)
    verify(asked, accepted=False)
    assert (failed(asked), asked.open) == (["rectification"], ["audit.report"])


def test_rejected_after_the_last_day_by_a_leader_who_is_in_time_it_fails(asked: Life) -> None:
    asked.until(date(2026, 3, 30))
    submit(asked)
    asked.until(date(2026, 4, 2))
    verify(asked, accepted=False)
    assert (failed(asked), asked.open) == (["rectification"], ["audit.report"])


def test_rejected_after_the_last_day_by_a_leader_who_is_late_the_client_gets_the_days_it_had_left(asked: Life) -> None:
    submit(asked)
    asked.until(date(2026, 4, 2))
    verify(asked, accepted=False)
    assert (failed(asked), asked.due("rectification.submit")) == ([], date(2026, 5, 2))
    asked.until(date(2026, 5, 3))
    assert (failed(asked), asked.open) == (["rectification"], ["audit.report"])


def test_a_leader_who_verifies_and_reports_late_fails_nothing(asked: Life) -> None:
    asked.until(LAST)
    submit(asked)
    asked.days(60)
    assert (asked.case.flags, asked.open) == (["overdue"], ["rectification.verify"])
    verify(asked, accepted=True)
    asked.days(60)
    assert (asked.case.flags, asked.open, failed(asked)) == (["overdue"], ["audit.report"], [])
    asked.reported()
    assert asked.open == ["review.independent"]


@pytest.mark.parametrize(("kind", "accepted"), [("rectification.verify", None), ("audit.report", True)])
def test_the_leader_has_ten_working_days(asked: Life, kind: str, accepted: bool | None) -> None:  # noqa: FBT001  # a case
    submit(asked)
    if accepted:
        verify(asked, accepted=True)
    assert asked.due(kind) == date(2026, 3, 16)


# Never past day 90 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 11), DAY_90])
def test_rectification_ends_on_day_90_after_the_audit_at_the_latest(life: Life, day: date) -> None:
    listed_on(life, day)
    assert life.due("rectification.submit") == DAY_90


def test_a_list_confirmed_on_day_90_is_rectified_that_day_or_not_at_all(life: Life) -> None:
    listed_on(life, DAY_90).days(1)
    assert (failed(life), life.open) == (["rectification"], ["audit.report"])


def test_on_day_90_it_is_good_and_the_day_after_the_audit_has_failed(life: Life) -> None:
    listed_on(life, date(2026, 5, 11)).until(DAY_90)
    assert life.open == ["rectification.submit"]
    life.until(date(2026, 6, 1))
    assert (failed(life), life.open) == (["rectification"], ["audit.report"])


# After a return by the review -------------------------------------------------------------------------------------


@pytest.fixture
def rectified(asked: Life) -> Life:
    """Rectified, accepted and reported today: with the reviewer."""
    submit(asked)
    verify(asked, accepted=True)
    return asked.reported()


@pytest.mark.parametrize(
    ("user", "kind", "sheet"),
    [("manager", "audit.credit", {"listed": False}), ("leader", "audit.management", raw_sheet())],
)
def test_a_list_that_is_cleared_does_not_go_out_again_after_a_return(
    rectified: Life, user: str, kind: str, sheet: dict[str, Any]
) -> None:
    rectified.answer("reviewer", "review.independent", outcome="return", comments="x", reopen=[kind])
    rectified.answer(user, kind, **sheet)
    assert rectified.open == ["audit.report"]
    assert [one.status for one in rectified.audit.findings] == ["accepted"]
    assert kinds(rectified).count("findings.confirm") == 1


def returned_with_another_deduction(life: Life, day: date) -> None:
    life.until(day)
    life.answer("reviewer", "review.independent", outcome="return", comments="x", reopen=["audit.characteristics"])
    life.answer("leader", "audit.characteristics", **NOTHING | {"deductions": [a_deduction(item="f7")]})
    life.answer("applicant", "findings.confirm", confirmed=True)


def test_a_list_confirmed_after_a_return_has_thirty_days_of_its_own(rectified: Life) -> None:
    returned_with_another_deduction(rectified, date(2026, 4, 10))
    assert rectified.due("rectification.submit") == date(2026, 5, 10)


def test_a_rejected_item_of_the_second_list_keeps_the_second_lists_day(rectified: Life) -> None:
    returned_with_another_deduction(rectified, date(2026, 4, 10))
    submit(rectified)
    verify(rectified, accepted=False)
    assert rectified.due("rectification.submit") == date(2026, 5, 10)


def test_a_list_made_after_day_90_by_the_bodys_lateness_fails_no_client(rectified: Life) -> None:
    returned_with_another_deduction(rectified, date(2026, 6, 10))
    rectified.days(1)
    assert failed(rectified) == []


# In a re-audit ----------------------------------------------------------------------------------------------------


def reaudit_failed_by_rectification(life: Life) -> Life:
    again(to_reaudit(life)).audited(deductions=[a_deduction()])
    life.answer("applicant", "findings.confirm", confirmed=True)
    life.days(31)
    assert failed(life) == ["rectification"]
    life.reported("fail").answer("reviewer", "review.independent", outcome="agree")
    return life


def test_a_reaudit_that_was_not_rectified_is_only_refused(life: Life) -> None:
    reaudit_failed_by_rectification(life)
    assert life.refused("decider", "decision.make", outcome="grant").code == "rule_refused"
    life.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (life.case.status, kinds(life)[-1]) == ("terminated", "fees.recorded")


def test_a_fresh_credit_check_does_not_clear_a_missed_rectification(life: Life) -> None:
    reaudit_failed_by_rectification(life)
    assert "audit.credit" in life.open
    life.answer("manager", "audit.credit", listed=False)
    assert failed(life) == ["rectification"]


def test_a_returned_credit_check_does_not_clear_a_missed_rectification(life: Life) -> None:
    again(to_reaudit(life)).audited(deductions=[a_deduction()])
    life.answer("applicant", "findings.confirm", confirmed=True)
    life.days(31)
    life.reported("fail")
    life.answer("reviewer", "review.independent", outcome="return", comments="x", reopen=["audit.credit"])
    life.answer("manager", "audit.credit", listed=False)
    assert failed(life) == ["rectification"]

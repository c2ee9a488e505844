"""R:10/9.3.1, R:10/9.4: suspension and withdrawal on request, on which grounds and by whom."""

from datetime import date, timedelta

import pytest

from tests.flow.steps import act_refused, last_event
from tests.flow.years import (
    EXPIRY,
    asked_to_suspend,
    failed_surveillance,
    maintained,
    renewed,
    statuses,
    submissions,
    surveilled,
    suspended_on_request,
)
from tests.lives import Life

WITHDRAW = {"outcome": "withdraw", "reason": "属实"}
BODY_SUSPENDS = "abcdefghik"
BODY_WITHDRAWS = "abcdefgi"


def asked_to_withdraw(life: Life, *grounds: str) -> Life:
    life.act("manager", "withdrawal.request", grounds=list(grounds), reason="属实")
    return life


# Suspension on request (R:10/9.3.1) -------------------------------------------------------------------------------


@pytest.mark.parametrize("ground", BODY_SUSPENDS)
def test_the_body_asks_for_a_suspension_on_each_of_its_grounds_for_six_months(certified: Life, ground: str) -> None:
    certified.until(date(2026, 8, 31))
    suspended_on_request(certified, ground)
    suspension = certified.case.suspension
    assert suspension is not None
    assert (suspension.grounds, suspension.since, suspension.ends_on) == ([ground], certified.today, date(2027, 2, 28))
    assert (certified.case.status, statuses(certified)) == ("suspended", ["suspended"])


def test_the_client_asks_for_its_own_suspension_and_for_nothing_else(certified: Life) -> None:
    """R:10/9.3.1j."""
    request = {"grounds": ["i"], "reason": "x"}
    refusal = act_refused(certified, "applicant", "suspension.request", **request)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.1i")
    asked_to_suspend(certified, "applicant", "j")
    certified.answer("decider", "suspension.decide", outcome="suspend", reason="同意")
    assert certified.case.suspension is not None
    assert certified.case.suspension.grounds == ["j"]


def test_the_body_does_not_ask_in_the_client_s_name(certified: Life) -> None:
    """R:10/9.3.1j."""
    refusal = act_refused(certified, "manager", "suspension.request", grounds=["j"], reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.1j")


def test_a_suspension_that_is_dismissed_changes_nothing(certified: Life) -> None:
    asked_to_suspend(certified).answer("decider", "suspension.decide", outcome="dismiss", reason="不属实")
    assert (certified.open, certified.case.status, statuses(certified)) == ([], "certified", ["valid"])


def test_a_suspension_is_decided_by_a_person_who_took_no_part(life: Life) -> None:
    """R:7/6.4.6.2."""
    team = [{"user": "leader", "role": "leader"}, {"user": "decider", "role": "auditor"}]
    life.contracted().on_site(team=team).audited().reported()
    life.answer("reviewer", "review.independent", outcome="agree")
    life.answer("decider2", "decision.make", outcome="grant")
    asked_to_suspend(life)
    assert life.refused("decider", "suspension.decide", outcome="suspend", reason="x").code == "not_independent"


def test_one_request_is_open_at_a_time(certified: Life) -> None:
    asked_to_suspend(certified)
    assert act_refused(certified, "manager", "suspension.request", grounds=["d"], reason="x").code == "stage_conflict"


def test_a_further_ground_joins_and_the_earlier_end_wins(certified: Life) -> None:
    """R:10/9.3.1."""
    suspended_on_request(certified, "i").days(30)
    suspended_on_request(certified, "e")
    suspension = certified.case.suspension
    assert suspension is not None
    assert (suspension.grounds, suspension.ends_on) == (["e", "i"], date(2026, 9, 2))


# How long (R:10/9.3.1) --------------------------------------------------------------------------------------------


def extension(until: date) -> dict[str, str]:
    return {"until": str(until), "reason": "整改需要更长时间"}


def test_an_exception_is_approved_before_the_suspension_ends(certified: Life) -> None:
    suspended_on_request(certified).until(date(2026, 9, 2))
    certified.act("manager", "suspension.extend", **extension(date(2026, 12, 1)))
    subject = certified.task("approval.give").subject
    certified.answer("decider2", "approval.give", subject=subject, outcome="approve", reason="同意")
    assert certified.case.suspension is not None
    assert (certified.case.suspension.ends_on, certified.due("suspension.end")) == (date(2026, 12, 1),) * 2
    certified.until(date(2026, 12, 2))
    assert "suspension_over" in certified.case.flags


def test_an_exception_that_is_refused_or_comes_too_late_leaves_the_end_where_it_is(certified: Life) -> None:
    suspended_on_request(certified).until(date(2026, 9, 1))
    certified.act("manager", "suspension.extend", **extension(date(2026, 12, 1)))
    certified.until(date(2026, 9, 3))
    assert (certified.open, "suspension_over" in certified.case.flags) == (["withdrawal.decide"], True)
    assert act_refused(certified, "manager", "suspension.extend", **extension(date(2026, 12, 1))).clause == "R:10/9.4a"


def test_the_ninety_days_are_never_made_longer(certified: Life) -> None:
    """R:7/6.5.3.2."""
    failed_surveillance(certified)
    refusal = act_refused(certified, "manager", "suspension.extend", **extension(date(2027, 6, 1)))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.5.3.2")


def test_no_suspension_outlasts_the_certificate(third_year: Life) -> None:
    """R:7/7.3.3: expiry comes first if it comes first."""
    third_year.until(EXPIRY - timedelta(days=60))
    suspended_on_request(third_year)
    assert third_year.due("suspension.end") == EXPIRY
    late = extension(EXPIRY + timedelta(days=1))
    assert act_refused(third_year, "manager", "suspension.extend", **late).clause == "R:7/7.3.3"
    third_year.until(EXPIRY + timedelta(days=1))
    assert (third_year.case.status, third_year.open, statuses(third_year)) == ("expired", [], ["expired"])


def test_a_suspension_that_has_run_out_is_withdrawn_by_a_decision(certified: Life) -> None:
    """R:10/9.4a."""
    suspended_on_request(certified).until(date(2026, 9, 3))
    assert certified.case.status == "suspended"
    certified.answer("decider", "withdrawal.decide", **WITHDRAW)
    assert (certified.case.status, certified.case.stage, statuses(certified)) == ("withdrawn", "closed", ["withdrawn"])
    event = last_event(certified, "certificate.withdrawn")
    assert (event["clause"], event["data"]["grounds"]) == ("R:10/9.4a", ["a"])


def test_a_withdrawal_that_nobody_decides_is_escalated_and_restoration_stays_barred(certified: Life) -> None:
    suspended_on_request(certified).until(date(2026, 9, 30))
    assert (certified.open, certified.case.status) == (["withdrawal.decide"], "suspended")
    assert "overdue" in certified.case.flags


def test_a_dismissed_withdrawal_leaves_a_suspension_that_nothing_restores(certified: Life) -> None:
    suspended_on_request(certified).until(date(2026, 9, 3))
    certified.answer("decider", "withdrawal.decide", outcome="dismiss", reason="等待行政复议结果")
    assert (certified.open, certified.case.status) == ([], "suspended")
    assert act_refused(certified, "applicant", "restoration.request", reason="x").clause == "R:10/9.4a"


# Withdrawal on request (R:10/9.4) ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ground", [one for one in BODY_WITHDRAWS if one != "b"])
def test_the_body_asks_for_a_withdrawal_on_each_of_its_grounds(certified: Life, ground: str) -> None:
    asked_to_withdraw(certified, ground).answer("decider", "withdrawal.decide", **WITHDRAW)
    assert (certified.case.status, statuses(certified)) == ("withdrawn", ["withdrawn"])
    assert last_event(certified, "certificate.withdrawn")["clause"] == f"R:10/9.4{ground}"
    assert submissions(certified)[-1] == f"withdrawal:{certified.case.certificates[0].number}"


def test_at_once_after_a_surveillance_two_decision_makers_say_so(certified: Life) -> None:
    """R:10/9.4b."""
    asked_to_withdraw(certified, "b").answer("decider", "withdrawal.decide", **WITHDRAW)
    assert (certified.case.status, certified.open) == ("certified", ["withdrawal.decide"])
    assert certified.refused("decider", "withdrawal.decide", **WITHDRAW).code == "not_independent"
    certified.answer("decider2", "withdrawal.decide", outcome="withdraw", reason="同意")
    assert certified.case.status == "withdrawn"


def test_the_second_decision_maker_may_say_no(certified: Life) -> None:
    """R:10/9.4b."""
    asked_to_withdraw(certified, "b").answer("decider", "withdrawal.decide", **WITHDRAW)
    certified.answer("decider2", "withdrawal.decide", outcome="dismiss", reason="先暂停")
    assert (certified.case.status, certified.open) == ("certified", [])


def test_the_client_gives_its_certificate_up_and_it_is_cancelled(certified: Life) -> None:
    """R:10/9.4h."""
    certified.act("applicant", "withdrawal.request", reason="停止经营")
    certified.answer("decider", "withdrawal.decide", outcome="withdraw", reason="自愿注销")
    assert (certified.case.status, statuses(certified)) == ("cancelled", ["cancelled"])
    assert submissions(certified)[-1] == f"cancellation:{certified.case.certificates[0].number}"


@pytest.mark.parametrize(("user", "ground"), [("applicant", "f"), ("manager", "h")])
def test_nobody_brings_what_is_another_s_to_bring(certified: Life, user: str, ground: str) -> None:
    refusal = act_refused(certified, user, "withdrawal.request", grounds=[ground], reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", f"R:10/9.4{ground}")


def test_a_decision_names_no_ground_of_the_client_s_that_it_did_not_bring(certified: Life) -> None:
    asked_to_withdraw(certified, "d")
    refusal = certified.refused("decider", "withdrawal.decide", grounds=["h"], **WITHDRAW)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.4h")


def test_a_withdrawal_takes_the_renewed_certificate_with_it(third_year: Life) -> None:
    """R:10/9.4: what waits for its first day is no more in force than what runs."""
    renewed(third_year, EXPIRY - timedelta(days=100)).audited().reported().granted()
    asked_to_withdraw(third_year, "c").answer("decider", "withdrawal.decide", **WITHDRAW)
    assert statuses(third_year) == ["withdrawn", "withdrawn"]
    running = [one.kind for one in third_year.case.deadlines if one.state == "running"]
    assert running == ["appeal.file"], "nothing runs but the time to appeal"


@pytest.mark.parametrize("act", ["suspension.request", "withdrawal.request"])
def test_without_a_certificate_there_is_nothing_to_suspend_or_withdraw(life: Life, act: str) -> None:
    refusal = act_refused(life.contracted(), "manager", act, grounds=["d"], reason="x")
    assert refusal.code == "stage_conflict"


def test_expiry_comes_first_if_it_comes_first(third_year: Life) -> None:
    """R:7/7.3.3: `expired`, no withdrawal."""
    third_year.until(EXPIRY - timedelta(days=1))
    asked_to_withdraw(third_year, "d").until(EXPIRY + timedelta(days=1))
    assert (third_year.case.status, third_year.open, statuses(third_year)) == ("expired", [], ["expired"])


def test_a_maintained_surveillance_leaves_a_request_to_suspend_open(certified: Life) -> None:
    certified.until(date(2027, 1, 15))
    asked_to_suspend(certified)
    maintained(surveilled(certified))
    assert certified.open == ["suspension.decide"]

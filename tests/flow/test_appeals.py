"""R:7/6.4.6.2: the client appeals; somebody who took no part decides, and what is upheld is decided again by others."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from domain.suspension import AFTER_SURVEILLANCE
from records import certificates
from tests.flow.filing import APPEAL, appealed, knows_no, upheld
from tests.flow.steps import (
    act_refused,
    actor,
    again,
    answer_as,
    at_decision,
    ended,
    kinds,
    last_event,
    refused_as,
    to_reaudit,
)
from tests.flow.years import (
    EXPIRY,
    days_before,
    deadlines,
    notices,
    renewed,
    reviewed,
    statuses,
    surveilled,
    suspended,
    suspended_on_request,
    to_certificate,
)
from tests.lives import FAILING, MAINTAINED, START, Life, an_application, raw_sheet

REFUSE = {"outcome": "refuse", "reason": "x"}
GRANT = {"outcome": "grant"}


@pytest.fixture
def refused(life: Life) -> Life:
    """Refused today by the decision maker."""
    at_decision(life).answer("decider", "decision.make", **REFUSE)
    return life


@pytest.fixture
def rejected(life: Life) -> Life:
    """The application was not accepted today."""
    life.apply()
    life.answer("manager", "application.review", outcome="reject", reason="x")
    return life


def surveillance_failed(life: Life) -> Life:
    """The first surveillance failed: suspended."""
    to_certificate(life).until(date(2027, 2, 1))
    return suspended(life)


# Who, against what, how long ---------------------------------------------------------------------------------------


def test_an_appeal_is_filed_within_thirty_days_of_the_decision(refused: Life) -> None:
    assert refused.due("appeal.file") == START + timedelta(days=30)
    refused.days(30)
    refused.act("applicant", "appeal.file", **APPEAL)
    assert [one.state for one in deadlines(refused, "appeal.file")] == ["met"]


def test_the_client_is_told_until_when_it_may_appeal(refused: Life) -> None:
    assert any("2026-04-01" in notice.body.en for notice in notices(refused))


def test_after_that_the_decision_is_final_and_the_case_over(refused: Life) -> None:
    assert not refused.case.over
    refused.days(31)
    refused.case.effects.clear()
    assert (refused.case.over, refused.case.rulings) == (True, [])
    assert act_refused(refused, "applicant", "appeal.file", **APPEAL).code == "stage_conflict"


@pytest.mark.parametrize("user", ["manager", "decider"])
def test_only_the_client_appeals(refused: Life, user: str) -> None:
    assert act_refused(refused, user, "appeal.file", **APPEAL).code == "forbidden"


def test_there_is_no_appeal_where_nothing_was_decided_against_the_client(certified: Life) -> None:
    refusal = act_refused(certified, "applicant", "appeal.file", **APPEAL)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.6.2")


def test_the_same_decision_is_appealed_against_once(refused: Life) -> None:
    appealed(refused)
    assert act_refused(refused, "applicant", "appeal.file", **APPEAL).code == "rule_refused"


def test_a_timer_s_end_and_the_client_s_own_are_no_decisions(life: Life) -> None:
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", missing=["a"])
    life.days(31)
    assert (life.case.status, life.case.rulings) == ("rejected", [])
    assert act_refused(life, "applicant", "appeal.file", **APPEAL).code == "stage_conflict"


def test_a_case_whose_rules_know_no_appeals_ends_at_once(life: Life) -> None:
    knows_no(at_decision(life), "appeal.file").answer("decider", "decision.make", **REFUSE)
    assert (deadlines(life, "appeal.file"), life.case.rulings) == ([], [])


def test_nothing_else_happens_in_a_case_that_is_only_open_to_an_appeal(refused: Life) -> None:
    for user, act in (("manager", "note.add"), ("applicant", "case.withdraw")):
        assert act_refused(refused, user, act).code == "stage_conflict"


def test_an_appeal_names_the_decision_or_means_the_latest(life: Life) -> None:
    surveillance_failed(life).act("applicant", "appeal.file", about="你们的暂停决定", reason="x")
    assert last_event(life, "appeal.file")["data"]["about"] == "decision.make-2"


# Deciding ----------------------------------------------------------------------------------------------------------


def test_an_appeal_is_acknowledged_in_five_working_days_and_decided_in_sixty(refused: Life) -> None:
    refused.act("applicant", "appeal.file", **APPEAL)
    assert str(refused.due("appeal.acknowledge")) == "2026-03-09"
    refused.answer("manager", "appeal.acknowledge")
    assert str(refused.due("appeal.decide")) == "2026-05-01"


def test_it_is_flagged_while_it_is_open(refused: Life) -> None:
    appealed(refused)
    assert "appeal_open" in refused.case.flags
    refused.answer("decider2", "appeal.decide", outcome="dismiss", reason="x")
    assert "appeal_open" not in refused.case.flags


@pytest.mark.parametrize("who", ["decider", "reviewer", "leader"])
def test_nobody_who_evaluated_reviewed_or_decided_decides_an_appeal(refused: Life, who: str) -> None:
    appealed(refused)
    refusal = refused_as(refused, actor(who, "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def test_dismissed_the_decision_stands_and_the_case_is_over(refused: Life) -> None:
    appealed(refused).answer("decider2", "appeal.decide", outcome="dismiss", reason="x")
    assert ended(refused) == ("closed", "refused", [])
    refused.case.effects.clear()
    assert refused.case.over


def test_a_case_waits_for_its_appeal_however_late(refused: Life) -> None:
    appealed(refused).days(100)
    assert not refused.case.over
    assert "overdue" in refused.case.flags


# Upheld ------------------------------------------------------------------------------------------------------------


def test_a_refusal_is_decided_again_by_another_decision_maker(refused: Life) -> None:
    upheld(appealed(refused))
    assert ended(refused) == ("decision", "open", ["decision.make"])
    refused.answer("decider2", "decision.make", **GRANT)
    assert (refused.case.status, len(refused.case.certificates)) == ("certified", 1)


@pytest.mark.parametrize("who", ["decider", "reviewer"])
def test_neither_who_decided_nor_who_reviewed_decides_again(refused: Life, who: str) -> None:
    upheld(appealed(refused))
    refusal = refused_as(refused, actor(who, "decision_maker"), "decision.make", **GRANT)
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def test_a_decision_made_again_against_the_client_may_be_appealed_against_again(refused: Life) -> None:
    upheld(appealed(refused)).answer("decider2", "decision.make", **REFUSE)
    appealed(refused)
    assert "appeal.decide" in refused.open


def test_due_dates_that_the_end_had_voided_run_again(refused: Life) -> None:
    assert [one.state for one in deadlines(refused, "certificate.issue")] == ["void"]
    upheld(appealed(refused))
    assert [one.state for one in deadlines(refused, "certificate.issue")] == ["running"]


def test_after_a_failed_reaudit_the_case_goes_on_as_it_was(life: Life) -> None:
    again(to_reaudit(life).days(10) or life).audited(scores=FAILING).reported("fail")
    life.answer("reviewer", "review.independent", outcome="agree")
    life.answer("decider", "decision.make", **REFUSE)
    assert life.case.status == "terminated"
    upheld(appealed(life))
    assert ended(life) == ("review", "open", ["review.independent"])


def test_what_the_review_disagreed_with_is_reviewed_again(life: Life) -> None:
    """Otherwise nothing but the same decision could follow."""
    life.contracted().on_site().audited().reported()
    life.answer("reviewer", "review.independent", outcome="disagree", comments="x")
    life.answer("decider", "decision.make", **REFUSE)
    upheld(appealed(life))
    reviewed_again(life)
    life.answer("decider2", "decision.make", **GRANT)
    assert life.case.status == "certified"


def test_a_rejected_application_is_reviewed_again(rejected: Life) -> None:
    upheld(appealed(rejected, "application.review"))
    assert ended(rejected) == ("application", "open", ["application.review"])
    rejected.answer("manager", "application.review", outcome="accept")
    assert rejected.case.stage == "contract"


def test_a_case_is_not_reopened_beside_a_new_one_of_the_same_organization(lives: Callable[[], Life]) -> None:
    """R:7/7.2.2."""
    refused, new = at_decision(lives()), lives()
    refused.answer("decider", "decision.make", **REFUSE)
    appealed(refused)
    new.apply(organization=an_application(refused.number)["organization"])
    refusal = refused_as(refused, actor("decider2"), "appeal.decide", outcome="uphold", reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.2.2")


# Suspension --------------------------------------------------------------------------------------------------------


def reviewed_again(life: Life) -> None:
    """Agreed to by somebody else than the first time."""
    sensitive = life.audit.results.sensitive if life.audit.results else []
    again = {"outcome": "agree", "readings_acknowledged": sensitive}
    answer_as(life, actor("third", "reviewer"), "review.independent", **again)


def test_a_suspension_is_lifted_and_reviewed_and_decided_again(life: Life) -> None:
    """R:7/6.5.3.2: what failed is looked at by others before they decide."""
    surveillance_failed(life)
    upheld(appealed(life))
    assert ended(life) == ("review", "certified", ["review.independent"])
    assert (life.case.suspension, life.case.certificates[-1].status) == (None, "valid")
    assert [one.state for one in deadlines(life, "suspension.end")] == ["void"]
    assert refused_as(life, actor("reviewer"), "review.independent", outcome="agree").code == "not_independent"
    reviewed_again(life)
    refusal = refused_as(life, actor("decider"), "decision.make", outcome="suspend", reason="x")
    assert refusal.code == "not_independent"
    life.answer("decider2", "decision.make", outcome="suspend", reason="x")
    assert life.case.suspension is not None
    assert life.case.suspension.clause in ("R:10/9.3.1", AFTER_SURVEILLANCE)


def test_scores_that_an_appeal_finds_wrong_are_taken_again(life: Life) -> None:
    """R:7/6.4.6.2: otherwise nothing but the same decision could follow."""
    upheld(appealed(surveillance_failed(life)))
    wrong = {"outcome": "return", "comments": "评分错误", "reopen": ["audit.management"]}
    answer_as(life, actor("third", "reviewer"), "review.independent", **wrong)
    life.answer("leader", "audit.management", **raw_sheet(), findings=[])
    reviewed_again(life.reported())
    life.answer("decider2", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (life.case.stage, life.case.status) == ("certified", "certified")


def test_a_missed_surveillance_s_suspension_is_proposed_again(certified: Life) -> None:
    certified.until(date(2027, 3, 6))
    certified.answer("decider", "suspension.decide", outcome="suspend", grounds=["c"], reason="x")
    upheld(appealed(certified, "suspension.decide"))
    assert certified.case.status == "certified"
    decide = {"outcome": "dismiss", "reason": "x", "until": "2027-06-01"}
    assert refused_as(certified, actor("decider"), "suspension.decide", **decide).code == "not_independent"
    certified.answer("decider2", "suspension.decide", **decide)
    assert certified.due("surveillance") == date(2027, 6, 1)


def test_nothing_is_left_of_a_suspension_that_ended_with_its_certificate(life: Life) -> None:
    to_certificate(life).until(date(2029, 2, 10))
    life.answer("decider", "suspension.decide", outcome="suspend", grounds=["c"], reason="x")
    appealed(life, "suspension.decide").until(EXPIRY + timedelta(days=2))
    assert ended(life) == ("closed", "expired", ["appeal.decide"])
    upheld(life)
    assert ended(life) == ("closed", "expired", [])
    assert last_event(life, "appeal.decide")["data"]["reopened"] is False


def test_a_suspension_that_the_client_wished_for_is_no_decision_against_it(certified: Life) -> None:
    certified.act("applicant", "suspension.request", grounds=["j"], reason="x")
    certified.answer("decider", "suspension.decide", outcome="suspend", reason="x")
    assert (certified.case.status, certified.case.rulings) == ("suspended", [])


def test_another_ground_that_joined_goes_on_suspending(certified: Life) -> None:
    for ground in ("d", "f"):
        certified.act("manager", "suspension.request", grounds=[ground], reason="x")
        certified.answer("decider", "suspension.decide", outcome="suspend", reason="x")
    upheld(appealed(certified, "suspension.decide-1"))
    assert certified.case.suspension is not None
    assert (certified.case.status, certified.case.suspension.grounds) == ("suspended", ["f"])


@pytest.mark.parametrize("decided_on", [date(2027, 2, 1), date(2027, 5, 1)])
def test_without_the_failed_surveillance_that_joined_it_a_suspension_lasts_as_before(
    certified: Life, decided_on: date
) -> None:
    """R:10/9.3.1: for its six months, also where the ninety days have run out meanwhile, and it can be restored."""
    certified.until(date(2027, 1, 10))
    suspended_on_request(certified, "i").until(date(2027, 1, 15))
    appealed(suspended(certified)).until(decided_on)
    upheld(certified)
    assert certified.case.suspension is not None
    assert (certified.case.suspension.grounds, certified.case.suspension.over) == (["i"], False)
    assert (certified.due("suspension.end"), "suspension_over" in certified.case.flags) == (date(2027, 7, 10), False)
    certified.act("applicant", "restoration.request", reason="已恢复营业")
    assert "restoration.verify" in certified.open


def test_a_failed_surveillance_that_brought_no_other_ground_is_undone_as_well(certified: Life) -> None:
    """R:10/9.3.1b, R:7/6.5.3.2: its clause and its ninety days end with it."""
    certified.until(date(2027, 1, 10))
    suspended_on_request(certified, "b").until(date(2027, 1, 15))
    upheld(appealed(suspended(certified)))
    assert certified.case.suspension is not None
    assert (certified.case.suspension.grounds, certified.due("suspension.end")) == (["b"], date(2027, 7, 10))
    certified.act("applicant", "restoration.request", reason="已整改")
    assert "restoration.verify" in certified.open


def test_a_lifted_suspension_leaves_a_superseded_certificate_as_it_is(certified: Life) -> None:
    """R:9/8.1: the one that was issued in its place is valid."""
    suspended_on_request(certified, "i")
    certified.act("applicant", "scope.reduce", sites=["s1", "s2"])
    certified.answer("applicant", "scope.confirm", confirmed=True)
    upheld(appealed(certified, "suspension.decide"))
    assert statuses(certified) == ["superseded", "valid"]


def test_a_lifted_suspension_leaves_an_expired_certificate_as_it_is(third_year: Life) -> None:
    """R:7/7.3.3: the one that renewed it is valid."""
    renewed(third_year, days_before(60)).audited()
    reviewed(third_year).answer("decider", "decision.make", outcome="grant")
    third_year.until(days_before(5))
    appealed(suspended_on_request(third_year, "i"), "suspension.decide").until(EXPIRY + timedelta(days=5))
    assert statuses(third_year) == ["expired", "suspended"]
    assert statuses(upheld(third_year)) == ["expired", "valid"]


# Withdrawal --------------------------------------------------------------------------------------------------------


def withdrawn(life: Life) -> Life:
    """Suspended, and withdrawn after a while."""
    life.act("manager", "suspension.request", grounds=["d"], reason="x")
    life.answer("decider", "suspension.decide", outcome="suspend", reason="x")
    life.days(10)
    life.act("manager", "withdrawal.request", grounds=["d"], reason="x")
    life.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    return life


def test_a_withdrawn_certificate_is_suspended_again_and_decided_again(certified: Life) -> None:
    withdrawn(certified).days(3)
    upheld(appealed(certified, "withdrawal.decide"))
    assert ended(certified) == ("certified", "suspended", ["withdrawal.decide"])
    assert certified.case.suspension is not None
    assert certified.case.certificates[-1].status == "suspended"
    assert certified.due("suspension.end") == certified.case.suspension.ends_on
    withdraw = {"outcome": "withdraw", "reason": "x"}
    assert refused_as(certified, actor("decider"), "withdrawal.decide", **withdraw).code == "not_independent"
    certified.answer("decider2", "withdrawal.decide", **withdraw)
    assert certified.case.status == "withdrawn"


def test_the_surveillance_of_a_certificate_that_is_given_back_is_due_as_before(certified: Life) -> None:
    due = certified.due("surveillance")
    upheld(appealed(withdrawn(certified), "withdrawal.decide"))
    assert certified.due("surveillance") == due


def test_two_who_withdrew_at_once_do_not_decide_again(certified: Life) -> None:
    """R:10/9.4b."""
    certified.act("manager", "withdrawal.request", grounds=["b"], reason="x")
    for user in ("decider", "decider2"):
        certified.answer(user, "withdrawal.decide", outcome="withdraw", reason="x")
    appealed(certified, "withdrawal.decide")
    answer_as(certified, actor("third", "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    assert certified.case.status == "certified"
    for user in ("decider", "decider2"):
        refusal = refused_as(certified, actor(user), "withdrawal.decide", outcome="withdraw", reason="x")
        assert refusal.code == "not_independent"
    answer_as(certified, actor("third", "decision_maker"), "withdrawal.decide", outcome="withdraw", reason="x")
    assert "withdrawal.decide" in certified.open


def test_a_certificate_that_was_given_up_is_no_decision_against_the_client(certified: Life) -> None:
    """R:10/9.4h."""
    certified.act("applicant", "withdrawal.request", reason="x")
    certified.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    assert (certified.case.status, certified.case.rulings) == ("cancelled", [])


# Renewal -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def renewal_refused(third_year: Life) -> Life:
    """The renewal passed and was refused, twenty days before the certificate expires."""
    reviewed(renewed(third_year, days_before(20)).audited())
    third_year.answer("decider", "decision.make", **REFUSE)
    return third_year


def test_a_refused_renewal_is_decided_again_while_the_certificate_runs(renewal_refused: Life) -> None:
    upheld(appealed(renewal_refused))
    assert (renewal_refused.case.stage, renewal_refused.case.status) == ("decision", "certified")
    renewal_refused.answer("decider2", "decision.make", **GRANT)
    assert len(renewal_refused.case.certificates) == 2


def test_the_appeal_outlives_the_certificate(renewal_refused: Life) -> None:
    renewal_refused.until(EXPIRY + timedelta(days=1))
    assert renewal_refused.case.status == "expired"
    upheld(appealed(renewal_refused))
    assert ended(renewal_refused) == ("decision", "expired", ["decision.make"])
    renewal_refused.answer("decider2", "decision.make", **GRANT)
    assert renewal_refused.case.certificates[-1].valid_from == renewal_refused.today


# The record --------------------------------------------------------------------------------------------------------


def test_what_is_given_back_is_in_the_record_and_the_register(life: Life) -> None:
    surveillance_failed(life).days(5)
    upheld(appealed(life))
    assert kinds(life)[-1] == "certificate.valid"
    assert last_event(life, "appeal.decide")["data"]["reopened"] is True
    number = life.case.certificates[-1].number
    with Session(life.engine) as session:
        on = [certificates.entry(session, number, life.today - timedelta(days=days)) for days in (1, 0)]
    assert [one.status for one in on if one] == ["suspended", "valid"]


def test_a_surveillance_that_was_held_stays_held(life: Life) -> None:
    to_certificate(life).until(date(2027, 2, 1))
    reviewed(surveilled(life, scores=FAILING), "fail").answer("decider", "decision.make", outcome="suspend", reason="x")
    upheld(appealed(life))
    assert [one.state for one in deadlines(life, "surveillance")] == ["met"]

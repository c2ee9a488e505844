"""R:7/6.4.6.2: the client appeals; somebody who took no part decides, and what is upheld is decided again by others."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.flow.filing import APPEAL, appealed, knows_no, reviewed_again, upheld
from tests.flow.steps import (
    act_refused,
    actor,
    again,
    at_decision,
    ended,
    last_event,
    refused_as,
    to_reaudit,
)
from tests.flow.years import EXPIRY, days_before, deadlines, failed_surveillance, notices, renewed, reviewed
from tests.lives import FAILING, START, Life, an_application

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


def test_an_appeal_names_the_decision_or_means_the_latest(certified: Life) -> None:
    failed_surveillance(certified).act("applicant", "appeal.file", about="你们的暂停决定", reason="x")
    assert last_event(certified, "appeal.file")["data"]["about"] == "decision.make-2"


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

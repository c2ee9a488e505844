"""R:7/6.5.3.2, R:10/9.3.2: what restores a suspended certification, and until when."""

from datetime import date, timedelta

import pytest

from tests.flow.steps import act_refused, actor, last_event, refused_as
from tests.flow.years import (
    FEWER_DAYS,
    SUSPEND,
    asked_to_suspend,
    failed_surveillance,
    reviewed,
    statuses,
    submissions,
    surveilled,
    suspended_on_request,
)
from tests.lives import CONTENTS, FAILING, MAINTAINED, Life

DAY_90 = date(2027, 1, 15) + timedelta(days=90)
REPEATED = {**FEWER_DAYS, "reason": "再次审查全部内容"}


def reaudited(life: Life, scores: dict[int, object] | None = None) -> Life:
    """The re-audit of the failed surveillance, done today and reviewed."""
    life.on_site(**REPEATED).answer("leader", "audit.contents", items=CONTENTS)
    life.audited(scores=scores)
    return reviewed(life, "fail" if scores else "pass")


# After a failed surveillance --------------------------------------------------------------------------------------


def test_a_failed_surveillance_opens_its_one_reaudit_by_itself(certified: Life) -> None:
    """R:7/6.5.3.2."""
    failed_surveillance(certified)
    again = certified.audit
    assert (again.audit_kind, again.of, again.stage) == ("reaudit", certified.case.audits[1].id, "planning")
    assert (certified.open, certified.case.stage) == (["audit.plan"], "planning")


def test_a_passed_reaudit_is_restored_by_a_decision(certified: Life) -> None:
    """R:7/6.5.3.2: certificate and marks may be used again, and the alliance is told."""
    failed_surveillance(certified).days(20)
    reaudited(certified).answer("decider", "decision.make", outcome="restore")
    assert (certified.case.status, certified.case.suspension, statuses(certified)) == ("certified", None, ["valid"])
    number = certified.case.certificates[0].number
    assert submissions(certified)[-2:] == [f"restoration:{number}", f"surveillance:{certified.audit.id}"]
    assert last_event(certified, "certificate.valid")["clause"] == "R:10/9.3.2"


def test_the_next_surveillance_is_due_a_year_after_the_reaudit(certified: Life) -> None:
    """R:7/7.3.3: the re-audit replaced the surveillance, which counts once."""
    failed_surveillance(certified).days(20)
    reaudited(certified).answer("decider", "decision.make", outcome="restore")
    assert certified.due("surveillance") == date(2028, 2, 4)


def test_restored_on_day_90_and_not_on_day_91(certified: Life) -> None:
    """R:7/6.5.3.2."""
    failed_surveillance(certified).until(DAY_90 - timedelta(days=20))
    reaudited(certified).until(DAY_90)
    certified.answer("decider", "decision.make", outcome="restore")
    assert certified.case.status == "certified"


def test_after_day_90_restoration_is_barred_and_withdrawal_is_proposed(certified: Life) -> None:
    """R:10/9.4a: a person decides; nothing else is asked of the re-audit."""
    failed_surveillance(certified).days(70)
    reaudited(certified).until(DAY_90 + timedelta(days=1))
    assert (certified.open, certified.case.status) == (["withdrawal.decide"], "suspended")
    assert "suspension_over" in certified.case.flags
    refusal = act_refused(certified, "applicant", "restoration.request", reason="已整改")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.4a")


def test_a_failed_reaudit_leaves_only_withdrawal(certified: Life) -> None:
    """R:7/6.5.3.2."""
    failed_surveillance(certified).days(20)
    reaudited(certified, FAILING)
    assert certified.open == ["decision.make"]
    for outcome in ("restore", "maintain", "suspend"):
        refusal = certified.refused("decider", "decision.make", outcome=outcome, reason="x", conditions=MAINTAINED)
        assert refusal.code == "rule_refused"
    certified.answer("decider", "decision.make", outcome="withdraw", reason="仍不达标")
    assert (certified.case.status, certified.case.stage, statuses(certified)) == ("withdrawn", "closed", ["withdrawn"])


def test_a_reaudit_whose_report_recommends_no_pass_restores_nothing(certified: Life) -> None:
    """R:7/6.5.3.2: neither would it have been maintained on the surveillance itself."""
    failed_surveillance(certified).on_site(**REPEATED).answer("leader", "audit.contents", items=CONTENTS)
    certified.audited().answer("leader", "audit.report", recommendation="fail", summary="x", reason="承诺未落实")
    certified.answer("reviewer", "review.independent", outcome="agree")
    assert certified.refused("decider", "decision.make", outcome="restore").clause == "R:7/6.5.3.2"
    certified.answer("decider", "decision.make", outcome="withdraw", reason="x")
    assert certified.case.status == "withdrawn"


def test_a_reaudit_is_planned_within_the_suspension(certified: Life) -> None:
    """R:7/6.5.3.2."""
    failed_surveillance(certified)
    late = {"planned_from": str(DAY_90 - timedelta(days=5)), "planned_to": str(DAY_90 + timedelta(days=1))}
    refusal = certified.refused("manager", "audit.plan", **certified.a_plan(**FEWER_DAYS, **late, reason="x"))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.5.3.2")


def test_the_reaudit_of_a_surveillance_alone_restores_it(certified: Life) -> None:
    """R:7/6.5.3.2."""
    failed_surveillance(certified)
    refusal = act_refused(certified, "applicant", "restoration.request", reason="已整改")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.5.3.2")


# After another ground ---------------------------------------------------------------------------------------------


@pytest.fixture
def closed_by_an_authority(certified: Life) -> Life:
    """Suspended on ground i on 1 June 2026, until 1 December."""
    certified.until(date(2026, 6, 1))
    return suspended_on_request(certified, "i")


def verified(life: Life, outcome: str = "pass") -> Life:
    life.act("applicant", "restoration.request", reason="已恢复营业")
    life.answer("leader", "restoration.verify", outcome=outcome, evidence="现场核查")
    return life


def test_a_leader_verifies_that_the_cause_is_gone_before_anybody_decides(closed_by_an_authority: Life) -> None:
    """R:10/9.3.2."""
    life = closed_by_an_authority
    life.act("applicant", "restoration.request", reason="已恢复营业")
    assert [(task.kind, task.assignee) for task in life.case.tasks] == [("restoration.verify", "leader")]
    life.answer("leader", "restoration.verify", outcome="pass", evidence="现场核查")
    assert life.open == ["decision.make"]
    life.answer("decider", "decision.make", outcome="restore")
    assert (life.case.status, life.case.suspension, statuses(life)) == ("certified", None, ["valid"])


def test_what_is_not_verified_may_be_asked_for_again(closed_by_an_authority: Life) -> None:
    """R:10/9.3.2."""
    life = verified(closed_by_an_authority, "fail")
    assert (life.open, life.case.status) == ([], "suspended")
    verified(life).answer("decider", "decision.make", outcome="restore")
    assert life.case.status == "certified"


def test_a_restoration_may_be_decided_as_a_withdrawal_with_a_reason(closed_by_an_authority: Life) -> None:
    life = verified(closed_by_an_authority)
    assert life.refused("decider", "decision.make", outcome="withdraw").faults[0].pointer == "/reason"
    life.answer("decider", "decision.make", outcome="withdraw", reason="拒绝配合")
    assert life.case.status == "withdrawn"


def test_whoever_asks_for_a_restoration_does_not_decide_it(closed_by_an_authority: Life) -> None:
    """R:7/6.4.6.2."""
    life = closed_by_an_authority
    asked = life.message("manager", "act", "restoration.request", {"reason": "已恢复营业"})
    life.work(asked.model_copy(update={"actor": actor("both", "case_manager", "decision_maker")}))
    life.answer("leader", "restoration.verify", outcome="pass", evidence=["f-leader"])
    assert refused_as(life, actor("both", "decision_maker"), "decision.make", outcome="restore").code == (
        "not_independent"
    )


@pytest.mark.parametrize("outcome", ["grant", "maintain", "suspend", "refuse"])
def test_a_restoration_is_decided_as_nothing_else(closed_by_an_authority: Life, outcome: str) -> None:
    refusal = verified(closed_by_an_authority).refused("decider", "decision.make", outcome=outcome, reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.2")


def test_verifying_is_evaluating(closed_by_an_authority: Life) -> None:
    """R:7/6.4.6.2: another leader whom the case manager names is barred from judging from then on."""
    life = closed_by_an_authority
    life.act("applicant", "restoration.request", reason="已恢复营业")
    life.act("manager", "restoration.request", reason="原组长离任", leader="visitor")
    assert life.open == ["restoration.verify"]
    life.answer("visitor", "restoration.verify", outcome="pass", evidence="现场核查")
    assert life.case.duties["person-visitor"] == ["evaluation"]


def test_who_has_decided_in_the_case_is_not_named_to_verify(closed_by_an_authority: Life) -> None:
    """R:7/6.4.6.2: the decision maker of the suspension is barred from evaluating."""
    named = {"reason": "已恢复营业", "leader": "decider"}
    assert act_refused(closed_by_an_authority, "manager", "restoration.request", **named).code == "rule_refused"


def test_the_client_does_not_choose_who_verifies(closed_by_an_authority: Life) -> None:
    refusal = act_refused(closed_by_an_authority, "applicant", "restoration.request", reason="x", leader="leader")
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/leader")


def test_the_register_follows_on_the_day_of_the_restoration(closed_by_an_authority: Life) -> None:
    life = closed_by_an_authority
    life.days(10)
    verified(life).answer("decider", "decision.make", outcome="restore")
    assert last_event(life, "certificate.valid")["data"] == {
        "number": life.case.certificates[0].number,
        "outcome": "restored",
    }


def test_restoration_is_asked_for_once_at_a_time_and_only_while_suspended(certified: Life) -> None:
    assert act_refused(certified, "applicant", "restoration.request", reason="x").code == "stage_conflict"
    suspended_on_request(certified).act("applicant", "restoration.request", reason="x")
    assert act_refused(certified, "manager", "restoration.request", reason="x").code == "stage_conflict"


def test_a_further_ground_ends_a_restoration_that_is_under_way(closed_by_an_authority: Life) -> None:
    """R:10/9.3.2: what was verified does not say that this cause is gone."""
    life = suspended_on_request(verified(closed_by_an_authority), "e")
    assert life.open == []
    verified(life).answer("decider", "decision.make", outcome="restore")
    assert life.case.status == "certified"


def test_a_failed_surveillance_ends_a_restoration_that_is_under_way(certified: Life) -> None:
    """R:7/6.5.3.2: its re-audit alone restores."""
    certified.until(date(2027, 1, 10))
    suspended_on_request(certified, "i")
    reviewed(surveilled(certified, scores=FAILING), "fail")
    certified.act("applicant", "restoration.request", reason="已恢复营业")
    certified.answer("leader", "restoration.verify", outcome="pass", evidence="现场核查")
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert certified.open == ["audit.plan"]


def test_what_else_is_asked_about_the_certificate_stays_open_when_it_is_restored(closed_by_an_authority: Life) -> None:
    """R:10/9.3.1, R:10/9.4h: another ground, and the client's own wish to give it up."""
    life = closed_by_an_authority
    life.act("applicant", "withdrawal.request", reason="不再经营")
    asked_to_suspend(life, "manager", "e")
    verified(life).answer("decider", "decision.make", outcome="restore")
    assert (life.case.status, life.open) == ("certified", ["suspension.decide", "withdrawal.decide"])


def test_a_missed_surveillance_that_is_held_and_restores_takes_its_proposal_with_it(certified: Life) -> None:
    """R:7/7.3.3."""
    certified.until(date(2027, 1, 10))
    suspended_on_request(certified, "i").until(date(2027, 3, 6))
    assert "suspension.decide" in certified.open
    reviewed(surveilled(certified)).answer("decider", "decision.make", outcome="restore")
    assert (certified.case.status, certified.open) == ("certified", [])


def test_whoever_asks_for_a_restoration_does_not_decide_on_it(closed_by_an_authority: Life) -> None:
    """R:7/6.4.6.2."""
    life, both = closed_by_an_authority, actor("decider2", "case_manager", "decision_maker")
    request = life.message("manager", "act", "restoration.request", {"reason": "已恢复营业"})
    life.work(request.model_copy(update={"actor": both}))
    life.answer("leader", "restoration.verify", outcome="pass", evidence="现场核查")
    assert refused_as(life, both, "decision.make", outcome="restore").code == "not_independent"


# After a missed surveillance --------------------------------------------------------------------------------------


@pytest.fixture
def missed(certified: Life) -> Life:
    """Suspended on 6 March 2027, because the first surveillance was missed."""
    certified.until(date(2027, 3, 6))
    certified.answer("decider", "suspension.decide", **SUSPEND)
    return certified


def test_a_missed_surveillance_is_held_before_it_restores(missed: Life) -> None:
    """R:10/9.3.1c: one due is merged with the restoration audit."""
    refusal = act_refused(missed, "applicant", "restoration.request", reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.1c")
    missed.until(date(2027, 4, 20))
    reviewed(surveilled(missed)).answer("decider", "decision.make", outcome="restore")
    assert (missed.case.status, statuses(missed)) == ("certified", ["valid"])
    assert missed.due("surveillance") == date(2028, 4, 20)


def test_a_surveillance_held_while_suspended_may_be_maintained_and_the_suspension_goes_on(certified: Life) -> None:
    """R:7/7.3.3: surveillance dates run on while suspended."""
    certified.until(date(2026, 12, 1))
    suspended_on_request(certified, "i").until(date(2027, 1, 20))
    reviewed(surveilled(certified)).answer("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (certified.case.status, certified.due("surveillance")) == ("suspended", date(2028, 1, 20))
    verified(certified).answer("decider", "decision.make", outcome="restore")
    assert certified.case.status == "certified"

"""R:7/6.4.6.2: a withdrawn certificate is given back by an upheld appeal and decided again by others."""

from tests.flow.filing import appealed, upheld
from tests.flow.steps import actor, answer_as, ended, refused_as
from tests.lives import Life


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

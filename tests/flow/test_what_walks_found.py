"""R:7/7.3.3, R:10/9.3.1: what stands open when its reason is gone, and what goes on after all: seen in random lives."""

from datetime import date, timedelta
from typing import Any

from tests.flow.filing import appealed
from tests.flow.scopes import rename, renamed, rows, statuses
from tests.flow.steps import actor, answer_as, at_decision, ended, refused_as
from tests.flow.years import maintained, renewed, reviewed, surveilled, suspended, suspended_on_request
from tests.lives import FAILING, Life


def test_a_longer_suspension_is_asked_no_more_once_a_surveillance_has_failed(certified: Life) -> None:
    """R:7/6.5.3.2: nothing makes the ninety days longer, nor what was asked before."""
    certified.until(date(2027, 1, 15))
    suspended_on_request(certified, "i")
    certified.act("manager", "suspension.extend", until="2027-10-01", reason="x")
    reviewed(surveilled(certified, scores=FAILING), "fail")
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert "approval.give" not in certified.open
    assert certified.due("suspension.end") == date(2027, 1, 15) + timedelta(days=90)


def test_a_surveillance_that_was_held_is_put_off_no_more(certified: Life) -> None:
    """R:7/7.3.3: what was asked for one surveillance moves no other one."""
    certified.until(date(2027, 2, 1))
    maintained(surveilled(certified)).until(date(2028, 1, 10))
    certified.act("manager", "surveillance.postpone", until="2028-03-01", reason="x", evidence="x")
    surveilled(certified)
    assert "approval.give" not in certified.open


def test_after_a_surveillance_that_passed_the_next_is_due_though_certification_is_suspended(certified: Life) -> None:
    """R:7/7.3.3: while it is suspended the dates of surveillance run on."""
    certified.until(date(2027, 1, 15))
    reviewed(surveilled(certified)).answer("decider", "decision.make", outcome="suspend", reason="x")
    assert certified.due("surveillance") == date(2028, 1, 15)


def test_a_cycle_in_which_no_surveillance_is_held_forgets_the_one_before(third_year: Life) -> None:
    """A state stays small: what was settled in an earlier cycle stands in the record only."""
    renewed(third_year, date(2028, 12, 1)).audited()
    reviewed(third_year).answer("decider", "decision.make", outcome="grant")
    third_year.until(third_year.due("surveillance") + timedelta(days=5))
    began = third_year.case.certificates[-1].decided_on
    settled = [one.due_on for one in third_year.case.deadlines if one.state != "running"]
    assert settled
    assert min(settled) >= began


def upheld_by(life: Life, user: str) -> Life:
    """The client has appealed, and somebody who took no part upholds it."""
    appealed(life)
    answer_as(life, actor(user, "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    return life


def test_whoever_was_appealed_against_once_does_not_decide_the_third_time_either(life: Life) -> None:
    """R:7/6.4.6.2."""
    refuse: dict[str, Any] = {"outcome": "refuse", "reason": "x"}
    at_decision(life).answer("decider", "decision.make", **refuse)
    upheld_by(life, "third").answer("decider2", "decision.make", **refuse)
    upheld_by(life, "fourth")
    for user in ("decider", "decider2"):
        assert refused_as(life, actor(user), "decision.make", outcome="grant").code == "not_independent"


def test_each_of_two_changes_asked_for_at_once_is_made_when_it_is_approved(certified: Life) -> None:
    """R:9/8.2: neither takes the other's words."""
    for name in ("甲酒店", "乙酒店"):
        certified.act("applicant", "change.request", changes=["certificate"], organization=renamed(certified, name))
    for name in ("甲酒店", "乙酒店"):
        subject = certified.task("approval.give").subject
        certified.answer("manager", "approval.give", subject=subject, outcome="approve", reason="x")
        assert rows(certified)[-1].organization == name


def test_a_suspension_lasts_as_before_once_the_surveillance_that_cut_it_short_has_not_failed(certified: Life) -> None:
    """R:7/6.4.6.2, R:10/9.3.1: upheld, its ninety days and its re-audit bind no more; the other ground goes on."""
    certified.until(date(2027, 1, 15))
    suspended(suspended_on_request(certified, "i"))
    assert certified.due("suspension.end") == date(2027, 1, 15) + timedelta(days=90)
    upheld_by(certified, "third")
    assert certified.due("suspension.end") == date(2027, 7, 15)
    certified.act("manager", "suspension.extend", until="2027-08-15", reason="x")


def test_a_suspension_that_ran_out_by_a_ground_that_falls_away_has_not_run_out(certified: Life) -> None:
    """R:7/6.4.6.2, R:10/9.4a."""
    certified.until(date(2027, 1, 15))
    suspended(suspended_on_request(certified, "i")).days(20)
    appealed(certified).days(75)
    assert "withdrawal.decide" in certified.open
    answer_as(certified, actor("third", "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    assert certified.case.suspension is not None
    assert (certified.case.suspension.over, "withdrawal.decide" in certified.open) == (False, False)


def test_a_certificate_that_was_issued_again_while_suspended_is_the_one_given_back(certified: Life) -> None:
    """R:7/6.4.6.2, R:10/9.2: the old number stays recalled."""
    rename(suspended_on_request(certified, "d"))
    upheld_by(certified, "third")
    assert statuses(certified) == ["superseded", "valid"]


def test_once_the_last_of_two_grounds_falls_away_the_certificate_is_valid(certified: Life) -> None:
    """R:7/6.4.6.2."""
    for ground in ("d", "f"):
        suspended_on_request(certified, ground)
    for number, user in ((1, "third"), (2, "fourth")):
        appealed(certified, f"suspension.decide-{number}")
        answer_as(certified, actor(user, "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    assert (certified.case.status, statuses(certified)) == ("certified", ["valid"])


def test_a_surveillance_before_the_renewed_certificate_begins_is_the_first_of_its_cycle(third_year: Life) -> None:
    """R:7/7.3.3: the next is due twelve months after it."""
    reviewed(renewed(third_year, date(2028, 12, 6)).audited())
    third_year.answer("decider", "decision.make", outcome="grant")
    third_year.act("manager", "audit.start", audit_kind="surveillance", reason="x")
    maintained(surveilled(third_year.days(5) or third_year))
    assert third_year.due("surveillance") == date(2029, 12, 11)


def test_a_certificate_that_was_given_up_meanwhile_comes_not_back_by_an_appeal(certified: Life) -> None:
    """R:7/6.4.6.2, R:10/9.4h: the suspension it was about, on a ground that suspended already, is over with it."""
    suspended_on_request(suspended_on_request(certified, "d"), "d")
    certified.act("applicant", "withdrawal.request", reason="x")
    certified.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    upheld_by(certified, "third")
    assert ended(certified) == ("closed", "cancelled", [])

"""R:7/7.3.3, R:10/9.3.1: what stands open when its reason is gone, and what goes on after all: seen in random lives."""

from datetime import date, timedelta

from tests.flow.years import maintained, renewed, reviewed, surveilled, suspended_on_request
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

"""R:7/6.4.6.2: what an upheld appeal against a suspension gives back, and what goes on suspending."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from domain.suspension import AFTER_SURVEILLANCE
from records import certificates
from tests.flow.filing import appealed, reviewed_again, upheld
from tests.flow.steps import actor, answer_as, ended, kinds, last_event, refused_as
from tests.flow.years import (
    EXPIRY,
    days_before,
    deadlines,
    failed_surveillance,
    renewed,
    reviewed,
    statuses,
    suspended,
    suspended_on_request,
    to_certificate,
)
from tests.lives import MAINTAINED, Life, raw_sheet


def test_a_suspension_is_lifted_and_reviewed_and_decided_again(certified: Life) -> None:
    """R:7/6.5.3.2: what failed is looked at by others before they decide."""
    failed_surveillance(certified)
    upheld(appealed(certified))
    assert ended(certified) == ("review", "certified", ["review.independent"])
    assert (certified.case.suspension, certified.case.certificates[-1].status) == (None, "valid")
    assert [one.state for one in deadlines(certified, "suspension.end")] == ["void"]
    assert refused_as(certified, actor("reviewer"), "review.independent", outcome="agree").code == "not_independent"
    reviewed_again(certified)
    refusal = refused_as(certified, actor("decider"), "decision.make", outcome="suspend", reason="x")
    assert refusal.code == "not_independent"
    certified.answer("decider2", "decision.make", outcome="suspend", reason="x")
    assert certified.case.suspension is not None
    assert certified.case.suspension.clause in ("R:10/9.3.1", AFTER_SURVEILLANCE)


def test_scores_that_an_appeal_finds_wrong_are_taken_again(certified: Life) -> None:
    """R:7/6.4.6.2: otherwise nothing but the same decision could follow."""
    upheld(appealed(failed_surveillance(certified)))
    wrong = {"outcome": "return", "comments": "评分错误", "reopen": ["audit.management"]}
    answer_as(certified, actor("third", "reviewer"), "review.independent", **wrong)
    certified.answer("leader", "audit.management", **raw_sheet(), findings=[])
    reviewed_again(certified.reported())
    certified.answer("decider2", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (certified.case.stage, certified.case.status) == ("certified", "certified")


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


# The record --------------------------------------------------------------------------------------------------------


def test_what_is_given_back_is_in_the_record_and_the_register(certified: Life) -> None:
    failed_surveillance(certified).days(5)
    upheld(appealed(certified))
    assert kinds(certified)[-1] == "certificate.valid"
    assert last_event(certified, "appeal.decide")["data"]["reopened"] is True
    number = certified.case.certificates[-1].number
    with Session(certified.engine) as session:
        on = [certificates.entry(session, number, certified.today - timedelta(days=days)) for days in (1, 0)]
    assert [one.status for one in on if one] == ["suspended", "valid"]


def test_a_surveillance_that_was_held_stays_held(certified: Life) -> None:
    upheld(appealed(failed_surveillance(certified)))
    assert [one.state for one in deadlines(certified, "surveillance")] == ["met"]

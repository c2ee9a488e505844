"""R:7/6.4.6.2: what an upheld appeal undoes after other things have happened, and what it leaves alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.dates import add_months
from tests.flow.filing import appealed, upheld
from tests.flow.scopes import OWN_DAYS, RENAMED, a_new_site, matter, rename, rows, sites, statuses
from tests.flow.steps import actor, answer_as, ended, last_event
from tests.flow.years import (
    EXPIRY,
    FEWER_DAYS,
    days_before,
    maintained,
    notices,
    renewal,
    renewed,
    renewing,
    reviewed,
    submissions,
    surveilled,
    suspended_on_request,
)
from tests.lives import CONTENTS, FAILING, MAINTAINED, RENEWAL, Life

REFUSE = {"outcome": "refuse", "reason": "x"}
GRANT = {"outcome": "grant"}
MORE_DAYS: dict[str, Any] = {
    "person_days": {"documents": "2", "management": "7", "characteristics": "5"},
    "reason": "再认证并扩大范围",
}


def withdrawn(life: Life, outcome: str = "withdraw", by: str = "decider") -> Life:
    """Withdrawn today, or not."""
    life.act("manager", "withdrawal.request", grounds=["d"], reason="x")
    life.answer(by, "withdrawal.decide", outcome=outcome, reason="x")
    return life


def renewal_refused(life: Life, days: int = 60) -> Life:
    """In the third year; the renewal passed and was refused so many days before expiry."""
    reviewed(renewed(life, days_before(days)).audited()).answer("decider", "decision.make", **REFUSE)
    return life


def extension_refused(life: Life) -> Life:
    """The audit of an extension passed, and the extension was refused today."""
    life.act("applicant", "scope.extend", sites=[a_new_site()])
    reviewed(life.on_site(**OWN_DAYS).audited()).answer("decider", "decision.make", **REFUSE)
    return life


# Certificates of a suspension that is lifted ------------------------------------------------------------------------


def test_a_certificate_issued_again_while_suspended_is_the_one_that_is_valid_again(certified: Life) -> None:
    rename(suspended_on_request(certified, "d"))
    upheld(appealed(certified, "suspension.decide"))
    assert (certified.case.status, statuses(certified)) == ("certified", ["superseded", "valid"])


def test_a_renewed_certificate_that_took_over_suspended_is_the_one_that_is_valid_again(third_year: Life) -> None:
    reviewed(renewed(third_year, days_before(60)).audited()).answer("decider", "decision.make", **GRANT)
    third_year.until(days_before(10))
    suspended_on_request(third_year, "d").until(EXPIRY + timedelta(days=2))
    upheld(appealed(third_year, "suspension.decide"))
    assert (third_year.case.status, statuses(third_year)) == ("certified", ["expired", "valid"])


def test_where_each_ground_is_appealed_away_the_certificate_is_valid_again(certified: Life) -> None:
    suspended_on_request(suspended_on_request(certified, "d"), "f")
    upheld(appealed(certified, "suspension.decide-1"))
    certified.answer("decider2", "suspension.decide", outcome="dismiss", reason="x")
    appealed(certified, "suspension.decide-2")
    answer_as(certified, actor("third", "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    assert (certified.case.status, statuses(certified)) == ("certified", ["valid"])


def test_the_alliance_learns_that_a_renewed_certificate_still_to_come_is_withdrawn_no_more(third_year: Life) -> None:
    reviewed(renewed(third_year, days_before(60)).audited()).answer("decider", "decision.make", **GRANT)
    upheld(appealed(withdrawn(third_year), "withdrawal.decide"))
    assert statuses(third_year) == ["valid", "upcoming"]
    assert submissions(third_year)[-2:] == [f"restoration:{one.number}" for one in third_year.case.certificates]


def two_suspensions(life: Life) -> date:
    """Suspended for six months, then for ninety days after a failed surveillance; gives the end of the first."""
    life.until(date(2027, 1, 10))
    suspended_on_request(life, "d")
    assert life.case.suspension is not None
    first = life.case.suspension.ends_on
    reviewed(surveilled(life, scores=FAILING), "fail")
    life.answer("decider", "decision.make", outcome="suspend", reason="x")
    return first


def test_another_suspension_that_goes_on_ends_when_it_did_before(certified: Life) -> None:
    first = two_suspensions(certified)
    upheld(appealed(certified))
    assert certified.case.suspension is not None
    assert (certified.case.suspension.ends_on, certified.case.suspension.clause) == (first, "R:10/9.3.1")
    assert certified.due("suspension.end") == first


def test_the_client_and_the_record_learn_what_still_suspends_and_until_when(certified: Life) -> None:
    """R:10/9.3.1: upheld means neither that the mark may be used again nor that the old last day still counts."""
    first = two_suspensions(certified)
    upheld(appealed(certified))
    data = last_event(certified, "appeal.decide")["data"]
    assert (data["reopened"], data["grounds"], data["ends_on"]) == (True, ["d"], str(first))
    assert any(f"suspends, until {first}" in one.subject.en for one in notices(certified))


def test_it_has_not_run_out_where_it_did_so_on_the_day_that_was_appealed_away(certified: Life) -> None:
    two_suspensions(certified)
    appealed(certified).days(91)
    assert "suspension_over" in certified.case.flags
    upheld(certified)
    assert "suspension_over" not in certified.case.flags
    assert "withdrawal.decide" not in certified.open


def test_a_ground_on_which_another_decision_suspends_as_well_stays(certified: Life) -> None:
    """R:10/9.3.1: only the decision that was appealed against falls away; the other one's six months go on."""
    suspended_on_request(certified, "d").days(30)
    suspended_on_request(certified, "d")
    upheld(appealed(certified, "suspension.decide-1"))
    assert certified.case.suspension is not None
    assert (certified.case.status, certified.case.suspension.grounds) == ("suspended", ["d"])
    assert certified.case.suspension.ends_on == add_months(certified.today, 6) == certified.due("suspension.end")


def test_what_was_asked_about_a_suspension_is_asked_no_more_once_both_decisions_are_appealed_away(
    certified: Life,
) -> None:
    """Nobody could answer it: a certificate that is valid is not restored."""
    suspended_on_request(certified, "d").act("applicant", "restoration.request", reason="x")
    upheld(appealed(suspended_on_request(certified, "f"), "suspension.decide-1"))
    certified.answer("decider2", "suspension.decide", outcome="dismiss", reason="x")
    appealed(certified, "suspension.decide-2")
    answer_as(certified, actor("third", "decision_maker"), "appeal.decide", outcome="uphold", reason="x")
    assert ended(certified) == ("certified", "certified", ["suspension.decide"])


def test_a_longer_suspension_lasts_as_long_as_what_is_left_of_it(certified: Life) -> None:
    """R:10/9.3.1: asked for while a decision that ended earlier still counted."""
    suspended_on_request(certified, "d").days(20)
    suspended_on_request(certified, "f")
    until = add_months(certified.today, 6) - timedelta(days=5)
    certified.act("manager", "suspension.extend", until=str(until), reason="x")
    upheld(appealed(certified, "suspension.decide-1"))
    certified.answer("decider", "approval.give", subject="suspension.extend-1", outcome="approve")
    assert certified.case.suspension is not None
    assert certified.case.suspension.ends_on == certified.due("suspension.end") == until + timedelta(days=5)


def test_a_failed_surveillance_is_audited_again_once_what_ran_out_before_that_has_fallen_away(certified: Life) -> None:
    """R:7/6.5.3.2: nothing else could restore it."""
    certified.until(date(2026, 9, 1))
    appealed(suspended_on_request(certified, "d"), "suspension.decide").until(date(2027, 2, 1))
    reviewed(surveilled(certified, scores=FAILING), "fail")
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    certified.until(date(2027, 3, 5))
    assert certified.open == ["appeal.decide", "withdrawal.decide"]
    assert ended(upheld(certified)) == ("planning", "suspended", ["audit.plan", "suspension.decide"])


# What is no more ----------------------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_renewal_whose_certificate_was_given_up(third_year: Life) -> None:
    renewal_refused(third_year).act("applicant", "withdrawal.request", reason="x")
    third_year.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    upheld(appealed(third_year))
    assert ended(third_year) == ("closed", "cancelled", [])


def test_a_ground_that_joined_twice_is_not_decided_again_once_the_certificate_is_withdrawn(certified: Life) -> None:
    withdrawn(suspended_on_request(suspended_on_request(certified, "d"), "d"))
    upheld(appealed(certified, "suspension.decide-2"))
    assert ended(certified) == ("closed", "withdrawn", [])


# The renewal --------------------------------------------------------------------------------------------------------


def test_a_renewal_refused_after_expiry_is_decided_again_as_it_was_applied_for(third_year: Life) -> None:
    service = {**renewal(third_year)["service"], "name": "新服务"}
    renewed(third_year, days_before(20), service=service).audited().until(EXPIRY + timedelta(days=3))
    reviewed(third_year).answer("decider", "decision.make", **REFUSE)
    upheld(appealed(third_year)).answer("decider2", "decision.make", **GRANT)
    assert rows(third_year)[-1].service == "新服务"


def test_a_change_approved_meanwhile_stays_in_the_renewed_certificate(third_year: Life) -> None:
    upheld(appealed(rename(renewal_refused(third_year)))).answer("decider2", "decision.make", **GRANT)
    assert rows(third_year)[-1].organization == RENAMED


# Changes of the scope -----------------------------------------------------------------------------------------------


def test_an_extension_refused_with_its_renewal_is_decided_again_with_it(third_year: Life) -> None:
    renewing(third_year, days_before(60))
    third_year.act("applicant", "scope.extend", sites=[a_new_site()], combined_with=third_year.audit.id)
    third_year.on_site(**MORE_DAYS).answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    reviewed(third_year.audited()).answer("decider", "decision.make", **REFUSE)
    assert matter(third_year).outcome == "refused"
    upheld(appealed(third_year)).answer("decider2", "decision.make", **GRANT)
    asked = next(one for one in third_year.case.matters if one.kind == "scope.extend")
    assert (sites(third_year), asked.outcome) == (["s1", "s2", "s3", "s4"], "granted")


def test_a_reduction_stays_confirmed_by_its_client(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    certified.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    certified.act("manager", "scope.reduce", sites=["s1", "s2"], combined_with=certified.audit.id)
    certified.answer("applicant", "scope.confirm", confirmed=True)
    upheld(appealed(withdrawn(certified), "withdrawal.decide"))
    certified.answer("decider2", "withdrawal.decide", outcome="dismiss", reason="x")
    reviewed(certified.audited()).answer("decider", "decision.make", outcome="reduce", conditions=MAINTAINED)
    assert sites(certified) == ["s1", "s2"]


def test_the_refusal_of_an_extension_may_be_appealed_against(certified: Life) -> None:
    upheld(appealed(extension_refused(certified)))
    assert (certified.case.stage, certified.case.status, certified.open) == (
        "certified",
        "certified",
        ["decision.make"],
    )
    certified.answer("decider2", "decision.make", **GRANT)
    assert (sites(certified), matter(certified).state) == (["s1", "s2", "s3", "s4"], "closed")


def test_what_was_approved_meanwhile_stays_in_the_wider_certificate(certified: Life) -> None:
    upheld(appealed(rename(extension_refused(certified)))).answer("decider2", "decision.make", **GRANT)
    assert (rows(certified)[-1].organization, sites(certified)) == (RENAMED, ["s1", "s2", "s3", "s4"])


def test_an_extension_is_granted_also_after_the_next_surveillance(certified: Life) -> None:
    """What was settled long ago is forgotten, but not what an appeal may open again."""
    certified.until(date(2026, 10, 25))
    appealed(extension_refused(certified)).until(date(2026, 11, 10))
    maintained(surveilled(certified))
    upheld(certified).answer("decider2", "decision.make", **GRANT)
    assert sites(certified) == ["s1", "s2", "s3", "s4"]


@pytest.mark.parametrize("outcome", ["withdrawn", "expired"])
def test_nothing_is_left_of_an_extension_once_its_certificate_has_ended(third_year: Life, outcome: str) -> None:
    third_year.until(days_before(5))
    appealed(extension_refused(third_year))
    if outcome == "withdrawn":
        withdrawn(third_year)
    third_year.until(EXPIRY + timedelta(days=2))
    upheld(third_year)
    assert ended(third_year) == ("closed", outcome, [])

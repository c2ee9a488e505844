"""R:7/6.5.1: what follows from a special audit, and what goes on as if there were none."""

from datetime import date

import pytest

from tests.flow.beside import (
    SPECIAL_DAYS,
    answer_in,
    ordered,
    special,
    special_maintained,
    to_special_decision,
    to_special_on_site,
)
from tests.flow.steps import pointers
from tests.flow.years import deadlines, maintained, renewed, reviewed, submissions, surveilled
from tests.lives import MAINTAINED, Life


def test_a_passed_one_maintains_the_certification_and_closes_its_matter(certified: Life) -> None:
    """R:10/9.1a-f."""
    to_special_decision(certified)
    short = certified.refused("decider", "decision.make", outcome="maintain", conditions={"a": True})
    assert pointers(short)[0] == "/conditions/b"
    special_maintained(certified)
    [matter] = certified.case.matters
    assert (certified.case.status, certified.open, matter.outcome) == ("certified", [], "maintain")


def test_a_failed_one_cannot_be_maintained_and_has_no_re_audit(certified: Life) -> None:
    """R:10/9.3.1."""
    to_special_decision(certified, failing=True)
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.1")
    assert [audit.audit_kind for audit in certified.case.audits] == ["initial", "special"]


@pytest.mark.parametrize(
    ("failing", "named", "grounds"),
    [(True, [], ["a"]), (True, ["g"], ["g"]), (False, ["g"], ["g"]), (False, [], ["k"])],
)
def test_suspending_after_it_is_for_six_months_on_its_own_ground(
    certified: Life, *, failing: bool, named: list[str], grounds: list[str]
) -> None:
    """R:10/9.3.1a: the ninety days are for a failed surveillance (R:7/6.5.3.2)."""
    to_special_decision(certified, failing=failing)
    certified.answer("decider", "decision.make", outcome="suspend", reason="x", grounds=named)
    suspension = certified.case.suspension
    assert suspension is not None
    assert (suspension.grounds, suspension.ends_on) == (grounds, date(2026, 9, 2))
    assert [one.clause for one in deadlines(certified, "suspension.end")] == ["R:10/9.3.1"]
    assert certified.case.matters[0].outcome == "suspend"


def test_the_client_may_appeal_against_a_suspension_after_it(certified: Life) -> None:
    """R:7/6.4.6.2."""
    to_special_decision(certified, failing=True)
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    [ruling] = certified.case.rulings
    assert (ruling.kind, "person-decider" in ruling.by) == ("decision.make", True)


@pytest.mark.parametrize("outcome", ["grant", "refuse", "restore", "withdraw"])
def test_no_other_decision_fits_it(certified: Life, outcome: str) -> None:
    to_special_decision(certified)
    refusal = certified.refused("decider", "decision.make", outcome=outcome, reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.6.2")


def test_it_is_reported_to_the_alliance_like_a_surveillance(certified: Life) -> None:
    """R:7/6.5.3.3."""
    special_maintained(to_special_decision(certified))
    assert submissions(certified)[1:] == [f"special:{special(certified).id}"]


def test_it_serves_no_surveillance_and_moves_no_date_of_the_programme(certified: Life) -> None:
    """R:7/7.3.3."""
    before = certified.due("surveillance")
    special_maintained(to_special_decision(certified))
    assert (certified.due("surveillance"), certified.case.stage) == (before, "certified")
    certified.until(date(2027, 1, 15))
    maintained(surveilled(certified))
    assert certified.due("surveillance") == date(2028, 1, 15)


def test_no_certificate_is_awaited_of_it(certified: Life) -> None:
    """R:7/6.4.7."""
    to_special_decision(certified).days(200)
    assert "issue_overdue" not in certified.case.flags


def test_what_is_returned_of_it_leaves_the_certificate_of_a_renewal_awaited(third_year: Life) -> None:
    """R:7/6.4.7."""
    renewed(third_year, date(2028, 10, 1)).audited().reported()
    awaited = third_year.due("certificate.issue")
    renewal = third_year.audit
    ordered(third_year).on_site(**SPECIAL_DAYS).audited()
    other = special(third_year)
    answer_in(third_year, other, "leader", "audit.report", recommendation="pass", summary="x")
    answer_in(third_year, other, "reviewer", "review.independent", outcome="return", comments="x")
    assert renewal.stage == "review"
    assert third_year.due("certificate.issue") == awaited


def test_a_special_audit_goes_on_while_certification_is_suspended_on_another_ground(certified: Life) -> None:
    """R:10/9.3.1: its decision leaves the suspension as it is."""
    certified.until(date(2026, 10, 20))
    to_special_on_site(certified).until(date(2027, 3, 6))
    certified.answer("decider", "suspension.decide", outcome="suspend", grounds=["c"], reason="x")
    certified.audited()
    special_maintained(reviewed(certified))
    assert (certified.case.status, certified.case.matters[0].outcome) == ("suspended", "maintain")


def test_it_ends_with_the_certificate(third_year: Life) -> None:
    third_year.until(date(2029, 2, 1))
    ordered(third_year).until(date(2029, 3, 5))
    assert (third_year.case.status, third_year.case.stage, special(third_year).stage) == ("expired", "closed", "closed")

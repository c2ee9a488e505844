"""Readings of dates that a case can be pinned to: holidays at a limit's end, and where the issue's limit begins."""

from datetime import date

import pytest

from domain.state import Deadline
from tests.flow.conftest import Lives
from tests.flow.steps import contract, pinned
from tests.flow.years import deadlines, maintained, reviewed, surveilled, suspended
from tests.lives import FAILING, Life, a_deduction

ROLLS = {"holiday-roll": "roll-forward"}
FRIDAY = date(2026, 3, 6)


def rolling(life: Life) -> Life:
    return pinned(life, **{"holiday-roll": "roll-forward"})


def granted(life: Life) -> Life:
    return contract(life).on_site().audited().reported().granted()


def running(life: Life, kind: str, purpose: str = "") -> Deadline:
    found = [one for one in deadlines(life, kind) if (one.state, one.purpose) == ("running", purpose)]
    return found[0]


def test_a_last_day_on_a_holiday_stays_where_no_reading_is_chosen(lives: Lives) -> None:
    life = lives(date(2026, 9, 1))
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", missing=["b"])
    # Thirty days on is National Day.
    assert life.due("application.supplement") == date(2026, 10, 1)


def test_it_rolls_to_the_next_working_day_where_the_body_chose_so(lives: Lives) -> None:
    life = rolling(lives(date(2026, 9, 1)))
    life.answer("manager", "application.review", outcome="supplement", missing=["b"])
    found = running(life, "application.supplement")
    # 1 to 7 October are off.
    assert (found.due_on, found.judged_on) == (date(2026, 10, 8), date(2026, 10, 8))
    assert life.task("application.supplement").due_on == date(2026, 10, 8)
    last = found.proof.steps[-1]
    assert (last.op, last.from_, last.to) == ("the next working day", date(2026, 10, 1), date(2026, 10, 8))


def test_a_last_day_that_is_worked_stays(lives: Lives) -> None:
    life = rolling(lives(date(2026, 3, 3)))
    life.answer("manager", "application.review", outcome="accept")
    found = running(life, "contract.sign")
    assert (found.due_on, found.proof.steps[-1].op) == (date(2026, 4, 2), "+30 days")


def test_a_rolled_day_in_an_unpublished_year_is_provisional(lives: Lives) -> None:
    life = rolling(lives(date(2026, 12, 4)))
    life.answer("manager", "application.review", outcome="accept")
    found = running(life, "contract.sign")
    # Sunday, 3 January 2027.
    assert (found.due_on, found.provisional) == (date(2027, 1, 4), True)


def test_every_round_of_supplements_ends_on_the_same_rolled_day(lives: Lives) -> None:
    life = rolling(lives(date(2026, 9, 1)))
    life.answer("manager", "application.review", outcome="supplement", missing=["b"])
    life.until(date(2026, 10, 3))
    life.answer("applicant", "application.supplement", note="x")
    life.answer("manager", "application.review", outcome="supplement", missing=["b"])
    assert life.due("application.supplement") == date(2026, 10, 8)


def test_a_rolled_rectification_is_the_due_date_of_its_findings(lives: Lives) -> None:
    life = rolling(lives(date(2026, 3, 5)))
    contract(life).on_site().audited(deductions=[a_deduction()])
    life.answer("applicant", "findings.confirm", confirmed=True)
    # Thirty days after 5 March is Saturday, 4 April: Qingming, off until Monday the 6th.
    assert life.due("rectification.submit") == date(2026, 4, 7)
    assert {one.due_on for one in life.audit.findings} == {date(2026, 4, 7)}


def test_a_reaudit_begins_by_day_90(lives: Lives) -> None:
    life = rolling(lives(date(2026, 3, 6)))
    contract(life).on_site().audited(scores=FAILING).reported("fail")
    found = running(life, "reaudit")
    # Day 90 after 6 March is Thursday, 4 June; the body may enter it three days late.
    assert (found.due_on, found.judged_on) == (date(2026, 6, 4), date(2026, 6, 7))


def test_a_reaudit_whose_day_90_is_a_holiday_begins_by_that_day(lives: Lives) -> None:
    """R:7/6.4.6.1."""
    life = rolling(lives(date(2026, 3, 8)))
    contract(life).on_site().audited(scores=FAILING).reported("fail")
    # Day 90 after 8 March is Saturday, 6 June.
    found = running(life, "reaudit")
    assert (found.due_on, found.judged_on) == (date(2026, 6, 6), date(2026, 6, 9))


def test_the_last_day_for_a_contract_rolls(lives: Lives) -> None:
    life = rolling(lives(date(2026, 3, 8)))
    life.answer("manager", "application.review", outcome="accept")
    # Day 90 after 8 March is Saturday, 6 June.
    assert running(life, "contract.sign", "latest").due_on == date(2026, 6, 8)


def test_a_certificates_validity_never_rolls(lives: Lives) -> None:
    # 2026-03-05 + 3 years - 1 day is Sunday, 4 March 2029; three months before is Monday, 4 December 2028.
    life = granted(rolling(lives(date(2026, 3, 5))))
    assert life.due("certificate.expiry") == date(2029, 3, 4)
    assert life.due("recertification.apply") == date(2028, 12, 4)
    # 2026-03-06 runs to Monday the 5th; three months before is Tuesday. 2026-03-04 to Saturday, 3 March 2029,
    # and three months before is Sunday, 3 December 2028.
    life = granted(rolling(lives(date(2026, 3, 4))))
    assert (life.due("certificate.expiry"), life.due("recertification.apply")) == (
        date(2029, 3, 3),
        date(2028, 12, 3),
    )


def test_a_surveillance_never_rolls_and_its_plan_ends_with_it(lives: Lives) -> None:
    """R:7/7.3.3."""
    # Twelve months after 6 March 2026 is a Saturday of an unpublished year.
    life = granted(rolling(lives(FRIDAY)))
    found = running(life, "surveillance")
    assert (found.due_on, found.judged_on, found.provisional) == (date(2027, 3, 6), date(2027, 3, 9), False)
    life.until(date(2027, 1, 10))
    assert life.task("audit.plan").due_on == date(2027, 3, 6)


def test_a_suspensions_end_never_rolls(lives: Lives) -> None:
    life = granted(rolling(lives(FRIDAY)))
    life.until(date(2026, 12, 12))
    suspended(life)
    # Ninety days after Saturday, 12 December 2026: Friday, 12 March 2027.
    assert life.due("suspension.end") == date(2027, 3, 12)
    life = granted(rolling(lives(FRIDAY)))
    life.until(date(2026, 12, 13))
    suspended(life)
    assert life.due("suspension.end") == date(2027, 3, 13)


@pytest.mark.parametrize(
    ("reading", "anchor", "on"),
    [("report", "report", date(2026, 3, 9)), ("review", "review", date(2026, 3, 11))],
)
def test_the_issue_is_watched_from_the_moment_of_the_reading(life: Life, reading: str, anchor: str, on: date) -> None:
    contract(pinned(life, **{"issue-overdue-anchor": reading})).on_site().audited()
    life.until(date(2026, 3, 9))
    life.reported()
    assert (running_or_none(life) is not None) == (reading == "report")
    life.until(date(2026, 3, 11))
    life.answer("reviewer", "review.independent", outcome="agree")
    found = running(life, "certificate.issue")
    assert (found.proof.anchor.kind, found.proof.anchor.on) == (anchor, on)


def running_or_none(life: Life) -> Deadline | None:
    return next((one for one in deadlines(life, "certificate.issue") if one.state == "running"), None)


def test_an_issue_watched_from_the_decision_is_met_with_it(life: Life) -> None:
    contract(pinned(life, **{"issue-overdue-anchor": "decision"})).on_site().audited().reported()
    life.answer("reviewer", "review.independent", outcome="agree")
    assert running_or_none(life) is None
    life.answer("decider", "decision.make", outcome="grant")
    [found] = deadlines(life, "certificate.issue")
    assert (found.state, found.proof.anchor.kind) == ("met", "decision")


def test_no_reading_watches_a_surveillance(life: Life) -> None:
    granted(pinned(life, **{"issue-overdue-anchor": "review"})).until(date(2027, 1, 10))
    maintained(surveilled(life))
    assert len(deadlines(life, "certificate.issue")) == 1


def test_no_reading_watches_a_failed_audit(life: Life) -> None:
    contract(pinned(life, **{"issue-overdue-anchor": "review"})).on_site().audited(scores=FAILING)
    life.reported("fail")
    contract_again = life.on_site(reason="再次审查全部内容").audited(scores=FAILING)
    reviewed(contract_again, "fail")
    assert deadlines(life, "certificate.issue") == []

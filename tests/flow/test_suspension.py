"""R:7/6.5.3.2, R:10/9.3: missed and failed surveillances, their proposals and suspensions."""

from datetime import date, timedelta

import pytest

from domain.dates import Anchor
from tests.flow.steps import ended, kinds, last_event
from tests.flow.years import (
    EXPIRY,
    FEWER_DAYS,
    SUSPEND,
    deadlines,
    dismissed,
    failed_by_documents,
    maintained,
    notices,
    submissions,
    surveilled,
    suspended,
)
from tests.lives import Life

DUE = date(2027, 3, 2)
MISSED = date(2027, 3, 6)
"""The first morning after the three days in which a closing could still be entered."""
NEW_DATE = date(2027, 4, 30)
"""The new date of a dismissed one."""


@pytest.fixture
def missed(certified: Life) -> Life:
    """The first surveillance was missed: its suspension is proposed."""
    certified.until(MISSED)
    return certified


@pytest.fixture
def held_late(missed: Life) -> Life:
    """It was held after all, before anybody decided the proposal."""
    return surveilled(missed)


# A proposal that is dismissed -------------------------------------------------------------------------------------


def test_dismissing_before_the_audit_needs_a_new_date(missed: Life) -> None:
    refusal = missed.refused("decider", "suspension.decide", outcome="dismiss", reason="x")
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/until")


def test_a_new_date_runs_from_the_day_on_which_the_proposal_opened(missed: Life) -> None:
    missed.until(date(2027, 3, 20))
    dismissed(missed, NEW_DATE)
    [_, surveillance] = deadlines(missed, "surveillance")
    assert (surveillance.due_on, surveillance.proof.anchor) == (NEW_DATE, Anchor(kind="task", on=MISSED))


def test_dismissing_after_a_late_audit_needs_none_and_proposes_nothing_again(held_late: Life) -> None:
    assert "late_entry" in held_late.case.flags
    held_late.answer("decider", "suspension.decide", outcome="dismiss", reason="x")
    assert (held_late.open, [one.state for one in deadlines(held_late, "surveillance")]) == (
        ["audit.report"],
        ["missed"],
    )
    maintained(held_late).until(date(2027, 7, 1))
    assert held_late.open == []
    assert (held_late.due("surveillance"), kinds(held_late).count("timer.surveillance")) == (date(2028, 3, 6), 1)


def test_a_new_date_named_for_a_late_audit_that_was_held_starts_nothing(held_late: Life) -> None:
    dismissed(held_late, NEW_DATE).until(NEW_DATE + timedelta(days=10))
    assert held_late.open == ["audit.report"]


def test_a_surveillance_held_by_its_new_date_is_flagged_as_late(missed: Life) -> None:
    dismissed(missed, NEW_DATE).until(date(2027, 4, 10))
    surveilled(missed)
    assert "late_entry" in missed.case.flags
    assert [one.state for one in deadlines(missed, "surveillance")] == ["missed", "met"]


def test_a_surveillance_held_in_time_is_not_flagged(certified: Life) -> None:
    certified.until(date(2027, 2, 10))
    surveilled(certified)
    assert "late_entry" not in certified.case.flags


def test_the_one_after_a_late_one_is_due_before_the_certificate_ends(missed: Life) -> None:
    dismissed(missed, date(2028, 9, 1)).until(date(2028, 8, 1))
    maintained(surveilled(missed))
    assert missed.due("surveillance") == EXPIRY


def test_maintaining_drops_the_proposal(held_late: Life) -> None:
    maintained(held_late)
    assert (held_late.open, held_late.case.status) == ([], "certified")


# A suspension that something joins --------------------------------------------------------------------------------


def joined(life: Life, on: date) -> Life:
    """Suspended for missing a surveillance, until 6 September; the surveillance then fails."""
    life.answer("decider", "suspension.decide", **SUSPEND)
    life.until(on)
    return suspended(life)


@pytest.mark.parametrize(
    ("on", "ends_on"), [(date(2027, 3, 20), date(2027, 6, 18)), (date(2027, 8, 1), date(2027, 9, 6))]
)
def test_of_two_ends_the_earlier_one_wins_and_is_told(missed: Life, on: date, ends_on: date) -> None:
    """R:10/9.3.1, R:7/6.5.3.2."""
    suspension = joined(missed, on).case.suspension
    assert suspension is not None
    assert (suspension.since, suspension.ends_on, suspension.grounds) == (MISSED, ends_on, ["b", "c"])
    event = last_event(missed, "certificate.suspended")["data"]
    assert (event["ends_on"], event["grounds"]) == (str(ends_on), ["b", "c"])
    told = [one.subject.en for one in notices(missed) if one.subject and "suspended" in one.subject.en]
    assert str(ends_on) in told[-1]
    assert missed.due("suspension.end") == ends_on
    missed.until(ends_on)
    assert "suspension_over" not in missed.case.flags
    missed.days(1)
    assert "suspension_over" in missed.case.flags


def test_what_joins_a_suspension_that_is_over_gives_it_no_new_end(missed: Life) -> None:
    joined(missed, date(2027, 9, 20))
    suspension = missed.case.suspension
    assert suspension is not None
    assert (suspension.ends_on, suspension.over, suspension.grounds) == (date(2027, 9, 6), True, ["b", "c"])
    assert [one.state for one in deadlines(missed, "suspension.end")] == ["missed"]
    assert "suspension_over" in missed.case.flags


def test_a_suspension_takes_its_proposal_with_it(missed: Life) -> None:
    suspended(missed)
    assert ended(missed) == ("planning", "suspended", ["audit.plan"])


# What the alliance is told ----------------------------------------------------------------------------------------


def test_a_surveillance_that_passed_is_reported(certified: Life) -> None:
    """R:7/6.5.3.3."""
    certified.until(date(2027, 1, 15))
    maintained(surveilled(certified))
    assert submissions(certified)[1:] == [f"surveillance:{certified.audit.id}"]


def test_a_surveillance_that_failed_is_reported_beside_its_suspension(certified: Life) -> None:
    """R:7/6.5.3.3."""
    certified.until(date(2027, 1, 15))
    suspended(certified)
    number, failed = certified.case.certificates[0].number, certified.case.audits[1]
    assert submissions(certified)[1:] == [f"surveillance:{failed.id}", f"suspension:{number}"]


def test_a_late_surveillance_that_failed_by_documents_needs_no_new_date(certified: Life) -> None:
    certified.until(date(2027, 3, 10))
    failed_by_documents(certified, **FEWER_DAYS)
    certified.answer("decider", "suspension.decide", outcome="dismiss", reason="x")
    assert certified.open == ["audit.report"]

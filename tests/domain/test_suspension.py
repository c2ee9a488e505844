"""A suspension's extension and its restoration: R:7/6.5.3.2, R:10/9.3."""

from datetime import date

import pytest

from domain.refusal import Refused
from domain.suspension import (
    AFTER_SURVEILLANCE,
    LENGTH,
    Cause,
    Suspension,
    check_extension,
    check_restoration,
    extended,
    joined,
    prolonged,
    rests_on,
    without,
)
from tests.domain.sheets import told

ENDS = date(2027, 9, 6)
LATER = date(2027, 12, 6)
THE_DAY_AFTER = date(2027, 9, 7)


def not_extended(until: date, asked_on: date, *, failed_surveillance: bool = False) -> str | None:
    with pytest.raises(Refused) as refused:
        check_extension(ENDS, until, asked_on, failed_surveillance=failed_surveillance)
    assert refused.value.refusal.code == "rule_refused"
    return refused.value.refusal.clause


def not_restored(decided_on: date, *, verified: bool = True) -> str | None:
    with pytest.raises(Refused) as refused:
        check_restoration(ENDS, decided_on, verified=verified)
    assert refused.value.refusal.code == "rule_refused"
    return refused.value.refusal.clause


def test_a_longer_suspension_is_asked_for_on_its_last_day_at_the_latest() -> None:
    """R:10/9.3.1."""
    check_extension(ENDS, LATER, ENDS, failed_surveillance=False)
    assert not_extended(LATER, THE_DAY_AFTER) == "R:10/9.3.1"


def test_a_longer_suspension_ends_after_the_one_it_extends() -> None:
    """R:10/9.3.1."""
    check_extension(ENDS, THE_DAY_AFTER, ENDS, failed_surveillance=False)
    assert not_extended(ENDS, ENDS) == "R:10/9.3.1"
    with pytest.raises(Refused) as refused:
        check_extension(ENDS, ENDS, ENDS, failed_surveillance=False)
    assert told(refused.value.refusal.faults) == [("/until", "is not after 2027-09-06")]


def test_the_ninety_days_after_a_failed_surveillance_are_never_made_longer() -> None:
    """R:7/6.5.3.2."""
    assert not_extended(LATER, date(2027, 8, 1), failed_surveillance=True) == "R:7/6.5.3.2"


def test_an_approved_end_stands_with_its_proof() -> None:
    """R:10/9.3.1."""
    found = extended(date(2027, 3, 6), LATER, date(2029, 3, 5))
    assert (found.on, found.clause, found.proof.anchor.kind) == (LATER, "R:10/9.3.1", "suspension")


def test_an_approved_end_lies_within_the_certificates_validity() -> None:
    """R:7/7.3.3."""
    assert extended(date(2027, 3, 6), LATER, date(2027, 10, 31)).on == date(2027, 10, 31)


def test_certification_is_restored_once_the_cause_is_verified_as_gone() -> None:
    """R:10/9.3.2."""
    check_restoration(ENDS, date(2027, 8, 1), verified=True)
    assert not_restored(date(2027, 8, 1), verified=False) == "R:10/9.3.2"


def test_restoration_counts_on_the_suspensions_last_day_and_not_after() -> None:
    """R:10/9.3.1, R:10/9.4a."""
    check_restoration(ENDS, ENDS, verified=True)
    assert not_restored(THE_DAY_AFTER) == "R:10/9.4a"


# Several decisions at once (R:10/9.3.1) ---------------------------------------------------------------------------

SINCE = date(2027, 3, 6)
ON_REQUEST = Cause(by="suspension.decide-1", grounds=["j", "d"], ends_on=ENDS, clause=LENGTH)
FAILED = Cause(by="decision.make-2", grounds=["b"], ends_on=date(2027, 8, 1), clause=AFTER_SURVEILLANCE)


BOTH = joined(joined(None, ON_REQUEST, SINCE), FAILED, THE_DAY_AFTER)


def test_decisions_suspend_together_on_all_grounds_until_the_earliest_end() -> None:
    assert (BOTH.since, BOTH.grounds, BOTH.ends_on, BOTH.over) == (SINCE, ["b", "d", "j"], date(2027, 8, 1), False)
    assert (BOTH.clause, BOTH.causes) == (AFTER_SURVEILLANCE, [ON_REQUEST, FAILED])


def test_what_has_run_out_does_not_begin_again_with_another_decision() -> None:
    over = joined(None, ON_REQUEST, SINCE).model_copy(update={"over": True})
    assert joined(over, FAILED, THE_DAY_AFTER).over


def test_a_decision_that_falls_away_leaves_the_other_to_its_own_end_and_clause() -> None:
    left = without(BOTH.model_copy(update={"over": True}), FAILED.by)
    assert left == joined(None, ON_REQUEST, SINCE)
    stricter = without(BOTH.model_copy(update={"over": True}), ON_REQUEST.by)
    assert stricter
    assert (stricter.ends_on, stricter.clause, stricter.over) == (date(2027, 8, 1), AFTER_SURVEILLANCE, True)


def test_nothing_is_left_of_one_decision_alone() -> None:
    assert without(joined(None, FAILED, SINCE), FAILED.by) is None
    assert not rests_on(joined(None, FAILED, SINCE), ON_REQUEST.by)


def test_a_longer_suspension_ends_on_the_approved_day_whichever_decision_ended_first() -> None:
    other = ON_REQUEST.model_copy(update={"by": "suspension.decide-2", "ends_on": LATER})
    longer = prolonged(joined(joined(None, ON_REQUEST, SINCE), other, SINCE), date(2027, 10, 1))
    assert [cause.ends_on for cause in longer.causes] == [date(2027, 10, 1), LATER]
    assert (longer.ends_on, longer.clause) == (date(2027, 10, 1), LENGTH)


def test_a_suspension_from_before_its_decisions_were_kept_is_one_that_any_appeal_may_mean() -> None:
    old = Suspension(since=SINCE, ends_on=ENDS, grounds=["d"])
    assert rests_on(old, "suspension.decide-1")
    assert without(old, "suspension.decide-1") is None


def test_an_appeal_against_a_later_decision_leaves_an_old_suspension_alone() -> None:
    old = Suspension(since=SINCE, ends_on=ENDS, grounds=["d"])
    left = without(joined(old, FAILED, THE_DAY_AFTER), FAILED.by)
    assert left
    assert (left.grounds, left.ends_on) == (["d"], ENDS)

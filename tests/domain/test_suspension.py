"""A suspension's extension and its restoration: R:7/6.5.3.2, R:10/9.3."""

from datetime import date

import pytest

from domain.refusal import Refused
from domain.state import Cause, Suspension
from domain.suspension import (
    AFTER_SURVEILLANCE,
    LENGTH,
    causes_of,
    check_extension,
    check_restoration,
    extended,
    summed,
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


def test_decisions_suspend_together_on_all_grounds_until_the_earliest_end() -> None:
    both = summed(SINCE, [ON_REQUEST, FAILED])
    assert (both.since, both.grounds, both.ends_on, both.over) == (SINCE, ["b", "d", "j"], date(2027, 8, 1), False)
    assert (both.clause, both.causes) == (AFTER_SURVEILLANCE, [ON_REQUEST, FAILED])


def test_without_a_failed_surveillance_a_suspension_may_be_made_longer() -> None:
    alone = summed(SINCE, [ON_REQUEST], over=True)
    assert (alone.clause, alone.ends_on, alone.over) == (LENGTH, ENDS, True)


def test_a_suspension_from_before_its_decisions_were_kept_is_taken_for_one() -> None:
    old = Suspension(since=SINCE, ends_on=ENDS, grounds=["d"])
    assert causes_of(old) == [Cause(by="", grounds=["d"], ends_on=ENDS, clause=LENGTH)]
    assert causes_of(summed(SINCE, [FAILED])) == [FAILED]

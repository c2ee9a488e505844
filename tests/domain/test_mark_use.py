"""Use of certificate and mark: R:8/7.3."""

from datetime import date
from typing import get_args

import pytest

from domain.certificates import CertificateStatus
from domain.mark_use import BARRED_BY, may_use, mended_by, misuse_calls_for
from domain.refusal import Refused

DUE = date(2027, 6, 30)


def test_certificate_and_mark_are_used_while_the_certificate_is_valid() -> None:
    """R:8/7.3.1, R:8/7.3.2."""
    assert may_use("valid")


@pytest.mark.parametrize("status", ["upcoming", "suspended", "withdrawn", "cancelled", "expired"])
def test_neither_is_used_before_or_after_validity_nor_while_suspended_or_withdrawn(status: CertificateStatus) -> None:
    """R:8/7.3.4."""
    assert not may_use(status)
    assert BARRED_BY[status] == "R:8/7.3.4"


def test_a_certificate_that_was_replaced_is_recalled() -> None:
    """R:10/9.2."""
    assert not may_use("superseded")
    assert BARRED_BY["superseded"] == "R:10/9.2"


def test_of_every_status_it_is_said_whether_it_bears_use() -> None:
    assert {*BARRED_BY, "valid"} == set(get_args(CertificateStatus))


@pytest.mark.parametrize(
    ("correct", "today", "ground"),
    [
        (False, DUE, None),
        (False, date(2027, 7, 1), "e"),
        (True, date(2027, 7, 1), None),
    ],
)
def test_a_wrong_use_not_mended_by_its_last_day_is_a_ground_to_suspend(
    today: date, ground: str | None, *, correct: bool
) -> None:
    """R:10/9.3.1e, R:8/7.3.3."""
    assert misuse_calls_for(DUE, today, correct=correct) == ground


@pytest.mark.parametrize("due_on", [date(2027, 7, 1), date(2027, 9, 28)])
def test_a_wrong_use_is_mended_by_a_day_after_today_and_within_ninety(due_on: date) -> None:
    """R:8/7.3.3."""
    assert mended_by(due_on, DUE) == due_on


@pytest.mark.parametrize("due_on", [None, DUE, date(2027, 9, 29)])
def test_no_other_day_is_taken(due_on: date | None) -> None:
    """R:8/7.3.3."""
    with pytest.raises(Refused) as raised:
        mended_by(due_on, DUE)
    refusal = raised.value.refusal
    assert (refusal.code, refusal.zh, refusal.en) == (
        "invalid",
        "须给出纠正期限",
        "Say until when it is to be mended.",
    )
    assert [(fault.pointer, fault.detail) for fault in refusal.faults] == [
        ("/due_on", "a date after today, until 2027-09-28")
    ]

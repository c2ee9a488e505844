"""The hours in which nobody is written to, in Shanghai's time."""

from datetime import UTC, datetime, time

import pytest

from domain.dates import SHANGHAI
from domain.quiet import Quiet

NIGHT = Quiet(begins=time(21), ends=time(7, 30))


def shanghai(*at: int) -> datetime:
    return datetime(*at, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]  # a date and a time


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (shanghai(2026, 3, 2, 20, 59, 59), None),
        (shanghai(2026, 3, 2, 21), shanghai(2026, 3, 3, 7, 30)),
        (shanghai(2026, 3, 2, 22, 30), shanghai(2026, 3, 3, 7, 30)),
        (shanghai(2026, 12, 31, 23, 59), shanghai(2027, 1, 1, 7, 30)),
        (shanghai(2026, 3, 3, 0, 0), shanghai(2026, 3, 3, 7, 30)),
        (shanghai(2026, 3, 3, 7, 29, 59), shanghai(2026, 3, 3, 7, 30)),
        (shanghai(2026, 3, 3, 7, 30), None),
        (shanghai(2026, 3, 3, 8), None),
    ],
)
def test_what_is_written_at_night_waits_for_the_morning(at: datetime, until: datetime | None) -> None:
    assert NIGHT.held_until(at.astimezone(UTC)) == until


def test_quiet_hours_may_lie_within_one_day() -> None:
    noon = Quiet(begins=time(12), ends=time(14))
    assert noon.held_until(shanghai(2026, 3, 2, 13)) == shanghai(2026, 3, 2, 14)
    assert [noon.held_until(shanghai(2026, 3, 2, hour)) for hour in (11, 14, 23)] == [None] * 3


def test_hours_that_begin_and_end_alike_are_none() -> None:
    assert [Quiet().held_until(shanghai(2026, 3, 2, hour)) for hour in (0, 12, 23)] == [None] * 3

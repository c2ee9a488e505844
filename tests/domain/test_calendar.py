"""Working days: published years to the day, all others from Monday to Friday."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from pydantic import ValidationError

from domain.calendar import Calendar, Notice, Override, faults_of
from services import calendars

SMALL = Calendar(
    version="by hand",
    known_from=date(2026, 1, 1),
    known_until=date(2026, 12, 31),
    off=[date(2026, 2, 16)],
    worked=[date(2026, 2, 14)],
)
NEW_YEAR_2027 = Override(day=date(2027, 1, 1), working=False, source="notice", notice_year=2027)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 13), True),  # an ordinary Friday
        (date(2026, 2, 14), True),  # a Saturday that is worked
        (date(2026, 2, 15), False),  # an ordinary Sunday
        (date(2026, 2, 16), False),  # a Monday that is a holiday
        (date(2026, 2, 17), True),
    ],
)
def test_a_published_day_is_worked_as_its_notice_says(day: date, working: bool) -> None:  # noqa: FBT001
    assert SMALL.is_working(day) is working


def test_a_day_past_the_published_years_follows_its_weekday_alone() -> None:
    wrong = SMALL.model_copy(update={"off": [date(2027, 1, 1)], "worked": [date(2027, 1, 2)]})
    assert wrong.is_working(date(2027, 1, 1))
    assert not wrong.is_working(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_published_years_are_known_from_first_to_last_day(day: date, known: bool) -> None:  # noqa: FBT001
    assert SMALL.is_known(day) is known


def test_the_loaded_calendar_agrees_with_its_source_on_every_published_day() -> None:
    loaded = calendars.load()
    days = (loaded.known_until - loaded.known_from).days + 1
    for day in (loaded.known_from + timedelta(days=n) for n in range(days)):
        assert loaded.is_working(day) == chinese_calendar.is_workday(day), day


def test_2025_and_2026_hold_248_working_days_each() -> None:
    loaded = calendars.load()
    for year in (2025, 2026):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
        assert sum(map(loaded.is_working, days)) == 248


def test_spring_festival_2026_is_off_for_nine_days_between_two_worked_saturdays() -> None:
    loaded = calendars.load()
    assert loaded.is_working(date(2026, 2, 14))
    assert not any(loaded.is_working(date(2026, 2, day)) for day in range(15, 24))
    assert loaded.is_working(date(2026, 2, 28))


def test_a_year_nobody_published_is_an_estimate_and_not_an_error() -> None:
    loaded = calendars.load()
    beyond = date(loaded.known_until.year + 1, 10, 1)
    assert not loaded.is_known(beyond)
    assert loaded.is_working(beyond) == (beyond.weekday() < 5)


def test_a_row_corrects_a_published_day_and_shows_in_the_version() -> None:
    bare, day = calendars.load(), date(2026, 6, 22)
    corrected = calendars.load([Override(day=day, working=False, source="correction")])
    assert bare.is_working(day)
    assert not corrected.is_working(day)
    assert (bare.version[-2:], corrected.version[-2:]) == ("+0", "+1")


def test_a_row_that_repeats_the_source_changes_nothing_but_the_version() -> None:
    bare = calendars.load()
    repeated = calendars.load([Override(day=date(2026, 2, 16), working=False)])
    assert repeated == bare.model_copy(update={"version": repeated.version})


def test_the_later_of_two_rows_for_a_day_stands() -> None:
    day = date(2026, 6, 22)
    rows = [Override(day=day, working=False), Override(day=day, working=True)]
    assert calendars.load(rows).is_working(day)


def test_a_row_of_a_year_without_its_notice_changes_nothing() -> None:
    loaded = calendars.load([Override(day=date(2099, 1, 1), working=False)])
    assert not loaded.is_known(date(2099, 1, 1))
    assert loaded.off == calendars.load().off


def test_a_notice_makes_its_year_known() -> None:
    later = calendars.load([Override(day=date(2027, 1, 1), working=False, notice_year=2027)])
    assert later.known_until >= date(2027, 12, 31)
    assert not later.is_working(date(2027, 1, 1))


def test_a_notice_leaves_no_unpublished_year_before_it() -> None:
    far = calendars.load([Override(day=date(2098, 1, 1), working=False, notice_year=2098)])
    assert far.known_until == calendars.load().known_until


def test_the_loaded_calendar_is_small_and_comes_back_from_json_unchanged() -> None:
    loaded = calendars.load([NEW_YEAR_2027])
    assert len(loaded.model_dump_json()) < 1500
    assert Calendar.model_validate_json(loaded.model_dump_json()) == loaded


def test_the_same_rows_give_the_same_calendar_object() -> None:
    assert calendars.load([NEW_YEAR_2027]) is calendars.load([NEW_YEAR_2027])


# Notices ---------------------------------------------------------------------------------------------------

KNOWN = SMALL.model_copy(update={"known_until": date(2026, 12, 31)})


def a_notice(*named: tuple[str, bool], **changes: bool) -> Notice:
    days = [{"day": day, "working": working} for day, working in named]
    return Notice.model_validate({"source": "State Council", "days": days, **changes})


def a_years(*named: tuple[str, bool], year: int = 2027) -> Notice:
    """A complete notice: the days named, and thirteen days off in autumn."""
    return a_notice(*named, *((f"{year}-10-{day:02}", False) for day in range(1, 14)))


def faults(notice: Notice, year: int = 2027) -> list[str]:
    return [fault.pointer for fault in faults_of(notice, year, KNOWN)]


def detail(notice: Notice) -> str:
    [fault] = faults_of(notice, 2027, KNOWN)
    return fault.detail


def test_a_notice_names_holidays_on_any_day_and_worked_weekends() -> None:
    assert faults(a_years(("2027-01-01", False), ("2027-01-02", False), ("2027-01-09", True))) == []


def test_a_years_notice_has_the_thirteen_statutory_days_off_at_least() -> None:
    """State Council Decree 795, since 2025."""
    off = [(f"2027-10-{day:02}", False) for day in range(1, 14)]
    assert faults(a_notice(*off)) == []
    assert faults(a_notice(*off[:12], ("2027-10-16", True))) == ["/days"]


def test_a_worked_day_of_a_notice_is_a_saturday_or_a_sunday() -> None:
    weekday = a_years(("2027-01-01", False), ("2027-01-04", True))
    assert faults(weekday) == ["/days/1/working"]
    assert detail(weekday) == "a worked day is a Saturday or a Sunday"


def test_a_notice_stays_in_its_year_and_names_a_day_once() -> None:
    early = a_years(("2026-12-31", False), ("2027-01-01", False))
    assert faults(early) == ["/days/0/day"]
    twice = a_years(("2027-01-01", False), ("2027-01-01", False))
    assert faults(twice) == ["/days/1/day"]
    assert detail(twice) == "named twice"
    late = a_years(("2028-01-01", False))
    assert detail(late) == "not in 2027"


def test_a_day_of_the_year_before_goes_in_as_a_correction_of_that_year() -> None:
    early = a_years(("2026-12-31", False), ("2027-01-01", False))
    assert detail(early) == "not in 2027: a day of 2026 goes in as a correction of 2026"
    assert faults(a_notice(("2026-12-31", False), correction=True), 2026) == []


def test_a_published_year_is_changed_by_a_correction_only() -> None:
    assert faults(a_years(year=2026), 2026) == ["/correction"]
    assert faults(a_notice(("2026-01-02", True), correction=True), 2026) == []


def test_an_unpublished_year_cannot_be_corrected() -> None:
    assert faults(a_notice(("2027-01-01", False), correction=True)) == ["/correction"]


def test_years_are_published_one_after_another() -> None:
    assert faults(a_years(year=2028), 2028) == ["/year"]
    assert faults(a_years(year=2025), 2025) == ["/year"]


def test_a_notices_rows_make_its_year_known_and_a_corrections_do_not() -> None:
    rows = a_notice(("2027-01-01", False)).rows(2027)
    assert rows == [Override(day=date(2027, 1, 1), working=False, source="State Council", notice_year=2027)]
    assert calendars.load(rows).is_known(date(2027, 12, 31))
    corrected = a_notice(("2027-01-01", True), correction=True).rows(2027)
    assert calendars.load([*rows, *corrected]).is_working(date(2027, 1, 1))
    assert not calendars.load(corrected).is_known(date(2027, 1, 1))


def test_a_notice_has_a_source_and_a_day() -> None:
    for body in ({"source": "", "days": [{"day": "2027-01-01", "working": False}]}, {"source": "x", "days": []}):
        with pytest.raises(ValidationError):
            Notice.model_validate(body)

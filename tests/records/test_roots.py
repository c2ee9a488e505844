"""The daily root is one hash over the heads of every case, chained to the day before."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import rfc8785
from sqlalchemy import Engine
from sqlmodel import Session

from activities.roots import ROOT, RootActivities
from activities.schedules import Regular
from domain.dates import local_date
from records import roots
from records.chain import FIRST
from records.root_table import RootRow
from settings import Settings
from tests.records.builders import Recorder, a_case, an_application, applying, noting
from worker import regular

DAY = date(2026, 11, 21)


def digest(value: object) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]


def rooted(database: Engine, day: date = DAY) -> RootRow | None:
    with Session(database, expire_on_commit=False) as session:
        row = roots.write(session, day, datetime(2026, 11, 21, tzinfo=UTC))
        session.commit()
    return row


def test_a_root_is_over_id_version_and_head_of_every_case(recorder: Recorder) -> None:
    states = [recorder.record(a_case(f"case-{number}"), applying(an_application(number))) for number in (2, 1)]
    heads = digest(sorted([state.id, state.version, state.head] for state in states))
    said = {"day": "2026-11-21", "cases": 2, "heads": heads, "previous": FIRST}
    row = rooted(recorder.database)
    assert row
    assert (row.cases, row.heads, row.root) == (2, heads, digest(said))


def test_the_next_root_names_it_and_keeps_only_what_moved(recorder: Recorder) -> None:
    state = recorder.record(a_case("case-1"), applying(an_application(1)))
    recorder.record(a_case("case-2"), applying(an_application(2)))
    first = rooted(recorder.database)
    state = recorder.record(state, noting("x"))
    second = rooted(recorder.database, date(2026, 11, 22))
    assert first
    assert second
    assert (second.previous, second.cases) == (first.root, 2)
    assert json.loads(second.moved) == [["case-1", state.version, state.head]]


def test_roots_of_days_on_which_nothing_happened_are_chained_too(database: Engine) -> None:
    first, second = rooted(database), rooted(database, date(2026, 11, 22))
    assert first
    assert second
    assert (second.cases, second.previous, second.moved) == (0, first.root, "[]")


@pytest.mark.parametrize("day", [DAY, date(2026, 11, 20)])
def test_a_day_that_has_its_root_gets_no_other(database: Engine, day: date) -> None:
    rooted(database)
    assert rooted(database, day) is None


def test_the_errand_writes_the_root_of_today_once(database: Engine) -> None:
    errand = RootActivities(database)
    now = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    written = errand.write(now)
    assert (len(written), errand.write(now)) == (64, "")
    with Session(database) as session:
        assert session.get_one(RootRow, local_date(now)).root == written


def test_it_is_due_after_midnight(tmp_path: Path) -> None:
    assert Regular(ROOT, "5 0 * * *") in regular(Settings(data=tmp_path))

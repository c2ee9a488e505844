"""Numbers of a series are consecutive and never given twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from records.store import next_number
from records.tables import CaseRow
from tests.records.builders import Recorder, a_case, applying

SERIES = "case-JP-2026"


def take(database: Engine, series: str = SERIES) -> int:
    with Session(database) as session:
        number = next_number(session, series)
        session.commit()
    return number


def test_a_series_begins_with_one_and_knows_no_other(database: Engine) -> None:
    assert [take(database), take(database), take(database, "case-JP-2027")] == [1, 2, 1]


def test_numbers_taken_by_threads_at_once_are_consecutive(database: Engine) -> None:
    assert take(database) == 1
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda _: take(database), range(40)))
    assert sorted(numbers) == list(range(2, 42))


def test_a_number_whose_case_was_not_written_is_given_to_the_next(database: Engine) -> None:
    assert take(database) == 1
    with Session(database) as session:
        assert next_number(session, SERIES) == 2
    assert take(database) == 2


def test_applications_at_once_get_consecutive_numbers(recorder: Recorder, session: Session) -> None:
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda number: recorder.insist(a_case(f"case-{number}"), applying()), range(12)))
    numbers = session.exec(select(CaseRow.number).order_by(CaseRow.number)).all()
    assert list(numbers) == [f"JP-2026-{number:05d}" for number in range(1, 13)]


def test_two_first_takers_get_one_and_two(database: Engine) -> None:
    with ThreadPoolExecutor(1) as threads, Session(database) as session:
        assert next_number(session, SERIES) == 1
        later = threads.submit(take, database)
        with pytest.raises(TimeoutError):
            later.result(0.5)
        session.commit()
        assert later.result(10) == 2

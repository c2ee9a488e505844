"""A record of two cases, and copies of it in which one thing is not as it was written."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from records import roots
from tests.audit.forger import Forger
from tests.flow.years import FEWER_DAYS, to_certificate, to_second_year
from tests.lives import Life, a_database

FIRST, SECOND = "case-a", "case-b"


def lived(life: Life, case_id: str) -> Life:
    life.case = life.case.model_copy(update={"id": case_id})
    return life


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One case before its second surveillance, one just certified; roots of three days."""
    folder = tmp_path_factory.mktemp("audit")
    engine = a_database(folder)

    def rooted(day: int) -> None:
        with Session(engine) as session:
            roots.write(session, date(2028, 1, day), datetime(2028, 1, day, tzinfo=UTC))
            session.commit()

    life = to_second_year(lived(Life(engine, rehearsal=False), FIRST))
    rooted(8)
    life.until(date(2028, 1, 10))
    life.plan(**FEWER_DAYS)
    rooted(9)
    to_certificate(lived(Life(engine, rehearsal=False), SECOND)).act("manager", "note.add", text="x")
    rooted(10)
    engine.dispose()
    return folder / "record.sqlite"


@pytest.fixture
def forged(record: Path, tmp_path: Path) -> Callable[[Callable[[Forger], None]], str]:
    """Gives the address of a copy in which somebody has done something."""

    def copied(fault: Callable[[Forger], None]) -> str:
        copy = shutil.copy(record, tmp_path / "record.sqlite")
        with Forger(copy) as forger:
            fault(forger)
        return f"sqlite:///{copy}"

    return copied

"""What is found on SQLite is found on PostgreSQL as well."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import create_engine

from activities.roots import RootActivities
from tests.audit.conftest import FIRST, SECOND, lived
from tests.audit.test_faults import audited, checked
from tests.flow.years import to_certificate
from tests.lives import Life, a_database
from tests.postgresql import PostgreSQL


@pytest.mark.postgres
async def test_a_record_is_whole_until_it_is_changed(postgresql: PostgreSQL, tmp_path: Path) -> None:
    url = postgresql.database()
    engine = a_database(tmp_path, url)
    lives = [Life(engine, day, rehearsal=False) for day in (date(2026, 3, 2), date(2026, 6, 1))]
    for life, case_id in zip(lives, (FIRST, SECOND), strict=True):
        to_certificate(lived(life, case_id))
    RootActivities(engine).write(lives[0].now)
    engine.dispose()
    assert (await audited(url), checked(url)) == ([], [])

    forger = create_engine(url)
    with forger.begin() as sql:
        sql.execute(text("ALTER TABLE certificates DISABLE TRIGGER USER"))
        sql.execute(text("UPDATE certificates SET valid_until = '2039-12-31' WHERE case_id = 'case-a'"))
    forger.dispose()
    assert (len(await audited(url)), len(checked(url))) == (1, 1)

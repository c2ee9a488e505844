"""Every list stays quick with many cases; `python -m bench.lists` measures it with 100,000."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from bench.lists import LIMIT_MS, heard, measured
from records.database import connect, migrate
from tests.postgresql import PostgreSQL
from tests.records.crowd import fill, lists

pytestmark = pytest.mark.postgres

CASES = 10_000
"""A tenth of what the limit is for, and"""
LOADED = 4
"""so much more time, for whoever tests beside others: this finds what grows faster than it should."""
FAMILIES = ("cases", "inbox", "register", "organizations")
STATEMENTS = 3


@pytest.fixture(scope="module")
def crowd(postgresql: PostgreSQL) -> Iterator[Engine]:
    url = postgresql.database()
    migrate(url)
    engine = connect(url)
    fill(engine, CASES)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("family", [*FAMILIES, "another"])
def test_a_list_takes_few_statements_and_little_time_at_the_database(crowd: Engine, family: str) -> None:
    of_family = [(name, one) for name, one in lists() if name.startswith(family)]
    found = of_family or [(name, one) for name, one in lists() if not name.startswith(FAMILIES)]
    for name, one in found:
        with heard(crowd) as said, Session(crowd) as session:
            one(session)
        assert len(said) <= STATEMENTS, name
        assert measured(crowd, one, tries=2) < LIMIT_MS * LOADED, name

"""One record for all tests of this folder; each test has cases of its own, whose chains are checked at its end."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from records.chain import broken_at
from tests.flow.steps import MANAGEMENT_ONLY
from tests.flow.years import to_certificate, to_third_year
from tests.lives import PRODUCT, START, Life, a_database

Lives = Callable[..., Life]
"""Begins one more case, on a day."""


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = a_database(tmp_path_factory.mktemp("record"))
    event.listen(engine, "connect", _unsafe)  # a record that lasts as long as these tests needs no disk
    engine.dispose()
    return engine


def _unsafe(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


@pytest.fixture
def lives(database: Engine) -> Iterator[Lives]:
    begun: list[Life] = []

    def begin(on: date = START, *, rehearsal: bool = True) -> Life:
        begun.append(Life(database, on, rehearsal=rehearsal))
        return begun[-1]

    yield begin
    for life in begun:
        events = life.events()
        assert broken_at(events) is None
        assert life.case.version == len(events)
        assert life.case.head == (events[-1]["hash"] if events else "")


@pytest.fixture
def life(lives: Lives) -> Life:
    return lives()


@pytest.fixture
def certified(life: Life) -> Life:
    """Certified on 2 March 2026."""
    return to_certificate(life)


@pytest.fixture
def third_year(life: Life) -> Life:
    """Both surveillances of the cycle are held."""
    return to_third_year(life)


@pytest.fixture
def product(life: Life) -> Life:
    """An aged vinegar: contracted, its plan is asked for."""
    return life.contracted(**PRODUCT)


@pytest.fixture
def on_site(product: Life) -> Life:
    """Everything on site is open."""
    return product.on_site(**MANAGEMENT_ONLY)

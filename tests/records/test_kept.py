"""What was recorded can be neither changed nor deleted by whoever uses the database, but its owner."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from records.database import connect, migrate
from tests.postgresql import PostgreSQL
from tests.records.conftest import Fresh
from tests.records.test_migrations import fill

KEPT = ("events", "turns", "duties", "roots", "cases", "certificates", "certificate_changes")
CHANGES = (
    "UPDATE events SET data = '{1}'",
    "UPDATE events SET hash = 'x'",
    "UPDATE turns SET head = 'x'",
    "UPDATE turns SET message_id = 'x'",
    "UPDATE duties SET side = 'judgement'",
    "UPDATE duties SET person = 'x'",
    "UPDATE roots SET root = 'x'",
    "UPDATE roots SET moved = '[1]'",
    "UPDATE cases SET version = version - 1",
    "UPDATE cases SET turn = turn - 1",
    "UPDATE cases SET number = 'x'",
    "UPDATE certificates SET number = 'x'",
    "UPDATE certificates SET valid_until = '2039-12-31'",
    "UPDATE certificate_changes SET status = 'withdrawn'",
)


@pytest.fixture(scope="module")
def full(fresh: Fresh) -> Iterator[Engine]:
    """A database with a row in each table."""
    engine = connect(fresh())
    fill(engine)
    yield engine
    engine.dispose()


def refused(engine: Engine, statement: str) -> None:
    table = next(name for name in KEPT if name in statement.split())
    with engine.connect() as connection:
        before = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
        with pytest.raises(IntegrityError):
            connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT * FROM {table}")).all() == before  # noqa: S608


@pytest.mark.parametrize("statement", CHANGES)
def test_what_was_recorded_is_not_changed(full: Engine, statement: str) -> None:
    refused(full, statement)


@pytest.mark.parametrize("table", KEPT)
def test_what_was_recorded_is_not_deleted(full: Engine, table: str) -> None:
    refused(full, f"DELETE FROM {table}")  # noqa: S608


@pytest.mark.parametrize("table", KEPT)
def test_what_was_recorded_is_not_emptied_or_written_over(full: Engine, table: str) -> None:
    if full.dialect.name == "postgresql":
        refused(full, f"TRUNCATE {table} CASCADE")
    else:
        refused(full, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608


def test_a_case_goes_on(full: Engine) -> None:
    with full.begin() as connection:
        later = "UPDATE cases SET version = version + 1, turn = turn + 1, status = 'certified' RETURNING version, turn"
        assert connection.execute(text(later)).all() == [(2, 2)]


def test_a_certificate_is_suspended(full: Engine) -> None:
    with full.begin() as connection:
        connection.execute(text("UPDATE certificates SET status = 'suspended', successor = NULL"))


GRANTS = (
    "CREATE ROLE product LOGIN",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO product",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO product",
)
"""What docs/operations.md gives the product's own role."""
BEYOND = (
    "TRUNCATE notices",
    "DROP TABLE notices",
    "DROP TRIGGER events_keep ON events",
    "ALTER TABLE events DISABLE TRIGGER USER",
    "SET session_replication_role = replica",
)


@pytest.mark.postgres
def test_the_role_of_the_product_cannot_put_the_protection_aside(postgresql: PostgreSQL) -> None:
    url = make_url(postgresql.database())
    migrate(url.render_as_string(hide_password=False))
    owner = connect(url.render_as_string(hide_password=False))
    with owner.begin() as connection:
        for grant in GRANTS:
            connection.execute(text(grant))
    fill(owner)
    own = url.set(username="product", password=None).render_as_string(hide_password=False)
    migrate(own)  # nothing is left to do, so that it may
    product = connect(own)
    for statement in BEYOND:
        with pytest.raises(ProgrammingError), product.begin() as connection:
            connection.execute(text(statement))
    refused(product, "DELETE FROM events")
    with product.begin() as connection:
        assert connection.execute(text("SELECT nextval('late_timers_id_seq')")).scalar_one()
    for engine in (owner, product):
        engine.dispose()

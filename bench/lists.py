"""What every list costs the database with 100,000 cases: `python -m bench.lists [LIMIT_MS]`."""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from records.database import connect, migrate
from tests.postgresql import postgresql_server
from tests.records.crowd import List, fill, lists

LIMIT_MS = 50.0
REPEATS = 5


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with their parameters."""
    said: list[tuple[str, Any]] = []

    def hear(*sent: Any) -> None:  # noqa: ANN401  # as SQLAlchemy calls it
        said.append(sent[2:4])

    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def cost(connection: Connection, statement: str, given: Any) -> float:  # noqa: ANN401  # as psycopg takes them
    """Milliseconds of planning, executing and writing the answer out, at the database alone."""
    explained = f"EXPLAIN (ANALYZE, SERIALIZE TEXT, TIMING OFF, FORMAT JSON) {statement}"
    [plan] = connection.exec_driver_sql(explained, given).scalar_one()
    return float(plan["Planning Time"] + plan["Execution Time"])


def measured(engine: Engine, one: List, tries: int = REPEATS) -> float:
    """The milliseconds that a list's statements take together: the least of several, free of the neighbours."""
    with heard(engine) as said, Session(engine) as session:
        one(session)
        statements = list(said)
        connection = session.connection()
        return min(sum(cost(connection, *statement) for statement in statements) for _ in range(tries))


def main() -> None:
    """Fill a database of its own, and print every list, the dearest first."""
    limit = float(sys.argv[1]) if sys.argv[1:] else LIMIT_MS
    with postgresql_server() as server:
        url = server.database()
        migrate(url)
        engine = connect(url)
        began = time.monotonic()
        fill(engine)
        print(f"filled in {time.monotonic() - began:.0f} s")
        found = sorted(((measured(engine, one), name) for name, one in lists()), reverse=True)
        for milliseconds, name in found[:40]:
            print(f"{milliseconds:8.1f} ms  {name}")
        over = sum(milliseconds > limit for milliseconds, _ in found)
        print(f"{len(found)} lists, {over} over {limit:.0f} ms, median {statistics.median(found)[0]:.1f} ms")
        engine.dispose()


if __name__ == "__main__":
    main()

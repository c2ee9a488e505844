"""Each revision goes up, down and up again with data in every table, and together they make the tables of the code."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, text
from sqlmodel import Session, SQLModel, col, select

from records.database import config, connect, migrate
from records.tables import CaseRow
from tests.records.rows import ROWS

SCRIPTS = ScriptDirectory.from_config(config("sqlite://"))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
OWN = "alembic_version"


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    engine = connect(empty)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> list[Table]:
    """The product's tables that are there now, those that others refer to first."""
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != OWN]


def fill(engine: Engine) -> None:
    """Put its sample row into each table that is empty."""
    with engine.begin() as connection:
        for table in tables(engine):
            if connection.execute(table.select()).first() is None:
                row = ROWS.get(table.name)
                assert row, f"tests/records/rows.py has no sample row for the table {table.name}: add one"
                here = {name: value for name, value in row.items() if name in table.c}
                connection.execute(table.insert().values(here))


def filled(engine: Engine) -> set[str]:
    """The tables that hold a row."""
    with engine.connect() as connection:
        return {table.name for table in tables(engine) if connection.execute(table.select()).first()}


def types_made(engine: Engine) -> set[str]:
    """The types of its own that a PostgreSQL database has, besides those of its tables and their arrays."""
    if engine.dialect.name != "postgresql":
        return set()
    made = text("SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype <> 'c'")
    with engine.connect() as connection:
        return {name for name in connection.scalars(made) if not name.startswith("_")}


def test_every_table_and_column_has_a_sample() -> None:
    missing = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if ROWS.get(table.name, {}).get(column.name) is None
    }
    assert not missing, f"tests/records/rows.py has no sample for {sorted(missing)}: add one"


def test_revisions_stand_in_one_line() -> None:
    assert SCRIPTS.get_heads() == [REVISIONS[-1]]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_goes_up_and_down_and_up_with_data_in_every_table(engine: Engine, empty: str, revision: str) -> None:
    before = SCRIPTS.get_revision(revision).down_revision or "base"
    if before != "base":
        command.upgrade(config(empty), str(before))
        fill(engine)
    had = filled(engine)
    command.upgrade(config(empty), revision)
    fill(engine)
    command.downgrade(config(empty), str(before))
    assert filled(engine) == had
    command.upgrade(config(empty), revision)
    assert had & {table.name for table in tables(engine)} <= filled(engine)
    fill(engine)


def test_all_revisions_taken_back_with_data_leave_nothing(engine: Engine, empty: str) -> None:
    migrate(empty)
    fill(engine)
    command.downgrade(config(empty), "base")
    assert (tables(engine), types_made(engine)) == ([], set())


def test_the_migrations_make_the_tables_of_the_code(empty: str) -> None:
    migrate(empty)
    command.check(config(empty))


def test_the_migrations_make_the_checks_of_the_code(engine: Engine, empty: str) -> None:
    """`alembic check` does not look at them."""
    migrate(empty)
    wanted, found = MetaData(), MetaData()
    found.reflect(engine)
    for table in SQLModel.metadata.sorted_tables:
        table.to_metadata(wanted)
    assert {name: checks(table) for name, table in found.tables.items() if name != OWN} == {
        name: checks(table) for name, table in wanted.tables.items()
    }


def checks(table: Table) -> int:
    """How many CHECK constraints a table has."""
    return sum(type(one).__name__ == "CheckConstraint" for one in table.constraints)


def test_a_second_migration_changes_nothing(engine: Engine, empty: str) -> None:
    migrate(empty)
    fill(engine)
    migrate(empty)
    assert filled(engine) == set(ROWS)


def put_cases(engine: Engine, cases: dict[str, dict[str, Any]]) -> None:
    """These cases and no others, each as the sample but for what is given of it."""
    table = next(table for table in tables(engine) if table.name == "cases")
    with engine.begin() as connection:
        connection.execute(table.delete())
        for name, given in cases.items():
            state = json.dumps({"id": name, **given["state"]})
            row = ROWS["cases"] | {"id": name, "number": name, "open_key": name} | given | {"state": state}
            connection.execute(table.insert().values({name: row[name] for name in row if name in table.c}))


def test_audits_that_run_are_booked_when_bookings_come(engine: Engine, empty: str) -> None:
    command.upgrade(config(empty), "0003")
    plan = {"team": [{"person": "p1"}, {"person": "p2"}], "planned_from": "2026-12-01", "planned_to": "2026-12-04"}
    running = {"id": "audit-2", "stage": "audit", "last_day": None, "plan": plan}
    over = running | {"id": "audit-1", "last_day": "2026-01-01"}
    unplanned = running | {"id": "audit-3", "stage": "planning"}
    fill(engine)
    states = {
        "case-1": (True, {"audits": [running]}),
        "case-2": (
            False,
            {"audits": [over, running, unplanned], "tasks": [{"kind": "audit.plan", "audit_id": "audit-3"}]},
        ),
    }
    put_cases(engine, {name: {"rehearsal": rehearsal, "state": state} for name, (rehearsal, state) in states.items()})
    migrate(empty)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT case_id, audit_id, person, first, last FROM bookings ORDER BY person"))
        assert [tuple(map(str, row)) for row in found] == [
            ("case-2", "audit-2", person, "2026-12-01", "2026-12-04") for person in ("p1", "p2")
        ]


def test_of_a_running_case_it_is_known_when_it_acts_next_as_soon_as_that_is_kept(engine: Engine, empty: str) -> None:
    command.upgrade(config(empty), "0005")
    running = {"id": "a", "state": "running", "judged_on": "2026-03-31", "remind": ["2026-03-29", "2026-03-30"]}
    opening = {"id": "b", "state": "running", "judged_on": "2026-03-31", "opens_on": "2026-03-02"}
    met = {"id": "c", "state": "met", "judged_on": "2026-01-01"}
    fill(engine)
    put_cases(
        engine,
        {
            "case-1": {"state": {"deadlines": [met, running]}},
            "case-2": {"state": {"deadlines": [running, opening]}},
            "case-3": {"state": {"deadlines": [{**running, "remind": []}]}},
            "case-4": {"state": {"deadlines": [met]}},
        },
    )
    migrate(empty)
    with Session(engine) as session:
        found = session.exec(select(CaseRow).order_by(col(CaseRow.id))).all()
    assert [one.next_at for one in found] == [
        datetime(2026, 3, 29, tzinfo=UTC),
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 31, 16, tzinfo=UTC),
        None,
    ]

"""The engine's histories tell of the turns that the record holds: whoever changes the record alone is found out."""

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlmodel import Session, create_engine

from activities.audit import Auditor
from activities.audits import Audits
from activities.facts import FactFinder
from activities.interface import Turn
from activities.scores import Scores
from activities.turns import TurnActivities
from checker import history
from checker import record as reading
from domain.state import Actor, Message
from records import queries
from records.database import connect
from services.engine import connect as connect_engine
from tests.audit.forger import Forger, digest
from tests.histories.journey import Journey
from tests.lives import LIBRARY
from tests.product import Product, running
from workflows.flow import react

ROOT = Path(__file__).parents[2]
TABLES = ("events", "turns", "contents", "tasks", "file_uses")


@pytest.fixture(scope="module")
async def cases(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Product, str, str]]:
    """Two cases, handed on to their next run after every turn."""
    async with running(engine, tmp_path_factory.mktemp("audited"), events_a_run=1, answer_seconds=20) as product:
        first, second = Journey(product, pause=0.3), Journey(product, pause=0.3)
        await first.apply()
        await second.apply()
        await first.answer("manager", "application.review", outcome="accept")
        await first.act("manager", "note.add", text="x")
        yield product, first.id, second.id


def copied(record: Path, folder: Path) -> str:
    """A copy of a record that is in use."""
    copy = str(folder / "copy.sqlite")
    with contextlib.closing(sqlite3.connect(record)) as source:
        source.execute("VACUUM INTO ?", (copy,))
    return copy


def a_turn_that_is_not_in_the_history(path: str, first: str, _: str) -> None:
    """Written by the product's own code, past the workflow."""
    engine = connect(f"sqlite:///{path}")
    actor = Actor(user="manager", person="person-manager", body="demo", roles=["case_manager"])
    message = Message(id="late", kind="act", name="note.add", actor=actor, content='{"text": "y"}')
    with Session(engine) as session:
        row = queries.case_row(session, first)
        assert row
        state, at = queries.state_of(row), row.next_at
    assert at
    TurnActivities(engine, FactFinder(LIBRARY), react).work_on(Turn.of(state, message, at))
    engine.dispose()


def the_history_of_another_case(path: str, first: str, second: str) -> None:
    """Each of two cases has the other's record, numbers and all."""
    with Forger(path) as forger:
        for now, then in ((first, "-"), (second, first), ("-", second)):
            forger.do("UPDATE cases SET id = ?, state = replace(state, ?, ?) WHERE id = ?", then, now, then, now)
            for table in TABLES:
                forger.do(f"UPDATE {table} SET case_id = ? WHERE case_id = ?", then, now)  # noqa: S608


def a_past_written_anew(path: str, first: str, _: str) -> None:
    """The note said something else, and everything fits it."""
    with Forger(path) as forger:
        events = forger.events(first)
        old, new = events[-1]["data"]["content"], digest({"text": "y"})
        body = json.dumps({"text": "y"})
        forger.do("UPDATE contents SET sha256 = ?, body = ? WHERE sha256 = ?", new, body, old)
        forger.do("UPDATE turns SET facts = replace(facts, ?, ?) WHERE case_id = ?", old, new, first)
        events[-1]["data"]["content"] = new
        forger.fit(first, forger.replace(events))


def nothing(*_: str) -> None:
    """The record is as it was written."""


PLANTED: list[tuple[Callable[[str, str, str], None], str, str]] = [
    (nothing, "", ""),
    (a_turn_that_is_not_in_the_history, "the workflow is at turn 3, the record at 4", "the histories tell of 3"),
    (the_history_of_another_case, "turn 1/head is", "tells of turn 1 with another head"),
    (a_past_written_anew, "turn 3/head is", "tells of turn 3 with another head"),
]
"""What was done, what the product's audit says of it, and what the checker says."""


@pytest.mark.parametrize(("fault", "audit", "checker"), PLANTED)
async def test_a_record_that_is_not_the_histories_is_found(
    cases: tuple[Product, str, str], tmp_path: Path, fault: Callable[[str, str, str], None], audit: str, checker: str
) -> None:
    product, first, second = cases
    path = copied(product.settings.data / "jingpin.sqlite", tmp_path)
    fault(path, first, second)
    engine = create_engine(f"sqlite:///{path}")
    key = product.settings.data / "keys" / "payload.key"
    address, namespace = product.settings.temporal_address, product.settings.temporal_namespace

    audits = Audits(engine, Auditor(react, Scores(LIBRARY)), await connect_engine(address, namespace, key))
    [audited] = [one async for one in audits.of([first])]
    assert audited.unchecked == ""
    assert any(audit in line for line in audited.findings) if audit else not audited.findings

    runs = await history.runs(address, namespace, [key.read_bytes()], first)
    assert len(runs) > 1
    with engine.connect() as connection:
        case = reading.load(connection, first)
        assert case
        found = list(history.findings(case, runs))
    engine.dispose()
    assert any(checker in line for line in found) if checker else not found


async def test_where_no_worker_answers_the_histories_are_read_all_the_same(engine: str, tmp_path: Path) -> None:
    async with running(engine, tmp_path, answer_seconds=20) as product:
        case = await Journey(product).apply()
    key = tmp_path / "keys" / "payload.key"
    client = await connect_engine(engine, product.settings.temporal_namespace, key)
    database = connect(product.settings.sql_url)
    [audited] = [one async for one in Audits(database, Auditor(react, Scores(LIBRARY)), client).of([case.id])]
    database.dispose()
    assert (audited.findings, audited.size) == ([], "1 turns, 1 events, 1 turns told by the engine")
    assert audited.unchecked.startswith("the workflow's state (the workflow does not answer")
    assert audited.status == 2


async def test_histories_that_another_key_sealed_are_said_not_to_be_read(
    cases: tuple[Product, str, str], tmp_path: Path
) -> None:
    product, first, _ = cases
    address, namespace = product.settings.temporal_address, product.settings.temporal_namespace
    client = await connect_engine(address, namespace, tmp_path / "other.key")
    database = connect(product.settings.sql_url)
    [audited] = [one async for one in Audits(database, Auditor(react, Scores(LIBRARY)), client).of([first])]
    database.dispose()
    assert (audited.findings, audited.status) == ([], 2)
    assert audited.unchecked.startswith("the engine's histories (the histories cannot be read: InvalidTag")


async def test_both_commands_find_a_case_of_the_running_product_whole(cases: tuple[Product, str, str]) -> None:
    product, first, _ = cases
    settings = product.settings
    where = {"JINGPIN_DATA": str(settings.data), "JINGPIN_TEMPORAL_ADDRESS": settings.temporal_address}
    jingpin = (sys.executable, "-c", "import cli; cli.app()", "audit", first)
    status, said = await ran(*jingpin, **where)
    assert (status, said.partition(": ")[2]) == (0, "whole (3 turns, 3 events, 3 turns told by the engine)\n")
    checker = (sys.executable, "-m", "checker", first, "--database", settings.sql_url)
    engine = ("--temporal", settings.temporal_address, "--key", str(settings.data / "keys" / "payload.key"))
    assert await ran(*checker, *engine) == (0, "whole\n")


async def ran(*command: str, **environment: str) -> tuple[int | None, str]:
    """Status and output of a command."""
    run = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, cwd=ROOT, env=os.environ | environment
    )
    output, _ = await run.communicate()
    return run.returncode, output.decode()

"""A whole life goes the same way whether its runs are long or hand on at every wait."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from records.chain import broken_at
from records.database import connect
from records.late import LateTimerRow
from tests.histories.journey import Journey
from tests.histories.years import maintained_twice_and_renewed_in_time as renewed
from tests.product import Product, running

LATER = ("alliance.reported",)
"""What a delivery brings: it may overtake the next act or not."""


@pytest.fixture(scope="module")
async def lives(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Journey]]:
    """The same life twice: in long runs, and in runs of one turn."""
    folder: Path = tmp_path_factory.mktemp("lives")
    async with (
        running(engine, folder / "long", answer_seconds=60) as long,
        running(engine, folder / "short", answer_seconds=60, events_a_run=1, workflow_sandbox=True) as short,
    ):
        yield await asyncio.gather(renewed(Journey(long)), renewed(Journey(short, pause=0.2)))


async def story(case: Journey) -> list[tuple[str, str]]:
    """What was recorded and on which day, in order, without what deliveries brought."""
    return [(event["kind"], event["at"][:10]) for event in await case.events() if event["kind"] not in LATER]


async def test_both_records_tell_the_same_story_on_the_same_days(lives: list[Journey]) -> None:
    long, short = lives
    assert await story(short) == await story(long)
    assert [kind for kind, _ in await story(long)].count("certificate.valid") == 2


async def test_both_records_are_whole_chains_with_the_same_deliveries(lives: list[Journey]) -> None:
    found = []
    for case in lives:
        events = await case.events()
        assert broken_at(events) is None
        found.append(sorted(event["data"]["about"].split(":")[0] for event in events if event["kind"] in LATER))
    assert found[0] == found[1]


def test_no_timer_of_a_rehearsed_life_is_late(lives: list[Journey]) -> None:
    for case in lives:
        database = connect(case.product.settings.sql_url)
        with Session(database) as session:
            assert session.exec(select(LateTimerRow)).all() == []
        database.dispose()


async def test_both_cases_know_the_same_dates(lives: list[Journey]) -> None:
    def dates(case: Journey) -> list[tuple[Any, ...]]:
        return sorted((one["kind"], one["due_on"], one["state"]) for one in case.case["deadlines"])

    long, short = lives
    assert dates(short) == dates(long)
    assert short.case["certificates"][0]["status"] == long.case["certificates"][0]["status"] == "valid"


async def test_a_life_in_short_runs_has_many_and_one_in_long_runs_few(lives: list[Journey]) -> None:
    long, short = lives
    assert len(await long.histories()) <= 3
    assert len(await short.histories()) > 30


async def test_a_key_used_in_an_earlier_run_gives_its_answer_again(lives: list[Journey]) -> None:
    _, short = lives
    manager = await short.product.sign_in("manager")
    path, note = f"/cases/{short.id}/acts", {"kind": "note.add", "text": "x"}
    first = await manager.post(path, note, key="once")
    runs = len(await short.histories())
    for number in range(2):
        assert (await manager.post(path, note, key=f"between {number}")).status_code == 200
        await asyncio.sleep(0.3)
    assert len(await short.histories()) > runs
    assert (await manager.post(path, note, key="once")).json() == first.json()
    assert [event["kind"] for event in await short.events()].count("note.add") == 3


async def test_a_message_the_engine_is_given_again_in_a_later_run_is_not_done_again(
    lives: list[Journey],
) -> None:
    from domain.state import Actor, Message  # noqa: PLC0415
    from workflows.certification import CertificationCase  # noqa: PLC0415

    _, short = lives
    before = len(await short.events())
    actor = Actor(user="manager", person="person-manager", body="demo", roles=["case_manager"])
    message = Message(id="again", kind="act", name="note.add", actor=actor, content='{"text": "x"}')
    handle = (await short.client()).get_workflow_handle(short.id)
    versions = []
    for _ in range(2):
        versions.append(await handle.execute_update(CertificationCase.submit, message))
        await asyncio.sleep(0.5)
    assert versions == [before + 1, before + 1]
    assert len(await short.events()) == before + 1


def test_the_life_ends_after_its_first_certificate(lives: list[Journey]) -> None:
    long, _ = lives
    first = long.case["certificates"][-1]
    assert date.fromisoformat(first["valid_until"]) < long.today
    assert isinstance(long.product, Product)

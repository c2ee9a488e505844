"""A calendar is brought to the cases whose dates it changes, to each of them once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from activities.calendars import Calendars
from activities.facts import FactFinder
from activities.rollouts import RolloutActivities, of_calendar
from activities.turns import TurnActivities
from domain.calendar import Override
from domain.state import Message
from records import days
from tests.flow.steps import kinds
from tests.lives import LIBRARY, Life, a_database
from workflows.flow import react

SEPTEMBER = date(2026, 9, 28)
"""A Monday before the National Day, whose days are published: from the 1st to the 7th off, Saturday the 10th worked."""
DUE = date(2026, 10, 16)
"""Ten working days later: 29 and 30 September, 8 to 10 and 12 to 16 October."""


class Near:
    """The engine's client, of which every update is worked on by the case at once."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.brought: list[str] = []

    def get_workflow_handle(self, _: str) -> "Near":
        return self

    async def execute_update(self, _: str, message: Message) -> None:
        self.brought.append(message.id)
        self.life.work(message)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """An application of which nobody hears any more."""
    engine = a_database(tmp_path)
    life = Life(engine, SEPTEMBER)
    life.turns = TurnActivities(engine, FactFinder(LIBRARY), react)
    life.apply()
    assert life.due("application.review") == DUE
    yield life
    engine.dispose()


def corrected(life: Life, *off: date) -> str:
    """Published days are put right; gives the calendar's version."""
    with Session(life.engine) as session:
        days.add(session, [Override(day=day, working=False) for day in off], "ops")
        session.commit()
        return Calendars().current(session).version


async def brought(life: Life, version: str, *selections: str) -> list[str]:
    """What the case was brought by a rollout to each selection."""
    client: Any = Near(life)
    rollouts = RolloutActivities(life.engine, client)
    for selection in selections:
        await rollouts.bring(life.case.id, of_calendar(version, selection).message)
    return list(client.brought)


async def test_a_certain_date_that_a_correction_moves_is_brought_it(life: Life) -> None:
    version = corrected(life, DUE)
    assert await brought(life, version, "running") == [f"calendar.load:{version}"]
    assert life.due("application.review") == date(2026, 10, 19)


async def test_the_same_version_for_another_selection_records_nothing_more(life: Life) -> None:
    version = corrected(life, DUE)
    assert len(await brought(life, version, "provisional", "running", "provisional")) == 1
    assert kinds(life) == ["application", "calendar.loaded"]


async def test_a_case_that_forgot_the_message_is_not_brought_it_again(life: Life) -> None:
    version = corrected(life, DUE)
    await brought(life, version, "running")
    life.case.seen.clear()
    corrected(life, date(2026, 10, 19))
    assert await brought(life, version, "provisional") == []


async def test_a_case_whose_dates_stay_is_left_alone_and_takes_the_calendar_later(life: Life) -> None:
    version = corrected(life, date(2026, 11, 2))
    assert await brought(life, version, "running") == []
    life.act("manager", "note.add", text="x")
    assert life.case.calendar is not None
    assert life.case.calendar.version == version


async def test_a_case_that_took_the_calendar_with_another_message_is_left_alone(life: Life) -> None:
    version = corrected(life, DUE)
    life.act("manager", "note.add", text="x")
    assert await brought(life, version, "running") == []
    assert kinds(life).count("calendar.loaded") == 1


async def test_what_is_no_case_of_the_record_is_brought_nothing(life: Life) -> None:
    client: Any = Near(life)
    await RolloutActivities(life.engine, client).bring("case0", of_calendar(corrected(life, DUE)).message)
    assert client.brought == []


async def test_another_message_is_brought_to_every_case(life: Life) -> None:
    client: Any = Near(life)
    message = of_calendar("x").message.model_copy(update={"id": "other:1", "name": "other"})
    await RolloutActivities(life.engine, client).bring(life.case.id, message)
    assert client.brought == ["other:1"]

"""The sweep tells operations of each date once, and leaves to the next sweep what it cannot do now."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from activities.beginning import Beginning
from activities.interface import Delivered, Delivery
from activities.sweep import SweepActivities
from domain.dates import end_of_day
from records.late import SweepFindingRow
from services.notices import NoticeUnavailable
from tests.lives import Life, a_database

LONG_AGO = date(2025, 3, 3)
"""A Monday; whatever was due then is over."""


class Engine:
    """The engine's client, which can be reached or not; a case that is woken does what is due."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.answers = True
        self.stuck = False

    def get_workflow_handle(self, _: str) -> "Engine":
        return self

    async def signal(self, _: str) -> None:
        if not self.answers:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        if not self.stuck:
            self.life.until(LONG_AGO + timedelta(days=60))


class Post:
    """What carries out deliveries, finds no mail server, or holds them over quiet hours."""

    def __init__(self) -> None:
        self.away = False
        self.quiet = False
        self.sent: list[Delivery] = []

    def deliver(self, delivery: Delivery) -> Delivered:
        if self.away:
            raise NoticeUnavailable("away")
        if self.quiet:
            return Delivered(held={effect.id: end_of_day(LONG_AGO) for effect in delivery.effects})
        self.sent.append(delivery)
        return Delivered()


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """An applicant is asked for a supplement, and nothing happens any more."""
    engine = a_database(tmp_path)
    life = Life(engine, LONG_AGO, rehearsal=False)
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", missing=["j"])
    life.until(life.due("application.supplement"))
    yield life
    engine.dispose()


async def sweep(life: Life, engine: Engine, post: Post) -> str:
    client: Any = engine
    sweeps = SweepActivities(life.engine, client, post.deliver, Beginning("cases", 800, 600), timedelta())
    return await asyncio.to_thread(ActivityEnvironment().run, sweeps.sweep)


def finding(life: Life) -> SweepFindingRow:
    with Session(life.engine) as session:
        return session.exec(select(SweepFindingRow)).one()


async def test_a_case_that_let_a_date_pass_is_woken_and_kept_as_a_finding(life: Life) -> None:
    last_day = life.due("application.supplement")
    assert await sweep(life, Engine(life), Post()) == "1"
    found = finding(life)
    assert (found.case_id, found.deadlines, found.done) == (life.case.id, ["application.supplement-1"], "woken")
    assert found.due_at == end_of_day(last_day)
    assert life.case.status == "rejected"


async def test_the_next_sweep_finds_it_worked_on(life: Life) -> None:
    engine, post = Engine(life), Post()
    await sweep(life, engine, post)
    assert await sweep(life, engine, post) == "0"
    assert finding(life).resolved_at


async def test_operations_is_told_of_a_date_once(life: Life) -> None:
    engine, post = Engine(life), Post()
    engine.stuck = True
    for _ in range(2):
        assert await sweep(life, engine, post) == "1"
    [delivery] = post.sent
    [notice] = delivery.effects
    assert (delivery.case_id, notice.to) == (life.case.id, "role:ops")
    assert "application.supplement-1" in notice.body.en


@pytest.mark.parametrize("why", ["away", "quiet"])
async def test_while_mail_cannot_go_out_telling_is_left_to_the_next_sweep(life: Life, why: str) -> None:
    engine, post = Engine(life), Post()
    setattr(post, why, True)
    assert await sweep(life, engine, post) == "1"
    setattr(post, why, False)
    assert await sweep(life, engine, post) == "0"
    assert len(post.sent) == 1


async def test_a_case_that_cannot_be_reached_is_tried_by_the_next_sweep(life: Life) -> None:
    engine, post = Engine(life), Post()
    engine.answers = False
    assert await sweep(life, engine, post) == "1"
    assert finding(life).done == "unreachable"
    engine.answers = True
    await sweep(life, engine, post)
    assert finding(life).done == "woken"


async def test_a_sweep_that_finds_nothing_writes_nothing(life: Life) -> None:
    life.until(LONG_AGO + timedelta(days=60))
    assert await sweep(life, Engine(life), Post()) == "0"
    with Session(life.engine) as session:
        assert session.exec(select(SweepFindingRow)).all() == []

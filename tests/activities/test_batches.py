"""R:7/6.5.3.3: what waits for the alliance goes out together, each report once, whatever happens on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select
from temporalio.service import RPCError, RPCStatusCode

from activities.batches import AllianceBatches
from activities.deliveries import DeliveryActivities, Outside
from activities.interface import Delivery
from domain.state import Effect, Message
from records.database import connect, migrate
from records.issued import AllianceOutboxRow, AllianceReportRow
from services.notices import MailSettings, Notices
from services.schemes import Library
from services.storage import Storage
from tests.activities.courier import Killed, alliance, dying, received
from tests.records.builders import seed_people
from tests.states import granted

LIBRARY = Library.load()


class Near:
    """The engine's client; each case takes what it is told, unless the engine is away."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.away = False
        self.then: Callable[[], object] = list
        """What happens while a case is told."""

    def get_workflow_handle(self, case_id: str) -> "Near":
        self.case = case_id
        return self

    async def execute_update(self, _: str, message: Message) -> None:
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        self.told.append((self.case, message.outcome, message.id))
        self.then()


class House:
    """A record with parked reports, and what sends them."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'record.sqlite'}"
        migrate(self.url)
        self.engine = connect(self.url)
        seed_people(self.engine)
        self.near = Near()
        self.storage = Storage.open((folder / "files").as_uri())

    def deliveries(self, url: str) -> DeliveryActivities:
        outside = Outside(public_url="", alliance_url=url, alliance_seconds=0.5, in_batches=True)
        notices = Notices(MailSettings(host="127.0.0.1", port=9))
        return DeliveryActivities(self.engine, notices, LIBRARY, self.storage, outside)

    def park(self, *numbers: int) -> None:
        """Certifications whose reports are parked, in this order."""
        for number in numbers:
            with Session(self.engine) as session:
                state = granted(number).write(session)
            effect = Effect(id="9.3", kind="submission", about=f"certification:SXJP-2026-{number:05d}")
            self.deliveries("").deliver(Delivery(case_id=state.id, effects=[effect]))

    async def run(self, url: str) -> str:
        client: Any = self.near
        return await AllianceBatches(self.engine, client, self.deliveries(url)).submit()

    def rows(self, table: type[SQLModel]) -> list[Any]:
        with Session(self.engine) as session:
            return list(session.exec(select(table)).all())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.engine.dispose()


async def test_a_batch_sends_what_is_parked_oldest_first_and_tells_each_case(house: House) -> None:
    house.park(2, 1)
    with alliance() as url:
        assert await house.run(url) == "2 gone"
        assert [call["id"] for call in received(url)] == ["case-2.9.3", "case-1.9.3"]
    assert house.near.told == [("case-2", "done", "done:9.3:1"), ("case-1", "done", "done:9.3:1")]
    assert house.rows(AllianceOutboxRow) == []
    assert len(house.rows(AllianceReportRow)) == 2


async def test_a_batch_goes_through_every_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.batches.PAGE", 2)
    house.park(1, 2, 3, 4, 5)
    assert await house.run("") == "5 gone"


async def test_a_batch_again_sends_and_tells_nothing(house: House) -> None:
    house.park(1)
    with alliance() as url:
        assert [await house.run(url), await house.run(url)] == ["1 gone", "0 gone"]
        assert (len(received(url)), len(house.near.told)) == (1, 1)


@pytest.mark.parametrize("when", ["alliance_reports", "commit"])
async def test_a_worker_killed_between_sending_and_keeping_gets_the_same_receipt(house: House, when: str) -> None:
    house.park(1)
    with alliance("twice") as url:
        with dying(house.engine, when), pytest.raises(Killed):
            await house.run(url)
        assert await house.run(url) == "1 gone"
        assert [call["key"] for call in received(url)] == ["case-1.9.3"] * 2
    [row] = house.rows(AllianceReportRow)
    assert "LM-000001" in row.receipt


async def test_a_case_that_could_not_be_told_is_told_with_the_next_batch_and_nothing_is_sent_again(
    house: House,
) -> None:
    house.park(1)
    house.near.away = True
    with alliance() as url:
        assert await house.run(url) == "0 gone"
        house.near.away = False
        assert await house.run(url) == "1 gone"
        assert len(received(url)) == 1
    assert house.near.told == [("case-1", "done", "done:9.3:1")]


async def test_what_the_alliance_refuses_is_told_as_failed_and_the_others_go(house: House) -> None:
    house.park(1, 2)
    with alliance("refuse", "ok") as url:
        assert await house.run(url) == "2 gone"
    assert [told[:2] for told in house.near.told] == [("case-1", "failed"), ("case-2", "done")]
    assert house.rows(AllianceOutboxRow) == []


@pytest.mark.parametrize("step", ["timeout", "unavailable", "lost", "garbage"])
async def test_an_outage_leaves_a_report_for_the_next_batch_and_holds_up_no_other(house: House, step: str) -> None:
    house.park(1, 2)
    with alliance(step) as url:
        assert await house.run(url) == "1 gone"
        assert [row.id for row in house.rows(AllianceOutboxRow)] == ["case-1.9.3"]
        assert await house.run(url) == "1 gone"
    assert sorted(told[:2] for told in house.near.told) == [("case-1", "done"), ("case-2", "done")]


async def test_an_alliance_that_is_away_is_not_asked_for_everything(house: House) -> None:
    house.park(1, 2, 3, 4)
    with alliance(*["unavailable"] * 4) as url:
        assert await house.run(url) == "0 gone; the alliance is away"
        assert len(received(url)) == 3
    assert (len(house.rows(AllianceOutboxRow)), house.near.told) == (4, [])


async def test_a_report_that_operations_has_tried_again_meanwhile_goes_once_more(house: House) -> None:
    house.park(1)
    again = Effect(id="9.3", kind="submission", about="certification:SXJP-2026-00001", tries=2)
    house.near.then = lambda: house.deliveries("").deliver(Delivery(case_id="case-1", effects=[again]))
    with alliance("refuse") as url:
        await house.run(url)
    assert [told[1:] for told in house.near.told] == [("failed", "failed:9.3:1"), ("done", "done:9.3:2")]
    assert house.rows(AllianceOutboxRow) == []

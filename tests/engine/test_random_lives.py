"""Twenty cases at once lead random lives on the real engine; workflow, record and snapshot are what the rules say."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from domain.policy import UNKNOWN_TO_THE_CLIENT
from domain.state import CaseState
from records import certificates, queries
from records.chain import broken_at
from records.database import connect
from records.seed import ACCOUNTS
from tests.histories.journey import Journey
from tests.lives import an_application
from tests.product import Person, Product, running
from tests.walks import acts, checks, people
from tests.walks.reference import Reference, moment
from workflows.certification import CertificationCase

CASES = 20
PATIENCE = 30
"""Seconds for which a busy product is asked again."""
YEARS = int(os.environ.get("WALKS_YEARS", "60"))
"""Simulated years, of all cases together."""
SEED = int(os.environ.get("WALKS_SEED", "0"))


class Wanderer(Journey):
    """A case at the API, and the reference that reads its record."""

    def __init__(self, product: Product, files: people.Files) -> None:
        super().__init__(product)
        self.files = files
        self.model = Reference()
        self.told: list[dict[str, Any]] = []
        self.cursor = ""

    async def _post(self, person: Person, path: str, body: Any, key: str | None = None) -> httpx.Response:
        """Send, and where the product is too busy for it send again, as its answer asks."""
        answer = await super()._post(person, path, body, key)
        for _ in range(PATIENCE):
            if answer.status_code != 503 and "idempotency_in_flight" not in answer.text:
                break
            await asyncio.sleep(1)
            answer = await super()._post(person, path, body, key)
        return answer

    async def begin(self, number: int) -> None:
        """Apply, as an organization of its own."""
        applicant = await self.product.sign_in("applicant")
        body = an_application(number)
        body["documents"] = [one | {"file_id": self.files["applicant"]} for one in body["documents"]]
        self.took(await self._post(applicant, "/cases", body, f"application-{number}"))
        await self.follow()

    async def take(self, move: people.Move, key: str) -> None:
        """Send a move; a refusal changes nothing, the same key again gives the same answer."""
        known = move.user if move.user in ACCOUNTS else move.user[:-1]
        person = await self.product.sign_in(known)
        path = f"/cases/{self.id}/tasks/{move.task}" if move.task else f"/cases/{self.id}/acts"
        body = {"kind": move.kind, **move.payload}
        answer = await self._post(person, path, body, key)
        if answer.status_code == 200:
            again = await self._post(person, path, body, key)
            assert again.json().get("version") == answer.json().get("version")
        else:
            assert answer.status_code in {403, 404, 409, 422}, answer.text
        await self.follow()

    async def refused(self, move: people.Move) -> None:
        """What somebody else answers is refused, and nothing changes."""
        person = await self.product.sign_in(move.user)
        path, body = f"/cases/{self.id}/tasks/{move.task}", {"kind": move.kind, **move.payload}
        answer = await self._post(person, path, body)
        unheard_of = move.user == "applicant" and move.kind in UNKNOWN_TO_THE_CLIENT
        assert answer.status_code in ({409} if unheard_of else {403, 404}), answer.text
        known = len(self.told)
        await self.follow()
        # The receipt of a report may come at any time.
        assert {one["kind"] for one in self.told[known:]} <= {"alliance.reported"}

    async def follow(self) -> None:
        """The reference reads what is new in the record; the snapshot and the record are what it makes of it."""
        before = {one["id"]: one for one in self.case["deadlines"]}
        self.case = await (await self.product.sign_in("manager")).case(self.id)
        for audit in self.case["audits"]:
            of = audit["of"] or audit["id"]
            self.model.audits.setdefault(audit["id"], (self.model.audits.get(of, (audit["audit_kind"],))[0], of))
        self.model.open = {audit["id"] for audit in self.case["audits"] if audit["stage"] != "closed"}
        known = [*before.values(), *self.case["deadlines"]]
        for event in await self.news():
            self.told.append(event)
            checks.nothing_early(event, {"deadlines": known, "matters": self.case["matters"]})
            self.model.take(event)
        now = moment({"at": self.case["now"]})
        self.model.pass_to(now)
        checks.same(self.case, self.model)
        checks.nothing_missed(self.case, now)

    async def news(self) -> list[dict[str, Any]]:
        """The events that the reference has not read; of the record's pages only those that were not full."""
        manager, found = await self.product.sign_in("manager"), []
        while len(self.told) + len(found) < self.case["version"]:
            page = (await manager.get(f"/cases/{self.id}/events", limit=100, cursor=self.cursor)).json()
            found += [one for one in page["items"] if one["seq"] > len(self.told) + len(found)]
            self.cursor = page["next_cursor"] or self.cursor
        return found

    async def wait(self, dice: people.Dice, latest: date) -> None:
        """Days pass: a few, or all up to one of the next due dates, one day more or less."""
        due = sorted(date.fromisoformat(one["due_on"]) for one in checks.running(self.case["deadlines"]))[:4]
        day = self.today + timedelta(days=1 + dice.below(90 if dice.chance(25) else 8))
        if due and dice.chance(50):
            day = max(dice.one_of(due) + timedelta(days=dice.below(6) - 1), day)
        days = (min(day, max(latest, self.today + timedelta(days=1))) - self.today).days
        manager, key = await self.product.sign_in("manager"), f"{self.id}-{self.today}-{self.case['version']}"
        answer = await self._post(manager, f"/rehearsal/cases/{self.id}/advance", {"days": days}, key)
        assert answer.status_code == 200, answer.text
        await self.follow()

    async def agrees(self) -> None:
        """Workflow, record, register and snapshot tell the same, once everything is delivered."""
        handle = (await self.client()).get_workflow_handle_for(CertificationCase.run, self.id)
        database = connect(self.product.settings.sql_url)
        inside = await handle.query(CertificationCase.state)
        for _ in range(PATIENCE * 10):
            with Session(database) as session:
                row = queries.case_row(session, self.id)
            assert row is not None
            if inside.turn == row.turn and not inside.effects:
                break
            await asyncio.sleep(0.1)
            inside = await handle.query(CertificationCase.state)
        recorded = queries.state_of(row)
        recorded.effects = []
        differ = [name for name in CaseState.model_fields if getattr(inside, name) != getattr(recorded, name)]
        assert differ == []
        await self.follow()
        assert inside.version == self.case["version"]
        with Session(database) as session:
            shown = {one["number"]: one["status"] for one in self.case["certificates"]}
            found = {number: certificates.entry(session, number) for number in shown}
        assert {number: entry.status for number, entry in found.items() if entry} == shown
        database.dispose()


async def lane(product: Product, files: people.Files, number: int, days: int) -> list[Wanderer]:
    """One case after the other, until so many days have passed."""
    lived, cases, picks = 0, [], random.Random(SEED * 1000 + number)  # noqa: S311  # no secret
    while lived < days:
        case = Wanderer(product, files)
        await case.begin(number * 1000 + len(cases))
        begun, latest = case.today, case.today + timedelta(days=days - lived)
        while case.case["stage"] != "closed" and case.today < latest:
            await step(case, picks, latest)
        lived += (case.today - begun).days
        await case.agrees()
        cases.append(case)
    return cases


async def step(case: Wanderer, picks: random.Random, latest: date) -> None:
    """Somebody answers, acts, or answers what he is not asked; or days pass."""
    number, what = picks.randrange(2**32), picks.random()
    snapshot, today, files = case.case, case.today, case.files
    move = people.answer(snapshot, today, number, files) if what < 0.5 else None
    if 0.5 <= what < 0.56:
        move = acts.act(snapshot, today, number, files)
    if what >= 0.96 and (stranger := people.barred(snapshot, today, number, files)):
        await case.refused(stranger)
    elif move:
        await case.take(move, f"{case.id}-{number}")
    else:
        await case.wait(people.Dice(number), latest)


@pytest.fixture(scope="module")
async def lived(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Wanderer]]:
    """All cases, at the end of their lives."""
    async with running(engine, tmp_path_factory.mktemp("lives"), answer_seconds=60) as product:
        files = {user: await (await product.sign_in(user)).upload() for user in ("applicant", "manager")}
        days = YEARS * 366 // CASES + 1
        async with asyncio.TaskGroup() as together:
            lanes = [together.create_task(lane(product, files, number, days)) for number in range(CASES)]
        yield [case for one in lanes for case in one.result()]


async def test_every_record_is_a_whole_chain_and_no_number_is_given_twice(lived: list[Wanderer]) -> None:
    numbers = [one["number"] for case in lived for one in case.case["certificates"]]
    assert len(numbers) == len(set(numbers)) > 0
    for case in lived:
        assert broken_at(case.told) is None
        assert len(case.told) == case.case["version"]


def test_nobody_judges_what_they_evaluated(lived: list[Wanderer]) -> None:
    for case in lived:
        checks.nobody_barred(case.told)


def test_together_they_lived_for_so_many_years(lived: list[Wanderer]) -> None:
    spans = [moment({"at": case.case["now"]}) - moment(case.told[0]) for case in lived]
    assert sum(spans, timedelta()) >= timedelta(days=365.25 * YEARS)

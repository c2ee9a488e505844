"""Whatever is killed, whenever: each act is recorded once, in one whole chain, and the case goes on."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from deploy.embedded.ports import free_ports
from deploy.embedded.temporal import TemporalServer
from records.chain import broken_at
from records.database import connect
from records.queries import case_row, state_of
from tests.domain.sheets import raw_sheet
from tests.engine.processes import DOOMED, WorkerProcess, mortal
from tests.histories.journey import Journey
from tests.lives import MAINTAINED, PLAN, a_deduction
from tests.postgresql import postgresql_server
from tests.product import Product

NOTE = {"kind": "note.add", "text": "x"}
Send = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
async def pair(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Product, WorkerProcess]]:
    async with mortal(engine, tmp_path_factory.mktemp("mortal"), answer_seconds=2) as pair:
        await pair[1].start()
        yield pair


@pytest.fixture
async def worker(pair: tuple[Product, WorkerProcess]) -> WorkerProcess:
    if pair[1].process is None or pair[1].process.returncode is not None:
        await pair[1].start()
    return pair[1]


@pytest.fixture
async def case(pair: tuple[Product, WorkerProcess], worker: WorkerProcess) -> Journey:
    assert worker.process
    return await Journey(pair[0]).apply()


@pytest.fixture(scope="module", autouse=True)
async def hung(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[asyncio.Task[list[str]]]:
    """Beside the other tests, because the engine gives up a killed delivery only after a while."""
    yield (task := asyncio.create_task(killed_while_mailing(engine, tmp_path_factory.mktemp("hung"))))
    await task


@pytest.fixture(scope="module", autouse=True)
async def staged(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[asyncio.Task[list[str]]]:
    """Beside the other tests, likewise."""
    yield (task := asyncio.create_task(killed_in_every_stage(engine, tmp_path_factory.mktemp("staged"))))
    await task


async def killed_while_mailing(engine: str, data: Path) -> list[str]:
    """The Message-IDs of what arrived after a worker was killed while its mail server hung."""
    entered = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.set()
        await asyncio.sleep(5)
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with mortal(engine, data) as (product, worker):
        await worker.start(JINGPIN_SMTP_URL=f"smtp://127.0.0.1:{port}")
        case = await Journey(product).apply()
        await case.answer("manager", "application.review", outcome="reject", reason="x")
        await entered.wait()
        await worker.kill()
        server.close()
        await worker.start()
        await case.histories()
    return [str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in (data / "mail").glob("*.eml")]


async def insisted(send: Send, within: float = 40) -> None:
    """Send the same with the same key, as a careful client does, until it is done."""
    async with asyncio.timeout(within):
        while (answer := await send()).status_code != 200:
            under_way = answer.status_code == 202 or answer.json()["code"] == "idempotency_in_flight"
            assert under_way or answer.status_code == 503, answer.text
            if answer.status_code == 202:
                return
            await asyncio.sleep(0.2)


async def noted(case: Journey, key: str, user: str = "manager") -> httpx.Response:
    person = await case.product.sign_in(user)
    return await person.post(f"/cases/{case.id}/acts", NOTE, key=key)


def note_id(case: Journey, key: str) -> str:
    """The id of the message that this key stands for."""
    return hashlib.sha256(f"manager|/api/v1/cases/{case.id}/acts|{key}".encode()).hexdigest()


async def whole(case: Journey) -> list[str]:
    """The kinds recorded, in order, once the chain is whole and the engine and the record agree."""
    await case.histories()
    events = await case.events()
    assert broken_at(events) is None
    client = await case.client()
    known: Any = await client.get_workflow_handle(case.id).query("state")
    database = connect(case.product.settings.sql_url)
    with Session(database) as session:
        row = case_row(session, case.id)
        assert row is not None
        kept = state_of(row).model_dump(mode="json", exclude={"effects", "head"})
    database.dispose()
    assert {name: known[name] for name in kept} == kept
    return [event["kind"] for event in events]


@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "killed"])
async def test_an_act_sent_to_a_worker_that_is_gone_is_recorded_once(
    case: Journey, worker: WorkerProcess, *, frozen: bool
) -> None:
    if frozen:
        worker.freeze()
    else:
        await worker.kill()
    sending = asyncio.create_task(noted(case, "gone"))
    await asyncio.sleep(0.3)
    await worker.again()
    await sending
    await insisted(lambda: noted(case, "gone"))
    assert await whole(case) == ["application", "note.add"]


async def test_an_act_committed_before_the_engine_knew_is_recorded_once_and_first(
    case: Journey, worker: WorkerProcess
) -> None:
    await worker.kill()
    await worker.start(DOOMED, DIES_AFTER=note_id(case, "lost"))
    assert (await noted(case, "lost")).status_code in {202, 503}
    assert await worker.died() == 9
    await worker.start()
    await insisted(lambda: noted(case, "other"))
    await insisted(lambda: noted(case, "lost"))
    assert await whole(case) == ["application", "note.add", "note.add"]


async def test_an_act_that_could_not_be_recorded_is_recorded_when_it_is_sent_again(
    case: Journey, worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    await worker.kill()
    await worker.start(DOOMED, AWAY_FOR=note_id(case, "away"))
    monkeypatch.setattr(case.product.settings, "answer_seconds", 20)
    answer = await noted(case, "away")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    await worker.again()
    await insisted(lambda: noted(case, "away"))
    assert await whole(case) == ["application", "note.add"]


async def died(case: Journey, worker: WorkerProcess, user: str, kind: str, **payload: Any) -> None:
    """Answer a task and kill the worker while it is at it."""
    person = await case.product.sign_in(user)
    seen = await person.case(case.id)
    task = next(one for one in seen["tasks"] if one["kind"] == kind)
    path, body, key = f"/cases/{case.id}/tasks/{task['id']}", {"kind": kind, **payload}, task["id"]
    await case.histories()
    sending = asyncio.create_task(person.post(path, body, key))
    await asyncio.sleep(0.01)
    await worker.again()
    await sending
    await insisted(lambda: person.post(path, body, key))
    case.case = await person.case(case.id)


async def killed_in_every_stage(engine: str, data: Path) -> list[str]:
    """What is recorded of a case whose worker was killed in each stage up to the first surveillance."""
    async with mortal(engine, data, answer_seconds=20) as (product, worker):
        await worker.start()
        return await lived_through(await Journey(product).apply(), worker)


async def lived_through(case: Journey, worker: WorkerProcess) -> list[str]:
    day = str(case.today)
    await died(case, worker, "manager", "application.review", outcome="accept")
    contract = {"contract_number": "1", "signed_on": day, "fee_total": "1", "file_id": await case.file("manager", "c")}
    await died(case, worker, "manager", "contract.sign", **contract)
    await died(
        case, worker, "manager", "audit.plan", **PLAN, planned_from=day, planned_to=f"{int(day[:4]) + 1}{day[4:]}"
    )
    await case.answer("applicant", "audit.plan.confirm", outcome="agree")
    await died(case, worker, "leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
    await case.answer("leader", "audit.open", on=day, attendees=["x"])
    await died(case, worker, "leader", "audit.management", **raw_sheet(), findings=[])
    await case.answer("leader", "audit.characteristics", items=[], deductions=[a_deduction()], modes_used=[])
    await case.answer("manager", "audit.credit", listed=False)
    await case.answer("leader", "audit.close", on=day, attendees=["x"])
    await case.answer("applicant", "findings.confirm", confirmed=True)
    [finding] = case.findings
    rectified = [{"finding": finding, "cause": "c", "action": "a"}]
    await died(case, worker, "applicant", "rectification.submit", items=rectified)
    await died(case, worker, "leader", "rectification.verify", items=[{"finding": finding, "accepted": True}])
    await case.reported()
    await died(case, worker, "reviewer", "review.independent", outcome="agree")
    await died(case, worker, "decider", "decision.make", outcome="grant")
    case.case = await (await case.product.sign_in("manager")).case(case.id)
    await case.surveilled()
    await case.reported()
    await case.reviewed()
    await died(case, worker, "decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    return await whole(case)


async def test_a_limit_that_ends_while_no_worker_works_lapses_once_and_at_its_own_time(
    case: Journey, worker: WorkerProcess
) -> None:
    await case.answer("manager", "application.review", outcome="supplement", missing=["j"])
    last_day = case.due("application.supplement")
    await case.histories()
    await worker.kill()
    passing = asyncio.create_task(case.days(40))
    await asyncio.sleep(1)
    await worker.start()
    await passing
    lapses = [event for event in await case.events() if event["kind"].startswith("timer.")]
    assert [(one["kind"], one["at"]) for one in lapses] == [
        ("timer.application.supplement", f"{last_day}T16:00:00.000000Z")
    ]
    assert case.case["status"] == "rejected"


async def test_while_the_engine_is_away_an_act_is_unavailable_and_later_done_once(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path, rehearsal=True, preferred_port=free_ports(1)[0])
    await server.start()
    try:
        async with mortal(server.address, tmp_path / "data", answer_seconds=2) as (product, worker):
            await worker.start()
            case = await Journey(product).apply()
            await case.histories()
            await server.stop()
            answer = await noted(case, "away")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
            await server.start()
            await insisted(lambda: noted(case, "away"))
            assert await whole(case) == ["application", "note.add"]
    finally:
        await server.stop()


async def test_an_act_that_nobody_works_on_yet_is_accepted_and_told_of_later(
    case: Journey, worker: WorkerProcess
) -> None:
    worker.freeze()
    answer = await noted(case, "later")
    assert answer.status_code == 202, answer.text
    await worker.again()
    manager = await case.product.sign_in("manager")
    operation = answer.headers["location"].removeprefix("/api/v1")
    told: dict[str, Any] = {}
    for _ in range(200):
        told = (await manager.get(operation)).json()
        if told["state"] != "running":
            break
        await asyncio.sleep(0.2)
    assert told["state"] == "done"
    assert await whole(case) == ["application", "note.add"]


@pytest.mark.postgres
async def test_while_the_database_is_away_an_act_is_unavailable_and_later_done_once(
    engine: str, tmp_path: Path
) -> None:
    with postgresql_server() as server:
        async with mortal(engine, tmp_path, answer_seconds=2, database_url=server.database()) as (product, worker):
            await worker.start()
            case = await Journey(product).apply()
            await asyncio.gather(case.histories(), product.sign_in("manager"), product.sign_in("reviewer"))
            await asyncio.to_thread(server.stop)
            for user in ("manager", "reviewer"):
                answer = await noted(case, "away", user)
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                assert int(answer.headers["retry-after"]) > 0
            await asyncio.to_thread(server.start)
            await insisted(lambda: noted(case, "away"))
            assert await whole(case) == ["application", "note.add"]


async def test_a_notice_whose_delivery_was_killed_arrives_once(hung: asyncio.Task[list[str]]) -> None:
    arrived = await hung
    assert arrived
    assert max(Counter(arrived).values()) == 1


async def test_a_worker_may_be_killed_in_every_stage_up_to_the_surveillance(staged: asyncio.Task[list[str]]) -> None:
    kinds = Counter(await staged)
    assert kinds["rectification.submit"] == kinds["rectification.verify"] == 1
    assert kinds["decision.make"] == kinds["review.independent"] == kinds["audit.management"] == 2
    assert kinds["certificate.valid"] == kinds["contract.sign"] == kinds["application.review"] == 1

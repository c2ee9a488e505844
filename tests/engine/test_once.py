"""Nothing is lost and nothing is done twice: keys, races, hand-overs between runs, and what an action costs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError

from records.chain import broken_at
from records.database import connect as connect_database
from records.repetitions import forget
from services.engine import connect
from tests.applications import an_application
from tests.histories.journey import Journey
from tests.product import Person, Product, running

A_WHILE = 0.5
"""Seconds in which a case at rest hands on to its next run."""


@pytest.fixture
async def case(applicant: Person) -> dict[str, Any]:
    return dict((await applicant.post("/cases", await an_application(applicant))).json())


async def events(person: Person, case: dict[str, Any]) -> list[dict[str, Any]]:
    return list((await person.get(f"/cases/{case['id']}/events")).json()["items"])


async def test_the_same_key_and_body_give_the_same_answer_again(applicant: Person, manager: Person) -> None:
    body = await an_application(applicant)
    first = await applicant.post("/cases", body, key="apply")
    again = await applicant.post("/cases", body, key="apply")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    case = first.json()
    note = {"kind": "note.add", "text": "x"}
    one = await manager.post(f"/cases/{case['id']}/acts", note, key="note")
    two = await manager.post(f"/cases/{case['id']}/acts", note, key="note")
    assert one.json() == two.json()
    assert [event["kind"] for event in await events(manager, case)] == ["application", "note.add"]


async def test_the_same_key_with_another_body_is_refused(case: dict[str, Any], manager: Person) -> None:
    path = f"/cases/{case['id']}/acts"
    await manager.post(path, {"kind": "note.add", "text": "x"}, key="k")
    answer = await manager.post(path, {"kind": "note.add", "text": "y"}, key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_its_users_own(case: dict[str, Any], manager: Person, product: Product) -> None:
    reviewer = await product.sign_in("reviewer")
    for person in (manager, reviewer):
        answer = await person.post(f"/cases/{case['id']}/acts", {"kind": "note.add", "text": person.user}, key="same")
        assert answer.status_code == 200
    assert [event["actor"] for event in await events(manager, case)][1:] == ["manager", "reviewer"]


async def test_of_two_answers_at_once_one_wins(case: dict[str, Any], manager: Person) -> None:
    answers = await asyncio.gather(
        manager.answer(case, "application.review", outcome="accept"),
        manager.answer(case, "application.review", outcome="reject", reason="x"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [lost] = [answer.json() for answer in answers if answer.status_code == 409]
    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    assert (lost["code"], lost["current"] | {"now": ""}) == ("task_not_open", won | {"now": ""})
    assert [event["kind"] for event in await events(manager, case)] == ["application", "application.review"]


async def test_twenty_acts_at_once_are_all_recorded_in_one_chain(case: dict[str, Any], manager: Person) -> None:
    acts = [manager.act(case, "note.add", text=f"remark {number}") for number in range(20)]
    answers = await asyncio.gather(*acts)
    assert {answer.status_code for answer in answers} == {200}
    recorded = await events(manager, case)
    assert [event["seq"] for event in recorded] == list(range(1, 22))
    assert broken_at(recorded) is None


async def test_a_stale_version_is_refused(case: dict[str, Any], manager: Person) -> None:
    path = f"/cases/{case['id']}/acts"
    note = {"kind": "note.add", "text": "x"}
    assert (await manager.post(path, note, None, **{"If-Match": '"1"'})).status_code == 200
    answer = await manager.post(path, note, None, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["current"]["version"] == 2


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ('"1"', 200),
        ("1", 200),
        ("*", 200),
        ('"3", "1"', 200),
        ('"2"', 412),
        ('"2", "3"', 412),
        ('W/"1"', 412),
        ('"one"', 412),
        ('""', 412),
        ("9" * 5000, 412),
    ],
)
async def test_an_act_for_a_version_is_done_for_that_version_only(
    case: dict[str, Any], manager: Person, wanted: str, status: int
) -> None:
    """RFC 9110, 13.1.1: a list names any of its versions, a weak one names none."""
    note = {"kind": "note.add", "text": "x"}
    answer = await manager.post(f"/cases/{case['id']}/acts", note, None, **{"If-Match": wanted})
    assert answer.status_code == status
    assert len(await events(manager, case)) == (2 if status == 200 else 1)


async def test_an_answer_for_a_stale_version_leaves_the_task_open(case: dict[str, Any], manager: Person) -> None:
    [task] = case["tasks"]
    accept = {"kind": "application.review", "outcome": "accept"}
    await manager.act(case, "note.add", text="x")
    path = f"/cases/{case['id']}/tasks/{task['id']}"
    assert (await manager.post(path, accept, "k", **{"If-Match": '"1"'})).json()["code"] == "stale_version"
    assert (await manager.post(path, accept, "k", **{"If-Match": '"2"'})).json()["stage"] == "contract"


async def test_an_act_whose_answer_was_lost_is_answered_from_the_record(
    case: dict[str, Any], manager: Person, product: Product
) -> None:
    """As after a crash between the act and its answer, or once the key was forgotten."""
    path, note = f"/cases/{case['id']}/acts", {"kind": "note.add", "text": "x"}
    first = await manager.post(path, note, key="lost")
    assert first.status_code == 200
    database = connect_database(product.settings.sql_url)
    with Session(database) as session:
        assert forget(session, datetime.now(UTC))
        session.commit()
    database.dispose()
    again = await manager.post(path, note, key="lost")
    assert (again.status_code, again.json() | {"now": ""}) == (200, first.json() | {"now": ""})
    assert len(await events(manager, case)) == 2


@pytest.fixture
async def restless(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """A product whose cases hand on to a new run after every single turn."""
    data = tmp_path_factory.mktemp("restless")
    async with running(engine, data, events_a_run=1, workflow_sandbox=True) as product:
        yield product


async def test_a_case_that_hands_on_at_every_wait_goes_the_same_way(restless: Product) -> None:
    applicant, manager = await restless.sign_in("applicant"), await restless.sign_in("manager")
    case = (await applicant.post("/cases", await an_application(applicant, documents="abcdegh"))).json()
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["i"])).json()
    await asyncio.sleep(A_WHILE)
    case = await restless.advance(case, days=29)
    document = {"kind": "i", "file_id": await applicant.upload("i.pdf")}
    case = (await applicant.answer(case, "application.supplement", documents=[document])).json()
    await asyncio.sleep(A_WHILE)
    path = f"/cases/{case['id']}/acts"
    note = {"kind": "note.add", "text": "x"}
    first = await manager.post(path, note, key="n")
    await asyncio.sleep(A_WHILE)
    assert (await manager.post(path, note, key="n")).json() == first.json()
    case = (await manager.answer(case, "application.review", outcome="accept")).json()
    await asyncio.sleep(A_WHILE)
    case = await restless.advance(case, days=91)
    assert case["status"] == "rejected"
    recorded = await events(manager, case)
    assert [event["kind"] for event in recorded] == [
        "application",
        "application.review",
        "application.supplement",
        "note.add",
        "application.review",
        "timer.contract.sign",
        "timer.contract.sign",
    ]
    assert broken_at(recorded) is None
    assert await runs(restless, case) > 4


async def runs(product: Product, case: dict[str, Any]) -> int:
    """How many runs a case has had; the engine lists the latest a moment later."""
    client, query = await client_of(product), f"WorkflowId = '{case['id']}'"
    for _ in range(50):
        found = len([one async for one in client.list_workflows(query)])
        if found > 4:
            break
        await asyncio.sleep(0.1)
    return found


async def client_of(product: Product) -> Any:
    settings = product.settings
    key_file = settings.data / "keys" / "payload.key"
    return await connect(settings.temporal_address, settings.temporal_namespace, key_file)


async def test_a_message_reaches_a_case_once_although_it_is_sent_to_the_engine_twice(
    case: dict[str, Any], manager: Person, product: Product
) -> None:
    from domain.state import Actor, Message  # noqa: PLC0415
    from workflows.certification import CertificationCase  # noqa: PLC0415

    handle = (await client_of(product)).get_workflow_handle(case["id"])
    actor = Actor(user="manager", person="person-manager", body="demo", roles=["case_manager"])
    message = Message(id="m-1", kind="act", name="note.add", actor=actor, content='{"text": "x"}')
    versions = await asyncio.gather(
        handle.execute_update(CertificationCase.submit, message, id="a"),
        handle.execute_update(CertificationCase.submit, message, id="b"),
    )
    assert versions == [2, 2]
    assert len(await events(manager, case)) == 2


async def test_what_was_refused_may_be_sent_again_under_its_key(
    case: dict[str, Any], manager: Person, product: Product
) -> None:
    """Of two who race for a version the loser sends the same act again, for the version there is by then."""
    from domain.state import Actor, Message  # noqa: PLC0415
    from workflows.certification import CertificationCase  # noqa: PLC0415

    handle = (await client_of(product)).get_workflow_handle(case["id"])
    actor = Actor(user="manager", person="person-manager", body="demo", roles=["case_manager"])
    message = Message(id="m-2", kind="act", name="note.add", actor=actor, content='{"text": "x"}', expected_version=9)
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(CertificationCase.submit, message)
    again = message.model_copy(update={"expected_version": 1})
    assert await handle.execute_update(CertificationCase.submit, again) == 2
    assert [event["kind"] for event in await events(manager, case)] == ["application", "note.add"]


def journey(product: Product, case: dict[str, Any]) -> Journey:
    journey = Journey(product)
    journey.case = case
    return journey


async def test_what_the_record_refuses_is_refused_and_the_case_goes_on(
    case: dict[str, Any], manager: Person, product: Product
) -> None:
    for _ in range(3):
        assert await journey(product, case).refused_inside() == "invalid"
    assert (await manager.act(case, "note.add", text="x")).json()["version"] == 2


async def test_a_refusal_in_a_run_that_hands_on_reaches_its_sender(restless: Product) -> None:
    applicant, manager = await restless.sign_in("applicant"), await restless.sign_in("manager")
    case = (await applicant.post("/cases", await an_application(applicant))).json()
    for _ in range(3):
        assert await journey(restless, case).refused_inside() == "invalid"
    assert (await manager.act(case, "note.add", text="x")).json()["version"] == 2


async def cost(handle: WorkflowHandle[Any, Any]) -> tuple[int, int]:
    described = await handle.describe()
    info = described.raw_description.workflow_execution_info
    return info.history_length, info.state_transition_count


async def test_an_action_costs_at_most_two_transitions_and_eight_events(
    case: dict[str, Any], manager: Person, product: Product
) -> None:
    """What goes out after the answer (notices and their like) is a delivery of its own and not counted here."""
    handle = (await client_of(product)).get_workflow_handle(case["id"])
    await handle.query("at_rest", "2026-01-01T00:00:00Z")
    length, transitions = await cost(handle)
    assert (await manager.act(case, "note.add", text="x")).status_code == 200
    then, transitions_then = await cost(handle)
    assert (then - length <= 8, transitions_then - transitions <= 2) == (True, True)
    assert (await manager.answer(case, "application.review", outcome="accept")).status_code == 200
    found: Counter[str] = Counter()
    async for event in handle.fetch_history_events():
        if event.event_id > then:
            found[EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")] += 1
    deliveries = found["ACTIVITY_TASK_SCHEDULED"]
    answer = found.total() - deliveries * 6
    assert answer <= 8, found


async def test_temporal_holds_no_name_in_plain_text(case: dict[str, Any], product: Product) -> None:
    client = await client_of(product)
    handle = client.get_workflow_handle(case["id"])
    history = await handle.fetch_history()
    plain = history.to_json()
    for secret in (case["organization"]["name"], case["organization"]["uscc"], "安申请"):
        assert secret not in plain
        assert secret.encode("unicode_escape").decode() not in plain
    attributes = (await handle.describe()).typed_search_attributes
    assert {pair.key.name: pair.value for pair in attributes if pair.key.name in {"JpStage", "JpStatus", "JpBody"}} == {
        "JpStage": "application",
        "JpStatus": "open",
        "JpBody": "demo",
    }
    assert not [pair for pair in attributes if case["organization"]["name"] in str(pair.value)]

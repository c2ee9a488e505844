"""People of the demonstration keep at it: what broke is sent again under its key, what is accepted is waited for."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from demo import people
from demo.people import DemoStoppedError, Person

Answer = httpx.Response | Exception


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PAUSE", 0)


class Server:
    """Answers what it is told to, one after the other, and remembers what it was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.sent: list[httpx.Request] = []
        self._answers: Iterator[Answer] = iter(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def somebody(server: Server) -> Person:
    http = httpx.AsyncClient(transport=httpx.MockTransport(server), base_url="http://demo.test")
    return Person(http, "manager", "secret")


def said(status: int, headers: dict[str, str] | None = None, **content: Any) -> httpx.Response:
    return httpx.Response(status, json=content, headers=headers)


async def test_what_broke_is_sent_again_under_the_same_key() -> None:
    in_flight = said(409, code="idempotency_in_flight")
    server = Server(httpx.ReadError("broken"), said(503, code="unavailable"), in_flight, said(200, version=1))
    assert await somebody(server).post("/cases", {}) == {"version": 1}
    assert len({request.headers["Idempotency-Key"] for request in server.sent}) == 1
    assert len(server.sent) == 4


async def test_each_post_has_a_key_of_its_own() -> None:
    server = Server(said(200), said(200))
    person = somebody(server)
    await person.post("/cases", {})
    await person.post("/cases", {})
    assert len({request.headers["Idempotency-Key"] for request in server.sent}) == 2


async def test_what_is_accepted_is_waited_for() -> None:
    accepted = said(202, {"Location": "/api/v1/operations/o1"})
    server = Server(accepted, said(200, state="running"), said(200, state="done", result={"version": 2}))
    assert await somebody(server).post("/cases", {}) == {"version": 2}
    assert [request.url.path for request in server.sent] == ["/api/v1/cases", *["/api/v1/operations/o1"] * 2]


async def test_an_operation_that_failed_stops_the_story() -> None:
    accepted = said(202, {"Location": "/operations/o1"})
    server = Server(accepted, said(200, state="failed", problem={"code": "rule_refused"}))
    with pytest.raises(DemoStoppedError, match="rule_refused"):
        await somebody(server).post("/cases", {})


async def test_a_refusal_stops_the_story_with_code_clause_and_faults() -> None:
    faults = [{"pointer": "/team", "detail": "one leader"}]
    server = Server(said(422, code="rule_refused", clause="R:7/7.3.1", detail="不行", errors=faults))
    with pytest.raises(DemoStoppedError, match=r"rule_refused, R:7/7\.3\.1\): 不行\n  /team: one leader"):
        await somebody(server).post("/cases", {})


async def test_step_up_is_answered_with_the_password() -> None:
    server = Server(said(200, access_token="t"), said(200, name="丁决定"), said(200, version=3))
    task = {"id": "decision.make-1", "kind": "decision.make"}
    await somebody(server).answer("c", task, {"outcome": "grant"})
    assert server.sent[-1].headers["Authorization"] == "Bearer t"


async def test_a_server_that_stays_away_stops_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PATIENCE", 0)
    with pytest.raises(DemoStoppedError, match="does not answer"):
        await somebody(Server(*[httpx.ConnectError("away")] * 3)).post("/cases", {})

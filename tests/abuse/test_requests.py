"""Requests that are made to break something: each is refused, and nothing of them stays."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlmodel import select

from records.tables import GrantRow, IdempotencyRow
from tests.api.conftest import Web
from tests.papers import PDF
from tests.states import granted

NESTED = "[" * 40 + "]" * 40


async def sent(web: Web, path: str, body: bytes, user: str = "admin", **headers: str) -> httpx.Response:
    sending = web.signed_in(user) | {"Content-Type": "application/json"} | headers
    return await web.visitor.post(f"/api/v1{path}", content=body, headers=sending)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f'{{"user": {NESTED}}}', id="nested deeper than anything asks for"),
        pytest.param("[" * 100_000, id="nested deeper than a reader's stack"),
        pytest.param('{"user": "x", "user": "y"}', id="a key twice"),
        pytest.param('{"user": NaN}', id="no number"),
        pytest.param('{"user": -Infinity}', id="an endless number"),
        pytest.param('{"user": 1e999}', id="a number that overflows"),
        pytest.param('{"user": ' + "9" * 5000 + "}", id="a number of five thousand digits"),
        pytest.param('{"user": "a\\u0000b"}', id="a character that ends texts"),
        pytest.param('{"user": "\\ud800"}', id="half a character"),
        pytest.param('{"user": "x"', id="cut off"),
        pytest.param("", id="nothing"),
    ],
)
async def test_json_that_a_lenient_reader_would_take_is_invalid(web: Web, body: str) -> None:
    answer = await sent(web, "/grants", body.encode())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    with web.session() as session:
        assert not session.exec(select(GrantRow)).all()


@pytest.mark.parametrize("name", ["password_hash", "active", "outcome", "asked_by", "person", "__class__"])
async def test_fields_that_nobody_asked_for_are_refused(web: Web, name: str) -> None:
    grant: dict[str, Any] = {"user": "new", "name": "新人", "email": "new@example.org", "roles": ["auditor"], name: "x"}
    answer = await web.visitor.post("/api/v1/grants", json=grant, headers=web.signed_in("admin"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


async def test_a_key_is_good_for_one_body_of_one_person_at_one_path(web: Web) -> None:
    grant = {"user": "new", "name": "新人", "email": "new@example.org", "roles": ["auditor"]}
    key = {"Idempotency-Key": "once"}
    first = await web.visitor.post("/api/v1/grants", json=grant, headers=web.signed_in("admin") | key)
    again = await web.visitor.post("/api/v1/grants", json=grant, headers=web.signed_in("admin") | key)
    assert (first.status_code, again.json()) == (201, first.json())
    other = await web.visitor.post(
        "/api/v1/grants", json=grant | {"name": "别人"}, headers=web.signed_in("admin") | key
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    stranger = await web.visitor.post("/api/v1/grants", json=grant, headers=web.signed_in("manager") | key)
    assert stranger.status_code == 403
    with web.session() as session:
        assert len(session.exec(select(GrantRow)).all()) == 1


@pytest.mark.parametrize("key", ["k" * 201, "a\tb", "中文"])
async def test_a_key_that_is_none_is_invalid(web: Web, key: str) -> None:
    answer = await web.visitor.post(
        "/api/v1/grants",
        json={},
        headers=web.signed_in("admin") | {"Idempotency-Key": key.encode()},  # type: ignore[dict-item]
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    with web.session() as session:
        assert not session.exec(select(IdempotencyRow)).all()


async def test_a_form_that_is_too_large_is_refused_as_such(web: Web) -> None:
    form = {"username": "admin", "password": "x" * 1_000_001}
    answer = await web.visitor.post("/api/v1/auth/token", data=form)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_that_never_ends_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.limits.SLOWEST_JSON", 0.2)
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"{", "more_body": True}

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(name.lower().encode(), one.encode()) for name, one in web.signed_in("admin").items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/grants",
        "raw_path": b"/api/v1/grants",
        "query_string": b"",
        "headers": [*headers, (b"content-type", b"application/json")],
        "client": ("192.0.2.1", 4711),
    }
    async with asyncio.timeout(10):
        await web.app(scope, receive, send)
    assert said[0]["status"] == 408


async def test_a_page_far_beyond_every_number_is_invalid_or_empty(web: Web) -> None:
    for cursor in ("WzE4NDQ2NzQ0MDczNzA5NTUxNjE2XQ==", "W3RydWVd", "bnVsbA==", "%00", "e30=", "//8="):
        answer = await web.visitor.get(f"/api/v1/grants?cursor={cursor}", headers=web.signed_in("admin"))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), cursor


async def test_cases_files_drafts_and_numbers_reveal_nothing_by_how_they_are_refused(web: Web) -> None:
    """What is another's, what never was, and what is no id at all answer alike."""
    kept = granted()
    with web.session() as session:
        kept.write(session)
    form = {"file": ("a.pdf", PDF)}
    sent_in = await web.visitor.post("/api/v1/files", files=form, headers=web.signed_in("applicant"))
    for path in ("/cases/{}", "/cases/{}/events", "/cases/{}/deadlines", "/files/{}", "/operations/{}"):
        answers = [
            await web.visitor.get(f"/api/v1{path.format(one)}", headers=web.signed_in("applicant2"))
            for one in (kept.state.id, sent_in.json()["id"], "0" * 32, "none", "..%2f..%2fetc", "%27%20OR%201=1")
        ]
        assert {(one.status_code, one.json().get("code"), one.json().get("detail")) for one in answers[:4]} == {
            (404, "not_found", "未找到")
        }
        assert {one.status_code for one in answers} == {404}


async def test_another_bodys_case_is_not_there(web: Web) -> None:
    kept = granted()
    with web.session() as session:
        kept.write(session)
    paths = (f"/cases/{kept.state.id}", f"/cases/{kept.state.id}/events")
    for user, status in (("manager", 200), ("manager2", 404)):
        answers = [await web.visitor.get(f"/api/v1{path}", headers=web.signed_in(user)) for path in paths]
        assert [answer.status_code for answer in answers] == [status] * 2


async def test_unknown_and_unissued_certificates_answer_alike(web: Web) -> None:
    answers = [await web.visitor.get(f"/api/v1/certificates/{one}") for one in ("JP-2026-00001", "JP-2026-99999", "x")]
    assert len({(one.status_code, one.text) for one in answers}) == 1
    assert answers[0].status_code == 404

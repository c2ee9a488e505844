"""Temporal's Web UI shows what is sealed to those whom the settings name, and each time is recorded."""

import base64
import json
from typing import Any

import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from sqlmodel import select
from temporalio.api.common.v1 import Payload, Payloads

from api import codec
from records.decoding_table import DecodingRow
from records.tables import Account
from settings import Settings
from tests.api.conftest import NO_ENGINE, Web

UI = "http://127.0.0.1:8233"
ENCRYPTED = base64.b64encode(b"binary/encrypted").decode()
SAID = json.dumps({"name": "安申请"}, ensure_ascii=False)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"codec_accounts": ["ops", "manager"], "temporal_ui_url": UI, "temporal_address": NO_ENGINE}
    )


async def sealed(web: Web) -> dict[str, Any]:
    plain = Payload(metadata={"encoding": b"json/plain"}, data=SAID.encode())
    return MessageToDict(Payloads(payloads=await web.app.state.codec.encode([plain])))


async def sent(web: Web, path: str, body: Any, by: str = "", **headers: str) -> httpx.Response:
    known = web.signed_in(by) if by else {}
    # As the Web UI 2.54 does it.
    asked = {"X-Namespace": "jingpin", "Origin": UI, **known, **headers}
    url = f"http://jingpin.test{path}?preserveStorageRefs=true"
    return await web.visitor.post(url, json=body, headers=asked)


async def ticket(web: Web, by: str = "ops") -> str:
    answer = await sent(web, "/api/v1/codec/tickets", {"reason": "案件停滞"}, by)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["endpoint"]).removeprefix(web.app.state.settings.public_url)


def recorded(web: Web) -> list[tuple[str, int, str]]:
    with web.session() as session:
        return [(row.person, row.payloads, row.reason) for row in session.exec(select(DecodingRow)).all()]


def said(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    [payload] = answer.json()["payloads"]
    assert base64.b64decode(payload["metadata"]["encoding"]) == b"json/plain"
    return base64.b64decode(payload["data"]).decode()


async def test_who_is_named_reads_a_payload_with_a_bearer_token(web: Web) -> None:
    body = await sealed(web)
    assert SAID not in str(body)
    assert said(await sent(web, "/codec/decode", body, "ops")) == SAID
    assert recorded(web) == [("person-ops", 1, "")]


async def test_a_ui_without_a_sign_in_reads_it_at_the_endpoint_of_a_ticket(web: Web) -> None:
    assert said(await sent(web, f"{await ticket(web)}/decode", await sealed(web))) == SAID
    assert recorded(web) == [("person-ops", 0, "案件停滞"), ("person-ops", 1, "")]


@pytest.mark.parametrize("by", ["admin", "manager", "applicant", "alliance"])
async def test_nobody_else_reads_one(web: Web, by: str) -> None:
    answers = [
        await sent(web, "/codec/decode", await sealed(web), by),
        await sent(web, "/api/v1/codec/tickets", {"reason": "x"}, by),
    ]
    assert {answer.status_code for answer in answers} <= {403, 404}
    assert recorded(web) == []


async def test_a_ticket_of_somebody_who_left_opens_nothing(web: Web) -> None:
    endpoint = await ticket(web)
    with web.session() as session:
        session.get_one(Account, "ops").active = False
        session.commit()
    assert (await sent(web, f"{endpoint}/decode", await sealed(web))).status_code == 404


@pytest.mark.parametrize("forged", ["ops.9999999999.x", "x", "ops.x.y", "..."])
async def test_a_forged_ticket_opens_nothing(web: Web, forged: str) -> None:
    assert (await sent(web, f"/codec/{forged}/decode", await sealed(web))).status_code == 404


async def test_a_ticket_ends_after_its_hour(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "TICKET", -codec.TICKET)
    assert (await sent(web, f"{await ticket(web)}/decode", await sealed(web))).status_code == 404


async def test_pages_of_the_web_ui_may_ask_and_no_others(web: Web) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    url = "http://jingpin.test/codec/decode"
    allowed = await web.visitor.options(url, headers={"Origin": UI, **asked})
    assert allowed.headers["access-control-allow-origin"] == UI
    assert (await sent(web, "/codec/decode", {}, "ops")).headers["access-control-allow-origin"] == UI
    other = {"Origin": "http://evil.example", **asked}
    assert (await web.visitor.options(url, headers=other)).status_code == 400
    outside = await web.visitor.options("http://jingpin.test/api/v1/me", headers={"Origin": UI, **asked})
    assert "access-control-allow-origin" not in outside.headers


@pytest.mark.parametrize("change", [{"data": "AAAA"}, {"data": 1}, {"metadata": {"encoding": ENCRYPTED}}, {"data": ""}])
async def test_what_cannot_be_opened_is_refused_and_never_a_failure(web: Web, change: dict[str, Any]) -> None:
    body = await sealed(web)
    body["payloads"][0] |= change
    answer = await sent(web, "/codec/decode", body, "ops")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_what_is_not_sealed_is_given_back(web: Web) -> None:
    body = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}]}
    assert (await sent(web, "/codec/decode", body, "ops")).json() == body


async def test_what_another_key_sealed_is_refused(web: Web) -> None:
    body = await sealed(web)
    body["payloads"][0]["metadata"]["key"] = base64.b64encode(b"payload-0009").decode()
    assert (await sent(web, "/codec/decode", body, "ops")).json()["code"] == "invalid"

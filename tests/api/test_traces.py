"""Each request has an id and a line in the log that tells nothing of what was sent."""

import logging
import uuid

import pytest

from tests.api.conftest import Web


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "api.traces")


async def test_a_request_is_named_in_its_answer_and_in_the_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    case = uuid.uuid4().hex
    answer = await web.visitor.get(f"/api/v1/cases/{case}", headers=web.signed_in("manager"))
    name = answer.headers["x-request-id"]
    assert len(name) == 32
    (line,) = [record.__dict__ for record in caplog.records]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/cases/{case_id}", 404)
    assert line["case"] == case
    assert 0 < line["milliseconds"] < 10_000


async def test_a_proxys_id_is_taken_over(web: Web) -> None:
    answer = await web.visitor.get("/api/v1/me", headers={"X-Request-ID": "0af7651916cd43dd8448eb211c80319c"})
    assert answer.headers["x-request-id"] == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "sent", ["王晋", "short", "Wang-Jin-of-Taiyuan", "x" * 65, "a b c d e f g h", '{"event": "forged"}']
)
async def test_an_id_that_could_be_anything_is_not_taken_over(web: Web, sent: str) -> None:
    answer = await web.visitor.get("/api/v1/me", headers={"X-Request-ID": sent.encode()})  # type: ignore[dict-item]
    assert sent not in answer.headers["x-request-id"]


async def test_the_log_holds_nothing_of_address_query_or_headers(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/api/v1/cases/secret-1?q=secret-2", "/secret-3", "/api/v1/certificates?q=secret-4"):
        await web.visitor.get(path, headers={"User-Agent": "secret-5", "Authorization": "Bearer secret-6"})
    assert len(caplog.records) == 3
    assert not [record for record in caplog.records if "secret" in str(record.__dict__)]


async def test_probes_are_not_logged(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    assert (await web.visitor.get("/health/live")).status_code == 200
    assert not caplog.records


async def test_a_fault_of_the_product_is_a_problem_and_tells_nothing(
    web: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("api.accounts.identity.sign_in", failing)
    answer = await web.visitor.post("/api/v1/auth/token", data={"username": "manager", "password": "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [record.status for record in caplog.records if record.name == "api.traces"] == [500]  # type: ignore[attr-defined]

"""R:10/9.3.1f: anybody complains without signing in, and asks for the answer by a receipt."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlmodel import Session

from api import views
from api.app import create_app
from records import queries
from settings import Settings
from tests.flow.filing import appealed, complained, complaint, looked_into
from tests.lives import Life, a_database

NO_ENGINE = 503
"""How a complaint that would be taken is answered here."""
WORDS = {"about": "服务质量", "reason": "无人应答"}


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(a_database(tmp_path)).contracted()


@pytest.fixture
async def web(life: Life, tmp_path: Path) -> AsyncIterator[Any]:
    settings = Settings(
        data=tmp_path,
        database_url=str(life.engine.url),
        temporal_address="127.0.0.1:9",
        answer_seconds=0.2,
        complaints_per_minute=3,
    )
    app = create_app(settings)
    async with LifespanManager(app):
        yield app


@pytest.fixture
async def visitor(web: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=web, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://jingpin.test/api/v1") as http:
        yield http


def seen_by(life: Life, user: str) -> dict[str, Any]:
    reader = life.message(user, "act", "note.add", {}).actor
    with Session(life.engine) as session:

        def content(digest: str) -> Any:
            return json.loads(queries.content(session, life.case.id, digest))

        return views.snapshot(life.case, reader, life.now, content)


async def test_a_complaint_needs_no_account_and_names_a_case(life: Life, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("/complaints", json={"case_number": life.case.number, **WORDS})
    assert answer.status_code == NO_ENGINE


async def test_or_a_certificate(life: Life, visitor: httpx.AsyncClient) -> None:
    life.on_site().audited().reported().granted()
    body = {"certificate": life.case.certificates[0].number, **WORDS}
    assert (await visitor.post("/complaints", json=body)).status_code == NO_ENGINE


@pytest.mark.parametrize("named", [{"certificate": "SXJP-2026-09999"}, {"case_number": "JP-1999-00001"}])
async def test_an_unknown_number_is_not_found(named: dict[str, str], visitor: httpx.AsyncClient) -> None:
    assert (await visitor.post("/complaints", json=named | WORDS)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        WORDS,
        WORDS | {"certificate": "a", "case_number": "b"},
        {"certificate": "a", "about": "x"},
        WORDS | {"certificate": "a\0"},
        WORDS | {"certificate": "a", "kind": "x"},
    ],
)
async def test_a_form_that_is_wrong_is_refused(body: dict[str, str], visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("/complaints", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_case_that_has_ended_takes_one_too(life: Life, visitor: httpx.AsyncClient) -> None:
    """Its mark may still be in use."""
    life.act("applicant", "case.withdraw", reason="x")
    answer = await visitor.post("/complaints", json={"case_number": life.case.number, **WORDS})
    assert answer.status_code == NO_ENGINE


async def test_one_address_complains_a_few_times_a_minute(visitor: httpx.AsyncClient) -> None:
    answers = [await visitor.post("/complaints", json=WORDS | {"certificate": "x"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert answers[-1].headers["retry-after"]
    assert (await visitor.get("/complaints/x.y")).status_code == 404


async def test_a_receipt_gives_state_and_answer(life: Life, web: Any, visitor: httpx.AsyncClient) -> None:
    message = complaint(life)
    receipt = f"{life.case.id}.{message.id}"

    async def told() -> dict[str, Any]:
        answer = await visitor.get(f"/complaints/{receipt}", params={"token": web.state.complaints.token(receipt)})
        assert answer.headers["cache-control"] == "no-store"
        return dict(answer.json())

    life.work(message)
    nothing = {"id": receipt, "outcome": None, "answer": None}
    assert await told() == nothing | {"state": "received"}
    life.answer("manager", "complaint.acknowledge")
    assert await told() == nothing | {"state": "acknowledged"}
    life.answer("reviewer2", "complaint.handle", outcome="upheld", answer="已责成整改")
    assert await told() == {"id": receipt, "state": "answered", "outcome": "upheld", "answer": "已责成整改"}


async def test_without_its_secret_a_receipt_gives_nothing(life: Life, web: Any, visitor: httpx.AsyncClient) -> None:
    message = complaint(life)
    life.work(message)
    for token in ("", "0" * 64, web.state.complaints.token("another"), "é"):
        answer = await visitor.get(f"/complaints/{life.case.id}.{message.id}", params={"token": token})
        assert answer.status_code == 404


def test_the_client_sees_nothing_of_a_complaint_until_it_is_handled(life: Life) -> None:
    looked_into(life)
    shown = seen_by(life, "applicant")
    assert shown["matters"] == []
    assert not [one for one in (*shown["tasks"], *shown["deadlines"]) if one["kind"].startswith("complaint.")]


def test_then_the_client_sees_its_outcome_and_neither_words_nor_persons(life: Life) -> None:
    looked_into(life).answer("reviewer2", "complaint.handle", outcome="upheld", answer="钱女士您好")
    [matter] = seen_by(life, "applicant")["matters"]
    assert matter["outcome"] == "upheld"
    assert not {"by", "told", "filed", "answer", "content", "message"} & matter.keys()


def test_nobody_but_the_body_learns_that_it_was_one_of_its_own_who_complained(life: Life) -> None:
    life.act("reviewer2", "complaint.file", about="x", reason="y")
    life.plan()
    life.answer("manager", "complaint.acknowledge")
    life.answer("reviewer", "complaint.handle", outcome="dismissed", answer="x")
    told = [seen_by(life, user)["matters"][0]["brought_by"] for user in ("applicant", "leader", "manager")]
    assert told == ["public", "public", "body"]


def test_the_body_reads_a_complaint_whole_and_a_team_does_not(life: Life) -> None:
    complained(life)
    life.plan()
    [matter] = seen_by(life, "reviewer2")["matters"]
    assert (matter["filed"]["name"], matter["answer"]) == ("钱消费", None)
    [matter] = seen_by(life, "leader")["matters"]
    assert not {"by", "told", "filed"} & matter.keys()


def test_the_client_reads_the_answer_to_its_own_appeal(life: Life) -> None:
    life.on_site().audited().reported().answer("reviewer", "review.independent", outcome="agree")
    life.answer("decider", "decision.make", outcome="refuse", reason="x")
    appealed(life).answer("decider2", "appeal.decide", outcome="dismiss", reason="评分无误")
    [matter] = seen_by(life, "applicant")["matters"]
    assert (matter["outcome"], matter["answer"]["reason"], matter["filed"]["reason"]) == (
        "dismiss",
        "评分无误",
        "评分有误",
    )

"""Files over the API: taken as streams, shown to those who see the case, and opened by short links."""

import asyncio
import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from api.files import LARGEST_FILE
from records.tables import Account
from services.storage import Storage, Stored
from settings import Settings
from tests.api.conftest import NO_ENGINE, Web
from tests.buckets import endpoint, new_bucket
from tests.doubles.clamd import EICAR, clamd
from tests.lives import Life, a_database
from tests.papers import PDF, a_pdf

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffda0008010100003f00")


@pytest.fixture
def database(settings: Settings) -> Iterator[Engine]:
    engine = a_database(settings.data, settings.sql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def life(database: Engine) -> Life:
    return Life(database)


def a_photograph(size: int) -> bytes:
    """A JPEG of so many bytes."""
    return JPEG + os.urandom(size - len(JPEG) - 2).replace(b"\xff", b"\0") + b"\xff\xd9"


async def sent(web: Web, data: bytes = PDF, user: str = "applicant", **headers: str) -> httpx.Response:
    form = {"file": ("证据.pdf", data)}
    return await web.visitor.post("/api/v1/files", files=form, headers=web.signed_in(user) | headers)


async def kept(web: Web, user: str = "applicant") -> str:
    answer = await sent(web, user=user)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def fetched(web: Web, file_id: str, user: str) -> httpx.Response:
    return await web.visitor.get(f"/api/v1/files/{file_id}", headers=web.signed_in(user))


async def test_a_file_comes_back_as_it_was_sent_and_as_nothing_but_a_download(web: Web) -> None:
    answer = await sent(web)
    assert answer.json() | {"id": ""} == {
        "id": "",
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "size": len(PDF),
        "media_type": "application/pdf",
        "name": "证据.pdf",
    }
    got = await fetched(web, answer.json()["id"], "applicant")
    assert got.content == PDF
    assert (
        dict(got.headers).items()
        >= {
            "content-type": "application/pdf",
            "content-length": str(len(PDF)),
            "content-disposition": "attachment; filename*=UTF-8''%E8%AF%81%E6%8D%AE.pdf",
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
        }.items()
    )


async def test_fifty_megabytes_are_taken_and_one_byte_more_is_not(web: Web) -> None:
    photograph = a_photograph(LARGEST_FILE)
    taken = await sent(web, photograph)
    assert (taken.status_code, taken.json()["sha256"]) == (201, hashlib.sha256(photograph).hexdigest())
    refused = await sent(web, photograph + b"\0")
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_nothing_is_read_of_somebody_unknown(web: Web) -> None:
    read = []

    async def body() -> Any:
        read.append(1)
        yield b"x"

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await web.visitor.post("/api/v1/files", content=body(), headers=form)
    assert answer.status_code == 401
    assert not read


async def test_a_form_without_a_file_names_the_field(web: Web) -> None:
    for form in ({"files": {"other": ("a.pdf", PDF)}}, {"files": {"x": ("", b"")}, "data": {"file": "text"}}):
        answer = await web.visitor.post("/api/v1/files", headers=web.signed_in("applicant"), **form)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")


async def test_the_same_key_and_file_give_the_same_answer_and_another_file_none(web: Web) -> None:
    once = await sent(web, **{"Idempotency-Key": "k"})
    assert (await sent(web, **{"Idempotency-Key": "k"})).json() == once.json()
    other = await sent(web, a_pdf(lambda pdf: pdf.add_blank_page()), **{"Idempotency-Key": "k"})
    assert other.json()["code"] == "idempotency_key_reused"


async def test_an_account_sends_so_many_files_a_minute(web: Web) -> None:
    web.app.state.intake.gate = type(web.app.state.intake.gate)(2)
    answers = [(await sent(web)).status_code for _ in range(3)]
    assert answers == [201, 201, 429]
    assert (await sent(web, user="applicant2")).status_code == 201


async def test_files_that_take_long_to_look_into_keep_nobody_else_waiting(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor may one account send more than so many at once."""
    held = threading.Event()
    monkeypatch.setattr("services.media.check_pdf", lambda *_: held.wait(30))
    users = ("applicant", "applicant2", "manager", "leader")
    sending = [asyncio.create_task(sent(web, user=user)) for user in users for _ in range(17)]
    try:
        await asyncio.sleep(0.5)
        async with asyncio.timeout(5):
            assert (await web.visitor.get("/api/v1/cases", headers=web.signed_in("manager"))).status_code == 200
    finally:
        held.set()
        found = [answer.status_code for answer in await asyncio.gather(*sending)]
    assert sorted(found) == [201] * 64 + [429] * 4


async def test_a_damaged_file_never_leaves_as_if_it_were_whole(web: Web, settings: Settings) -> None:
    file_id = await kept(web)
    [path] = [path for path in (settings.data / "files").rglob("*") if path.is_file()]
    path.write_bytes(PDF[:-1] + b"!")
    transport = httpx.ASGITransport(app=web.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://jingpin.test") as visitor:
        answer = await visitor.get(f"/api/v1/files/{file_id}", headers=web.signed_in("applicant"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


# The scanner


async def test_what_the_scanner_finds_is_refused_and_without_it_nothing_is_taken(web: Web, tmp_path: Path) -> None:
    infected = PDF.replace(b"%%EOF", b"%" + EICAR + b"\n%%EOF")
    assert (await sent(web, infected)).status_code == 201
    with clamd(tmp_path / "clamd.sock") as daemon:
        web.app.state.intake = type(web.app.state.intake)(Settings(clamav=str(daemon.server_address)))
        refused = await sent(web, infected, **{"Accept-Language": "en"})
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media")
        assert "EICAR" in refused.json()["detail"]
        assert (await sent(web)).status_code == 201
    away = await sent(web)
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    assert away.headers["Retry-After"]


# Short links


async def a_link(web: Web, file_id: str, user: str, **headers: str) -> str:
    answer = await web.visitor.post(f"/api/v1/files/{file_id}/link", json={}, headers=web.signed_in(user) | headers)
    assert answer.status_code == 201, answer.text
    lasts = datetime.fromisoformat(answer.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < lasts <= timedelta(minutes=5)
    url = str(answer.json()["url"])
    assert user not in url
    return url.removeprefix("http://127.0.0.1:8000")


def same(answers: list[httpx.Response]) -> bool:
    """Whether all are told the same: not found."""
    return {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}


async def test_a_link_opens_the_file_without_signing_in(web: Web) -> None:
    answer = await web.visitor.get(await a_link(web, await kept(web), "applicant"))
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_who_may_not_see_the_file_gets_no_link(web: Web) -> None:
    file_id = await kept(web)
    for user in ("applicant2", "manager", "alliance"):
        answer = await web.visitor.post(f"/api/v1/files/{file_id}/link", json={}, headers=web.signed_in(user))
        assert answer.status_code == 404


async def test_wrong_altered_and_late_links_are_answered_alike(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id, other = await kept(web), await kept(web)
    link = await a_link(web, file_id, "applicant")
    wrong = [
        f"/api/v1/files/{file_id}/content",
        f"/api/v1/files/{file_id}/content?signature=x",
        f"/api/v1/files/{file_id}/content?signature=%00%E6",
        link[:-20] + ("B" if link[-20] == "A" else "A") + link[-19:],
        link.replace(file_id, other),
        link.replace(file_id, "none"),
    ]
    answers = [await web.visitor.get(one) for one in wrong]
    later = datetime.now(UTC).timestamp() + 302
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    answers.append(await web.visitor.get(link))
    assert same(answers)


async def test_a_link_ends_with_the_account(web: Web, life: Life) -> None:
    link = await a_link(web, await kept(web), "applicant")
    change(life, "applicant", active=False)
    assert same([await web.visitor.get(link)])


async def test_a_link_ends_with_the_right_to_see_the_case(web: Web, life: Life) -> None:
    file_id = await kept(web)
    life.apply(documents=[{"kind": "a", "file_id": file_id}])
    link = await a_link(web, file_id, "manager")
    assert (await web.visitor.get(link)).content == PDF
    change(life, "manager", roles=["auditor"])
    assert same([await web.visitor.get(link)])


def change(life: Life, user: str, **fields: Any) -> None:
    """Change an account."""
    with Session(life.engine) as session:
        account = session.get_one(Account, user)
        for name, value in fields.items():
            setattr(account, name, value)
        session.commit()


async def test_the_same_key_gives_the_same_link(web: Web) -> None:
    file_id = await kept(web)
    links = {await a_link(web, file_id, "applicant", **{"Idempotency-Key": "k"}) for _ in range(2)}
    assert len(links) == 1


# A bucket


async def test_files_lie_in_a_bucket_when_told_so(
    settings: Settings, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with endpoint() as address:
        bucket = new_bucket(address, monkeypatch)
        app = create_app(settings.model_copy(update={"storage_url": bucket.url}))
        async with LifespanManager(app):
            web = Web(app, database, httpx.AsyncClient())
            web.visitor = web.from_address("192.0.2.1")
            file_id = await kept(web)
            assert (await fetched(web, file_id, "applicant")).content == PDF
            assert [key.rpartition("/")[2] for key in bucket.names()] == [hashlib.sha256(PDF).hexdigest()]


async def test_a_bucket_that_does_not_answer_is_told_as_an_outage(
    settings: Settings, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"AWS_REGION": "x", "AWS_ENDPOINT_URL": f"http://{NO_ENGINE}", "AWS_ALLOW_HTTP": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    app = create_app(settings.model_copy(update={"storage_url": "s3://bucket"}))
    async with LifespanManager(app):
        web = Web(app, database, httpx.AsyncClient())
        web.visitor = web.from_address("192.0.2.1")
        answer = await sent(web)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_bytes_that_are_deleted_while_they_are_sent_in_again_are_kept(web: Web) -> None:
    """A file of a case past its term may go at the moment in which another one like it comes in."""
    store: Storage = web.app.state.storage

    class Emptied:
        """The store, out of which retention takes what was just found there."""

        times = 0

        def put(self, data: bytes) -> Stored:
            stored = store.put(data)
            self.times += 1
            if self.times == 1:
                store.delete(stored.sha256)
            return stored

        def exists(self, sha256: str) -> bool:
            return store.exists(sha256)

    web.app.state.storage = Emptied()
    answer = await sent(web, PDF)
    web.app.state.storage = store
    assert (await fetched(web, answer.json()["id"], "applicant")).content == PDF

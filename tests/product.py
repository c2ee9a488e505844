"""The whole product for tests: the real engine, a worker, the API, and people who use it."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

import httpx
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

import worker
from api.app import create_app
from records.database import connect, migrate
from records.seed import seed
from services.engine import connect as connect_engine
from services.notices import MailSink
from settings import Settings
from tests.papers import PDF

PASSWORD = "a password of the tests"


@dataclass
class Person:
    """Somebody with an account, at the API."""

    http: httpx.AsyncClient
    user: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=query)

    async def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        if key:
            headers["Idempotency-Key"] = key
        return await self.http.post(f"/api/v1{path}", json=body, headers=headers)

    async def upload(self, name: str = "evidence.pdf", data: bytes = PDF) -> str:
        answer = await self.http.post("/api/v1/files", files={"file": (name, data)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def case(self, case_id: str) -> dict[str, Any]:
        answer = await self.get(f"/cases/{case_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def answer(self, case: dict[str, Any], kind: str, **payload: Any) -> httpx.Response:
        """Answer the open task of a kind."""
        task = next(task for task in case["tasks"] if task["kind"] == kind)
        return await self.post(f"/cases/{case['id']}/tasks/{task['id']}", {"kind": kind, **payload})

    async def act(self, case: dict[str, Any], kind: str, **payload: Any) -> httpx.Response:
        return await self.post(f"/cases/{case['id']}/acts", {"kind": kind, **payload})


@dataclass
class Product:
    """A running product; `product.manager` and its like are people signed in."""

    settings: Settings
    app: Any
    people: dict[str, Person] = field(default_factory=dict)

    def stranger(self) -> httpx.AsyncClient:
        """Somebody who has not signed in."""
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://jingpin.test", timeout=30)

    async def sign_in(self, user: str) -> Person:
        if user not in self.people:
            http = self.stranger()
            form = {"username": user, "password": PASSWORD}
            answer = await http.post("/api/v1/auth/token", data=form)
            assert answer.status_code == 200, answer.text
            http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            self.people[user] = Person(http, user)
        return self.people[user]

    async def advance(self, case: dict[str, Any], **how: Any) -> dict[str, Any]:
        manager = await self.sign_in("manager")
        answer = await manager.post(f"/rehearsal/cases/{case['id']}/advance", how)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@contextlib.asynccontextmanager
async def running(address: str, data: Path, *, sql_url: str = "", **changes: Any) -> AsyncIterator[Product]:
    """A worker and the API on an engine, with a record of their own."""
    with MailSink(data / "mail") as sink:
        settings = Settings(
            data=data,
            temporal_address=address,
            database_url=sql_url,
            task_queue=uuid.uuid4().hex,
            uploads_per_minute=100_000,
            **({"smtp_url": f"smtp://127.0.0.1:{sink.port}", "rehearsal": True, "quiet_until": time(21)} | changes),
            demo_password=SecretStr(PASSWORD),
        )
        migrate(settings.sql_url)
        database = connect(settings.sql_url)
        seed(database, PASSWORD)
        database.dispose()
        client = await connect_engine(address, settings.temporal_namespace, data / "keys" / "payload.key")
        app = create_app(settings)
        async with worker.working(settings, client), LifespanManager(app):
            product = Product(settings, app)
            yield product
            for person in product.people.values():
                await person.http.aclose()

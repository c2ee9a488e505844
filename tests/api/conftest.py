"""The web application on a record seeded by hand, without an engine."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlalchemy import Engine
from sqlmodel import Session

from api.app import create_app
from records.database import connect, migrate
from settings import Settings
from tests.records.builders import seed_people

NO_ENGINE = "127.0.0.1:9"


@dataclass
class Web:
    """The application, its record, and a visitor who has not signed in."""

    app: Any
    database: Engine
    visitor: httpx.AsyncClient

    def session(self) -> Session:
        """A session on the record."""
        return Session(self.database)

    def signed_in(self, user: str) -> dict[str, str]:
        """The headers of somebody with an account."""
        return {"Authorization": f"Bearer {self.app.state.callers.begin(user)}"}

    def from_address(self, address: str) -> httpx.AsyncClient:
        """A visitor at another address."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url="http://jingpin.test")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, temporal_address=NO_ENGINE, register_per_minute=1000)


@pytest.fixture
def database(settings: Settings) -> Iterator[Engine]:
    migrate(settings.sql_url)
    database = connect(settings.sql_url)
    seed_people(database)
    yield database
    database.dispose()


@pytest.fixture
async def web(settings: Settings, database: Engine) -> AsyncIterator[Web]:
    app = create_app(settings)
    async with LifespanManager(app):
        web = Web(app, database, httpx.AsyncClient())
        web.visitor = web.from_address("192.0.2.1")
        yield web
        await web.visitor.aclose()

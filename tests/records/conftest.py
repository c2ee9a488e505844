"""Databases of both kinds, each fresh, and somebody to write in them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url
from sqlmodel import Session

from activities.facts import FactFinder
from records.database import connect, migrate
from services.schemes import Library
from tests.postgresql import PostgreSQL
from tests.records.builders import Recorder, seed_people

Fresh = Callable[[], str]
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def server(kind: str, request: pytest.FixtureRequest) -> PostgreSQL | None:
    return request.getfixturevalue("postgresql") if kind == "postgresql" else None


@pytest.fixture
def empty(server: PostgreSQL | None, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    return server.database() if server else f"sqlite:///{tmp_path / 'empty.sqlite'}"


@pytest.fixture(scope="session")
def fresh(server: PostgreSQL | None, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Gives URLs of databases built by the migrations, each with the bodies and accounts of the tests."""
    folder = tmp_path_factory.mktemp("records")
    model = server.database() if server else f"sqlite:///{folder / 'model.sqlite'}"
    migrate(model)
    engine = connect(model)
    seed_people(engine)
    engine.dispose()

    def copied() -> str:
        if server:
            return server.database(like=str(make_url(model).database))
        copy = Path(folder, f"{len(list(folder.iterdir()))}.sqlite")
        shutil.copy(str(make_url(model).database), copy)
        return f"sqlite:///{copy}"

    return copied


@pytest.fixture
def database(fresh: Fresh) -> Iterator[Engine]:
    engine = connect(fresh())
    yield engine
    engine.dispose()


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    with Session(database) as session:
        yield session


@pytest.fixture(scope="session")
def facts() -> FactFinder:
    return FactFinder(Library.load())


@pytest.fixture
def recorder(database: Engine, facts: FactFinder) -> Recorder:
    return Recorder(database, facts)

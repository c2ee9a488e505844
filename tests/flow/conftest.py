"""One record for all tests of this folder; each test has a case of its own."""

import pytest
from sqlalchemy import Engine

from tests.lives import Life, a_database


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return a_database(tmp_path_factory.mktemp("record"))


@pytest.fixture
def life(database: Engine) -> Life:
    return Life(database)

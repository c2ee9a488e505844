"""What tests of several folders need."""

import gc
from collections.abc import Iterator

import pytest

from tests.postgresql import PostgreSQL, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with postgresql_server() as server:
        yield server


def pytest_collection_finish() -> None:
    """What is imported stays; looking through it for garbage again and again would be a quarter of all work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)

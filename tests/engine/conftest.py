"""One engine for all tests of this folder, and a product on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.embedded.temporal import TemporalServer
from tests.product import Person, Product, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("engine")


@pytest.fixture(scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    server = TemporalServer(tmp_path_factory.mktemp("engine"), rehearsal=True)
    await server.start()
    yield server.address
    await server.stop()


@pytest.fixture(scope="session")
async def product(engine: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running(engine, tmp_path_factory.mktemp("product"), workflow_sandbox=True) as product:
        yield product


@pytest.fixture
async def manager(product: Product) -> Person:
    return await product.sign_in("manager")


@pytest.fixture
async def applicant(product: Product) -> Person:
    return await product.sign_in("applicant")

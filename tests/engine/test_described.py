"""Whatever is sent that the API's description allows or forbids: no fault of the product, and every error a problem."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig

from api.access import ROUTES
from api.app import create_app
from deploy.embedded.ports import free_ports
from records.seed import ACCOUNTS
from tests.applications import an_application
from tests.postgresql import PostgreSQL
from tests.product import Product, running

pytestmark = pytest.mark.postgres

EXAMPLES = 20
"""Requests of each kind, right and wrong, to each route."""
CONFIG = """
[generation]
with-security-parameters = false
[checks.positive_data_acceptance]
# What has the right form may still break a rule, name nothing that exists, or come too often.
expected-statuses = ["2xx", "401", "403", "404", "409", "413", "415", "422", "429"]
"""
OFTEN = {"register_per_minute": 10**6, "complaints_per_minute": 10**6, "sign_ins_per_minute": 10**6}


@pytest.fixture(scope="module")
async def open_product(
    engine: str, postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Product]:
    data = tmp_path_factory.mktemp("described")
    async with running(engine, data, sql_url=postgresql.database(), **OFTEN) as product:
        yield product


@pytest.fixture(scope="module")
async def schema(open_product: Product) -> AsyncIterator[Any]:
    """The description, from the product's API on a port."""
    (port,) = free_ports(1)
    config = uvicorn.Config(open_product.app, port=port, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # it offers nothing to wait for
        await asyncio.sleep(0.05)
    address = f"http://127.0.0.1:{port}/openapi.json"
    yield await asyncio.to_thread(schemathesis.openapi.from_url, address, config=SchemathesisConfig.from_str(CONFIG))
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
async def known(open_product: Product) -> dict[str, str]:
    """What stands in paths and exists."""
    applicant = await open_product.sign_in("applicant")
    case = (await applicant.post("/cases", await an_application(applicant))).json()
    prober = await open_product.sign_in(somebody_for("GET /api/v1/files/{file_id}"))
    return {"case_id": case["id"], "task_id": case["tasks"][0]["id"], "file_id": await prober.upload()}


@schemathesis.check
def every_error_is_a_problem(_: Any, response: Any, __: Any) -> None:
    """RFC 9457, and the status stands in it too; but for the page that says so of a certificate."""
    (media_type,) = response.headers.get("content-type", [""])
    if response.status_code >= 400 and not media_type.startswith("text/html"):
        assert media_type == "application/problem+json"
        assert response.json()["status"] == response.status_code


def somebody_for(line: str) -> str:
    """Somebody who may call a route; nobody where that is enough."""
    return next((user for user, (_, roles, _) in ACCOUNTS.items() if ROUTES[line] & {*roles}), "")


def probe(operation: Any, mode: GenerationMode, token: str, known: dict[str, str]) -> None:
    """Send requests of a kind to a route, half of them about what exists."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    @seed(20260101)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), existing=st.booleans())
    def each(case: Any, existing: bool) -> None:  # noqa: FBT001  # as hypothesis gives it
        if existing:
            case.path_parameters |= {name: one for name, one in known.items() if name in case.path_parameters}
        case.call_and_validate(headers=headers, checks=CHECKS.get_all())

    each()


DESCRIBED = create_app().openapi()["paths"]
LINES = [line for line in ROUTES if line.split()[1] in DESCRIBED]


@pytest.mark.parametrize("line", LINES)
async def test_nothing_that_is_sent_makes_the_product_fail(
    line: str, open_product: Product, schema: Any, known: dict[str, str]
) -> None:
    method, path = line.split()
    operation, user = schema[path][method], somebody_for(line)
    for mode in GenerationMode:
        token = open_product.app.state.callers.begin(user) if user else ""
        # Nothing can be wrong about a route that takes nothing.
        with contextlib.suppress(Unsatisfiable):
            await asyncio.to_thread(probe, operation, mode, token, known)

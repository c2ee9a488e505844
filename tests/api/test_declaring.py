"""R:7/6.4.6.2: any member of the body declares a conflict, whether or not they see the case."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlmodel import Session

from api.app import create_app
from records.tables import OperationRow
from settings import Settings
from tests.lives import Life, a_database

NO_ENGINE = 503
"""How an act that would be taken is answered here."""


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(a_database(tmp_path)).contracted()


@pytest.fixture
async def web(life: Life, tmp_path: Path) -> AsyncIterator[Any]:
    settings = Settings(
        data=tmp_path, database_url=str(life.engine.url), temporal_address="127.0.0.1:9", answer_seconds=0.2
    )
    app = create_app(settings)
    async with LifespanManager(app):
        yield app


def client(app: Any, user: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {app.state.callers.begin(user)}"}
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://jingpin.test/api/v1", headers=headers)


def a_conflict(life: Life) -> dict[str, str]:
    assert life.case.application is not None
    organization = life.case.application.organization.uscc
    return {"organization": organization, "since": "2026-01-01", "relation": "family"}


@pytest.mark.parametrize(
    ("user", "status"), [("auditor", NO_ENGINE), ("reviewer", NO_ENGINE), ("manager2", 404), ("applicant", 403)]
)
async def test_a_conflict_is_declared_by_whoever_belongs_to_the_body(
    life: Life, web: Any, user: str, status: int
) -> None:
    async with client(web, user) as sender:
        body = {"kind": "conflict.declare", **a_conflict(life)}
        assert (await sender.post(f"/cases/{life.case.id}/acts", json=body)).status_code == status


async def test_an_auditor_outside_the_team_can_do_nothing_else_in_a_case(life: Life, web: Any) -> None:
    async with client(web, "auditor") as sender:
        body = {"kind": "note.add", "text": "x"}
        assert (await sender.post(f"/cases/{life.case.id}/acts", json=body)).status_code == 404
        assert (await sender.get(f"/cases/{life.case.id}")).status_code == 404


async def test_whoever_does_not_see_the_case_is_told_its_id_alone(life: Life, web: Any) -> None:
    message = life.message("auditor", "act", "conflict.declare", a_conflict(life))
    life.work(message)
    with Session(life.engine) as session:
        session.add(
            OperationRow(
                id="op",
                owner="auditor",
                case_id=life.case.id,
                message_id=message.id,
                update_id="op",
                at=datetime.now(UTC),
            )
        )
        session.commit()
    async with client(web, "auditor") as sender:
        answer = await sender.get("/operations/op")
    assert answer.json() == {"state": "done", "result": {"id": life.case.id}}

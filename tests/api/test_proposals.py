"""What a case manager is proposed for a plan, through the API; it is taken when it is sent."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager

from api.app import create_app
from domain.dates import local_date
from settings import Settings
from tests.lives import Life, a_database

TODAY = local_date(datetime.now(UTC))
WEEK = {"planned_from": str(TODAY + timedelta(days=7)), "planned_to": str(TODAY + timedelta(days=12))}


@pytest.fixture
def life(tmp_path: Path) -> Life:
    """A case whose plan is open, on the database that the application reads; its clock is today's."""
    return Life(a_database(tmp_path), TODAY).contracted()


@pytest.fixture
async def web(life: Life, tmp_path: Path) -> AsyncIterator[Any]:
    app = create_app(Settings(data=tmp_path, database_url=str(life.engine.url), temporal_address="127.0.0.1:9"))
    async with LifespanManager(app):
        yield app


async def ask(app: Any, user: str, path: str, **query: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {app.state.callers.begin(user)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://jingpin.test/api/v1") as client:
        return await client.get(path, params=query, headers=headers)


def path(life: Life, audit: str = "audit-1") -> str:
    return f"/cases/{life.case.id}/audits/{audit}/proposal"


@pytest.mark.parametrize("modes", ["", "observation,mystery_visit"])
async def test_a_proposal_is_taken_when_it_is_sent_as_the_plan(life: Life, web: Any, modes: str) -> None:
    found = (await ask(web, "manager", path(life), **WEEK, modes=modes)).json()
    assert found["missing"] == []
    life.answer(
        "manager",
        "audit.plan",
        objective="初次认证",
        basis=["R"],
        team=found["team"],
        person_days=found["person_days"]["proposed"],
        modes=found["modes"],
        planned_from=found["planned_from"],
        planned_to=found["planned_to"],
    )
    assert life.open == ["audit.plan.confirm"]


async def test_every_member_of_the_body_is_spoken_of(life: Life, web: Any) -> None:
    found = (await ask(web, "manager", path(life), **WEEK)).json()
    reasons = {one["user"]: [why["kind"] for why in one["obstacles"]] for one in found["people"]}
    assert set(reasons) == {
        "manager",
        "leader",
        "auditor",
        "visitor",
        "reviewer",
        "reviewer2",
        "decider",
        "decider2",
        "ops",
        "admin",
    }
    assert (reasons["leader"], reasons["decider2"]) == ([], ["competence"])


@pytest.mark.parametrize(
    ("user", "status"), [("leader", 404), ("reviewer", 403), ("decider", 403), ("applicant", 403), ("manager2", 404)]
)
async def test_only_the_case_manager_is_proposed_anything(life: Life, web: Any, user: str, status: int) -> None:
    assert (await ask(web, user, path(life), **WEEK)).status_code == status


async def test_an_audit_that_is_not_there_is_not_found(life: Life, web: Any) -> None:
    assert (await ask(web, "manager", path(life, "audit-9"), **WEEK)).status_code == 404


async def test_an_unknown_mode_is_invalid(life: Life, web: Any) -> None:
    answer = await ask(web, "manager", path(life), **WEEK, modes="telepathy")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_day_that_is_none_is_invalid(life: Life, web: Any) -> None:
    answer = await ask(web, "manager", path(life), **WEEK | {"planned_to": "soon"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

"""Every route with every caller: who gets in, who is told nothing, who is told that it is not for them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from asgi_lifespan import LifespanManager
from fastapi import APIRouter
from sqlmodel import Session

from api import access
from api.app import create_app
from records.tables import OperationRow
from settings import Settings
from tests.flow.filing import complaint
from tests.lives import Life, a_database, an_application
from tests.papers import PDF

TABLE = yaml.safe_load((Path(__file__).parent / "access.yaml").read_text())
CALLERS: list[str] = TABLE["callers"].split()
ROWS: dict[str, str] = TABLE["routes"]
NEW = {"user": "newcomer", "roles": ["auditor"], "name": "新员", "email": "new@example.org"}
REFUSALS = {401, 403, 404}


class Scene:
    """The product without its engine, a certified case, and something to ask for behind every route."""

    def __init__(self, app: Any, life: Life) -> None:
        self.app = app
        self.life = life
        self.named: dict[str, str] = {}
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://jingpin.test")

    def of(self, caller: str) -> dict[str, str]:
        return {} if caller == "nobody" else {"Authorization": f"Bearer {self.app.state.callers.begin(caller)}"}

    async def made(self, path: str, body: dict[str, Any], by: str = "manager") -> str:
        """Something made by somebody; gives its id."""
        answer = await self.http.post(f"/api/v1{path}", json=body, headers=self.of(by))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def sent(self, line: str, caller: str) -> int:
        """The status with which a request is answered."""
        method, _, path = line.partition(" ")
        how = {"headers": self.of(caller)} | self.bodies().get(line, {"json": {}} if method == "POST" else {})
        return (await self.http.request(method, path.format(**self.named), **how)).status_code

    def bodies(self) -> dict[str, dict[str, Any]]:
        """What is sent along a route, where it has to be whole before anybody looks at who sends it."""
        today = self.life.today.isoformat()
        news = {"uscc": "91140100MA0200001B", "trigger": "a", "description": "x", "on": today, "source": "x", "id": "x"}
        login = {"username": "manager", "password": "x"}
        return {
            "POST /api/v1/auth/token": {"data": login},
            "POST /sign-in": {"data": login},
            "POST /api/v1/auth/invitation": {"json": {"token": "x", "password": "x" * 12}},
            "POST /api/v1/grants/{grant_id}": {"json": {"outcome": "granted"}},
            "POST /api/v1/files": {"files": {"file": ("x.pdf", PDF)}},
            "POST /api/v1/cases/{case_id}/acts": {"json": {"kind": "note.add"}},
            "POST /api/v1/cases/{case_id}/tasks/{task_id}": {"json": {"kind": "audit.plan"}},
            "POST /api/v1/rehearsal/cases/{case_id}/advance": {"json": {"days": 1}},
            "POST /api/v1/codec/tickets": {"json": {"reason": "x"}},
            "POST /api/v1/cases/{case_id}/holds": {"json": {"reason": "x"}},
            "POST /api/v1/cases/{case_id}/holds/release": {"json": {"reason": "x"}},
            "GET /api/v1/cases/{case_id}/audits/{audit_id}/proposal": {
                "params": {"planned_from": today, "planned_to": today}
            },
            "GET /api/v1/complaints/{receipt}": {"params": {"token": self.named["secret"]}},
            "GET /api/v1/calendar.ics": {"params": {"token": self.named["feed"]}},
            "POST /api/v1/members/{user}/absences": {"json": {"first": today, "last": today}},
            "POST /api/v1/members/{user}/competences": {"json": {"trade": "catering"}},
            "POST /api/v1/national/exports": {"json": {"from": "2026-01-01", "to": "2026-12-31"}},
            "POST /api/v1/national/exports/{export_id}/receipt": {"json": {"rejected": "x"}},
            "POST /api/v1/waves": {"json": {"year": 2027, "title": "x", "opens_on": today, "closes_on": today}},
            "POST /api/v1/waves/{wave_id}/applications": {"json": {"applications": [an_application(10)]}},
            "POST /api/v1/incidents": {"json": news},
        }


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("access")
    life = Life(a_database(folder)).contracted().on_site().audited().reported().granted()
    settings = Settings(
        data=folder,
        database_url=str(life.engine.url),
        temporal_address="127.0.0.1:9",
        answer_seconds=0.2,
        rehearsal=True,
        register_per_minute=1000,
        complaints_per_minute=1000,
        codec_accounts=["ops"],
    )
    app = create_app(settings)
    async with LifespanManager(app):
        scene = Scene(app, life)
        await named(scene)
        yield scene
        await scene.http.aclose()
    life.engine.dispose()


async def named(scene: Scene) -> None:
    """Something to ask for, of each kind."""
    life, app = scene.life, scene.app
    number = life.case.certificates[0].number
    message = complaint(life)
    life.work(message)
    receipt = f"{life.case.id}.{message.id}"
    row = OperationRow(
        id="op", owner="manager", case_id=life.case.id, message_id=message.id, update_id="op", at=datetime.now(UTC)
    )
    with Session(life.engine) as session:
        session.add(row)
        session.commit()
    token = await scene.http.post("/api/v1/me/calendar-token", headers=scene.of("decider2"))
    evidence = await scene.http.post("/api/v1/files", files={"file": ("x.pdf", PDF)}, headers=scene.of("manager"))
    file_id = evidence.json()["id"]
    hold = {"url": f"/api/v1/cases/{life.case.id}/holds", "json": {"reason": "x"}}
    assert (await scene.http.post(**hold, headers=scene.of("decider"))).status_code == 201
    life.act("manager", "mark_use.record", use="网站", correct=True, evidence=[file_id])
    scene.named = {
        "case_id": life.case.id,
        "task_id": "audit.plan-1",
        "audit_id": "audit-1",
        "file_id": file_id,
        "number": number,
        "kind": "audit.plan",
        "receipt": receipt,
        "secret": app.state.complaints.token(receipt),
        "feed": token.json()["token"],
        "operation_id": "op",
        "ticket": "ops.1.x",
        "pack_id": "service",
        "version": "1.0",
        "year": "2027",
        "user": "leader",
        "export_id": await scene.made("/national/exports", {"from": "2026-01-01", "to": "2026-12-30"}),
        "grant_id": await scene.made("/grants", NEW, by="admin"),
        "wave_id": await scene.made(
            "/waves", {"year": 2026, "title": "x", "opens_on": "2026-01-01", "closes_on": "2026-12-31"}
        ),
    }


def test_the_table_has_every_route_and_every_kind_of_caller() -> None:
    assert ROWS.keys() == access.ROUTES.keys()
    assert {len(row.split()) for row in ROWS.values()} == {len(CALLERS)}


@pytest.mark.parametrize("line", ROWS)
async def test_each_caller_is_answered_as_the_table_says(scene: Scene, line: str) -> None:
    answered = [await scene.sent(line, caller) for caller in CALLERS]
    told = [str(status) if status in REFUSALS else "yes" for status in answered]
    assert dict(zip(CALLERS, told, strict=True)) == dict(zip(CALLERS, ROWS[line].split(), strict=True))


def test_a_route_without_a_line_keeps_the_product_from_starting() -> None:
    router = APIRouter()
    router.add_api_route("/new", lambda: None)
    with pytest.raises(LookupError, match="GET /new"):
        access.check_lines(router.routes)

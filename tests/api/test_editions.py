"""Another edition tried over HTTP, on the running cases of a body (R:9/8.1)."""

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager

from activities.facts import FactFinder
from activities.turns import TurnActivities
from api.app import create_app
from services.schemes import Library
from settings import Settings
from tests.api.conftest import Web
from tests.lives import Life, a_database
from tests.schemes.builders import RULE, lay, new_edition, part
from workflows.flow import react

NEWER = {"id": "example-heritage-hotel", "version": "1.1"}


async def test_what_another_edition_would_change_is_for_those_who_manage_and_decide(web: Web) -> None:
    """R:9/8.1."""
    path = "/api/v1/schemes/service/1.0/trial"
    codes = {
        user: (await web.visitor.get(path, headers=web.signed_in(user))).status_code
        for user in ("manager", "decider", "ops", "admin", "applicant", "alliance", "leader")
    }
    assert codes == {
        "manager": 200,
        "decider": 200,
        "ops": 200,
        "admin": 200,
        "applicant": 403,
        "alliance": 403,
        "leader": 403,
    }
    unknown = await web.visitor.get("/api/v1/schemes/service/9.9/trial", headers=web.signed_in("manager"))
    assert unknown.status_code == 404


@pytest.fixture
def life(tmp_path: Path) -> Life:
    """Accepted on 2 March 2026; the contract is due on 1 April."""
    life = Life(a_database(tmp_path))
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    return life


async def tried(life: Life, tmp_path: Path, pack: str, user: str = "manager") -> dict[str, Any]:
    """What a pack would change, in an installation with the packs of the folder."""
    settings = Settings(
        data=tmp_path,
        database_url=str(life.engine.url),
        temporal_address="127.0.0.1:9",
        packs=tmp_path / "packs",
    )
    app = create_app(settings)
    async with LifespanManager(app):
        transport = httpx.ASGITransport(app=app)
        headers = {"Authorization": f"Bearer {app.state.callers.begin(user)}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://jingpin.test/api/v1") as client:
            answer = await client.get(f"/schemes/{pack}/trial", headers=headers)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_a_scheme_is_tried_on_running_cases_old_and_new_dates_are_shown(life: Life, tmp_path: Path) -> None:
    waits = part("waits")
    next(wait for wait in waits if wait["kind"] == "contract.sign")["limit"]["amount"] = 40
    new_edition(tmp_path / "packs", waits=waits)
    [case] = (await tried(life, tmp_path, "service/1.1"))["items"]
    assert (case["case_id"], case["stage"]) == (life.case.id, "contract")
    [moved] = case["changes"]["deadlines"]
    assert (moved["kind"], moved["old"], moved["new"]) == ("contract.sign", "2026-04-01", "2026-04-11")
    assert case["changes"]["to"]["scheme"] == {"id": "service", "version": "1.1"}
    assert life.due("contract.sign") == date(2026, 4, 1)


async def test_a_special_rule_is_tried_on_the_cases_of_its_trade(life: Life, tmp_path: Path) -> None:
    overrides = [{"path": "/waits/contract.sign/limit/amount", "value": 20}]
    lay(tmp_path / "packs", RULE | NEWER | {"trade": "accommodation"}, overrides=overrides)
    [case] = (await tried(life, tmp_path, "example-heritage-hotel/1.1"))["items"]
    [moved] = case["changes"]["deadlines"]
    assert (moved["old"], moved["new"]) == ("2026-04-01", "2026-03-22")
    assert case["changes"]["to"]["special_rule"] == NEWER


async def test_a_case_of_another_trade_is_left_alone(life: Life, tmp_path: Path) -> None:
    lay(tmp_path / "packs", RULE)
    [case] = (await tried(life, tmp_path, "example-shanxi-restaurant/1.0"))["items"]
    assert case["changes"] == {}


async def test_another_body_sees_none_of_the_cases(life: Life, tmp_path: Path) -> None:
    lay(tmp_path / "packs", RULE)
    assert (await tried(life, tmp_path, "service/1.0", "manager2"))["items"] == []


async def test_the_same_edition_changes_nothing(life: Life, tmp_path: Path) -> None:
    lay(tmp_path / "packs", RULE)
    [case] = (await tried(life, tmp_path, "service/1.0"))["items"]
    assert (case["changes"]["deadlines"], case["changes"]["verdicts"]) == ([], [])


async def test_a_case_whose_pack_is_gone_says_so_and_stops_no_other(life: Life, tmp_path: Path) -> None:
    """A special rule was taken out of the installation; the case that rests on it keeps what it was pinned to."""
    lay(tmp_path / "then", RULE | NEWER | {"id": "gone", "trade": "accommodation"})
    other = Life(life.engine)
    other.turns = TurnActivities(life.engine, FactFinder(Library.load(tmp_path / "then")), react)
    other.apply(special_rule={"id": "gone", "version": "1.1"})
    lay(tmp_path / "packs", RULE)
    items = {case["case_id"]: case["changes"] for case in (await tried(life, tmp_path, "service/1.0"))["items"]}
    assert items[other.case.id]["cannot_be_tried"]["faults"][0]["pointer"] == "/special_rule"
    assert items[life.case.id]["verdicts"] == []

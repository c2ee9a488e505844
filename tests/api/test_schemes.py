"""The packs as the API shows them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlalchemy import Engine

from api.app import create_app
from settings import Settings
from tests.api.conftest import NO_ENGINE, Web
from tests.schemes.builders import HOUSE, RULE, lay


async def pack(web: Web, name: str) -> dict[str, Any]:
    """One pack, as a manager reads it."""
    answer = await web.visitor.get(f"/api/v1/schemes/{name}/1.0", headers=web.signed_in("manager"))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_a_scheme_shows_the_special_rules_of_its_trades(web: Web) -> None:
    shown = await pack(web, "service")
    rules = {rule["id"]: rule for rule in shown["special_rules"]}
    assert set(rules) == {"example-heritage-hotel", "example-shanxi-restaurant"}
    restaurant = rules["example-shanxi-restaurant"]
    assert (restaurant["version"], restaurant["trade"], restaurant["threshold"]) == ("1.0", "catering", "85")
    assert {"id", "title", "points", "dimension", "kind", "per_site"} <= set(restaurant["items"][0])
    assert shown["standards"] == []


async def test_a_checklist_scheme_shows_its_checklist_its_pass_rule_and_its_standards(web: Web) -> None:
    shown = await pack(web, "product")
    assert (len(shown["checklist"]), shown["catalogue"]) == (49, None)
    assert {"id", "dimension", "group", "title"} <= set(shown["checklist"][0])
    assert [standard["id"] for standard in shown["standards"]] == ["example-aged-vinegar"]
    assert shown["pass_rule"]["partly_at_most"] == "1/5"
    assert shown["special_rules"] == []


async def test_a_scheme_shows_what_it_borrows(web: Web) -> None:
    shown = await pack(web, "agricultural-product")
    assert shown["borrowed"]["waits"] == "service 1.0"
    assert shown["borrowed"]["errata"] == "product 1.0"


async def test_a_scheme_has_clauses_stages_limits_errata_and_payloads(web: Web) -> None:
    shown = await pack(web, "service")
    assert {"clauses", "stages", "waits", "errata", "catalogue", "checklist", "coverage"} <= set(shown)
    assert shown["schemas"]["audit.plan"]["properties"]["kind"] == {"const": "audit.plan"}


async def test_a_standard_is_a_pack_of_its_own(web: Web) -> None:
    shown = await pack(web, "example-millet")
    assert (shown["kind"], shown["trade"], shown["example"]) == ("standard", "millet", True)
    assert "special_rules" not in shown


@pytest.mark.parametrize(("user", "status"), [("manager", 200), ("applicant", 200), ("manager2", 404)])
async def test_a_bodys_own_rules_are_no_other_bodys_business(
    tmp_path: Path, database: Engine, user: str, status: int
) -> None:
    """R:2: whoever is judged by them reads them."""
    lay(tmp_path / "packs", HOUSE)
    app = create_app(Settings(data=tmp_path, temporal_address=NO_ENGINE, packs=tmp_path / "packs"))
    async with LifespanManager(app):
        web = Web(app, database, httpx.AsyncClient())
        async with web.from_address("192.0.2.1") as visitor:
            answer = await visitor.get("/api/v1/schemes/demo-service/1.0", headers=web.signed_in(user))
    assert answer.status_code == status
    assert answer.json().get("body") == ("demo" if status == 200 else None)


async def test_further_packs_are_listed_beside_the_products_own(tmp_path: Path, database: Engine) -> None:
    lay(tmp_path / "packs", RULE)
    app = create_app(Settings(data=tmp_path, temporal_address=NO_ENGINE, packs=tmp_path / "packs"))
    async with LifespanManager(app):
        web = Web(app, database, httpx.AsyncClient())
        async with web.from_address("192.0.2.1") as visitor:
            listed = (await visitor.get("/api/v1/schemes", headers=web.signed_in("manager"))).json()["items"]
    kinds = {pack["id"]: pack["kind"] for pack in listed}
    assert (kinds["tea"], kinds["product"]) == ("special_rule", "product")
    assert set(listed[0]) == {"id", "version", "kind", "title", "example"}
    made_up = {pack["id"] for pack in listed if pack["example"]}
    assert made_up == {pack["id"] for pack in listed if pack["id"].startswith("example-")} != set()

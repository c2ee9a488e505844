"""The packs as the API shows them."""

from typing import Any

from tests.api.conftest import Web


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

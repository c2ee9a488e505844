"""G:A on the running product: a product is applied for, decided on the checklist and certified."""

from typing import Any

import pytest

from tests.domain.sheets import a_checklist
from tests.histories.journey import Journey
from tests.lives import AGRICULTURAL, PRODUCT
from tests.product import Product

DAYS = {"documents": "2", "management": "10", "characteristics": "0"}
CHECKLIST = "/api/v1/schemas/audit.checklist"


async def contracted(product: Product, scheme: dict[str, Any]) -> Journey:
    case = Journey(product)
    await case.apply(**scheme)
    return await case.contracted()


@pytest.mark.parametrize("scheme", [PRODUCT, AGRICULTURAL], ids=["product", "agricultural product"])
async def test_a_product_comes_to_its_certificate(product: Product, scheme: dict[str, Any]) -> None:
    case = await contracted(product, scheme)
    await case.on_site(person_days=DAYS)
    assert {task["kind"] for task in case.case["tasks"]} == {
        "audit.open",
        "audit.checklist",
        "audit.close",
        "audit.credit",
    }
    await case.checked({"4.4.1": "partly"})
    await case.reported()
    await case.granted()
    assert (case.case["status"], case.case["scheme"]) == ("certified", scheme["scheme"])
    found = case.case["audits"][0]["results"]
    assert (found["verdict"], found["checklist"]["partly_share"], found["readings"]) == ("pass", "1/49", None)
    number = case.case["certificates"][0]["number"]
    listed = (await product.stranger().get(f"/api/v1/certificates/{number}")).json()
    assert (listed["scheme"], listed["special_rule"]) == (scheme["scheme"], scheme["special_rule"])
    page = await product.stranger().get(f"/verify/{number}")
    assert scheme["service"]["name"] in page.text


async def test_the_checklist_is_described_and_its_faults_are_pointed_at(product: Product) -> None:
    case = await contracted(product, PRODUCT)
    await case.on_site(person_days=DAYS)
    task = next(one for one in case.case["tasks"] if one["kind"] == "audit.checklist")
    assert task["schema_url"] == CHECKLIST
    leader = await product.sign_in("leader")
    schema = (await leader.http.get(CHECKLIST)).json()
    assert schema["properties"]["kind"] == {"const": "audit.checklist"}
    items = a_checklist()["items"]
    answer = await case.sent("leader", "audit.checklist", items=[*items, items[0]])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/items/49/indicator"]


async def test_without_a_standard_a_product_is_taken_and_cannot_be_planned(product: Product) -> None:
    case = await contracted(product, PRODUCT | {"special_rule": None})
    day = str(case.today)
    plan = {"objective": "初次认证", "basis": ["G"], "team": [{"user": "leader", "role": "leader"}]}
    answer = await case.sent("manager", "audit.plan", **plan, person_days=DAYS, planned_from=day, planned_to=day)
    assert (answer.status_code, answer.json()["code"], answer.json()["clause"]) == (422, "rule_refused", "G:5")

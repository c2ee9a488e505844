"""R:9/8.1 over HTTP: who announces changed requirements, what is refused, and what is shown of them."""

from datetime import date
from typing import Any

import httpx
import pytest

from tests.api.conftest import Web
from tests.api.test_calendars import Willing, pointers

ANNOUNCED: dict[str, Any] = {
    "edition": {"id": "service", "version": "1.0"},
    "transition_until": "2099-12-31",
    "reason": "规则换版",
}


@pytest.fixture
def engine(web: Web) -> Willing:
    web.app.state.engine = Willing()
    return web.app.state.engine  # type: ignore[no-any-return]


async def announce(web: Web, user: str = "alliance", **changes: Any) -> httpx.Response:
    body = ANNOUNCED | changes
    return await web.visitor.post("/api/v1/requirements", json=body, headers=web.signed_in(user))


async def listed(web: Web, user: str = "alliance") -> httpx.Response:
    return await web.visitor.get("/api/v1/requirements", headers=web.signed_in(user))


@pytest.mark.parametrize("user", ["alliance", "admin"])
async def test_the_alliance_or_an_admin_announces_an_edition_to_every_holder(
    web: Web, engine: Willing, user: str
) -> None:
    assert (await announce(web, user)).status_code == 201
    [order] = engine.orders
    assert (order.message.id, order.selection) == ("requirements:service/1.0", "holders")
    assert order.message.actor.body == ""
    [item] = (await listed(web)).json()["items"]
    assert (item["edition"], item["transition_until"], item["told"]) == (ANNOUNCED["edition"], "2099-12-31", 0)


async def test_an_announcement_needs_an_edition_and_a_day_only(web: Web, engine: Willing) -> None:
    body = {name: ANNOUNCED[name] for name in ("edition", "transition_until")}
    answer = await web.visitor.post("/api/v1/requirements", json=body, headers=web.signed_in("alliance"))
    assert (answer.status_code, len(engine.orders)) == (201, 1)


@pytest.mark.parametrize("user", ["manager", "decider", "applicant", "ops"])
async def test_nobody_else_does(web: Web, engine: Willing, user: str) -> None:
    assert (await announce(web, user)).json()["code"] == "forbidden"
    assert not engine.orders


async def test_a_standard_or_a_special_rule_is_announced_alike(web: Web, engine: Willing) -> None:
    for pack in ("example-heritage-hotel", "example-millet"):
        assert (await announce(web, edition={"id": pack, "version": "1.0"})).status_code == 201
    assert len(engine.orders) == 2


async def test_what_is_not_installed_is_not_announced(web: Web, engine: Willing) -> None:
    assert pointers(await announce(web, edition={"id": "service", "version": "9.9"})) == ["/edition"]
    assert not engine.orders


async def test_a_transition_ends_in_the_future(web: Web, engine: Willing) -> None:
    assert pointers(await announce(web, transition_until=str(date(2026, 1, 1)))) == ["/transition_until"]
    assert not engine.orders


async def test_the_same_again_is_known_and_another_day_is_refused(web: Web, engine: Willing) -> None:
    await announce(web)
    assert (await announce(web)).status_code == 201
    assert (await announce(web, transition_until="2098-12-31")).json()["code"] == "stage_conflict"
    assert {order.message.id for order in engine.orders} == {"requirements:service/1.0"}
    assert len((await listed(web)).json()["items"]) == 1


async def test_the_body_sees_what_is_announced_and_an_applicant_does_not(web: Web, engine: Willing) -> None:
    await announce(web)
    assert len((await listed(web, "manager")).json()["items"]) == 1
    assert (await listed(web, "applicant")).json()["code"] == "forbidden"
    assert engine.orders

"""R:7/6.5.1: who may bring news of an organization over HTTP, and in which form."""

from typing import Any

import pytest

from tests.api.conftest import Web

NEWS: dict[str, Any] = {
    "uscc": "91140100MA0000042D",
    "trigger": "d",
    "description": "媒体曝光",
    "on": "2026-03-02",
    "source": "media-watch",
    "id": "1",
}
PATH = "/api/v1/incidents"


@pytest.mark.parametrize(
    ("user", "status"),
    [("manager", 200), ("ops", 200), ("alliance", 200), ("applicant", 403), ("leader", 403), ("decider", 403)],
)
async def test_operations_case_managers_and_the_alliance_bring_news(web: Web, user: str, status: int) -> None:
    answer = await web.visitor.post(PATH, json=NEWS, headers=web.signed_in(user))
    assert answer.status_code == status
    assert status != 200 or answer.json() == {"cases": 0}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"trigger": "g"}, "/trigger"),
        ({"on": "2026-02-30"}, "/on"),
        ({"uscc": "91140100MA0000042E"}, "/uscc"),
        ({"description": " "}, "/description"),
        ({"source": "a feed"}, "/source"),
        ({"id": ""}, "/id"),
        ({"severity": 1}, "/severity"),
    ],
)
async def test_news_has_its_form(web: Web, changes: dict[str, Any], pointer: str) -> None:
    answer = await web.visitor.post(PATH, json=NEWS | changes, headers=web.signed_in("ops"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]

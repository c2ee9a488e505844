"""Anybody may read the daily roots; they name nobody, and are limited like the register."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
import rfc8785

from records import roots
from settings import Settings
from tests.api.conftest import Web


def write(web: Web, days: int = 3) -> None:
    with web.session() as session:
        for day in range(1, days + 1):
            roots.write(session, date(2026, 11, day), datetime(2026, 11, day, tzinfo=UTC))
        session.commit()


async def listed(web: Web, **query: Any) -> tuple[list[dict[str, Any]], str | None]:
    answer = await web.visitor.get("/api/v1/record/roots", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"], answer.json()["next_cursor"]


async def test_anybody_can_follow_the_roots_back_to_the_first(web: Web) -> None:
    write(web)
    items, end = await listed(web)
    assert ([one["day"] for one in items], end) == (["2026-11-03", "2026-11-02", "2026-11-01"], None)
    assert items[0]["previous"] == items[1]["root"]
    for said in items:
        root, stamp = said.pop("root"), said.pop("timestamp")
        assert stamp is None
        assert hashlib.sha256(rfc8785.dumps(said)).hexdigest() == root


async def test_they_name_nobody(web: Web) -> None:
    write(web, 1)
    [item] = (await listed(web))[0]
    assert set(item) == {"day", "cases", "heads", "previous", "root", "timestamp"}


async def test_they_come_in_pages(web: Web) -> None:
    write(web)
    first, cursor = await listed(web, limit=2)
    second, end = await listed(web, limit=2, cursor=cursor)
    assert ([one["day"][-1] for one in first + second], end) == (["3", "2", "1"], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=%FF", "cursor=WyJ4Il0="])
async def test_a_place_that_is_none_is_refused(web: Web, query: str) -> None:
    answer = await web.visitor.get(f"/api/v1/record/roots?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update=getattr(request, "param", {}))


@pytest.mark.parametrize("settings", [{"register_per_minute": 2}], indirect=True)
async def test_they_are_limited_by_address(web: Web) -> None:
    answers = [await web.visitor.get("/api/v1/record/roots") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]

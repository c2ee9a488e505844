"""Every list comes in pages of at most 100, and a cursor that is none of its own is `invalid`."""

import base64
import json
from typing import Any

import pytest

from api.access import ROUTES
from tests.api.conftest import Web
from tests.records.builders import kept

LISTS = {
    "certificates": "",
    "alliance/organizations": "",
    "record/roots": "",
    "cases": "manager",
    "tasks": "manager",
    "cases/{case_id}/events": "manager",
    "schemes/service/1.0/trial": "manager",
    "members": "manager",
    "grants": "admin",
    "operations/late-timers": "ops",
    "operations/overdue-dates": "ops",
    "national/exports": "manager",
    "alliance/reports": "alliance",
    "alliance/missing": "alliance",
    "waves": "manager",
    "waves/{wave_id}/applications": "manager",
}
"""Path → who reads it; empty: anybody."""


def cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


NONE = [
    "x",
    "%%%%",
    "é",
    base64.urlsafe_b64encode(b"[" * 300).decode(),
    cursor(),
    cursor({}),
    cursor(None),
    cursor(*[True]),
    cursor(1.5),
    cursor([1]),
    cursor(10**30),
    cursor("\0"),
    cursor("\ud800"),
    cursor("a", "b", "c", "d"),
    cursor("\0", "\0", "\0"),
    base64.urlsafe_b64encode(b"NaN").decode(),
]


async def status(web: Web, path: str, **query: Any) -> tuple[int, str]:
    headers = web.signed_in(LISTS[path]) if LISTS[path] else {}
    there = path.format(case_id="case-1", wave_id="demo-2027-1")
    answer = await web.visitor.get(f"/api/v1/{there}", params=query, headers=headers)
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def filled(web: Web) -> Web:
    with web.session() as session:
        kept(session, 1)
        session.commit()
    wave = {"year": 2027, "title": "x", "opens_on": "2027-01-04", "closes_on": "2027-03-31"}
    await web.visitor.post("/api/v1/waves", json=wave, headers=web.signed_in("manager"))
    return web


@pytest.mark.parametrize("path", LISTS)
async def test_what_is_no_cursor_of_a_list_is_invalid(filled: Web, path: str) -> None:
    assert await status(filled, path) == (200, "")
    for tampered in NONE:
        assert await status(filled, path, cursor=tampered) == (422, "invalid"), tampered


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_holds_one_to_a_hundred(filled: Web, path: str) -> None:
    assert await status(filled, path, limit=100) == (200, "")
    for limit in (0, -1, 101, 10**30):
        assert await status(filled, path, limit=limit) == (422, "invalid"), limit


def test_every_list_with_a_cursor_is_tried(web: Web) -> None:
    described = web.app.openapi()["paths"]
    with_cursor = {
        path
        for path, methods in described.items()
        for one in methods.get("get", {}).get("parameters", ())
        if one["name"] == "cursor"
    }
    tried = {path.replace("service/1.0", "{pack_id}/{version}") for path in LISTS}
    assert with_cursor == {f"/api/v1/{path}" for path in tried}
    assert {f"GET {path}" for path in with_cursor} <= ROUTES.keys()

"""What every answer tells a browser."""

import pytest
from asgi_lifespan import LifespanManager
from sqlalchemy import Engine

from api.app import create_app
from settings import Settings
from tests.api.conftest import Web

EVERYWHERE = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nowhere", "/health/live", "/openapi.json"])
async def test_an_answer_is_not_framed_guessed_at_run_or_kept(web: Web, path: str) -> None:
    headers = (await web.visitor.get(path)).headers
    assert {name: headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert "strict-transport-security" not in headers
    assert "server" not in headers


async def test_the_register_may_be_kept_for_a_minute(web: Web) -> None:
    assert (await web.visitor.get("/api/v1/certificates")).headers["cache-control"] == "public, max-age=60"


async def test_the_verification_page_may_use_its_own_style_and_nothing_else(web: Web) -> None:
    headers = (await web.visitor.get("/verify/JP-2026-00001")).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in headers["content-security-policy"]


async def test_reached_by_https_a_browser_comes_back_by_https(settings: Settings, database: Engine) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://jingpin.example.org"}))
    async with LifespanManager(app):
        web = Web(app, database, None)  # type: ignore[arg-type]
        answer = await web.from_address("192.0.2.1").get("/api/v1/me")
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"

"""Signing in at an issuer from the pages: only whoever began it, with its own answer, brings it to an end."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.app import create_app
from api.identity import Presented
from records.tables import SessionRow
from settings import Settings
from tests.api.browser import HOME, Browser
from tests.api.conftest import NO_ENGINE
from tests.api.issuer import ACCESS_TOKEN, AUDIENCE, CLIENT, OwnIssuer, own_issuer


@pytest.fixture
def issuer() -> Iterator[OwnIssuer]:
    with own_issuer() as issuer:
        yield issuer


@pytest.fixture
def settings(tmp_path: Path, issuer: OwnIssuer) -> Settings:
    return Settings(
        data=tmp_path,
        temporal_address=NO_ENGINE,
        public_url=HOME,
        trial=True,
        oidc_issuer=issuer.url,
        oidc_audience=AUDIENCE,
        oidc_client=CLIENT,
    )


@pytest.fixture
async def app(settings: Settings, database: Engine) -> AsyncIterator[Any]:
    assert database
    app = create_app(settings)
    async with LifespanManager(app):
        yield app


@pytest.fixture
async def browser(app: Any) -> AsyncIterator[Browser]:
    browser = Browser(app)
    yield browser
    await browser.http.aclose()


async def come_back(browser: Browser, brought: dict[str, str]) -> int:
    return (await browser.open(f"/sign-in/return?{urlencode(brought)}")).status_code


async def led(browser: Browser, path: str = "/sign-in?next=/%3Fa%3D1") -> str:
    answer = await browser.open(path)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def sign_in(browser: Browser, issuer: OwnIssuer, **changes: Any) -> int:
    return await come_back(browser, issuer.signed_in(await led(browser), **changes))


async def test_one_is_led_to_the_issuer_with_pkce_state_and_nonce(browser: Browser, issuer: OwnIssuer) -> None:
    """RFC 9700, 2.1.1."""
    first, second = [
        {name: value[0] for name, value in parse_qs(urlsplit(await led(browser)).query).items()} for _ in range(2)
    ]
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert first["redirect_uri"] == f"{HOME}/sign-in/return"
    assert all(len(first[name]) >= 43 and first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert issuer.url


async def test_who_comes_back_is_signed_in_and_where_they_wanted_to_be(browser: Browser, issuer: OwnIssuer) -> None:
    assert await sign_in(browser, issuer) == 303
    assert browser.page.headers["location"] == "/?a=1"
    assert "林经理" in (await browser.open("/")).text
    assert issuer.authorizations == [None]


async def test_a_client_with_a_secret_shows_it(settings: Settings, app: Any, issuer: OwnIssuer) -> None:
    settings.oidc_client_secret = SecretStr("a b")
    assert await sign_in(Browser(app), issuer) == 303
    assert issuer.authorizations == ["Basic " + base64.b64encode(f"{CLIENT}:a+b".encode()).decode()]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": AUDIENCE},
        {"azp": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"iat": None},
        {"at_hash": "another"},
        {"sub": None},
        {"realm_access": None},
        {"body": "unknown"},
        {"realm_access": {"roles": ["machine", "admin"]}},
    ],
    ids=str,
)
async def test_an_answer_that_is_for_others_signs_nobody_in(
    browser: Browser, issuer: OwnIssuer, changes: dict[str, Any]
) -> None:
    assert await sign_in(browser, issuer, **changes) == 403
    assert not browser.cookie


async def test_the_hash_of_the_access_token_has_to_fit(browser: Browser, issuer: OwnIssuer) -> None:
    """OIDC Core, 3.1.3.8."""
    half = hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16]
    fits = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert await sign_in(browser, issuer, at_hash=fits) == 303


@pytest.mark.parametrize(
    "changes", [{"state": "another"}, {"iss": "https://elsewhere.example"}, {"code": ""}, {"code": "x"}]
)
async def test_a_return_that_was_not_asked_for_signs_nobody_in(
    browser: Browser, issuer: OwnIssuer, changes: dict[str, str]
) -> None:
    brought = issuer.signed_in(await led(browser)) | changes
    assert (await come_back(browser, brought), browser.cookie) == (403, "")


async def test_another_browser_does_not_finish_what_this_one_began(
    app: Any, browser: Browser, issuer: OwnIssuer
) -> None:
    """Nobody is signed in as somebody else by a link."""
    other = Browser(app)
    brought = issuer.signed_in(await led(browser))
    assert (await come_back(other, brought), other.cookie) == (403, "")
    await led(other)
    assert (await come_back(other, brought), other.cookie) == (403, "")


async def test_a_return_is_good_once_and_for_ten_minutes(
    browser: Browser, issuer: OwnIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = issuer.signed_in(await led(browser))
    assert [await come_back(browser, brought) for _ in range(2)] == [303, 403]
    late = issuer.signed_in(await led(browser), exp=int(time.time()) + 3600)
    kept, later = browser.http.cookies["__Host-sign-in"], time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)
    browser.http.cookies.set("__Host-sign-in", kept)  # as a browser would that does not let it end
    assert await come_back(browser, late) == 403


async def test_a_fresh_password_is_asked_for_and_of_the_same_person(browser: Browser, issuer: OwnIssuer) -> None:
    await sign_in(browser, issuer, auth_time=int(time.time()) - 600)
    first = browser.cookie
    asked = await led(browser, "/step-up?next=/")
    query = parse_qs(urlsplit(asked).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    somebody_else = {"preferred_username": "he", "sub": "7a"}
    assert await come_back(browser, issuer.signed_in(asked, **somebody_else)) == 403
    assert browser.cookie == first
    asked = await led(browser, "/step-up?next=/")
    assert await come_back(browser, issuer.signed_in(asked)) == 303
    assert browser.cookie != first


@pytest.mark.parametrize(("auth_time", "fresh"), [(0, True), (-600, False), (None, False)])
async def test_fresh_is_who_gave_a_password_at_the_issuer_lately(
    app: Any, browser: Browser, issuer: OwnIssuer, auth_time: int | None, *, fresh: bool
) -> None:
    at = None if auth_time is None else int(time.time()) + auth_time
    assert await sign_in(browser, issuer, auth_time=at) == 303
    found = await app.state.callers._remembered(Presented(browser.cookie, by_cookie=True))  # noqa: SLF001
    assert found.fresh is fresh


async def test_signing_out_leads_to_the_issuers_end_of_its_session(
    app: Any, browser: Browser, issuer: OwnIssuer
) -> None:
    await sign_in(browser, issuer)
    await browser.open("/")
    leaves = urlsplit((await browser.send("/sign-out")).headers["location"])
    query = parse_qs(leaves.query)
    assert f"{leaves.scheme}://{leaves.netloc}{leaves.path}" == f"{issuer.url}/end"
    assert (query["client_id"], query["post_logout_redirect_uri"]) == ([CLIENT], [f"{HOME}/"])
    assert query["id_token_hint"][0].count(".") == 2
    with Session(app.state.database) as session:
        assert session.exec(select(SessionRow)).one().issuer_token == ""


async def test_passwords_are_the_issuers_alone(browser: Browser) -> None:
    answer = await browser.http.post("/sign-in", data={"username": "manager", "password": "x"})
    assert answer.status_code == 404


async def test_without_a_client_at_the_issuer_there_are_no_pages(settings: Settings, browser: Browser) -> None:
    settings.oidc_client = ""
    assert (await browser.open("/sign-in")).status_code == 404

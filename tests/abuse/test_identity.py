"""Being somebody else: by a session that is over, planted or another's, by a page of another site, or by trying names.

Forged and confused tokens are in `tests/api/test_oidc.py`, answers of a sign-in for others in `test_code_flow.py`.
"""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api import identity
from records.tables import Account
from tests.api.browser import HOME, Browser
from tests.api.conftest import Web, database, settings, web  # noqa: F401  # fixtures
from tests.api.test_pages import HASHED, PASSWORD

API = f"{HOME}/api/v1"
EVIL = "https://evil.example"


@pytest.fixture(autouse=True)
def with_passwords(web: Web) -> None:  # noqa: F811  # the fixture
    with web.session() as session:
        for user in ("manager", "decider", "admin"):
            session.get_one(Account, user).password_hash = HASHED
        session.commit()


@pytest.fixture
async def victim(web: Web) -> AsyncIterator[Browser]:  # noqa: F811
    """Somebody who has signed in on the pages, and has one open."""
    browser = Browser(web.app)
    await browser.sign_in("manager", PASSWORD)
    await browser.open("/")
    yield browser
    await browser.http.aclose()


async def sent(victim: Browser, path: str = "/api/v1/auth/logout", **headers: str) -> int:
    """The status of what a browser sends under the victim's cookie."""
    return (await victim.http.post(path, json={}, headers=headers)).status_code


async def test_a_session_after_signing_out_opens_nothing_by_cookie_nor_as_bearer(victim: Browser) -> None:
    token = victim.cookie
    await victim.send("/sign-out")
    victim.http.cookies.set("__Host-session", token)
    assert (await victim.http.get(f"{API}/me")).status_code == 401
    assert (await victim.http.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_a_cookies_token_is_no_bearer_token_nor_the_other_way_round(web: Web, victim: Browser) -> None:  # noqa: F811
    other = Browser(web.app)
    assert (await other.http.get(f"{API}/me", headers={"Authorization": f"Bearer {victim.cookie}"})).status_code == 401
    other.http.cookies.set("__Host-session", web.app.state.callers.begin("manager"))
    assert (await other.http.get(f"{API}/me")).status_code == 401


async def test_another_site_sends_nothing_under_a_victims_cookie(victim: Browser) -> None:
    csrf = {"X-CSRF-Token": victim.hidden()["csrf"]}
    for headers in (
        {},
        {"Origin": HOME},
        {"Origin": HOME, "X-CSRF-Token": ""},
        {"Origin": HOME, "X-CSRF-Token": "0" * 64},
        csrf,
        csrf | {"Origin": EVIL},
        csrf | {"Origin": "null"},
        csrf | {"Origin": f"{HOME}.evil.example"},
        csrf | {"Origin": "http://jingpin.test"},
        csrf | {"Origin": HOME, "Sec-Fetch-Site": "cross-site"},
        csrf | {"Sec-Fetch-Site": "same-site"},
    ):
        assert await sent(victim, **headers) == 403, headers
    assert (await victim.open("/")).status_code == 200
    assert await sent(victim, **csrf, Origin=HOME) == 204


async def test_a_form_of_another_site_neither_signs_out_nor_in(victim: Browser) -> None:
    for origin in (EVIL, "null", None):
        assert (await victim.send("/sign-out", origin=origin)).status_code == 403
        await victim.open("/sign-in")
        assert (await victim.send("/sign-in", origin, username="decider", password=PASSWORD)).status_code == 403
        await victim.open("/")
    assert "马经理" in victim.page.text


async def test_the_token_of_another_session_is_none(web: Web, victim: Browser) -> None:  # noqa: F811
    own = Browser(web.app)
    await own.sign_in("manager", PASSWORD)
    await own.open("/")
    assert await sent(victim, **{"Origin": HOME, "X-CSRF-Token": own.hidden()["csrf"]}) == 403


async def test_an_upload_under_a_cookie_needs_the_token_in_its_header(victim: Browser) -> None:
    csrf, file = victim.hidden()["csrf"], {"file": ("x.pdf", b"%PDF-1.7")}
    answer = await victim.http.post(f"{API}/files", files=file, data={"csrf": csrf}, headers={"Origin": HOME})
    assert answer.status_code == 403


@pytest.mark.parametrize("planted", ["chosen by somebody else", ""])
async def test_a_planted_session_is_not_taken_over_by_who_signs_in(
    web: Web,  # noqa: F811
    planted: str,
) -> None:
    attacker, browser = Browser(web.app), Browser(web.app)
    await attacker.sign_in("decider", PASSWORD)
    token = planted or attacker.cookie
    browser.http.cookies.set("__Host-session", token)
    await browser.sign_in("manager", PASSWORD)
    assert token not in str(browser.page.headers["set-cookie"])
    attacker.http.cookies.clear()
    attacker.http.cookies.set("__Host-session", token)
    assert (await attacker.http.get(f"{API}/me")).status_code == 401


async def test_a_bearer_token_counts_and_not_the_cookie_beside_it(web: Web, victim: Browser) -> None:  # noqa: F811
    assert (await victim.http.get(f"{API}/me", headers=web.signed_in("admin"))).json()["user"] == "admin"
    for wrong in ("Bearer x", "Bearer ", "Basic eDp4", ""):
        assert (await victim.http.get(f"{API}/me", headers={"Authorization": wrong})).status_code == 401


@pytest.mark.parametrize(
    "there",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/ok\r\nSet-Cookie: a=b",
        "/a\\..\\b",
        "",
    ],
)
async def test_signing_in_and_giving_the_password_again_lead_to_nowhere_else(victim: Browser, there: str) -> None:
    victim.page = await victim.http.get("/step-up", params={"next": there})
    assert victim.hidden()["next"] == "/"
    assert (await victim.send("/step-up", next=there, password=PASSWORD)).headers["location"] == "/"
    victim.page = await victim.http.get("/sign-in", params={"next": there})
    assert victim.hidden()["next"] == "/"
    fields = {"username": "manager", "password": PASSWORD, "next": there}
    assert (await victim.send("/sign-in", **fields)).headers["location"] == "/"


async def test_trying_to_sign_in_does_not_tell_who_has_an_account(
    web: Web,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same answer after the same work, also where an account is closed or has no password yet."""
    with web.session() as session:
        session.get_one(Account, "decider").active = False
        session.get_one(Account, "leader").password_hash = "!"
        session.commit()
    checked: list[str] = []
    verify = identity.PasswordHash.verify

    def counted(hasher: identity.PasswordHash, password: str, hashed: str) -> bool:
        checked.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return verify(hasher, password, hashed)

    monkeypatch.setattr(identity.PasswordHash, "verify", counted)
    told = [await tried(web, user) for user in ("manager", "decider", "leader", "nobody")]
    assert told == [told[0]] * 4
    assert checked == [checked[0]] * 8


async def tried(web: Web, user: str) -> tuple[Any, ...]:  # noqa: F811
    """What is said of a wrong password, by the API and on the page."""
    form = {"username": user, "password": "wrong"}
    answer = await web.visitor.post(f"{API}/auth/token", data=form)
    page = await Browser(web.app).sign_in(user, "wrong")
    return answer.status_code, answer.text, page.status_code, page.text.replace(user, "")


async def test_an_unknown_name_is_closed_to_tries_like_a_known_one(web: Web) -> None:  # noqa: F811
    for user in ("manager", "nobody"):
        form = {"username": user, "password": "wrong"}
        told = [(await web.visitor.post(f"{API}/auth/token", data=form)).status_code for _ in range(11)]
        assert told == [401] * 10 + [429]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/me/password", {"current": PASSWORD, "new": "x" * 12, "roles": ["admin"]}),
        ("/auth/logout", {"user": "decider"}),
        ("/grants", {"user": "new", "roles": ["auditor"], "name": "新", "email": "a@b", "body": "other"}),
        ("/grants", {"user": "new", "roles": ["auditor"], "name": "新", "email": "a@b", "outcome": "granted"}),
        ("/grants", {"user": "new", "roles": ["auditor"], "name": "新", "email": "a@b", "asked_by": "person-ops"}),
        ("/members/leader/absences", {"first": "2027-01-01", "last": "2027-01-01", "person": "person-admin"}),
        ("/members/leader/competences", {"trade": "catering", "roles": ["admin"]}),
        ("/members/leader/address", {"email": "a@b", "user": "admin"}),
        ("/members/feed/secret", {"ends_at": "2999-01-01"}),
    ],
)
async def test_a_field_nobody_asked_for_is_refused(web: Web, path: str, body: dict[str, Any]) -> None:  # noqa: F811
    answer = await web.visitor.post(f"{API}{path}", json=body, headers=web.signed_in("admin"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_nothing_that_opens_is_read_from_an_address(web: Web, victim: Browser) -> None:  # noqa: F811
    """Addresses are written to logs."""
    form: dict[str, str] = {"username": "manager", "password": PASSWORD}
    for path in ("/api/v1/auth/token", "/sign-in"):
        answer = await web.visitor.post(f"{HOME}{path}", params=form, data={"x": ""}, headers={"Origin": HOME})
        assert answer.status_code in {401, 422}
    token = {"access_token": web.app.state.callers.begin("manager"), "session": victim.cookie}
    assert (await web.visitor.get(f"{API}/me", params=token)).status_code == 401
    csrf = {"csrf": victim.hidden()["csrf"]}
    answer = await victim.http.post("/sign-out", params=csrf, headers={"Origin": HOME})
    assert answer.status_code == 403


async def test_a_cookie_that_any_host_could_set_is_not_read(web: Web, victim: Browser) -> None:  # noqa: F811
    for name in ("session", "__Secure-session"):
        headers = {"Cookie": f"{name}={victim.cookie}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web.app), base_url=HOME) as http:
            assert (await http.get("/api/v1/me", headers=headers)).status_code == 401

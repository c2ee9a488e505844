"""The pages' sessions: begun with a form, carried by a cookie, ended by idleness, by their age and by signing out."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from sqlmodel import Session, col, select

from api.identity import hasher
from records.tables import Account, SessionRow
from tests.api.browser import Browser
from tests.api.conftest import Web

PASSWORD = "a password of one's own"
HASHED = hasher.hash(PASSWORD)


@pytest.fixture(autouse=True)
def with_passwords(web: Web) -> None:
    with web.session() as session:
        for user in ("manager", "decider"):
            session.get_one(Account, user).password_hash = HASHED
        session.commit()


@pytest.fixture
async def browser(web: Web) -> AsyncIterator[Browser]:
    browser = Browser(web.app)
    yield browser
    await browser.http.aclose()


@pytest.fixture
async def manager(browser: Browser) -> Browser:
    assert (await browser.sign_in("manager", PASSWORD)).status_code == 303
    return browser


def sessions(session: Session, user: str = "manager") -> list[SessionRow]:
    return list(session.exec(select(SessionRow).where(col(SessionRow.user) == user)).all())


async def known(web: Web, browser: Browser) -> bool:
    """Whether the first page opens, asked of the record."""
    web.app.state.callers._known.clear()  # noqa: SLF001  # two seconds have passed
    return (await browser.open("/")).status_code == 200


async def test_who_has_not_signed_in_is_led_there_and_back_again(browser: Browser) -> None:
    led = await browser.open("/?a=1&b=2")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=%2F%3Fa%3D1%26b%3D2")
    await browser.open(led.headers["location"])
    back = await browser.send("/sign-in", username="manager", password=PASSWORD)
    assert (back.status_code, back.headers["location"]) == (303, "/?a=1&b=2")
    assert (await browser.open("/")).status_code == 200


async def test_a_session_is_a_cookie_that_no_script_reads_and_no_other_host_sets(browser: Browser) -> None:
    answer = await browser.sign_in("manager", PASSWORD)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-session=")
    assert {*attributes} == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}


@pytest.mark.parametrize(
    ("language", "lang", "words"),
    [("zh-CN", "zh-CN", "登录"), ("en-GB,zh;q=0.5", "en", "Sign in"), ("", "zh-CN", "登录")],
)
async def test_pages_are_in_chinese_or_in_english_as_the_reader_prefers(
    web: Web, language: str, lang: str, words: str
) -> None:
    text = (await Browser(web.app, language).open("/sign-in")).text
    assert f'<html lang="{lang}">' in text
    assert f"<h1>{words}</h1>" in text


async def test_the_first_page_says_who_one_is(manager: Browser) -> None:
    text = (await manager.open("/")).text
    assert all(words in text for words in ("马经理", "manager", "案件经理", "示例认证有限公司", "退出登录"))


async def test_a_page_has_no_script_and_nothing_from_elsewhere(manager: Browser) -> None:
    for path in ("/", "/sign-in", "/step-up"):
        answer = await manager.open(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy + answer.text
        assert "http" not in answer.text
        assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_password_is_told_beside_the_form_and_repeated_nowhere(browser: Browser) -> None:
    answer = await browser.sign_in("manager", "not the password")
    assert (answer.status_code, browser.cookie) == (401, "")
    assert "账号、密码或验证码不正确" in answer.text
    assert 'value="manager"' in answer.text
    assert "not the password" not in answer.text


async def test_too_many_wrong_passwords_close_the_pages_too(browser: Browser) -> None:
    for _ in range(10):
        await browser.sign_in("manager", "wrong")
    assert (await browser.sign_in("manager", PASSWORD)).status_code == 429


async def test_a_second_factor_is_asked_for(web: Web, browser: Browser) -> None:
    api = "http://jingpin.test/api/v1/me/second-factor"
    begun = await web.visitor.post(api, json={}, headers=web.signed_in("manager"))
    codes = pyotp.parse_uri(begun.json()["uri"])
    assert isinstance(codes, pyotp.TOTP)
    shown = {"code": codes.at(int(time.time()) - 30)}
    await web.visitor.post(f"{api}/confirmation", json=shown, headers=web.signed_in("manager"))
    assert (await browser.sign_in("manager", PASSWORD)).status_code == 401
    assert (await browser.sign_in("manager", PASSWORD, code=codes.now())).status_code == 303


@pytest.mark.parametrize(("minutes", "lives"), [(29, True), (31, False)])
async def test_half_an_hour_without_use_ends_a_session(
    web: Web, manager: Browser, minutes: int, *, lives: bool
) -> None:
    with web.session() as session:
        (row,) = sessions(session)
        row.seen_at = datetime.now(UTC) - timedelta(minutes=minutes)
        session.commit()
    assert await known(web, manager) is lives
    with web.session() as session:
        (row,) = sessions(session)
        assert row.seen_at
        assert (datetime.now(UTC) - row.seen_at < timedelta(minutes=1)) is lives


async def test_twelve_hours_end_it_however_much_it_is_used(web: Web, manager: Browser) -> None:
    with web.session() as session:
        (row,) = sessions(session)
        assert row.ends_at - row.began_at == timedelta(hours=12)
        row.ends_at = datetime.now(UTC)
        session.commit()
    assert not await known(web, manager)


async def test_signing_out_ends_it_at_once(web: Web, manager: Browser) -> None:
    held = manager.cookie
    await manager.open("/")
    answer = await manager.send("/sign-out")
    assert (answer.status_code, answer.headers["location"], manager.cookie) == (303, "/sign-in", "")
    manager.http.cookies.set("__Host-session", held)
    assert (await manager.open("/")).status_code == 303
    with web.session() as session:
        assert sessions(session)[0].ends_at <= datetime.now(UTC)


async def test_a_page_may_call_the_api_with_its_token(manager: Browser) -> None:
    assert (await manager.open("/api/v1/me")).json()["user"] == "manager"
    await manager.open("/")
    headers = {"Origin": "https://jingpin.test", "X-CSRF-Token": manager.hidden()["csrf"]}
    answer = await manager.http.post("/api/v1/auth/logout", json={}, headers=headers)
    assert answer.status_code == 204
    assert (await manager.open("/api/v1/me")).status_code == 401


async def test_what_decides_asks_for_the_password_again_and_goes_on_under_a_new_token(
    web: Web, browser: Browser
) -> None:
    await browser.sign_in("decider", PASSWORD)
    first = browser.cookie
    with web.session() as session:
        sessions(session, "decider")[0].began_at -= timedelta(minutes=6)
        session.commit()
    web.app.state.callers._known.clear()  # noqa: SLF001
    assert (await deciding(browser)).json()["code"] == "step_up_required"

    await browser.open("/step-up?next=/")
    assert (await browser.send("/step-up", password="wrong")).status_code == 401
    assert (await browser.send("/step-up", password=PASSWORD)).headers["location"] == "/"
    assert (await deciding(browser)).status_code == 404
    assert browser.cookie != first
    browser.http.cookies.set("__Host-session", first)
    assert not await known(web, browser)


async def deciding(browser: Browser) -> httpx.Response:
    await browser.open("/")
    headers = {"Origin": "https://jingpin.test", "X-CSRF-Token": browser.hidden()["csrf"]}
    return await browser.http.post("/api/v1/grants/x", json={"outcome": "granted"}, headers=headers)


async def test_a_refusal_on_a_page_is_a_page(web: Web, manager: Browser) -> None:
    answer = await manager.send("/sign-out", csrf="wrong")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "页面已过期" in answer.text
    assert (await manager.http.post("/sign-in", data={})).status_code == 422
    assert await known(web, manager)


async def test_a_name_is_text_on_a_page(web: Web, manager: Browser) -> None:
    with web.session() as session:
        session.get_one(Account, "manager").name = "<script>{{ 7 * 7 }}</script>"
        session.commit()
    web.app.state.callers._known.clear()  # noqa: SLF001
    text = (await manager.open("/")).text
    assert "&lt;script&gt;{{ 7 * 7 }}&lt;/script&gt;" in text
    assert "<script>" not in text

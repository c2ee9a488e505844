"""A second factor: begun, confirmed, then asked for at each sign-in; each code is taken once."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pyotp
import pytest

from api.identity import hasher
from records.tables import Account
from tests.api.conftest import Web

API = "http://jingpin.test/api/v1"
PASSWORD = "a password of one's own"


@pytest.fixture(autouse=True)
def with_a_password(web: Web) -> None:
    with web.session() as session:
        session.get_one(Account, "decider").password_hash = hasher.hash(PASSWORD)
        session.commit()


async def post(web: Web, path: str, **body: Any) -> httpx.Response:
    return await web.visitor.post(f"{API}/me/second-factor{path}", json=body, headers=web.signed_in("decider"))


async def signing_in(web: Web, **more: str) -> int:
    form = {"username": "decider", "password": PASSWORD, **more}
    return (await web.visitor.post(f"{API}/auth/token", data=form)).status_code


Shows = Callable[[int], str]


@pytest.fixture
async def app(web: Web) -> Shows:
    """An authenticator app that was given the secret: what it shows, so many steps from now."""
    answer = await post(web, "")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    codes = pyotp.parse_uri(answer.json()["uri"])
    assert isinstance(codes, pyotp.TOTP)
    return lambda steps: codes.at(int(time.time()) + 30 * steps)


@pytest.fixture
async def confirmed(web: Web, app: Shows) -> Shows:
    assert (await post(web, "/confirmation", code=app(-1))).status_code == 204
    return app


async def test_until_it_is_confirmed_the_password_is_enough(web: Web, app: Shows) -> None:
    assert app
    assert await signing_in(web) == 200
    wrong = f"{(int(app(0)) + 1) % 1000000:06}"
    answer = await post(web, "/confirmation", code=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/code")
    assert await signing_in(web) == 200


async def test_then_the_password_alone_opens_nothing(web: Web, confirmed: Shows) -> None:
    assert await signing_in(web) == 401
    assert await signing_in(web, code="") == 401
    assert await signing_in(web, code=confirmed(0)) == 200


async def test_a_code_is_taken_once_and_none_before_it(web: Web, confirmed: Shows) -> None:
    """RFC 6238, 5.2."""
    code = confirmed(0)
    assert [await signing_in(web, code=code) for _ in range(2)] == [200, 401]
    assert await signing_in(web, code=confirmed(-1)) == 401


@pytest.mark.parametrize("steps", [-5, 5])
async def test_a_code_of_another_time_is_not_taken(web: Web, confirmed: Shows, steps: int) -> None:
    assert await signing_in(web, code=confirmed(steps)) == 401


async def test_another_cannot_be_begun_while_one_is_in_use(web: Web, confirmed: Shows) -> None:
    assert (await post(web, "")).json()["code"] == "stage_conflict"
    assert (await post(web, "/end", code=confirmed(0))).status_code == 204
    assert await signing_in(web) == 200
    assert (await post(web, "")).status_code == 201


async def test_wrong_codes_are_counted_like_wrong_passwords(web: Web, confirmed: Shows) -> None:
    tries = [await signing_in(web, code="12345") for _ in range(11)]
    assert tries == [401] * 10 + [429]
    assert await signing_in(web, code=confirmed(0)) == 429


async def test_another_installations_key_gives_other_codes(web: Web, confirmed: Shows) -> None:
    """The record alone gives none."""
    web.app.state.secrets.key = b"another"
    assert await signing_in(web, code=confirmed(0)) == 401

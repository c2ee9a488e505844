"""Sessions begin with a password and end when they are told to: at once, and for every route."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, select

from api.identity import hasher
from records.tables import Account, SessionRow
from tests.api.conftest import Web

TOKEN, ME = "http://jingpin.test/api/v1/auth/token", "http://jingpin.test/api/v1/me"
LOGOUT, PASSWORD = "http://jingpin.test/api/v1/auth/logout", "http://jingpin.test/api/v1/me/password"
OLD, NEW = "the password until now", "the password from now on"


@pytest.fixture(autouse=True)
def with_a_password(web: Web) -> None:
    with web.session() as session:
        account = session.get_one(Account, "manager")
        account.password_hash = hasher.hash(OLD)
        session.add(account)
        session.commit()


async def signing_in(web: Web, password: str = OLD, user: str = "manager") -> httpx.Response:
    return await web.visitor.post(TOKEN, data={"username": user, "password": password})


async def signed_in(web: Web) -> dict[str, str]:
    answer = await signing_in(web)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def known(web: Web, headers: dict[str, str]) -> bool:
    status = (await web.visitor.get(ME, headers=headers)).status_code
    assert status in {200, 401}
    return status == 200


async def post(web: Web, path: str, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await web.visitor.post(path, json=body, headers=headers)


def the_session(session: Session) -> SessionRow:
    return session.exec(select(SessionRow).where(col(SessionRow.user) == "manager")).one()


async def test_a_session_lasts_twelve_hours(web: Web) -> None:
    answer = await signing_in(web)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 12 * 3600)
    with web.session() as session:
        row = the_session(session)
        assert row.ends_at - row.began_at == timedelta(hours=12)


@pytest.mark.parametrize(("left", "lives"), [(timedelta(minutes=1), True), (timedelta(seconds=-1), False)])
async def test_it_is_known_until_its_end(web: Web, left: timedelta, *, lives: bool) -> None:
    headers = await signed_in(web)
    with web.session() as session:
        the_session(session).ends_at = datetime.now(UTC) + left
        session.commit()
    assert await known(web, headers) is lives


async def test_after_signing_out_its_token_is_worth_nothing(web: Web) -> None:
    ended, other = await signed_in(web), await signed_in(web)
    assert await known(web, ended)
    assert (await post(web, LOGOUT, ended)).status_code == 204
    assert [await known(web, headers) for headers in (ended, other)] == [False, True]
    assert (await post(web, LOGOUT, ended)).status_code == 401


async def test_who_was_looked_up_while_it_ended_is_not_remembered(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, callers = await signed_in(web), web.app.state.callers
    look_up = callers._look_up  # noqa: SLF001

    def slow(shown: Any) -> Any:
        found = look_up(shown)
        callers.end("manager")
        return found

    monkeypatch.setattr(callers, "_look_up", slow)
    await web.visitor.get(ME, headers=headers)
    monkeypatch.undo()
    assert (await web.visitor.get(ME, headers=headers)).status_code == 401


async def test_one_may_sign_out_everywhere(web: Web) -> None:
    both = [await signed_in(web), await signed_in(web)]
    assert (await post(web, LOGOUT, both[0], everywhere=True)).status_code == 204
    assert [await known(web, headers) for headers in both] == [False, False]


async def test_a_new_password_ends_every_other_session(web: Web) -> None:
    other, own = await signed_in(web), await signed_in(web)
    assert (await post(web, PASSWORD, own, current=OLD, new=NEW)).status_code == 204
    assert [await known(web, headers) for headers in (other, own)] == [False, True]
    assert [(await signing_in(web, password)).status_code for password in (OLD, NEW)] == [401, 200]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"current": "another", "new": NEW}, 401),
        ({"current": OLD, "new": OLD}, 422),
        ({"current": OLD, "new": "x" * 11}, 422),
        ({"current": OLD, "new": "x" * 201}, 422),
    ],
)
async def test_a_password_is_not_changed_without_the_one_before_nor_to_a_short_one(
    web: Web, body: dict[str, str], status: int
) -> None:
    answer = await post(web, PASSWORD, await signed_in(web), **body)
    assert answer.status_code == status
    assert not any(word in answer.text for word in body.values())
    assert (await signing_in(web)).status_code == 200


async def test_the_record_keeps_no_token(web: Web) -> None:
    token = (await signing_in(web)).json()["access_token"]
    with web.session() as session:
        assert token not in the_session(session).model_dump_json()


async def test_ten_wrong_passwords_close_an_account_to_passwords_for_a_while(web: Web) -> None:
    held = await signed_in(web)
    tries = [(await signing_in(web, "wrong")).status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    assert (await signing_in(web)).status_code == 429
    assert (await signing_in(web, user="nobody")).status_code == 401
    assert await known(web, held)


async def test_one_address_tries_so_often_a_minute(web: Web) -> None:
    tries = [(await signing_in(web, user=f"nobody{number}")).status_code for number in range(61)]
    assert tries == [401] * 60 + [429]


async def test_a_closed_account_has_no_session(web: Web) -> None:
    headers = await signed_in(web)
    with web.session() as session:
        account = session.get_one(Account, "manager")
        account.active = False
        session.add(account)
        session.commit()
    assert not await known(web, headers)

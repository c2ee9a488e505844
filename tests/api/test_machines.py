"""Machine accounts: two people open one; it signs in with its secret, and does what no person is needed for."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, select

from api import access
from api.identity import Caller, hasher
from records.tables import Account, MachineSecretRow
from tests.api.conftest import Web
from tests.api.test_incidents import NEWS

API = "http://jingpin.test/api/v1"
FEED: dict[str, Any] = {"user": "feed", "roles": ["machine"], "name": "信用名单", "email": "feed@example.org"}


async def post(web: Web, by: str, path: str, /, **body: Any) -> httpx.Response:
    return await web.visitor.post(f"{API}{path}", json=body, headers=web.signed_in(by))


async def granted(web: Web, **changes: Any) -> httpx.Response:
    asked = await post(web, "admin", "/grants", **FEED | changes)
    return await post(web, "decider", f"/grants/{asked.json()['id']}", outcome="granted")


async def renewed(web: Web, *, at_once: bool = False) -> dict[str, Any]:
    answer = await post(web, "admin", "/members/feed/secret", at_once=at_once)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    return dict(answer.json())


async def signing_in(web: Web, secret: str, user: str = "feed", **headers: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": user, "client_secret": secret}
    return await web.visitor.post(f"{API}/auth/token", data=form, headers=headers)


@pytest.fixture
async def secret(web: Web) -> str:
    assert (await granted(web)).status_code == 200
    return str((await renewed(web))["client_secret"])


@pytest.fixture
async def machine(web: Web, secret: str) -> dict[str, str]:
    """The headers of a machine that has signed in."""
    return {"Authorization": f"Bearer {(await signing_in(web, secret)).json()['access_token']}"}


def ended(session: Session) -> list[MachineSecretRow]:
    return list(session.exec(select(MachineSecretRow).order_by(col(MachineSecretRow.made_at))).all())


async def test_a_machine_signs_in_with_its_secret_for_an_hour(web: Web, secret: str) -> None:
    answer = await signing_in(web, secret)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 3600)
    assert len(secret) >= 43  # 256 bits


async def test_it_may_give_its_secret_as_http_basic(web: Web, secret: str) -> None:
    """RFC 6749, 2.3.1."""
    words = base64.b64encode(f"feed:{secret}".encode()).decode()
    assert (await signing_in(web, "", "", Authorization=f"Basic {words}")).status_code == 200
    wrong = base64.b64encode(b"feed:wrong").decode()
    for unreadable in (wrong, "%%%", base64.b64encode(b"\xff:x").decode()):
        assert (await signing_in(web, secret, Authorization=f"Basic {unreadable}")).status_code == 401


@pytest.mark.parametrize(("user", "secret_too"), [("feed", False), ("nobody", True), ("admin", True), ("", True)])
async def test_a_wrong_secret_or_anothers_opens_nothing(web: Web, secret: str, user: str, *, secret_too: bool) -> None:
    answer = await signing_in(web, secret if secret_too else "wrong", user)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_the_record_keeps_no_secret(web: Web, secret: str) -> None:
    with web.session() as session:
        (row,) = ended(session)
        assert secret not in row.model_dump_json()
        assert row.made_by == "person-admin"


async def test_a_new_secret_lets_the_one_before_go_on_for_a_week_and_no_third(web: Web, secret: str) -> None:
    second, third = [str((await renewed(web))["client_secret"]) for _ in range(2)]
    opened = [(await signing_in(web, one)).status_code for one in (secret, second, third)]
    assert opened == [401, 200, 200]
    with web.session() as session:
        left = [row.ends_at - datetime.now(UTC) for row in ended(session)]
    assert timedelta(days=6, hours=23) < left[1] <= timedelta(days=7) < timedelta(days=364) < left[2]


async def test_a_renewal_that_is_sent_again_is_the_same_and_ends_nothing(web: Web, secret: str) -> None:
    headers = web.signed_in("admin") | {"Idempotency-Key": "renewal-1"}
    url = f"{API}/members/feed/secret"
    first, again = [await web.visitor.post(url, json={}, headers=headers) for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert [(await signing_in(web, one)).status_code for one in (secret, first.json()["client_secret"])] == [200, 200]


async def test_a_secret_that_somebody_may_know_ends_at_once_and_its_sessions_with_it(
    web: Web, secret: str, machine: dict[str, str]
) -> None:
    new = (await renewed(web, at_once=True))["client_secret"]
    assert [(await signing_in(web, one)).status_code for one in (secret, new)] == [401, 200]
    assert (await web.visitor.get(f"{API}/me", headers=machine)).status_code == 401


async def test_a_secret_ends_after_a_year(web: Web, secret: str) -> None:
    with web.session() as session:
        (row,) = ended(session)
        assert row.ends_at - row.made_at == timedelta(days=365)
        row.ends_at = datetime.now(UTC)
        session.commit()
    assert (await signing_in(web, secret)).status_code == 401


async def test_a_closed_machine_is_out_at_once_and_stays_a_machine(
    web: Web, secret: str, machine: dict[str, str]
) -> None:
    await post(web, "admin", "/grants", **FEED | {"roles": []})
    assert (await web.visitor.get(f"{API}/me", headers=machine)).status_code == 401
    assert (await signing_in(web, secret)).status_code == 401
    answer = await post(web, "admin", "/grants", **FEED | {"roles": ["auditor"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/roles")


async def test_what_opened_a_closed_account_does_not_open_it_again(
    web: Web, secret: str, machine: dict[str, str]
) -> None:
    await post(web, "admin", "/grants", **FEED | {"roles": []})
    assert (await granted(web)).status_code == 200
    assert (await signing_in(web, secret)).status_code == 401
    assert (await web.visitor.get(f"{API}/me", headers=machine)).status_code == 401


async def test_wrong_secrets_are_counted_like_wrong_passwords(web: Web, secret: str) -> None:
    tries = [(await signing_in(web, "wrong")).status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    assert (await signing_in(web, secret)).status_code == 429


async def test_a_machine_has_no_other_role_and_no_person_becomes_one(web: Web) -> None:
    for changes in ({"roles": ["machine", "admin"]}, {"user": "leader"}):
        assert (await post(web, "admin", "/grants", **FEED | changes)).status_code == 422


async def test_a_machine_is_opened_by_two_people_and_only_its_body_gives_it_a_secret(web: Web) -> None:
    asked = await post(web, "admin", "/grants", **FEED)
    assert (await post(web, "admin", f"/grants/{asked.json()['id']}", outcome="granted")).status_code == 403
    assert (await post(web, "admin", "/members/feed/secret")).status_code == 404
    assert (await post(web, "admin", "/members/leader/secret")).status_code == 422
    with web.session() as session:
        session.get_one(Account, "manager2").roles = ["admin"]
        session.commit()
    await post(web, "decider", f"/grants/{asked.json()['id']}", outcome="granted")
    assert (await post(web, "manager2", "/members/feed/secret")).status_code == 404


async def test_a_secret_asks_for_a_password_given_lately(
    web: Web, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert secret
    monkeypatch.setattr(Caller, "fresh", property(lambda _: False))
    assert (await post(web, "admin", "/members/feed/secret")).json()["code"] == "step_up_required"


async def test_a_machine_has_no_password_and_gets_no_invitation(web: Web, secret: str) -> None:
    assert (await post(web, "admin", "/members/feed/invitation")).status_code == 404
    form = {"username": "feed", "password": secret}
    assert (await web.visitor.post(f"{API}/auth/token", data=form)).status_code == 401


async def test_what_a_machine_may_do_is_this(web: Web, machine: dict[str, str]) -> None:
    assert (await web.visitor.get(f"{API}/me", headers=machine)).json()["roles"] == ["machine"]
    news = await web.visitor.post(f"{API}/incidents", json=NEWS, headers=machine)
    assert (news.status_code, news.json()) == (200, {"cases": 0})
    may = {line for line, roles in access.ROUTES.items() if "machine" in roles}
    assert may == {
        "GET /api/v1/me",
        "POST /api/v1/auth/logout",
        "POST /api/v1/incidents",
        "POST /api/v1/files",
        "POST /api/v1/cases/{case_id}/acts",
        "GET /api/v1/operations/{operation_id}",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/cases", 403),
        ("GET", "/tasks", 403),
        ("POST", "/cases", 403),
        ("POST", "/me/password", 403),
        ("POST", "/me/second-factor", 403),
        ("POST", "/grants", 403),
        ("GET", "/members", 403),
        ("GET", "/cases/x", 404),
    ],
)
async def test_what_takes_a_person_a_machine_may_not(
    web: Web, machine: dict[str, str], method: str, path: str, status: int
) -> None:
    body = {"json": FEED} if method == "POST" else {}
    answer = await web.visitor.request(method, f"{API}{path}", headers=machine, **body)
    assert answer.status_code == status


async def test_what_a_machine_does_is_never_fresh(web: Web, machine: dict[str, str], monkeypatch: Any) -> None:
    """A decision takes a person who has just given a password, whatever role an account came by."""
    monkeypatch.setitem(access.ROUTES, "POST /api/v1/grants/{grant_id}", frozenset({"machine"}))
    answer = await web.visitor.post(f"{API}/grants/x", json={"outcome": "granted"}, headers=machine)
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up_required")


async def test_a_persons_password_form_is_as_before(web: Web) -> None:
    with web.session() as session:
        session.get_one(Account, "manager").password_hash = hasher.hash("a password of one's own")
        session.commit()
    form = {"grant_type": "password", "username": "manager", "password": "a password of one's own"}
    assert (await web.visitor.post(f"{API}/auth/token", data=form)).status_code == 200
    assert (await web.visitor.post(f"{API}/auth/token", data=form | {"grant_type": "x"})).status_code == 422

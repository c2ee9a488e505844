"""With a real Keycloak: pages, bearer tokens, fresh passwords, machines, new keys, and the end of both sessions."""

import asyncio
import base64
import hashlib
import html
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlmodel import Session, col, select

from api.app import create_app
from records.database import connect, migrate
from records.tables import SessionRow
from settings import Settings
from tests.api.browser import HOME, Browser
from tests.api.conftest import NO_ENGINE
from tests.api.test_incidents import NEWS
from tests.keycloak.server import Keycloak, keycloak_server
from tests.records.builders import seed_people

pytestmark = pytest.mark.engine
PASSWORD = "a password at the issuer"
MACHINE = ("jingpin-machine", "the machine's secret at the issuer")
FORM = re.compile(r'<form id="kc-form-login"[^>]* action="([^"]+)"')


@pytest.fixture(scope="module")
async def keycloak(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Keycloak]:
    async with keycloak_server(tmp_path_factory.mktemp("keycloak")) as server:
        yield server


@pytest.fixture
async def app(keycloak: Keycloak, tmp_path: Path) -> AsyncIterator[Any]:
    settings = Settings(
        data=tmp_path,
        temporal_address=NO_ENGINE,
        public_url=HOME,
        trial=True,
        oidc_issuer=keycloak.issuer,
        oidc_audience="jingpin",
        oidc_client="jingpin-pages",
        oidc_roles={"认证决定": "decision_maker"},
    )
    migrate(settings.sql_url)
    database = connect(settings.sql_url)
    seed_people(database)
    database.dispose()
    app = create_app(settings)
    async with LifespanManager(app):
        yield app


class Somebody(Browser):
    """A browser that reaches both, and somebody who fills in Keycloak's form."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.http = httpx.AsyncClient(
            mounts={"all://jingpin.test": httpx.ASGITransport(app=app)},
            base_url=HOME,
            follow_redirects=True,
            timeout=30,
            event_hooks={"response": [self._keep_cookies]},
        )

    async def _keep_cookies(self, _: httpx.Response) -> None:
        """Keycloak's cookies are marked as secure; browsers send such to 127.0.0.1, Python does not by itself."""
        for cookie in self.http.cookies.jar:
            cookie.secure = False

    async def fill_in(self, user: str = "lin", password: str = PASSWORD) -> httpx.Response:
        """Fill in the form that is open at Keycloak, and follow to where it leads."""
        form = FORM.search(self.page.text)
        assert form, self.page.text[-2000:]
        self.page = await self.http.post(html.unescape(form[1]), data={"username": user, "password": password})
        return self.page

    @property
    def at_keycloak(self) -> bool:
        """Whether Keycloak's form is open."""
        return bool(FORM.search(self.page.text))


@pytest.fixture
async def somebody(app: Any) -> AsyncIterator[Somebody]:
    somebody = Somebody(app)
    yield somebody
    await somebody.http.aclose()


async def bearing(app: Any, keycloak: Keycloak, user: str = "lin", client: str = "jingpin-pages") -> dict[str, str]:
    """The tokens of the code flow as another client walks it, with PKCE."""
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    back = {"client_id": client, "redirect_uri": f"{HOME}/sign-in/return"}
    query = back | {"response_type": "code", "scope": "openid", "state": "s", "nonce": "n"}
    query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    walker = Somebody(app)
    async with walker.http as http:
        await walker.open(f"{keycloak.issuer}/protocol/openid-connect/auth?{urlencode(query)}")
        came = (await walker.fill_in(user)).history[-1].headers["location"]
        form = back | {"grant_type": "authorization_code", "code_verifier": verifier}
        form["code"] = parse_qs(urlsplit(came).query)["code"][0]
        return dict((await http.post(f"{keycloak.issuer}/protocol/openid-connect/token", data=form)).json())


async def asked(app: Any, token: str, path: str = "/me", method: str = "GET", **how: Any) -> httpx.Response:
    transport, headers = httpx.ASGITransport(app=app), {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as http:
        return await http.request(method, f"/api/v1{path}", headers=headers, **how)


def the_session(app: Any, user: str = "lin") -> SessionRow:
    with Session(app.state.database) as session:
        rows = session.exec(select(SessionRow).where(col(SessionRow.user) == user, col(SessionRow.ends_at) > now()))
        return rows.one()


def now() -> datetime:
    return datetime.now(UTC)


async def test_one_signs_in_on_the_pages_by_keycloaks_own_form(app: Any, somebody: Somebody) -> None:
    await somebody.open("/")
    assert somebody.at_keycloak
    page = await somebody.fill_in()
    assert (page.status_code, str(page.url)) == (200, f"{HOME}/")
    assert "案件经理" in page.text
    assert timedelta(minutes=59) < the_session(app).ends_at - now() <= timedelta(hours=1)


async def test_a_wrong_password_opens_nothing(somebody: Somebody) -> None:
    await somebody.open("/")
    await somebody.fill_in(password="wrong")
    assert somebody.at_keycloak
    assert not somebody.cookie


async def test_a_bearer_token_opens_the_api_with_roles_by_their_names_here(app: Any, keycloak: Keycloak) -> None:
    tokens = await bearing(app, keycloak, "ding")
    me = (await asked(app, tokens["access_token"])).json()
    assert (me["user"], me["body"], me["roles"]) == ("ding", "demo", ["decision_maker"])
    caller = app.state.callers.vouched(app.state.callers.issuer.claims(tokens["access_token"]))
    assert caller.fresh
    assert (await asked(app, tokens["id_token"])).status_code == 401
    assert (await asked(app, tokens["refresh_token"])).status_code == 401


async def test_a_token_for_another_product_opens_nothing(app: Any, keycloak: Keycloak) -> None:
    tokens = await bearing(app, keycloak, client="another-product")
    assert (await asked(app, tokens["access_token"])).status_code == 401


async def test_only_giving_the_password_again_makes_a_session_fresh(app: Any, somebody: Somebody) -> None:
    await somebody.open("/")
    await somebody.fill_in()
    first, token = the_session(app), somebody.cookie
    await asyncio.sleep(1.1)
    await somebody.open("/sign-in")  # signed in there already: nobody is asked
    assert not somebody.at_keycloak
    assert the_session(app).began_at == first.began_at

    await somebody.open("/step-up?next=/%3Fback%3D1")
    assert somebody.at_keycloak
    page = await somebody.fill_in()
    assert str(page.url) == f"{HOME}/?back=1"
    assert the_session(app).began_at > first.began_at
    assert somebody.cookie != token


async def test_signing_out_ends_both_sessions(app: Any, somebody: Somebody) -> None:
    await somebody.open("/")
    await somebody.fill_in()
    await somebody.send("/sign-out")
    assert somebody.at_keycloak
    assert not somebody.cookie
    with Session(app.state.database) as session:
        (row,) = session.exec(select(SessionRow).where(col(SessionRow.user) == "lin")).all()
        assert (row.ends_at <= now(), row.issuer_token) == (True, "")


async def test_a_machine_signs_in_by_its_secret_at_keycloak(app: Any, keycloak: Keycloak) -> None:
    async with httpx.AsyncClient() as http:
        form = {"grant_type": "client_credentials"}
        answer = await http.post(f"{keycloak.issuer}/protocol/openid-connect/token", data=form, auth=MACHINE)
    token = answer.json()["access_token"]
    assert (await asked(app, token)).json()["roles"] == ["machine"]
    assert (await asked(app, token, "/incidents", "POST", json=NEWS)).json() == {"cases": 0}
    assert (await asked(app, token, "/cases")).status_code == 403


async def test_a_new_key_of_keycloak_is_known_and_the_one_before_goes_on(app: Any, keycloak: Keycloak) -> None:
    before = (await bearing(app, keycloak))["access_token"]
    assert (await asked(app, before)).status_code == 200
    realm = await keycloak.administer("GET", "/jingpin")
    key = {"name": "next", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider"}
    key |= {"parentId": realm["id"], "config": {"priority": ["200"], "algorithm": ["RS256"]}}
    await keycloak.administer("POST", "/jingpin/components", key)
    after = (await bearing(app, keycloak))["access_token"]
    assert after.partition(".")[0] != before.partition(".")[0]
    app.state.callers.issuer._asked_at -= 11  # noqa: SLF001  # ten seconds have passed
    app.state.callers._known.clear()  # noqa: SLF001
    assert [(await asked(app, token)).status_code for token in (after, before)] == [200, 200]


async def test_who_is_disabled_at_keycloak_is_out_when_the_session_here_ends(
    app: Any, keycloak: Keycloak, somebody: Somebody
) -> None:
    await somebody.open("/")
    await somebody.fill_in("ding")
    (user,) = await keycloak.administer("GET", "/jingpin/users?username=ding&exact=true")
    await keycloak.administer("PUT", f"/jingpin/users/{user['id']}", user | {"enabled": False})
    with Session(app.state.database) as session:
        session.get_one(SessionRow, the_session(app, "ding").digest).ends_at = now()
        session.commit()
    app.state.callers._known.clear()  # noqa: SLF001  # two seconds have passed
    await somebody.open("/")
    assert somebody.at_keycloak
    await somebody.fill_in("ding")
    assert urlsplit(str(somebody.page.url)).hostname == "127.0.0.1"

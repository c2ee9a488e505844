"""Roles take two people; whoever is given them sets a password by an invitation to their own address."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from domain.refusal import Refused
from records import grants
from records.tables import Account, GrantRow, InvitationRow
from services.notices import MailSink
from settings import Settings
from tests.api.conftest import NO_ENGINE, Web

API = "http://jingpin.test/api/v1"
NEW: dict[str, Any] = {"user": "newcomer", "roles": ["auditor"], "name": "新员", "email": "new@example.org"}
PASSWORD = "a password of one's own"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[MailSink]:
    with MailSink(tmp_path / "mail") as sink:
        yield sink


@pytest.fixture
def settings(tmp_path: Path, box: MailSink) -> Settings:
    return Settings(data=tmp_path, temporal_address=NO_ENGINE, smtp_url=f"smtp://127.0.0.1:{box.port}")


async def post(web: Web, by: str, path: str, /, **body: Any) -> httpx.Response:
    return await web.visitor.post(f"{API}{path}", json=body, headers=web.signed_in(by) if by else {})


async def asked(web: Web, **changes: Any) -> dict[str, Any]:
    answer = await post(web, "admin", "/grants", **NEW | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def decided(web: Web, grant: dict[str, Any], user: str = "decider", outcome: str = "granted") -> httpx.Response:
    return await post(web, user, f"/grants/{grant['id']}", outcome=outcome)


def account(web: Web, user: str = "newcomer") -> Account | None:
    with web.session() as session:
        return session.get(Account, user)


async def invited(web: Web, tmp_path: Path, user: str = "newcomer") -> str:
    """The token of an invitation, read from the letter."""
    answer = await post(web, "admin", f"/members/{user}/invitation")
    assert (answer.status_code, answer.content) == (204, b"")
    letters = sorted((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime)
    text = message_from_bytes(letters[-1].read_bytes()).get_payload(decode=True)
    assert isinstance(text, bytes)
    found = re.search(r"Invitation: (\S+)", text.decode())
    assert found
    return found[1]


async def test_asked_for_and_granted_by_another_an_account_has_its_roles(web: Web) -> None:
    grant = await asked(web)
    assert (grant["outcome"], account(web)) == ("open", None)
    answer = await decided(web, grant)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "granted")
    new = account(web)
    assert new is not None
    assert (new.body, new.roles, new.active) == ("demo", ["auditor"], True)


async def test_nobody_signs_in_before_a_password_is_set(web: Web) -> None:
    await decided(web, await asked(web))
    form = {"username": "newcomer", "password": "!"}
    assert (await web.visitor.post(f"{API}/auth/token", data=form)).status_code == 401


async def test_a_closed_account_is_opened_by_two_people_whatever_roles_it_kept(web: Web) -> None:
    with web.session() as session:
        session.get_one(Account, "reviewer").active = False
        session.commit()
    grant = await asked(web, user="reviewer", roles=["reviewer"])
    assert grant["outcome"] == "open"
    closed = account(web, "reviewer")
    assert closed is not None
    assert not closed.active


async def test_a_new_account_has_a_role(web: Web) -> None:
    answer = await post(web, "admin", "/grants", **NEW | {"roles": []})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/roles")


async def test_whoever_asked_does_not_grant(web: Web) -> None:
    answer = await decided(web, await asked(web), "admin")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_independent")
    assert account(web) is None


async def test_nobody_grants_to_themselves(web: Web) -> None:
    grant = await asked(web, user="decider", roles=["decision_maker", "admin"])
    assert (await decided(web, grant)).json()["code"] == "not_independent"
    assert (await decided(web, grant, "decider2")).status_code == 200


async def test_it_is_decided_once(web: Web) -> None:
    grant = await asked(web)
    assert (await decided(web, grant, outcome="refused")).json()["outcome"] == "refused"
    assert (await decided(web, grant, "decider2")).json()["code"] == "stage_conflict"
    assert account(web) is None


async def test_one_thing_at_a_time_is_asked_for_an_account(web: Web) -> None:
    await asked(web)
    assert (await post(web, "admin", "/grants", **NEW)).json()["code"] == "stage_conflict"


async def test_roles_are_taken_away_at_once_and_none_close_the_account(web: Web) -> None:
    grant = await asked(web, user="reviewer", roles=["reviewer"])
    assert grant["outcome"] == "reduced"
    fewer = account(web, "reviewer")
    assert fewer is not None
    assert fewer.roles == ["reviewer"]
    headers = web.signed_in("reviewer")
    await asked(web, user="reviewer", roles=[])
    assert (await web.visitor.get(f"{API}/me", headers=headers)).status_code == 401


async def test_an_account_can_be_closed_although_more_is_asked_for_it(web: Web) -> None:
    grant = await asked(web, user="reviewer", roles=["reviewer", "admin"])
    await asked(web, user="reviewer", roles=[])
    closed = account(web, "reviewer")
    assert closed is not None
    assert not closed.active
    assert (await decided(web, grant)).json()["code"] == "stage_conflict"


async def test_what_was_asked_and_by_whom_decided_stays_on_record(web: Web) -> None:
    await decided(web, await asked(web))
    await asked(web, user="reviewer", roles=["reviewer"])
    items = (await web.visitor.get(f"{API}/grants", headers=web.signed_in("admin"))).json()["items"]
    assert [(one["user"], one["outcome"], one["asked_by"], one["decided_by"]) for one in items] == [
        ("newcomer", "granted", "person-admin", "person-decider"),
        ("reviewer", "reduced", "person-admin", "person-admin"),
    ]


async def test_a_name_of_another_body_is_taken_and_its_accounts_are_not_there(web: Web) -> None:
    answer = await post(web, "admin", "/grants", **NEW | {"user": "manager2"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/user")
    assert (await post(web, "admin", "/members/manager2/invitation")).status_code == 404


async def test_two_bodies_that_ask_for_one_name_know_nothing_of_each_other(web: Web) -> None:
    with web.session() as session:
        session.get_one(Account, "manager2").roles = ["admin"]
        session.commit()
    theirs = await post(web, "manager2", "/grants", **NEW | {"roles": ["admin"]})
    assert (await decided(web, await asked(web))).status_code == 200
    with web.session() as session:
        row, at = session.get_one(GrantRow, theirs.json()["id"]), datetime.now(UTC)
        with pytest.raises(Refused, match="stage_conflict"):
            grants.decide(session, row, "granted", "person-somebody-else", "", at)
    kept = account(web)
    assert kept is not None
    assert (kept.body, kept.roles) == ("demo", ["auditor"])


async def test_an_invitation_sets_a_password_once(web: Web, tmp_path: Path) -> None:
    await decided(web, await asked(web))
    token = await invited(web, tmp_path)
    for status in (204, 404):
        assert (await post(web, "", "/auth/invitation", token=token, password=PASSWORD)).status_code == status
    form = {"username": "newcomer", "password": PASSWORD}
    assert (await web.visitor.post(f"{API}/auth/token", data=form)).status_code == 200


async def test_a_later_invitation_replaces_the_one_before(web: Web, tmp_path: Path) -> None:
    first, second = [await invited(web, tmp_path, "leader") for _ in range(2)]
    told = [await post(web, "", "/auth/invitation", token=token, password=PASSWORD) for token in (first, second)]
    assert [answer.status_code for answer in told] == [404, 204]


async def test_an_invitation_ends_after_three_days_and_with_its_account(web: Web, tmp_path: Path) -> None:
    token = await invited(web, tmp_path, "leader")
    with Session(web.database) as session:
        row = session.get_one(InvitationRow, "leader")
        session.get_one(Account, "leader").active = False
        session.commit()
        assert token not in row.model_dump_json()
    assert (await post(web, "", "/auth/invitation", token=token, password=PASSWORD)).status_code == 404


async def test_with_a_new_password_the_sessions_until_then_end(web: Web, tmp_path: Path) -> None:
    headers = web.signed_in("leader")
    token = await invited(web, tmp_path, "leader")
    assert (await post(web, "", "/auth/invitation", token=token, password=PASSWORD)).status_code == 204
    assert (await web.visitor.get(f"{API}/me", headers=headers)).status_code == 401


async def test_without_a_mail_server_no_invitation_begins(
    web: Web, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "smtp_url", "smtp://127.0.0.1:9")
    assert (await post(web, "admin", "/members/leader/invitation")).status_code == 503
    with web.session() as session:
        assert session.get(InvitationRow, "leader") is None


async def test_another_address_takes_two_people_and_invitations_go_there(web: Web, tmp_path: Path) -> None:
    first = await invited(web, tmp_path, "leader")
    asked = (await post(web, "admin", "/members/leader/address", email="li@example.org")).json()
    assert (asked["kind"], asked["outcome"], asked["roles"]) == ("address", "open", ["auditor"])
    assert (await decided(web, asked, "admin")).json()["code"] == "not_independent"
    assert (await decided(web, asked)).json()["outcome"] == "granted"
    moved = account(web, "leader")
    assert moved is not None
    assert (moved.email, moved.roles) == ("li@example.org", ["auditor"])
    assert (await post(web, "", "/auth/invitation", token=first, password=PASSWORD)).status_code == 404
    await invited(web, tmp_path, "leader")
    letters = [message_from_bytes(path.read_bytes())["To"] for path in (tmp_path / "mail").glob("*.eml")]
    assert sorted(letter.partition("<")[2] for letter in letters) == ["leader@example.org>", "li@example.org>"]


async def test_a_refused_address_changes_nothing(web: Web) -> None:
    asked = (await post(web, "admin", "/members/leader/address", email="li@example.org")).json()
    assert (await decided(web, asked, outcome="refused")).status_code == 200
    same = account(web, "leader")
    assert same is not None
    assert same.email == "leader@example.org"


@pytest.mark.parametrize(("user", "status"), [("manager2", 404), ("nobody", 404), ("leader", 422)])
async def test_an_address_is_asked_for_in_the_own_body_and_is_one(web: Web, user: str, status: int) -> None:
    email = "no address" if status == 422 else "li@example.org"
    assert (await post(web, "admin", f"/members/{user}/address", email=email)).status_code == status

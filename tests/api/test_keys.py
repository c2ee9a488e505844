"""`Idempotency-Key`: what is one, that every POST heeds it, and who gets it when two send the same at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select, update

from api.access import ROUTES
from records import repetitions
from records.tables import AbsenceRow, IdempotencyRow
from services.notices import Notices
from tests.api.conftest import Web
from tests.api.test_calendars import NOTICE, Willing
from tests.api.test_incidents import NEWS
from tests.api.test_national import DECEMBER, issued
from tests.api.test_requirements import ANNOUNCED
from tests.api.test_waves import WAVE
from tests.product import PDF

ABSENT = {"first": "2026-12-01", "last": "2026-12-02"}
API = "/api/v1"
IN_SECRET = {
    f"POST {API}/{path}"
    for path in (
        "auth/token",
        "auth/logout",
        "auth/invitation",
        "me/password",
        "me/second-factor",
        "me/second-factor/confirmation",
        "me/second-factor/end",
        "me/calendar-token",
        "members/{user}/secret",
        "codec/tickets",
    )
}
OF_PAGES = {f"POST /{path}" for path in ("sign-in", "sign-out", "step-up")}
READING = {"POST /codec/decode", "POST /codec/{ticket}/decode"}
"""These do nothing that could be done twice."""
"""What is asked or answered there is a secret, and not kept; a calendar's token is made of the key."""
BY_THE_ENGINE = {
    f"POST {API}/{path}"
    for path in (
        "cases",
        "cases/{case_id}/tasks/{task_id}",
        "cases/{case_id}/acts",
        "rehearsal/cases/{case_id}/advance",
        "complaints",
        "waves/{wave_id}/applications",
    )
}
"""tests/engine/test_once.py, test_waves.py and test_incidents.py send these twice."""
NEW = {"user": "newcomer", "roles": ["auditor"], "name": "新员", "email": "new@example.org"}
BODIES: dict[str, tuple[str, Any]] = {
    "requirements": ("alliance", ANNOUNCED),
    "calendars/{year}": ("ops", NOTICE),
    "members/{user}/absences": ("manager", ABSENT),
    "members/{user}/competences": ("manager", {"trade": "catering"}),
    "members/{user}/invitation": ("admin", {}),
    "members/{user}/address": ("admin", {"email": "elsewhere@example.org"}),
    "cases/{case_id}/holds": ("admin", {"reason": "诉讼"}),
    "cases/{case_id}/holds/release": ("decider", {"reason": "结案"}),
    "files/{file_id}/link": ("manager", {}),
    "grants": ("admin", NEW),
    "grants/{grant_id}": ("decider", {"outcome": "granted"}),
    "national/exports": ("manager", DECEMBER),
    "national/exports/{export_id}/receipt": ("manager", {"rejected": "格式不符"}),
    "incidents": ("ops", NEWS),
    "waves": ("manager", WAVE),
}
"""Path → who sends what there."""
FILE = f"POST {API}/files"


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The letters that went to a mail server, which is far away."""
    found: list[str] = []
    monkeypatch.setattr(Notices, "send", lambda _, notice: found.append(notice.id))
    return found


async def named(web: Web, path: str) -> str:
    """A path with what it names: there is one of each."""
    places = {"year": "2027", "user": "auditor"}
    if "{case_id}" in path:
        places["case_id"] = issued(web, 2)[0].state.id
    if path.endswith("/release"):
        await sent(web, f"cases/{places['case_id']}/holds", *BODIES["cases/{case_id}/holds"], "held")
    if "{file_id}" in path:
        form = {"file": ("a.pdf", PDF)}
        kept = await web.visitor.post(f"{API}/files", files=form, headers=web.signed_in("manager"))
        places["file_id"] = kept.json()["id"]
    if "{grant_id}" in path:
        places["grant_id"] = (await sent(web, "grants", *BODIES["grants"], "ask")).json()["id"]
    if "{export_id}" in path:
        places["export_id"] = (await sent(web, "national/exports", *BODIES["national/exports"], "x")).json()["id"]
    return path.format(**places)


async def sent(web: Web, path: str, user: str, body: Any, key: str) -> httpx.Response:
    headers = web.signed_in(user) | {"Idempotency-Key": key}
    return await web.visitor.post(f"{API}/{path}", json=body, headers=headers)


def test_every_post_is_tried_with_a_key() -> None:
    posts = {line for line in ROUTES if line.startswith("POST ")}
    assert posts == {f"POST {API}/{path}" for path in BODIES} | IN_SECRET | BY_THE_ENGINE | OF_PAGES | READING | {FILE}


@pytest.mark.parametrize("path", BODIES)
async def test_a_post_sent_again_under_its_key_is_answered_alike_and_not_done_again(
    web: Web, mailed: list[str], path: str
) -> None:
    web.app.state.engine = Willing()
    issued(web, 1)
    place = await named(web, path)
    user, body = BODIES[path]
    first = await sent(web, place, user, body, "k-1")
    assert first.is_success, first.text
    done = len(mailed), len(web.app.state.engine.orders)
    again = await sent(web, place, user, body, "k-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (again.headers.get("Idempotency-Replayed"), first.headers.get("Idempotency-Replayed")) == ("true", None)
    assert (len(mailed), len(web.app.state.engine.orders)) == done


async def test_a_file_sent_again_under_its_key_is_the_same_file(web: Web) -> None:
    headers = web.signed_in("manager") | {"Idempotency-Key": "k-1"}
    files = {"file": ("x.pdf", PDF)}
    first, again = [await web.visitor.post(f"{API}/files", files=files, headers=headers) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\tb", "键".encode(), b"\x01"])
async def test_what_is_no_key_is_refused(web: Web, key: str | bytes) -> None:
    given = key if isinstance(key, bytes) else key.encode()
    headers = [*web.signed_in("manager").items(), (b"Idempotency-Key", given)]
    answer = await web.visitor.post(f"{API}/members/auditor/absences", json=ABSENT, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_two_keys_are_none(web: Web) -> None:
    headers = [*web.signed_in("manager").items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await web.visitor.post(f"{API}/members/auditor/absences", json=ABSENT, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_key_is_bound_to_its_path(web: Web) -> None:
    for user in ("auditor", "leader"):
        answer = await sent(web, f"members/{user}/absences", "manager", ABSENT, "k-1")
        assert (answer.status_code, answer.json()["user"]) == (201, user)
    with web.session() as session:
        assert len(session.exec(select(AbsenceRow)).all()) == 2


async def test_of_two_who_take_over_an_abandoned_key_one_gets_it(web: Web) -> None:
    await sent(web, "members/auditor/absences", "manager", ABSENT, "k-1")

    def take_over(seen: IdempotencyRow) -> bool:
        with web.session() as session:
            taken = repetitions.take_over(session, seen, datetime.now(UTC))
            session.commit()
            return taken

    with web.session() as session:
        row = session.exec(select(IdempotencyRow)).one()
        session.expunge(row)
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(take_over, [row] * 4)) == [False, False, False, True]


async def test_old_keys_are_forgotten_and_young_ones_kept(web: Web) -> None:
    for key in ("old", "young"):
        await sent(web, f"members/{'auditor' if key == 'old' else 'leader'}/absences", "manager", ABSENT, key)
    now = datetime.now(UTC)
    with web.session() as session:
        first = session.exec(select(IdempotencyRow).order_by(col(IdempotencyRow.at))).first()
        assert first
        session.exec(
            update(IdempotencyRow).where(col(IdempotencyRow.key) == first.key).values(at=now - timedelta(days=31))
        )
        assert repetitions.forget(session, now - timedelta(days=30)) == 1
        session.commit()
        assert len(session.exec(select(IdempotencyRow)).all()) == 1

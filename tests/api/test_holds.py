"""A hold is placed and released by two people of the case's body; both say why."""

import httpx
import pytest

from tests.api.conftest import Web
from tests.records.builders import kept

API = "http://jingpin.test/api/v1"


@pytest.fixture
def case(web: Web) -> str:
    with web.session() as session:
        state = kept(session, 1)
        session.commit()
    return state.id


async def post(web: Web, by: str, path: str, reason: str = "诉讼", **headers: str) -> httpx.Response:
    return await web.visitor.post(f"{API}{path}", json={"reason": reason}, headers=web.signed_in(by) | headers)


async def test_a_hold_and_its_release_say_who_when_and_why(web: Web, case: str) -> None:
    placed = await post(web, "admin", f"/cases/{case}/holds")
    released = await post(web, "decider", f"/cases/{case}/holds/release", "结案")
    assert (placed.status_code, released.status_code) == (201, 200)
    listed = await web.visitor.get(f"{API}/cases/{case}/holds", headers=web.signed_in("ops"))
    [item] = listed.json()["items"]
    assert (item["placed_by"], item["reason"]) == ("person-admin", "诉讼")
    assert (item["released_by"], item["release_reason"]) == ("person-decider", "结案")
    assert item["placed_at"] < item["released_at"]


async def test_who_placed_a_hold_does_not_release_it(web: Web, case: str) -> None:
    await post(web, "admin", f"/cases/{case}/holds")
    answer = await post(web, "admin", f"/cases/{case}/holds/release")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_independent")


async def test_a_case_without_a_hold_has_nothing_to_release(web: Web, case: str) -> None:
    answer = await post(web, "admin", f"/cases/{case}/holds/release")
    assert (answer.status_code, answer.json()["code"]) == (409, "stage_conflict")


async def test_a_hold_sent_again_under_its_key_is_placed_once(web: Web, case: str) -> None:
    key = {"Idempotency-Key": "once"}
    answers = [await post(web, "admin", f"/cases/{case}/holds", **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("reason", ["", "  "])
async def test_a_hold_has_a_reason(web: Web, case: str, reason: str) -> None:
    answer = await post(web, "admin", f"/cases/{case}/holds", reason)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

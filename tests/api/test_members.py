"""What is known of the members of a body, and who keeps it (R:7/7.3.1)."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Web

MEMBERS = "/api/v1/members"
LEAVE = {"first": "2027-02-01", "last": "2027-02-05", "reason": "休假"}


async def post(web: Web, user: str, path: str, body: Any, key: str = "") -> httpx.Response:
    headers = web.signed_in(user) | ({"Idempotency-Key": key} if key else {})
    return await web.visitor.post(f"{MEMBERS}/{path}", json=body, headers=headers)


async def known(web: Web, user: str) -> dict[str, Any]:
    answer = await web.visitor.get(MEMBERS, headers=web.signed_in("manager"))
    return {one["user"]: one for one in answer.json()["items"]}[user]


async def test_absences_are_entered_and_shown(web: Web) -> None:
    answer = await post(web, "manager", "leader/absences", LEAVE)
    assert (answer.status_code, answer.json()["absences"]) == (201, [LEAVE])
    assert (await known(web, "leader"))["absences"] == [LEAVE]
    assert (await known(web, "auditor"))["absences"] == []


async def test_an_absence_of_the_same_first_day_is_replaced(web: Web) -> None:
    await post(web, "manager", "leader/absences", LEAVE)
    await post(web, "admin", "leader/absences", LEAVE | {"last": "2027-02-03"})
    assert [one["last"] for one in (await known(web, "leader"))["absences"]] == ["2027-02-03"]


async def test_an_absence_ends_on_its_first_day_or_later(web: Web) -> None:
    one_day = await post(web, "manager", "leader/absences", LEAVE | {"last": LEAVE["first"]})
    assert one_day.status_code == 201
    backwards = await post(web, "manager", "leader/absences", LEAVE | {"last": "2027-01-31"})
    assert (backwards.status_code, backwards.json()["errors"][0]["pointer"]) == (422, "/last")


async def test_a_competence_has_a_last_day_or_none(web: Web) -> None:
    await post(web, "manager", "leader/competences", {"trade": "catering", "until": "2027-06-30"})
    found = {one["trade"]: one["until"] for one in (await known(web, "leader"))["competences"]}
    assert found["catering"] == "2027-06-30"
    await post(web, "manager", "leader/competences", {"trade": "catering"})
    found = {one["trade"]: one["until"] for one in (await known(web, "leader"))["competences"]}
    assert found["catering"] is None


@pytest.mark.parametrize("day", [20270201, 1801440000, "20270201", "2027-02-01T00:00:00", None])
async def test_a_day_is_text_of_year_month_and_day(web: Web, day: object) -> None:
    absence = await post(web, "manager", "leader/absences", LEAVE | {"first": day})
    assert (absence.status_code, absence.json()["errors"][0]["pointer"]) == (422, "/first")
    if day is not None:
        competence = await post(web, "manager", "leader/competences", {"trade": "catering", "until": day})
        assert (competence.status_code, competence.json()["errors"][0]["pointer"]) == (422, "/until")


async def test_the_same_key_enters_once(web: Web) -> None:
    first = await post(web, "manager", "leader/absences", LEAVE, key="k1")
    again = await post(web, "manager", "leader/absences", LEAVE, key="k1")
    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize(
    ("user", "member", "status"),
    [("leader", "leader", 403), ("applicant", "leader", 403), ("manager2", "leader", 404), ("manager", "nobody", 404)],
)
async def test_members_are_kept_by_their_own_body(web: Web, user: str, member: str, status: int) -> None:
    assert (await post(web, user, f"{member}/absences", LEAVE)).status_code == status


async def test_members_are_listed_for_the_own_body_only(web: Web) -> None:
    answer = await web.visitor.get(MEMBERS, headers=web.signed_in("manager2"))
    assert [one["user"] for one in answer.json()["items"]] == ["manager2"]
    assert (await web.visitor.get(MEMBERS, headers=web.signed_in("applicant"))).status_code == 403

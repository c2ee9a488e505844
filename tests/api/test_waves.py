"""Annual waves: who opens one, who sees how far it has come, and what is counted."""

from typing import Any

import httpx
import pytest

from records.wave_tables import WaveApplicationRow
from records.waves import hand_in
from tests.api.conftest import Web
from tests.records.builders import a_task, kept

PATH = "/api/v1/waves"
WAVE = {"year": 2027, "title": "2027年度申报", "opens_on": "2027-01-04", "closes_on": "2027-03-31"}


async def opened(web: Web, user: str = "manager", **changes: Any) -> httpx.Response:
    return await web.visitor.post(PATH, json=WAVE | changes, headers=web.signed_in(user))


async def seen(web: Web, user: str, path: str = PATH) -> httpx.Response:
    return await web.visitor.get(path, headers=web.signed_in(user))


async def test_a_case_manager_opens_a_wave_of_the_own_body(web: Web) -> None:
    answer = await opened(web)
    assert answer.status_code == 201
    wave = answer.json()
    assert {name: wave[name] for name in ("id", "body", *WAVE)} == {"id": "demo-2027-1", "body": "demo", **WAVE}
    assert wave["applications"] == {"waiting": 0, "started": 0, "refused": 0}
    assert (wave["cases"], wave["certified"], wave["refused"], wave["overdue"]) == (0, 0, 0, 0)


async def test_the_alliance_opens_one_of_any_body(web: Web) -> None:
    assert (await opened(web, "alliance", body="other")).json()["body"] == "other"
    for body in ({}, {"body": "nobody"}):
        answer = await opened(web, "alliance", **body)
        assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("invalid", "/body")


@pytest.mark.parametrize(
    ("user", "body"),
    [("manager", "other"), ("ops", "demo"), ("admin", "demo"), ("applicant", "demo"), ("decider", "demo")],
)
async def test_nobody_else_opens_one(web: Web, user: str, body: str) -> None:
    answer = await opened(web, user, body=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_year_has_one_wave_of_a_title(web: Web) -> None:
    assert [(await opened(web)).status_code for _ in range(2)] == [201, 409]
    assert (await opened(web, year=2028)).status_code == 201


@pytest.mark.parametrize("changes", [{"closes_on": "2027-01-03"}, {"year": 27}, {"title": ""}, {"opens_on": "soon"}])
async def test_a_wave_has_a_year_a_title_and_days_in_order(web: Web, changes: dict[str, Any]) -> None:
    answer = await opened(web, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_body_sees_its_own_waves_and_the_alliance_all(web: Web) -> None:
    await opened(web)
    await opened(web, "manager2")
    listed = {user: (await seen(web, user)).json()["items"] for user in ("leader", "manager2", "alliance")}
    assert {user: [one["body"] for one in waves] for user, waves in listed.items()} == {
        "leader": ["demo"],
        "manager2": ["other"],
        "alliance": ["demo", "other"],
    }
    assert (await seen(web, "manager2", f"{PATH}/demo-2027-1")).status_code == 404
    assert (await seen(web, "applicant")).json()["code"] == "forbidden"


async def test_progress_counts_cases_by_stage_and_status_and_those_overdue(web: Web) -> None:
    await opened(web)
    with web.session() as session:
        wave = {"wave": "demo-2027-1"}
        kept(session, 1, stage="contract", **wave)
        kept(session, 2, stage="closed", status="rejected", **wave)
        kept(session, 3, stage="certified", status="certified", **wave)
        late = [a_task("t-1"), a_task("t-2")]
        missed = [{"id": one.id, **MISSED} for one in late]
        kept(session, 4, stage="contract", tasks=late, deadlines=missed, **wave)
        kept(session, 5, stage="contract")
        session.commit()
    for user in ("manager", "alliance"):
        wave = (await seen(web, user, f"{PATH}/demo-2027-1")).json()
        assert wave["stages"] == {"contract": 2, "closed": 1, "certified": 1}
        assert wave["statuses"] == {"open": 2, "rejected": 1, "certified": 1}
        assert (wave["cases"], wave["certified"], wave["refused"], wave["overdue"]) == (4, 1, 1, 1)


MISSED: dict[str, Any] = {
    "kind": "application.review",
    "due_on": "2027-02-01",
    "judged_on": "2027-02-01",
    "clause": "R:7/7.2.2",
    "state": "missed",
    "proof": {"anchor": {"kind": "task", "on": "2027-01-18"}, "rule": "10wd", "calendar": "x", "steps": []},
}


async def test_its_applications_are_listed_for_the_body_alone_in_their_order(web: Web) -> None:
    await opened(web)
    with web.session() as session:
        hand_in(session, [an_application_of("demo-2027-1", number) for number in (3, 1, 2)])
        session.commit()
    path = f"{PATH}/demo-2027-1/applications"
    first = (await seen(web, "leader", f"{path}?limit=2")).json()
    rest = (await seen(web, "leader", f"{path}?limit=2&cursor={first['next_cursor']}")).json()
    items = first["items"] + rest["items"]
    assert [(one["position"], one["organization"], one["outcome"]) for one in items] == [
        (1, "3", "waiting"),
        (2, "1", "waiting"),
        (3, "2", "waiting"),
    ]
    assert (await seen(web, "alliance", path)).json()["code"] == "forbidden"


def an_application_of(wave: str, number: int) -> WaveApplicationRow:
    return WaveApplicationRow(
        wave=wave,
        case_id=f"case-{number}",
        position=0,
        organization=str(number),
        uscc="x",
        service="x",
        applicant="applicant",
        actor="{}",
        content="{}",
    )

"""The applications of a wave become cases on the real engine, each once, and each says what became of it."""

import asyncio
from datetime import date
from typing import Any

import pytest

from tests.applications import an_application
from tests.product import Person, Product

WAVE = {"year": 2026, "title": "2026年度申报", "opens_on": "2020-01-01", "closes_on": "2099-12-31"}


async def a_wave(manager: Person, title: str) -> str:
    answer = await manager.post("/waves", WAVE | {"title": title})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def settled(manager: Person, wave: str) -> list[dict[str, Any]]:
    """The applications of a wave once none waits."""
    for _ in range(150):
        items = (await manager.get(f"/waves/{wave}/applications")).json()["items"]
        if all(one["outcome"] != "waiting" for one in items):
            return list(items)
        await asyncio.sleep(0.2)
    raise AssertionError("an application still waits")


async def test_a_batch_becomes_cases_once_and_a_refused_one_says_why(manager: Person, product: Product) -> None:
    """R:7/7.2.1, R:7/7.2.2."""
    wave = await a_wave(manager, "批量")
    applications = [await an_application(manager, applicant="applicant") for _ in range(3)]
    taken = await manager.post("/cases", applications[2])
    assert taken.status_code == 201
    body = {"applications": applications}
    answers = await asyncio.gather(*(manager.post(f"/waves/{wave}/applications", body, key=key) for key in ("a", "a")))
    assert {answer.status_code for answer in answers} <= {201, 409}
    first, second, third = await settled(manager, wave)
    assert (first["outcome"], second["outcome"]) == ("started", "started")
    assert (third["outcome"], third["problem"]["clause"]) == ("refused", "R:7/7.2.2")
    assert (await manager.post(f"/waves/{wave}/applications", body, key="b")).status_code == 201
    assert await settled(manager, wave) == [first, second, third]
    case = await manager.case(first["case"])
    assert (case["wave"], case["stage"], case["organization"]["uscc"]) == (wave, "application", first["uscc"])
    await manager.answer(case, "application.review", outcome="accept")
    seen = (await (await product.sign_in("alliance")).get(f"/waves/{wave}")).json()
    assert seen["applications"] == {"waiting": 0, "started": 2, "refused": 1}
    assert (seen["cases"], seen["stages"]) == (2, {"application": 1, "contract": 1})


async def test_a_refused_application_that_is_mended_is_started(manager: Person) -> None:
    wave = await a_wave(manager, "更正")
    application = await an_application(manager, applicant="applicant")
    wrong = application | {"scheme": {"id": "service", "version": "9.9"}}
    for one, outcome in ((wrong, "refused"), (application, "started")):
        assert (await manager.post(f"/waves/{wave}/applications", {"applications": [one]})).status_code == 201
        [item] = await settled(manager, wave)
        assert item["outcome"] == outcome


@pytest.mark.parametrize(
    ("days", "code"),
    [({}, None), ({"closes_on": "2020-12-31"}, "rule_refused"), ({"opens_on": "2099-01-01"}, "rule_refused")],
)
async def test_an_applicant_joins_a_wave_while_it_is_open(
    applicant: Person, manager: Person, days: dict[str, str], code: str | None
) -> None:
    """R:7/7.2.1."""
    title = f"自行申报{date.today()}{sorted(days)}"  # noqa: DTZ011  # any title
    wave = (await manager.post("/waves", WAVE | days | {"title": title})).json()["id"]
    answer = await applicant.post("/cases", await an_application(applicant, wave=wave))
    if code:
        assert (answer.json()["code"], answer.json()["clause"]) == (code, "R:7/7.2.1")
    else:
        assert answer.json()["wave"] == wave
        assert (await manager.get(f"/waves/{wave}")).json()["cases"] == 1


async def test_a_batch_is_taken_only_while_its_wave_is_open(manager: Person) -> None:
    """R:7/7.2.1."""
    over = WAVE | {"title": "已截止", "closes_on": "2020-12-31"}
    wave = (await manager.post("/waves", over)).json()["id"]
    body = {"applications": [await an_application(manager, applicant="applicant")]}
    answer = await manager.post(f"/waves/{wave}/applications", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["clause"]) == (422, "rule_refused", "R:7/7.2.1")


async def test_a_batch_that_is_not_in_order_is_refused_as_a_whole_and_says_where(manager: Person) -> None:
    wave = await a_wave(manager, "有误")
    good = await an_application(manager, applicant="applicant")
    other = await an_application(manager, applicant="applicant")
    batches = {
        "/applications/1/applicant": [good, other | {"applicant": "nobody"}],
        "/applications/1": [good, good],
        "/applications/1/wave": [good, other | {"wave": "another"}],
        "/applications/1/organization/uscc": [good, other | {"organization": other["organization"] | {"uscc": "1"}}],
        "/applications": [],
    }
    for pointer, applications in batches.items():
        answer = await manager.post(f"/waves/{wave}/applications", {"applications": applications})
        assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("invalid", pointer)
    assert await settled(manager, wave) == []


@pytest.mark.parametrize(("user", "code"), [("manager2", "not_found"), ("ops", "forbidden"), ("alliance", "forbidden")])
async def test_only_the_bodys_case_managers_hand_in(manager: Person, product: Product, user: str, code: str) -> None:
    wave = await a_wave(manager, f"权限{user}")
    body = {"applications": [await an_application(manager, applicant="applicant")]}
    answer = await (await product.sign_in(user)).post(f"/waves/{wave}/applications", body)
    assert answer.json()["code"] == code

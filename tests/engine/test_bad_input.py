"""Bad input gets a clear problem and changes nothing; what is not yours does not exist."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from tests.applications import an_application
from tests.product import Person, Product


@pytest.fixture
async def case(applicant: Person) -> dict[str, Any]:
    return dict((await applicant.post("/cases", await an_application(applicant))).json())


async def test_every_error_is_a_problem_document(applicant: Person, product: Product) -> None:
    answer = await applicant.get("/cases/none")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() | {"title": ""} == {
        "type": "/problems/not_found",
        "title": "",
        "status": 404,
        "code": "not_found",
        "detail": "未找到",
    }
    stranger = await product.stranger().get("/api/v1/cases", headers={"Accept-Language": "en"})
    assert (stranger.status_code, stranger.json()["detail"]) == (401, "Sign in first.")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"sites": []}, "/sites"),
        ({"declarations": {"credit": True}}, "/declarations/complaints"),
        ({"scheme": {"id": "none", "version": "1.0"}}, "/scheme"),
        ({"special_rule": {"id": "none", "version": "1.0"}}, "/special_rule"),
        ({"body": "none"}, "/body"),
        ({"documents": [{"kind": "a", "file_id": "none"}]}, "/documents/0/file_id"),
        ({"documents": [{"kind": "z", "file_id": "none"}]}, "/documents/0/kind"),
        ({"service": {"name": "x", "description": "x", "category": "catering"}}, "/service/category"),
    ],
)
async def test_a_wrong_application_names_its_field(applicant: Person, change: dict[str, Any], pointer: str) -> None:
    answer = await applicant.post("/cases", {**await an_application(applicant), **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_credit_code_with_a_wrong_check_character_is_refused(applicant: Person) -> None:
    body = await an_application(applicant)
    body["organization"]["uscc"] = body["organization"]["uscc"][:-1] + "0"
    wrong = await applicant.post("/cases", body)
    body["organization"]["uscc"] = body["organization"]["uscc"][:-1] + "1"
    assert 422 in {wrong.status_code, (await applicant.post("/cases", body)).status_code}


@pytest.mark.parametrize("text", ["{", '{"kind": "note.add", "kind": "note.add"}', '{"kind": NaN}', "[" * 5000])
async def test_json_that_one_has_to_guess_at_is_refused(case: dict[str, Any], manager: Person, text: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await manager.http.post(f"/api/v1/cases/{case['id']}/acts", content=text, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text


async def test_a_body_of_more_than_a_megabyte_is_refused(case: dict[str, Any], manager: Person) -> None:
    answer = await manager.act(case, "note.add", text="x" * 1_100_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({"kind": "application.review"}, "/outcome"),
        ({"kind": "application.review", "outcome": "perhaps"}, "/outcome"),
        ({"kind": "application.review", "outcome": "accept", "colour": "red"}, "/colour"),
        ({"kind": "application.review", "outcome": "supplement"}, "/missing"),
        ({"outcome": "accept"}, "/kind"),
    ],
)
async def test_a_wrong_answer_names_its_field_and_changes_nothing(
    case: dict[str, Any], manager: Person, payload: dict[str, Any], pointer: str
) -> None:
    answer = await manager.post(f"/cases/{case['id']}/tasks/application.review-1", payload)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await manager.case(case["id"]))["version"] == case["version"]


async def test_a_task_is_answered_once_by_its_role_in_its_stage(
    case: dict[str, Any], manager: Person, applicant: Person, product: Product
) -> None:
    accept = {"outcome": "accept"}
    assert (await applicant.answer(case, "application.review", **accept)).json()["code"] == "forbidden"
    reviewer = await product.sign_in("reviewer")
    assert (await reviewer.answer(case, "application.review", **accept)).json()["code"] == "forbidden"
    assert (await manager.answer(case, "application.review", **accept)).status_code == 200
    again = await manager.answer(case, "application.review", **accept)
    assert (again.status_code, again.json()["code"]) == (409, "task_not_open")
    unknown = await manager.post(f"/cases/{case['id']}/tasks/audit.plan-1", {"kind": "audit.plan"})
    assert unknown.json()["code"] == "task_not_open"
    wrong_kind = await manager.post(f"/cases/{case['id']}/tasks/contract.sign-1", {"kind": "application.review"})
    assert wrong_kind.json()["code"] == "task_not_open"
    assert (await manager.post(f"/cases/{case['id']}/acts", {"kind": "none"})).json()["code"] == "invalid"


@pytest.mark.parametrize("user", ["manager2", "applicant2", "leader", "alliance"])
async def test_a_case_does_not_exist_for_those_who_may_not_see_it(
    case: dict[str, Any], product: Product, user: str
) -> None:
    outsider = await product.sign_in(user)
    for path in ("", "/events", "/deadlines"):
        assert (await outsider.get(f"/cases/{case['id']}{path}")).status_code == 404
    assert (await outsider.act(case, "note.add", text="x")).status_code == 404
    assert (await outsider.answer(case, "application.review", outcome="accept")).status_code == 404
    assert case["id"] not in {one["id"] for one in (await outsider.get("/cases")).json()["items"]}
    assert case["id"] not in {one["case_id"] for one in (await outsider.get("/tasks")).json()["items"]}
    file_id = case["documents"][0]["file_id"]
    assert (await outsider.get(f"/files/{file_id}")).status_code == 404


async def test_a_file_is_shown_to_those_who_see_a_case_that_names_it(
    case: dict[str, Any], applicant: Person, manager: Person
) -> None:
    file_id = case["documents"][0]["file_id"]
    for person in (applicant, manager):
        answer = await person.get(f"/files/{file_id}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    unnamed = await applicant.upload()
    assert (await manager.get(f"/files/{unnamed}")).status_code == 404


async def test_a_file_that_lies_about_itself_is_refused(applicant: Person) -> None:
    answer = await applicant.http.post("/api/v1/files", files={"file": ("a.pdf", b"<html>")})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media")


async def test_a_manager_opens_a_case_for_an_applicant_of_the_own_body_only(applicant: Person, manager: Person) -> None:
    body = await an_application(manager, applicant="applicant")
    answer = await manager.post("/cases", {**body, "body": "other"})
    assert answer.json()["code"] == "forbidden"
    answer = await manager.post("/cases", {**body, "applicant": "leader"})
    assert answer.json()["errors"][0]["pointer"] == "/applicant"
    answer = await manager.post("/cases", body)
    assert (answer.status_code, answer.json()["applicant"]) == (201, "applicant")
    assert (await applicant.get(f"/cases/{answer.json()['id']}")).status_code == 200


async def test_lists_come_in_pages(case: dict[str, Any], manager: Person) -> None:
    found, cursor = [], ""
    while True:
        page = (await manager.get("/cases", limit=2, cursor=cursor)).json()
        assert len(page["items"]) <= 2
        found += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert case["number"] in found
    assert found == sorted(set(found))
    assert (await manager.get("/cases", limit=101)).json()["code"] == "invalid"
    assert (await manager.get("/cases", cursor="x")).json()["code"] == "invalid"


async def test_a_wrong_password_or_token_signs_nobody_in(product: Product, applicant: Person) -> None:
    http = product.stranger()
    for user, password in (("manager", "wrong"), ("nobody", "wrong")):
        answer = await http.post("/api/v1/auth/token", data={"username": user, "password": password})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    good = applicant.http.headers["Authorization"]
    for token in ("Bearer x", "Basic eDp5", good[:-3] + "abc"):
        assert (await http.get("/api/v1/me", headers={"Authorization": token})).status_code == 401


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("en", "en"),
        ("zh-CN,en;q=0.5", "zh"),
        ("zh;q=0.1,en;q=0.9", "en"),
        ("en;q=0,zh", "zh"),
        ("de, en-GB;q=0.4", "en"),
        ("*", "zh"),
    ],
)
async def test_a_problem_is_told_in_the_language_the_reader_prefers(
    product: Product, wishes: str, language: str
) -> None:
    answer = await product.stranger().get("/api/v1/me", headers={"Accept-Language": wishes})
    assert answer.headers["content-language"] == language
    assert answer.json()["detail"] == {"en": "Sign in first.", "zh": "请先登录"}[language]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"declarations": {"credit": "true", "complaints": True}}, "/declarations/credit"),
        ({"sites": [{"id": "s", "name": "x", "address": "x", "city": "x", "headcount": True}]}, "/sites/0/headcount"),
        ({"sites": [{"id": "s", "name": "x", "address": "x", "city": "x", "headcount": "60"}]}, "/sites/0/headcount"),
        ({"sites": [{"id": "s", "name": "x", "address": "x", "city": "x", "headcount": 6}] * 2}, "/sites"),
    ],
)
async def test_nothing_is_taken_for_what_it_is_not(applicant: Person, change: dict[str, Any], pointer: str) -> None:
    answer = await applicant.post("/cases", {**await an_application(applicant), **change})
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("invalid", pointer)


async def test_a_key_that_was_refused_stays_with_its_body(case: dict[str, Any], manager: Person) -> None:
    path = f"/cases/{case['id']}/acts"
    wrong = {"kind": "note.add", "text": ""}
    for _ in range(2):
        assert (await manager.post(path, wrong, key="mine")).json()["code"] == "invalid"
    other = await manager.post(path, {"kind": "note.add", "text": "x"}, key="mine")
    assert other.json()["code"] == "idempotency_key_reused"


async def test_two_advances_at_once_both_move_the_clock(case: dict[str, Any], manager: Person) -> None:
    path = f"/rehearsal/cases/{case['id']}/advance"
    answers = await asyncio.gather(*(manager.post(path, {"days": 1}) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    moved = datetime.fromisoformat((await manager.case(case["id"]))["now"]) - datetime.fromisoformat(case["now"])
    assert moved.days == 2


async def test_a_list_knows_its_stages(manager: Person) -> None:
    assert (await manager.get("/cases", stage="none")).json()["code"] == "invalid"
    assert (await manager.http.put("/api/v1/cases")).json()["code"] == "method_not_allowed"

"""R:7/7.2 on the running product: application, review, supplements, contract, and their ends."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.applications import an_application
from tests.product import Person, Product


@pytest.fixture
async def case(applicant: Person) -> dict[str, Any]:
    answer = await applicant.post("/cases", await an_application(applicant))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def due(case: dict[str, Any], kind: str) -> date:
    deadline = next(one for one in case["deadlines"] if one["kind"] == kind and one["state"] == "running")
    return date.fromisoformat(deadline["due_on"])


def today(case: dict[str, Any]) -> date:
    # 16:00Z is midnight in Shanghai
    moment = case["now"]
    day = date.fromisoformat(moment[:10])
    return day + timedelta(days=1) if int(moment[11:13]) >= 16 else day


async def accepted(manager: Person, case: dict[str, Any]) -> dict[str, Any]:
    answer = await manager.answer(case, "application.review", outcome="accept")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def signed(manager: Person, case: dict[str, Any], on: date) -> Any:
    file_id = await manager.upload("contract.pdf")
    contract = {"contract_number": "HT-1", "signed_on": on.isoformat(), "fee_total": "36000.00", "file_id": file_id}
    return await manager.answer(case, "contract.sign", **contract)


async def test_an_accepted_application_with_a_contract_is_planned(case: dict[str, Any], manager: Person) -> None:
    case = await accepted(manager, case)
    assert case["stage"] == "contract"
    answer = await signed(manager, case, today(case))
    assert answer.status_code == 200, answer.text
    assert answer.json()["stage"] == "planning"
    assert [task["kind"] for task in answer.json()["tasks"]] == ["audit.plan"]


async def test_an_application_without_its_documents_cannot_be_accepted(applicant: Person, manager: Person) -> None:
    body = await an_application(applicant, documents="abcde")
    case = (await applicant.post("/cases", body)).json()
    answer = await manager.answer(case, "application.review", outcome="accept")
    assert (answer.status_code, answer.json()["code"], answer.json()["clause"]) == (422, "rule_refused", "R:7/7.2.1")
    assert (await manager.case(case["id"]))["version"] == case["version"]


async def test_a_commitment_that_was_not_given_bars_acceptance(applicant: Person, manager: Person) -> None:
    body = await an_application(applicant, declarations={"credit": False, "complaints": True})
    case = (await applicant.post("/cases", body)).json()
    answer = await manager.answer(case, "application.review", outcome="accept")
    assert answer.json()["clause"] == "R:7/7.2.1"


async def test_a_rejected_application_ends_with_a_reason(case: dict[str, Any], manager: Person) -> None:
    unreasoned = await manager.answer(case, "application.review", outcome="reject")
    assert unreasoned.json()["errors"][0]["pointer"] == "/reason"
    answer = await manager.answer(case, "application.review", outcome="reject", reason="超出认证领域")
    assert (answer.json()["status"], answer.json()["stage"], answer.json()["tasks"]) == ("rejected", "closed", [])


async def test_a_supplement_is_reviewed_again(applicant: Person, manager: Person) -> None:
    case = (await applicant.post("/cases", await an_application(applicant, documents="abcdegh"))).json()
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["i"])).json()
    document = {"kind": "i", "file_id": await applicant.upload("i.pdf")}
    answer = await applicant.answer(case, "application.supplement", documents=[document])
    assert [task["kind"] for task in answer.json()["tasks"]] == ["application.review"]
    assert (await accepted(manager, answer.json()))["stage"] == "contract"


async def test_a_supplement_counts_on_its_last_day(
    case: dict[str, Any], product: Product, applicant: Person, manager: Person
) -> None:
    start = today(case)
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["j"])).json()
    assert due(case, "application.supplement") == start + timedelta(days=30)
    case = await product.advance(case, until=(start + timedelta(days=30)).isoformat())
    answer = await applicant.answer(case, "application.supplement", note="已补充说明")
    assert answer.status_code == 200, answer.text


async def test_no_supplement_in_thirty_days_rejects_at_the_end_of_the_last_day(
    case: dict[str, Any], product: Product, manager: Person
) -> None:
    start = today(case)
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["j"])).json()
    case = await product.advance(case, until=(start + timedelta(days=31)).isoformat())
    assert (case["status"], case["stage"]) == ("rejected", "closed")
    events = (await manager.get(f"/cases/{case['id']}/events")).json()["items"]
    last_day = start + timedelta(days=30)
    assert (events[-1]["kind"], events[-1]["at"]) == ("timer.application.supplement", f"{last_day}T16:00:00.000000Z")


async def test_all_rounds_of_supplements_share_the_thirty_days(
    case: dict[str, Any], product: Product, applicant: Person, manager: Person
) -> None:
    start = today(case)
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["j"])).json()
    case = await product.advance(case, days=20)
    case = (await applicant.answer(case, "application.supplement", note="第一次补充")).json()
    case = (await manager.answer(case, "application.review", outcome="supplement", missing=["j"])).json()
    assert due(case, "application.supplement") == start + timedelta(days=30)
    case = (await applicant.answer(case, "application.supplement", note="第二次补充")).json()
    case = await product.advance(case, days=15)
    late = await manager.answer(case, "application.review", outcome="supplement", missing=["j"])
    assert (late.json()["code"], late.json()["clause"]) == ("rule_refused", "R:7/7.2.2")


async def test_a_late_review_is_overdue_and_ends_nothing(
    case: dict[str, Any], product: Product, manager: Person
) -> None:
    last_day = due(case, "application.review")
    case = await product.advance(case, until=last_day.isoformat())
    assert "overdue" not in case["flags"]
    case = await product.advance(case, days=1)
    assert "overdue" in case["flags"]
    overdue = (await manager.get("/tasks", overdue=True)).json()["items"]
    assert case["id"] in {task["case_id"] for task in overdue}
    assert "overdue" not in (await accepted(manager, case))["flags"]


async def test_a_contract_is_late_after_thirty_days_and_the_case_ends_after_ninety(
    case: dict[str, Any], product: Product, manager: Person
) -> None:
    start = today(case)
    case = await accepted(manager, case)
    case = await product.advance(case, until=(start + timedelta(days=30)).isoformat())
    assert "overdue" not in case["flags"]
    case = await product.advance(case, until=(start + timedelta(days=90)).isoformat())
    assert ("overdue" in case["flags"], case["status"]) == (True, "open")
    case = await product.advance(case, days=1)
    assert (case["status"], case["stage"]) == ("rejected", "closed")


async def test_a_contract_signed_on_the_ninetieth_day_counts(
    case: dict[str, Any], product: Product, manager: Person
) -> None:
    start = today(case)
    case = await accepted(manager, case)
    case = await product.advance(case, until=(start + timedelta(days=90)).isoformat())
    assert (await signed(manager, case, today(case))).json()["stage"] == "planning"


@pytest.mark.parametrize(("days", "code"), [(1, "invalid"), (-1, "rule_refused")])
async def test_a_contract_is_dated_between_acceptance_and_today(
    case: dict[str, Any], manager: Person, days: int, code: str
) -> None:
    case = await accepted(manager, case)
    answer = await signed(manager, case, today(case) + timedelta(days=days))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await manager.case(case["id"]))["stage"] == "contract"


async def test_an_applicant_withdraws(case: dict[str, Any], applicant: Person, manager: Person) -> None:
    assert (await manager.act(case, "case.withdraw", reason="x")).status_code == 403
    answer = await applicant.act(case, "case.withdraw", reason="暂缓申请")
    assert (answer.json()["status"], answer.json()["stage"]) == ("application_withdrawn", "closed")
    again = await applicant.act(case, "case.withdraw", reason="暂缓申请")
    assert (again.status_code, again.json()["code"]) == (409, "stage_conflict")


async def test_a_second_open_case_is_refused_without_naming_the_other_body(product: Product) -> None:
    first, second = await product.sign_in("applicant"), await product.sign_in("applicant2")
    body = await an_application(first)
    assert (await first.post("/cases", body)).status_code == 201
    documents = [{"kind": "a", "file_id": await second.upload()}]
    answer = await second.post("/cases", {**body, "body": "other", "documents": documents})
    assert (answer.json()["code"], answer.json()["clause"]) == ("rule_refused", "R:7/7.2.2")
    assert "demo" not in answer.text


async def test_an_ended_case_makes_room_for_a_new_application(applicant: Person) -> None:
    body = await an_application(applicant)
    case = (await applicant.post("/cases", body)).json()
    await applicant.act(case, "case.withdraw", reason="暂缓申请")
    assert (await applicant.post("/cases", body)).status_code == 201


async def test_past_refusals_and_withdrawals_are_shown_at_review(applicant: Person, manager: Person) -> None:
    body = await an_application(applicant)
    case = (await applicant.post("/cases", body)).json()
    await applicant.act(case, "case.withdraw", reason="暂缓申请")
    again = (await applicant.post("/cases", body)).json()
    assert "past_cases" not in again
    shown = await manager.case(again["id"])
    assert [past["status"] for past in shown["past_cases"]] == ["application_withdrawn"]

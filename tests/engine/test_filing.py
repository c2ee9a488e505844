"""Complaints and appeals on the real engine: a stranger is answered, a case that has ended waits for its appeal."""

from typing import Any

from tests.applications import an_application
from tests.product import Person, Product


async def rejected(applicant: Person, manager: Person) -> dict[str, Any]:
    """A case whose application was not accepted."""
    answer = await applicant.post("/cases", await an_application(applicant))
    assert answer.status_code == 201, answer.text
    answer = await manager.answer(answer.json(), "application.review", outcome="reject", reason="x")
    return dict(answer.json())


async def test_a_stranger_complains_and_reads_the_answer(product: Product, applicant: Person, manager: Person) -> None:
    case = (await applicant.post("/cases", await an_application(applicant))).json()
    body = {"case_number": case["number"], "about": "服务", "reason": "无人应答", "name": "钱消费"}
    async with product.stranger() as stranger:
        filed = [
            await stranger.post("/api/v1/complaints", json=body, headers={"Idempotency-Key": case["id"]})
            for _ in range(2)
        ]
        assert [one.status_code for one in filed] == [201, 201]
        assert filed[0].json() == filed[1].json()
        await manager.answer(await manager.case(case["id"]), "complaint.acknowledge")
        reviewer = await product.sign_in("reviewer2")
        seen = await reviewer.case(case["id"])
        assert [matter["kind"] for matter in seen["matters"]] == ["complaint.file"]
        await reviewer.answer(seen, "complaint.handle", outcome="dismissed", answer="查无此事")
        receipt = filed[0].json()
        told = await stranger.get(f"/api/v1/complaints/{receipt['id']}", params={"token": receipt["token"]})
    assert (told.json()["state"], told.json()["answer"]) == ("answered", "查无此事")


async def test_a_case_that_has_ended_is_reopened_by_an_appeal(
    product: Product, applicant: Person, manager: Person
) -> None:
    case = await rejected(applicant, manager)
    case = await product.advance(case, days=20)
    case = (await applicant.act(case, "appeal.file", about="application.review", reason="x")).json()
    assert case["flags"] == ["appeal_open"]
    case = (await manager.answer(await manager.case(case["id"]), "appeal.acknowledge")).json()
    decider = await product.sign_in("decider2")
    case = (await decider.answer(case, "appeal.decide", outcome="uphold", reason="x")).json()
    assert (case["stage"], case["status"], [task["kind"] for task in case["tasks"]]) == (
        "application",
        "open",
        ["application.review"],
    )


async def test_without_an_appeal_it_is_over_in_time(product: Product, applicant: Person, manager: Person) -> None:
    case = await rejected(applicant, manager)
    case = await product.advance(case, days=31)
    answer = await applicant.act(case, "appeal.file", about="application.review", reason="x")
    assert (answer.status_code, answer.json()["code"]) == (409, "stage_conflict")
    assert [one["state"] for one in case["deadlines"] if one["kind"] == "appeal.file"] == ["missed"]

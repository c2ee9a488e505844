"""R:4/4.2: nothing the applicant can reach shows that a mystery visit is planned, until the list goes out."""

import json
import re
from datetime import date, datetime, timedelta
from email import message_from_bytes
from typing import Any

from domain.dates import local_date
from tests.applications import an_application
from tests.domain.sheets import raw_sheet
from tests.lives import a_deduction
from tests.product import Person, Product

DAYS = {"documents": "1", "management": "6", "characteristics": "5"}
IDS = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{32}|YL-\d+-\d+|\d{4}-\d\d-\d\dT[0-9:.]+Z|91140100MA\w+|晋韵酒店管理有限公司\d+"
)


def today_of(case: dict[str, Any]) -> date:
    """The case's own day, in Shanghai."""
    return local_date(datetime.fromisoformat(case["now"]))


async def contracted(applicant: Person, manager: Person) -> dict[str, Any]:
    case = (await applicant.post("/cases", await an_application(applicant))).json()
    case = (await manager.answer(case, "application.review", outcome="accept")).json()
    contract = {"contract_number": "HT-1", "signed_on": str(today_of(case)), "fee_total": "1.00"}
    answer = await manager.answer(case, "contract.sign", **contract, file_id=await manager.upload())
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def a_plan(case: dict[str, Any], *, visit: bool) -> dict[str, Any]:
    first = today_of(case) + timedelta(days=7)
    team = [{"user": "leader", "role": "leader"}, {"user": "auditor", "role": "auditor"}]
    return {
        "objective": "初次认证",
        "basis": ["R"],
        "team": team + ([{"user": "visitor", "role": "visitor"}] if visit else []),
        "modes": ["interview", *(["mystery_visit"] if visit else [])],
        "person_days": DAYS,
        "planned_from": str(first),
        "planned_to": str(first + timedelta(days=6)),
    }


async def everything(applicant: Person, case: dict[str, Any]) -> list[str]:
    """All answers the applicant can get about a case, without ids, hashes and instants."""
    path = f"/cases/{case['id']}"
    answers = [await applicant.get(path + part) for part in ("", "/events", "/deadlines")]
    inbox = (await applicant.get("/tasks", limit=100)).json()["items"]
    listed = (await applicant.get("/cases", limit=100, q=case["number"])).json()["items"]
    texts = [answer.text + str(answer.headers.get("etag")) for answer in answers]
    mine = [task for task in inbox if task["case_id"] == case["id"]]
    texts += [json.dumps([mine, listed], ensure_ascii=False)]
    probe = await applicant.post(f"{path}/tasks/audit.mystery_visit-1", {"kind": "audit.mystery_visit"})
    texts.append(probe.text)
    return [IDS.sub("…", text) for text in texts]


async def test_the_applicant_sees_the_same_with_and_without_a_visit(product: Product) -> None:
    people = {name: await product.sign_in(name) for name in ("applicant", "manager", "leader", "visitor")}
    applicant, leader = people["applicant"], people["leader"]
    plain, visited = [await contracted(applicant, people["manager"]) for _ in range(2)]
    today = str(today_of(plain))

    async def both(user: str, kind: str, **payload: Any) -> None:
        nonlocal plain, visited
        found = []
        for case in (plain, visited):
            current = await people["manager"].case(case["id"])
            body = a_plan(case, visit=case is visited) if kind == "audit.plan" else payload
            answer = await people[user].answer(current, kind, **body)
            assert answer.status_code == 200, answer.text
            found.append(dict(answer.json()))
        plain, visited = found
        assert await everything(applicant, plain) == await everything(applicant, visited), kind

    await both("manager", "audit.plan")
    await both("applicant", "audit.plan.confirm", outcome="agree")
    await both("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
    await both("leader", "audit.open", on=today, attendees=["x"])
    await both("leader", "audit.management", **raw_sheet())
    await both("leader", "audit.characteristics", deductions=[a_deduction()])
    await both("leader", "audit.close", on=today, attendees=["x"])

    photograph = await people["visitor"].upload()
    visit = {"visited_on": today, "site": "s2", "observations": "等候时间短", "evidence": [photograph]}
    current = await people["visitor"].case(visited["id"])
    assert (await people["visitor"].answer(current, "audit.mystery_visit", **visit)).status_code == 200
    assert await everything(applicant, plain) == await everything(applicant, visited)
    seen_by = {name: (await people[name].get(f"/files/{photograph}")).status_code for name in people}
    assert seen_by == {"applicant": 404, "manager": 200, "leader": 200, "visitor": 200}
    mails = product.settings.data / "mail"
    letters = [message_from_bytes(mail.read_bytes()) for mail in mails.iterdir()]
    mine = [str(letter.get_payload(decode=True)) for letter in letters if "applicant@" in str(letter["To"])]
    assert not [text for text in mine if "暗访" in text or "mystery" in text.lower()]

    answer = await people["manager"].answer(current, "audit.credit", listed=False)
    assert [task["kind"] for task in answer.json()["tasks"]] == ["findings.confirm"]
    assert (await applicant.get(f"/files/{photograph}")).status_code == 200
    told = await applicant.case(visited["id"])
    assert told["audits"][0]["plan"]["modes"] == ["interview", "mystery_visit"]
    kinds = [event["kind"] for event in (await applicant.get(f"/cases/{visited['id']}/events")).json()["items"]]
    assert kinds.count("audit.plan") == 2
    assert "audit.mystery_visit" in kinds
    assert (await leader.case(visited["id"]))["version"] == told["version"]

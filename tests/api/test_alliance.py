"""What was reported to the alliance, read by the alliance."""

import base64
import json
from datetime import timedelta

import pytest

from activities.submissions import submission
from domain.state import Effect
from domain.submissions import Receipt
from records.issued import AllianceReportRow
from services.alliance import local_receipt
from tests.api.conftest import Web
from tests.records.builders import AT
from tests.states import granted

PATH = "/api/v1/alliance/reports"


def reported(web: Web, *numbers: int, rehearsal: bool = False) -> None:
    """Cases whose certification was reported, one an hour."""
    with web.session() as session:
        for number in numbers:
            state = granted(number, rehearsal=rehearsal).write(session)
            effect = Effect(id="9.1", kind="submission", about=f"certification:SXJP-2026-{number:05d}")
            fact = submission(state, effect, AT.date(), {})
            receipt = (
                local_receipt(fact) if rehearsal else Receipt(submission_id=fact.id, number="LM-1", received_at=AT)
            )
            row = AllianceReportRow(
                id=fact.id,
                case_id=state.id,
                kind=fact.kind,
                on=fact.on,
                content=fact.model_dump_json(),
                receipt=receipt.model_dump_json(),
                rehearsal=rehearsal,
                at=AT + timedelta(hours=number // 2),
            )
            session.add(row)
        session.commit()


async def test_the_alliance_reads_each_report_with_its_receipt(web: Web) -> None:
    reported(web, 1)
    answer = await web.visitor.get(PATH, headers=web.signed_in("alliance"))
    assert answer.status_code == 200
    [item] = answer.json()["items"]
    assert (item["id"], item["kind"], item["outcome"]) == ("case-1.9.1", "certification", "granted")
    assert (item["certificate_number"], item["valid_until"]) == ("SXJP-2026-00001", "2029-12-19")
    assert (item["receipt"]["number"], item["rehearsal"]) == ("LM-1", False)


async def test_a_rehearsed_report_is_marked_and_so_is_its_receipt(web: Web) -> None:
    reported(web, 1, rehearsal=True)
    [item] = (await web.visitor.get(PATH, headers=web.signed_in("alliance"))).json()["items"]
    assert (item["rehearsal"], item["receipt"]["rehearsal"]) == (True, True)
    assert item["receipt"]["number"].startswith("REHEARSAL-")


async def test_reports_come_in_pages_in_the_order_they_were_made(web: Web) -> None:
    reported(web, 5, 4, 3, 2, 1)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2", "cursor": cursor}
        page = (await web.visitor.get(PATH, params=query, headers=web.signed_in("alliance"))).json()
        seen += [item["case_number"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"JP-2026-{number:05d}" for number in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("user", ["manager", "leader", "reviewer", "decider", "ops", "admin", "manager2", "applicant"])
async def test_nobody_else_reads_them(web: Web, user: str) -> None:
    answer = await web.visitor.get(PATH, headers=web.signed_in(user))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_somebody_who_has_not_signed_in_is_asked_to(web: Web) -> None:
    assert (await web.visitor.get(PATH)).status_code == 401


@pytest.mark.parametrize("place", [[1], ["x", "y"], ["2026-11-20T02:00:00", "a"], ["2026-11-20T02:00:00Z", 3], 7])
async def test_a_cursor_of_another_list_is_invalid(web: Web, place: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    answer = await web.visitor.get(PATH, params={"cursor": cursor}, headers=web.signed_in("alliance"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

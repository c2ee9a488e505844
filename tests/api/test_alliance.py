"""What was reported to the alliance, read by the alliance."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.submissions import submission
from domain.dates import local_date
from domain.state import Effect, EventDraft
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


# What is missing

MISSING = "/api/v1/alliance/missing"


def certified(web: Web, *numbers: int, **changes: Any) -> None:
    """Cases whose certification is on record and has no receipt."""
    for number in numbers:
        kept = granted(number, **changes)
        data = {"number": f"SXJP-2026-{number:05d}"}
        kept.events.append(EventDraft(at=AT, actor="decider", kind="certificate.valid", data=data))
        with web.session() as session:
            kept.write(session)


async def missing(web: Web, user: str, **query: Any) -> dict[str, Any]:
    answer = await web.visitor.get(MISSING, params=query, headers=web.signed_in(user))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_fact_without_a_receipt_is_missing_with_its_clause_and_its_days(web: Web) -> None:
    """R:7/6.4.6.2."""
    certified(web, 1)
    [item] = (await missing(web, "alliance"))["items"]
    days = item.pop("days")
    assert item == {
        "case_number": "JP-2026-00001",
        "body": "demo",
        "kind": "certification",
        "about": "SXJP-2026-00001",
        "on": AT.date().isoformat(),
        "clause": "R:7/6.4.6.2",
    }
    assert days == (local_date(datetime.now(UTC)) - AT.date()).days


async def test_a_body_sees_what_it_has_not_reported_itself_and_the_alliance_all(web: Web) -> None:
    certified(web, 1)
    certified(web, 2, body="other")
    seen = {user: (await missing(web, user))["items"] for user in ("manager", "ops", "manager2", "alliance")}
    numbers = {user: [item["case_number"] for item in items] for user, items in seen.items()}
    assert numbers["manager"] == numbers["ops"] == ["JP-2026-00001"]
    assert numbers["manager2"] == ["JP-2026-00002"]
    assert numbers["alliance"] == ["JP-2026-00001", "JP-2026-00002"]


async def test_rehearsed_facts_are_missing_only_where_they_are_asked_for(web: Web) -> None:
    certified(web, 1, rehearsal=True)
    assert (await missing(web, "alliance"))["items"] == []
    assert len((await missing(web, "alliance", rehearsal=True))["items"]) == 1


@pytest.mark.parametrize("chunks", [1, 2, 10])
async def test_what_is_missing_comes_in_pages_by_case(web: Web, monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """However few cases a page looks through."""
    monkeypatch.setattr("records.reports.CHUNK", 2)
    monkeypatch.setattr("records.reports.CHUNKS_A_PAGE", chunks)
    certified(web, 5, 4, 3, 2, 1)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await missing(web, "alliance", limit=2, cursor=cursor)
        seen += [item["case_number"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"JP-2026-{number:05d}" for number in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("user", ["leader", "reviewer", "decider", "applicant"])
async def test_nobody_else_sees_what_is_missing(web: Web, user: str) -> None:
    answer = await web.visitor.get(MISSING, headers=web.signed_in(user))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

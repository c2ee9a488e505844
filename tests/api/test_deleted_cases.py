"""A case whose content was deleted at the end of its term is still there to be looked at, and takes nothing."""

import httpx
import pytest

from domain.retention import stripped
from records.tables import CaseRow
from tests.api.conftest import Web
from tests.records.builders import kept

API = "http://jingpin.test/api/v1"


@pytest.fixture
def case(web: Web) -> str:
    with web.session() as session:
        state = kept(session, 1, stage="closed", status="rejected")
        row = session.get_one(CaseRow, state.id)
        row.state = stripped(state).model_dump_json()
        session.commit()
    return state.id


async def got(web: Web, path: str) -> httpx.Response:
    return await web.visitor.get(f"{API}{path}", headers=web.signed_in("manager"))


async def test_its_snapshot_record_dates_and_line_are_shown(web: Web, case: str) -> None:
    for path in (f"/cases/{case}", f"/cases/{case}/events", f"/cases/{case}/deadlines", "/cases", "/tasks"):
        answer = await got(web, path)
        assert answer.status_code == 200, answer.text
    snapshot = (await got(web, f"/cases/{case}")).json()
    assert (snapshot["status"], snapshot["organization"], snapshot["documents"]) == ("rejected", None, [])


async def test_a_complaint_about_it_is_told_that_it_is_over(web: Web, case: str) -> None:
    with web.session() as session:
        number = session.get_one(CaseRow, case).number
    about = {"case_number": number, "about": "conduct", "reason": "x"}
    answer = await web.visitor.post(f"{API}/complaints", json=about)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage_conflict"), answer.text

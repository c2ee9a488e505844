"""What a request has a case do can be found by the request's id, from the API to the record."""

import logging

import pytest

from tests.applications import an_application
from tests.product import Person


async def test_a_requests_id_goes_with_its_message_into_the_turn(
    applicant: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "activities.turns")
    answer = await applicant.post("/cases", await an_application(applicant))
    case, request = answer.json()["id"], answer.headers["x-request-id"]
    turns = [record for record in caplog.records if getattr(record, "case", "") == case]
    assert [(record.what, record.request) for record in turns] == [("application", request)]  # type: ignore[attr-defined]

    withdrawn = await applicant.act(answer.json(), "case.withdraw", reason="秘密的理由")
    turns = [record for record in caplog.records if getattr(record, "what", "") == "case.withdraw"]
    assert [record.request for record in turns] == [withdrawn.headers["x-request-id"]]  # type: ignore[attr-defined]
    assert not [record for record in caplog.records if "秘密" in str(record.__dict__)]

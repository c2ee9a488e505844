"""What is reported to the alliance: a far side of its own, and a worker that dies at the worst moments."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from activities.interface import Delivered
from domain.state import Effect
from records.issued import AllianceOutboxRow, AllianceReportRow
from services.alliance import AllianceUnavailable
from tests.activities.courier import NUMBER, Courier, Killed, alliance, dying, received
from tests.states import AT, granted

SUBMISSION = Effect(id="9.3", kind="submission", about=f"certification:{NUMBER}")


def reaching(courier: Courier, url: str, **changes: Any) -> Courier:
    given = {"alliance_url": url, "alliance_seconds": 0.5} | changes
    courier.outside = courier.outside.model_copy(update=given)
    return courier


def test_a_fact_is_reported_and_its_receipt_is_on_record(courier: Courier) -> None:
    courier.keep(granted())
    with alliance() as url:
        delivered = reaching(courier, url, alliance_codes={"certification": "01"}).deliver(SUBMISSION)
        [call] = received(url)
    assert delivered.done == {"9.3": {"receipt": "LM-000001", "submission": "case-1.9.3"}}
    [row] = courier.rows(AllianceReportRow)
    assert json.loads(row.content) == call["body"]
    assert json.loads(row.receipt)["number"] == "LM-000001"
    body = call["body"]
    assert (body["kind"], body["code"], body["outcome"]) == ("certification", "01", "granted")
    assert (body["certificate_number"], body["on"], body["edition"]) == (NUMBER, "2026-12-20", "1.0")
    assert (body["valid_from"], body["valid_until"], body["rehearsal"]) == ("2026-12-20", "2029-12-19", False)


def test_a_repetition_gives_the_receipt_on_record_and_sends_nothing(courier: Courier) -> None:
    courier.keep(granted())
    with alliance() as url:
        first = reaching(courier, url).deliver(SUBMISSION)
        assert courier.deliver(SUBMISSION) == first
        assert len(received(url)) == 1


@pytest.mark.parametrize("step", ["timeout", "unavailable", "lost", "garbage"])
def test_an_alliance_that_is_away_is_asked_again_and_takes_the_fact_once(courier: Courier, step: str) -> None:
    courier.keep(granted())
    with alliance(step) as url:
        reaching(courier, url)
        with pytest.raises(AllianceUnavailable):
            courier.deliver(SUBMISSION)
        assert courier.rows(AllianceReportRow) == []
        assert courier.deliver(SUBMISSION).done["9.3"]["receipt"] == "LM-000001"
        assert {call["key"] for call in received(url)} == {"case-1.9.3"}


@pytest.mark.parametrize("when", ["alliance_reports", "commit"])
def test_a_worker_killed_before_the_receipt_is_on_record_gets_the_same_again(courier: Courier, when: str) -> None:
    courier.keep(granted())
    with alliance("twice") as url:
        reaching(courier, url)
        with dying(courier.engine, when), pytest.raises(Killed):
            courier.deliver(SUBMISSION)
        assert courier.deliver(SUBMISSION).done["9.3"]["receipt"] == "LM-000001"
        first, second = received(url)
    assert first["body"] == second["body"]
    assert len(courier.rows(AllianceReportRow)) == 1


def test_a_refusal_is_told_with_its_reason_and_the_other_facts_are_reported(courier: Courier) -> None:
    courier.keep(granted())
    other = SUBMISSION.model_copy(update={"id": "9.9"})
    with alliance("refuse", "ok") as url:
        delivered = reaching(courier, url).deliver(SUBMISSION, other)
    assert delivered.refused == {"9.3": "422 unknown_certificate unknown certificate"}
    assert list(delivered.done) == ["9.9"]


def test_nothing_of_a_rehearsed_case_leaves_the_house(courier: Courier) -> None:
    courier.keep(granted(rehearsal=True))
    with alliance() as url:
        delivered = reaching(courier, url).deliver(SUBMISSION)
        assert received(url) == []
    assert delivered.done["9.3"]["receipt"].startswith("REHEARSAL-")
    [row] = courier.rows(AllianceReportRow)
    assert (row.rehearsal, json.loads(row.receipt)["rehearsal"]) == (True, True)


def test_without_an_alliance_the_embedded_mode_makes_a_marked_receipt(courier: Courier) -> None:
    courier.keep(granted())
    delivered = courier.deliver(SUBMISSION)
    assert delivered.done["9.3"]["receipt"].startswith("LOCAL-")
    [row] = courier.rows(AllianceReportRow)
    assert (row.rehearsal, json.loads(row.receipt)["rehearsal"]) == (False, True)


def test_without_an_alliance_production_waits(courier: Courier) -> None:
    courier.keep(granted())
    with pytest.raises(AllianceUnavailable, match="JINGPIN_ALLIANCE_URL"):
        reaching(courier, "", local_receipts=False).deliver(SUBMISSION)
    assert courier.rows(AllianceReportRow) == []


def test_in_batches_a_fact_waits_in_the_outbox_and_nothing_leaves_the_house(courier: Courier) -> None:
    courier.keep(granted())
    with alliance() as url:
        reaching(courier, url, in_batches=True)
        assert [courier.deliver(SUBMISSION) for _ in range(2)] == [Delivered(parked=["9.3"])] * 2
        assert received(url) == []
    [row] = courier.rows(AllianceOutboxRow)
    assert (row.id, row.effect_id, json.loads(row.content)["certificate_number"]) == ("case-1.9.3", "9.3", NUMBER)
    assert courier.rows(AllianceReportRow) == []


def test_in_batches_a_rehearsed_fact_gets_its_local_receipt_at_once(courier: Courier) -> None:
    courier.keep(granted(rehearsal=True))
    delivered = reaching(courier, "", in_batches=True).deliver(SUBMISSION)
    assert delivered.done["9.3"]["receipt"].startswith("REHEARSAL-")
    assert courier.rows(AllianceOutboxRow) == []


def test_a_correction_is_of_the_day_of_its_fact_and_names_what_it_corrects(courier: Courier) -> None:
    kept = granted()
    courier.keep(kept)
    courier.deliver(SUBMISSION)
    with Session(courier.engine) as session:
        kept.write(session, AT + timedelta(days=30))
    courier.deliver(SUBMISSION.model_copy(update={"id": "10.1", "corrects": "case-1.9.3"}))
    first, second = (json.loads(row.content) for row in courier.rows(AllianceReportRow))
    assert (second["corrects"], second["on"], second["kind"]) == ("case-1.9.3", first["on"], first["kind"])
    assert "corrects" not in first


@pytest.mark.parametrize(
    ("about", "outcome", "certificate"),
    [
        ("refusal:audit-1", "refused", None),
        (f"suspension:{NUMBER}", "suspended", NUMBER),
        (f"expiry:{NUMBER}", "expired", NUMBER),
        ("surveillance:audit-1", "pass", NUMBER),
        ("withdrawal:", "withdrawn", NUMBER),
    ],
)
def test_each_kind_of_fact_has_its_outcome(courier: Courier, about: str, outcome: str, certificate: str | None) -> None:
    courier.keep(granted())
    courier.deliver(SUBMISSION.model_copy(update={"about": about}))
    [row] = courier.rows(AllianceReportRow)
    content = json.loads(row.content)
    assert (row.kind, content["outcome"], content["certificate_number"]) == (
        about.partition(":")[0],
        outcome,
        certificate,
    )


def test_a_kind_the_alliance_does_not_know_is_refused(courier: Courier) -> None:
    courier.keep(granted())
    assert list(courier.deliver(SUBMISSION.model_copy(update={"about": "gossip:x"})).refused) == ["9.3"]


def test_the_day_of_a_fact_is_that_of_the_turn_that_decided_it(courier: Courier) -> None:
    kept = granted()
    courier.keep(kept)
    with Session(courier.engine) as session:
        kept.write(session, AT + timedelta(days=400, hours=14))
    courier.deliver(SUBMISSION.model_copy(update={"id": "10.1", "about": f"suspension:{NUMBER}"}))
    [row] = courier.rows(AllianceReportRow)
    assert row.on == (AT + timedelta(days=401)).date()

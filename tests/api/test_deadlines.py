"""Due dates with their proofs, and what other anchors would make of them, over HTTP."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from records.tables import CaseRow
from tests.api.conftest import Web
from tests.flow.filing import looked_into
from tests.flow.steps import SECRET, to_reaudit
from tests.flow.years import FEWER_DAYS, maintained, surveilled, suspended, to_certificate
from tests.lives import CONTENTS, Life, a_database

START = date(2026, 3, 2)
GRANTED = {
    "certificate.expiry": "2029-03-01",
    "surveillance": "2027-03-02",
    "recertification.apply": "2028-12-01",
    "calendar_year": "2028-12-31",
}
"""What a grant on the day on which tests begin leads to."""


@pytest.fixture
def database(settings: Any) -> Iterator[Engine]:
    engine = a_database(settings.data, settings.sql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def life(database: Engine) -> Life:
    """A case whose clock stands where its life does."""
    return Life(database, START)


async def asked(web: Web, life: Life, *changes: str, user: str = "manager") -> Any:
    """The answer to a question, at the case's own time."""
    with Session(web.database) as session:
        row = session.get_one(CaseRow, life.case.id)
        row.clock_ahead = (life.now - life.now.now(life.now.tzinfo)).total_seconds()
        session.add(row)
        session.commit()
    path = f"/api/v1/cases/{life.case.id}/deadlines"
    query = [("what_if", change) for change in changes]
    return await web.visitor.get(path, params=query, headers=web.signed_in(user))


async def dates(web: Web, life: Life, *changes: str, user: str = "manager") -> dict[str, str]:
    answer = await asked(web, life, *changes, user=user)
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one["due_on"] for one in answer.json()["deadlines"] if one["state"] == "running"}


async def broken(web: Web, life: Life, *changes: str) -> list[str]:
    return [one["id"] for one in (await asked(web, life, *changes)).json()["broken"]]


async def test_a_due_date_comes_with_all_of_its_proof(web: Web, life: Life) -> None:
    life.apply()
    [found] = (await asked(web, life)).json()["deadlines"]
    proof = found["proof"]
    assert proof["anchor"] == {"kind": "task", "on": "2026-03-02"}
    assert (proof["clause"], proof["function"], proof["provisional"]) == ("R:7/7.2.2", "dates.due", False)
    assert proof["calendar"].startswith("chinesecalendar-")
    assert proof["steps"] == [{"op": "+10 working days", "from": "2026-03-02", "to": "2026-03-16"}]


async def test_another_decision_moves_all_that_follows_and_leaves_the_case(web: Web, life: Life) -> None:
    before = to_certificate(life).case.model_dump_json()
    assert await dates(web, life) == GRANTED
    assert await dates(web, life, "decision:2028-02-29") == {
        "certificate.expiry": "2031-02-27",
        "surveillance": "2029-02-28",
        "recertification.apply": "2030-11-27",
        "calendar_year": "2030-12-31",
    }
    with Session(web.database) as session:
        assert session.get_one(CaseRow, life.case.id).state == before


async def test_what_moved_says_from_where(web: Web, life: Life) -> None:
    to_certificate(life)
    found = (await asked(web, life, "decision:2026-03-03")).json()["deadlines"]
    said = {one["kind"]: one.get("was_due_on") for one in found if one["state"] == "running"}
    assert said == GRANTED | {"calendar_year": None}


async def test_several_anchors_change_at_once(web: Web, life: Life) -> None:
    to_certificate(life)
    found = await dates(web, life, "decision:2026-04-02", "valid_until:2029-06-30")
    assert found == {
        "certificate.expiry": "2029-06-30",
        "surveillance": "2027-04-02",
        "recertification.apply": "2029-03-30",
        "calendar_year": "2028-12-31",
    }


async def test_a_day_to_come_breaks_what_it_would_meet_too_late(web: Web, life: Life) -> None:
    """The decision is due ten working days after the review, on 16 March 2026."""
    life.contracted().on_site().audited().reported()
    life.answer("reviewer", "review.independent", outcome="agree")
    assert life.due("decision.make") == date(2026, 3, 16)
    assert await broken(web, life, "decision:2026-03-16") == []
    assert await broken(web, life, "decision:2026-03-17") == ["decision.make-1"]


@pytest.mark.parametrize(
    ("change", "late"),
    [
        ("application:2026-03-16", []),
        ("application:2026-03-17", ["application.review-1"]),
        ("contract:2026-04-01", []),
        ("contract:2026-04-02", ["contract.sign-1"]),
        ("contract:2026-05-31", ["contract.sign-1"]),
        ("contract:2026-06-01", ["contract.sign-1", "contract.sign-latest"]),
        ("report:2026-03-16", []),
        ("report:2026-03-17", ["audit.report-1"]),
        ("review:2026-03-16", []),
        ("review:2026-03-17", ["review.independent-1"]),
        ("decision:2026-03-17", ["decision.make-1"]),
        ("decision:2026-07-10", ["decision.make-1"]),
        ("decision:2026-07-13", ["certificate.issue-12", "decision.make-1"]),
    ],
)
async def test_a_day_that_met_its_date_would_have_met_it_too_late(
    web: Web, life: Life, change: str, late: list[str]
) -> None:
    """Ten working days for each task, 30 and 90 days for the contract, 90 working days for the certificate."""
    to_certificate(life)
    assert sorted(await broken(web, life, change)) == late


async def test_another_credit_check_bears_a_decision_for_longer(web: Web, life: Life) -> None:
    """R:7/7.4.5: thirty days from the check; the tasks opened on the same day stay."""
    life.contracted().on_site().audited().reported()
    life.answer("reviewer", "review.independent", outcome="agree")
    before = await dates(web, life)
    assert before["audit.credit"] == "2026-04-01"
    assert await dates(web, life, "credit:2026-03-12") == before | {"audit.credit": "2026-04-11"}
    # Thirty days after 30 January are over on 1 March; the case is on 2 March.
    assert [one.partition("-")[0] for one in await broken(web, life, "credit:2026-01-30")] == ["audit.credit"]
    assert "audit.credit" not in {one.partition("-")[0] for one in await broken(web, life, "task:2026-01-30")}


async def test_an_acceptance_would_have_come_too_late_after_a_supplement(web: Web, life: Life) -> None:
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", reason="x")
    life.until(date(2026, 3, 9))
    life.answer("applicant", "application.supplement", note="x")
    life.answer("manager", "application.review", outcome="accept")
    assert await broken(web, life, "application:2026-03-24") == ["application.review-2"]


async def test_an_audit_entered_the_day_after_would_have_closed_too_late(web: Web, life: Life) -> None:
    """R:7/7.3.3: the first surveillance of a grant of 2 March 2026 is due on 2 March 2027, to the day."""
    to_certificate(life).until(date(2027, 2, 1))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.open", on="2027-02-01", attendees=["x"])
    life.until(date(2027, 2, 2))
    life.answer("leader", "audit.close", on="2027-02-01", attendees=["x"])
    [surveillance] = [one.id for one in life.case.deadlines if one.kind == "surveillance"]
    assert await broken(web, life, "audit_last_day:2027-03-02") == []
    assert await broken(web, life, "audit_last_day:2027-03-03") == [surveillance]
    assert await broken(web, life, "audit_last_day:2027-04-01") == [surveillance]
    assert await broken(web, life, "audit_last_day@2027-02-01:2027-04-01") == [surveillance]
    assert await broken(web, life, "audit_last_day@2026-03-02:2026-04-01") == []
    # Both were due on 31 January: its plan is of 1 February as well.
    assert await broken(web, life, "decision:2026-01-31") == [surveillance, "audit.plan-2"]


async def test_a_suspension_would_have_been_decided_too_late(web: Web, life: Life) -> None:
    """R:7/6.5.3.2: the suspending decision is due ten working days after its review."""
    to_certificate(life).until(date(2027, 1, 4))
    suspended(life)
    assert await broken(web, life, "suspension:2027-06-01") == ["decision.make-2"]


async def test_the_client_cannot_ask_for_a_closing_that_is_covered(web: Web, life: Life) -> None:
    """R:4/4.2: the closing came before the mystery visit, and is not yet there for the client."""
    to_certificate(life).until(date(2027, 2, 1))
    life.on_site(**SECRET | FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    life.audited()
    change = "audit_last_day@2027-02-01:2027-04-01"
    assert (await asked(web, life, change)).status_code == 200
    assert (await asked(web, life, change, user="applicant")).status_code == 422


async def test_an_anchor_from_which_nothing_runs_moves_nothing(web: Web, life: Life) -> None:
    life.apply()
    answer = await asked(web, life, "suspension:2026-03-05")
    assert (answer.status_code, answer.json()["broken"]) == (200, [])
    assert await dates(web, life, "audit_first_day:2026-04-01") == await dates(web, life)


async def test_a_failed_audits_last_day_moves_its_reaudit(web: Web, life: Life) -> None:
    to_reaudit(life)
    assert (await dates(web, life, "audit_last_day:2026-02-20"))["reaudit"] == "2026-05-21"


async def test_dates_that_would_be_past_are_broken(web: Web, life: Life) -> None:
    to_reaudit(life)
    assert await broken(web, life) == []
    # Ninety days after 1 December 2025 are over on 1 March 2026; the case is on 2 March.
    assert await broken(web, life, "audit_last_day:2025-12-01") == ["reaudit-audit-2"]
    assert await broken(web, life, "audit_last_day:2025-12-02") == []


async def test_a_missed_date_is_broken_unless_it_would_be_still_to_come(web: Web, life: Life) -> None:
    life.apply()
    life.until(date(2026, 3, 18))
    assert await broken(web, life) == ["application.review-1"]
    assert await broken(web, life, "task:2026-03-01") == ["application.review-1"]
    assert await broken(web, life, "task:2026-03-10") == []


async def test_of_several_days_of_a_kind_the_latest_changes_or_the_named_one(web: Web, life: Life) -> None:
    life.apply()
    life.until(date(2026, 3, 4))
    life.answer("manager", "application.review", outcome="accept")
    answers = [await asked(web, life, change) for change in ("task:2026-03-05", "task@2026-03-02:2026-03-05")]
    found = [{one["kind"]: one["due_on"] for one in answer.json()["deadlines"]} for answer in answers]
    assert [one["application.review"] for one in found] == ["2026-03-16", "2026-03-19"]
    contracts = [
        [one["due_on"] for one in answer.json()["deadlines"] if one["kind"] == "contract.sign"] for answer in answers
    ]
    assert contracts == [["2026-04-04", "2026-06-02"], ["2026-04-03", "2026-06-02"]]


@pytest.mark.parametrize(
    "change",
    ["birthday:2026-03-05", "decision", "task:2026-02-30", "task:x", "task:9999-12-31",
     "task@2026-03-09:2026-03-05", "task@2026-02-30:2026-03-05", ":2026-03-05"],
)  # fmt: skip
async def test_what_is_no_anchor_or_no_day_is_invalid(web: Web, life: Life, change: str) -> None:
    life.apply()
    answer = await asked(web, life, "task:2026-03-03", change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/what_if/1"]


async def test_the_client_asks_as_well_and_strangers_do_not(web: Web, life: Life) -> None:
    to_certificate(life)
    assert (await dates(web, life, "decision:2026-03-03", user="applicant"))["surveillance"] == "2027-03-03"
    assert (await asked(web, life, "decision:2026-03-03", user="manager2")).status_code == 404


async def test_the_client_is_shown_no_due_date_of_a_complaint_not_even_of_one_long_ago(web: Web, life: Life) -> None:
    """R:10/9.3.1f: when a stranger's complaint came and was answered is the body's."""
    life.contracted()
    looked_into(life).answer("reviewer2", "complaint.handle", outcome="dismissed", answer="x")
    life.until(date(2026, 6, 1))
    life.on_site().audited().reported().granted().until(date(2027, 5, 1))
    maintained(surveilled(life))
    shown = {user: (await asked(web, life, user=user)).json()["deadlines"] for user in ("manager", "applicant")}
    kinds = {user: {one["kind"] for one in listed} for user, listed in shown.items()}
    assert kinds["manager"] - kinds["applicant"] == {"complaint.acknowledge", "complaint.handle"}

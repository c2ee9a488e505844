"""R:7/6.5.2, R:B: which rows a surveillance may take over from the audit before it."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from activities import score_tables
from domain.results import Results
from domain.scoring import score_management
from domain.sheets import with_carried
from records import queries
from tests.domain.sheets import CATALOGUE, NOT_APPLICABLE, a_sheet, awards, raw_sheet
from tests.flow.steps import pointers
from tests.flow.years import FEWER_DAYS, failed_by_documents, maintained, renewing, second_put_off
from tests.lives import CONTENTS, Life

CARRIED: dict[str, Any] = {"elements": [], "carried": True, "reason": "未变化"}


def surveillance_after(life: Life, **audit: Any) -> Life:
    """An initial audit whose findings need no rectification was granted; the surveillance is on site."""
    life.contracted().on_site().audited(**audit)
    if "approval.give" in life.open:
        life.answer("reviewer", "approval.give", subject="not_applicable", outcome="approve")
    if "findings.confirm" in life.open:
        life.answer("applicant", "findings.confirm", confirmed=True)
    life.reported().granted().until(date(2027, 2, 1))
    return life.on_site(**FEWER_DAYS)


def a_finding(row: int) -> dict[str, Any]:
    return {"row": row, "description": "x", "severity": "minor", "rectify": False}


def test_a_row_that_is_clear_is_carried(life: Life) -> None:
    surveillance_after(life).answer("leader", "audit.management", **raw_sheet({5: CARRIED}))
    assert "audit.management" not in life.open


def test_a_row_with_a_finding_in_the_same_sheet_is_not(life: Life) -> None:
    sheet = raw_sheet({5: CARRIED, 8: CARRIED}) | {"findings": [a_finding(5)]}
    refusal = surveillance_after(life).refused("leader", "audit.management", **sheet)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/scores/4/carried"])


def test_a_row_with_an_earlier_finding_that_nobody_had_to_rectify_is_not(life: Life) -> None:
    surveillance_after(life, findings=[a_finding(5)])
    refusal = life.refused("leader", "audit.management", **raw_sheet({5: CARRIED, 8: CARRIED}))
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/scores/4/carried"])


@pytest.mark.parametrize(("carried", "gone"), [(28, 29), (29, 28)])
def test_rows_that_do_not_apply_leave_no_indicator_empty_though_one_is_carried(
    life: Life, carried: int, gone: int
) -> None:
    surveillance_after(life, scores={carried: NOT_APPLICABLE})
    sheet = raw_sheet({carried: CARRIED, gone: NOT_APPLICABLE})
    refusal = life.refused("leader", "audit.management", **sheet)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/scores/28/not_applicable"])
    life.answer("leader", "audit.management", **raw_sheet({carried: CARRIED}))
    assert "audit.management" not in life.open


def test_a_carried_row_is_marked_in_the_results_and_keeps_its_points(life: Life) -> None:
    surveillance_after(life, scores={38: awards("38.1=0.5")}).answer(
        "leader", "audit.open", on=str(life.today), attendees=["x"]
    )
    life.answer("leader", "audit.management", **raw_sheet({38: CARRIED}))
    life.answer("leader", "audit.characteristics", items=[])
    life.answer("manager", "audit.credit", listed=False)
    with Session(life.engine) as session:
        results = Results.model_validate_json(queries.content(session, life.case.id, life.audit.results_content))
    assert results.readings is not None
    rows = results.readings.normalise.rows
    assert (rows["38"].carried, rows["38"].printed, rows["37"].carried) == (True, "0.5", False)


def test_what_is_claimed_of_a_carried_row_alone_is_refused(life: Life) -> None:
    sheet = raw_sheet({36: CARRIED | {"violation": True}, 23: CARRIED | {"not_applicable": True}})
    refusal = surveillance_after(life).refused("leader", "audit.management", **sheet)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/scores/22/not_applicable", "/scores/35/violation"])


def test_the_report_marks_a_carried_row_by_what_counts() -> None:
    sheet, before = a_sheet({23: CARRIED, 36: CARRIED}), a_sheet({23: NOT_APPLICABLE, 36: {"violation": True}})
    readings = score_management(CATALOGUE, with_carried(sheet, before))
    marks = {row.row: row.marks for row in score_tables.rows(CATALOGUE, sheet, readings, []) if row.marks}
    assert marks == {23: ["not_applicable", "carried"], 36: ["carried", "violation"]}


def test_a_row_that_was_audited_again_and_found_clean_is_carried_later(life: Life) -> None:
    """A finding that nobody had to rectify is open until its row is audited again."""
    surveillance_after(life, findings=[a_finding(5)]).answer("leader", "audit.contents", items=CONTENTS)
    maintained(life.audited()).until(date(2028, 1, 10))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.management", **raw_sheet({5: CARRIED}))
    assert "audit.management" not in life.open


def test_nothing_is_carried_from_an_audit_that_was_never_judged(certified: Life) -> None:
    """The second surveillance scored row 5 and gave way to a renewal, which was refused."""
    second_put_off(certified, date(2028, 12, 31)).until(date(2028, 9, 2))
    certified.on_site(**FEWER_DAYS).answer("leader", "audit.management", **raw_sheet({5: NOT_APPLICABLE}))
    renewing(certified, certified.today)
    failed_by_documents(certified).reported("fail").answer("reviewer", "review.independent", outcome="agree")
    certified.answer("decider", "decision.make", outcome="refuse", reason="x")
    certified.on_site(**FEWER_DAYS).answer("leader", "audit.management", **raw_sheet({5: CARRIED}))
    assert certified.open.count("approval.give") == 0

"""R:7/6.5.1: a special audit beside the programme: its plan, its own course, its consequences."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from activities.facts import FactFinder
from activities.turns import TurnActivities
from domain.application import Ref
from domain.audit import Audit
from services.schemes import Library
from tests.domain.sheets import raw_sheet
from tests.flow.beside import (
    SPECIAL_DAYS,
    answer_in,
    decide,
    not_decided,
    ordered,
    report,
    special,
    special_maintained,
    to_special_decision,
    to_special_on_site,
)
from tests.flow.steps import SECRET, actor, last_event, pointers, refused_as, refused_task, submit, verify
from tests.flow.years import (
    FEWER_DAYS,
    deadlines,
    maintained,
    renewed,
    reviewed,
    submissions,
    surveilled,
)
from tests.lives import CONTENTS, MAINTAINED, Life, a_deduction
from tests.schemes.builders import new_edition
from workflows.flow import react

CARRIED: dict[str, Any] = {"elements": [], "carried": True, "reason": "与事故无关"}


# Its plan -------------------------------------------------------------------------------------------------


def test_an_ordered_audit_is_planned_at_once_beside_the_programme(certified: Life) -> None:
    ordered(certified)
    assert (special(certified).stage, certified.case.stage, certified.case.status) == (
        "planning",
        "certified",
        "certified",
    )
    [task] = certified.case.tasks
    assert (task.kind, task.audit_id) == ("audit.plan", special(certified).id)
    assert certified.case.matters[0].audit_id == special(certified).id
    assert last_event(certified, "approval.give")["data"]["audit"] == special(certified).id


def test_its_person_days_are_planned_with_a_reason(certified: Life) -> None:
    """R:11/10.1."""
    ordered(certified)
    refusal = certified.refused("manager", "audit.plan", **certified.a_plan(**SPECIAL_DAYS | {"reason": ""}))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:11/10.1", ["/reason"])
    certified.plan(**SPECIAL_DAYS)
    assert certified.open == ["audit.plan.confirm"]


def test_it_visits_every_site_or_those_its_plan_names(certified: Life) -> None:
    """R:7/7.3.2: an incident happened somewhere; nothing is drawn."""
    ordered(certified)
    unnamed = certified.a_plan(**SPECIAL_DAYS, sites={"risk_basis": "事故发生地", "mandatory": []})
    assert pointers(certified.refused("manager", "audit.plan", **unnamed)) == ["/sites/mandatory"]
    certified.plan(**SPECIAL_DAYS, sites={"risk_basis": "事故发生地", "mandatory": ["s2"]})
    plan = special(certified).plan
    assert plan is not None
    assert (plan.sites, plan.seed) == (["s2"], None)


def test_it_visits_every_site_where_its_plan_names_none(certified: Life) -> None:
    ordered(certified).plan(**SPECIAL_DAYS)
    plan = special(certified).plan
    assert plan is not None
    assert plan.sites == ["s1", "s2", "s3"]


def test_a_further_incident_joins_the_audit_that_is_under_way(certified: Life) -> None:
    """One team sees what two would; both matters end with its decision."""
    decide(report(ordered(certified), trigger="d"), "special_audit")
    assert [audit.audit_kind for audit in certified.case.audits].count("special") == 1
    assert {matter.audit_id for matter in certified.case.matters} == {special(certified).id}
    certified.on_site(**SPECIAL_DAYS).audited()
    special_maintained(reviewed(certified))
    assert [matter.outcome for matter in certified.case.matters] == ["maintain", "maintain"]


def test_an_incident_waits_where_the_audit_under_way_has_seen_everything(certified: Life) -> None:
    to_special_on_site(certified).audited()
    report(certified, trigger="d")
    assert not_decided(certified, "special_audit").code == "stage_conflict"
    special_maintained(reviewed(certified))
    decide(certified, "special_audit")
    assert [audit.audit_kind for audit in certified.case.audits].count("special") == 2


# Its course -----------------------------------------------------------------------------------------------


def test_it_has_no_surveillance_contents_and_asks_everything_else(certified: Life) -> None:
    """R:7/6.5.2."""
    to_special_on_site(certified)
    assert certified.open == [
        "audit.characteristics",
        "audit.close",
        "audit.credit",
        "audit.management",
        "audit.open",
    ]


def test_rows_that_the_incident_does_not_touch_are_carried_with_a_reason(certified: Life) -> None:
    to_special_on_site(certified)
    bare = certified.refused("leader", "audit.management", **raw_sheet({5: CARRIED | {"reason": ""}}))
    assert pointers(bare) == ["/scores/4/reason"]
    certified.answer("leader", "audit.management", **raw_sheet({5: CARRIED}))
    assert "audit.management" not in certified.open


def test_its_findings_are_rectified(certified: Life) -> None:
    """R:7/6.4.6.1."""
    to_special_on_site(certified).audited(deductions=[a_deduction()])
    certified.answer("applicant", "findings.confirm", confirmed=True)
    submit(certified)
    verify(certified, accepted=True)
    special_maintained(reviewed(certified))
    assert (certified.case.status, certified.open) == ("certified", [])


def test_documents_that_are_not_corrected_fail_it_and_do_not_end_the_case(certified: Life) -> None:
    ordered(certified).plan(**SPECIAL_DAYS)
    certified.answer("applicant", "audit.plan.confirm", outcome="agree")
    certified.answer("leader", "audit.documents", outcome="return", checks={"a": True, "b": False}, issues=["x"])
    certified.days(31)
    assert (certified.open, certified.case.status) == (["audit.report"], "certified")


def test_a_mystery_visit_of_it_is_hidden_until_the_list_goes_out(certified: Life) -> None:
    """R:4/4.2."""
    to_special_on_site(certified, **SECRET)
    certified.audited()
    covered = [task for task in certified.case.tasks if task.covered]
    assert (len(covered), special(certified).disclosed) == (1, False)
    visit = {"visited_on": str(certified.today), "site": "s1", "observations": "x"}
    certified.answer("visitor", "audit.mystery_visit", **visit)
    certified.reported()
    assert special(certified).disclosed


def test_what_a_covered_input_flagged_stays_hidden_while_the_other_audits_list_goes_out(certified: Life) -> None:
    """R:4/4.2: a surveillance waits for its visit, a special audit beside it is told."""
    certified.until(date(2027, 2, 1))
    certified.on_site(**FEWER_DAYS | SECRET).answer("leader", "audit.contents", items=CONTENTS)
    certified.audited()
    veil = certified.case.veil
    assert veil is not None
    to_special_on_site(certified)
    other = special(certified)
    today = str(certified.today)
    answer_in(certified, other, "leader", "audit.open", on=today, attendees=["x"])
    answer_in(certified, other, "leader", "audit.management", **raw_sheet())
    answer_in(certified, other, "leader", "audit.characteristics", items=[], deductions=[a_deduction()])
    answer_in(certified, other, "manager", "audit.credit", listed=False)
    answer_in(certified, other, "leader", "audit.close", on=today, attendees=["x"])
    assert "findings.confirm" in certified.open
    assert certified.case.veil == veil


def test_whoever_stands_in_its_plan_judges_no_more(certified: Life) -> None:
    """R:7/6.4.6.2."""
    to_special_decision(certified)
    both = actor("leader", "decision_maker", person="person-leader")
    payload = {"outcome": "maintain", "conditions": MAINTAINED}
    assert refused_as(certified, both, "decision.make", **payload).code == "not_independent"


def test_a_member_of_it_is_replaced(certified: Life) -> None:
    """R:7/7.3.1."""
    to_special_on_site(certified)
    certified.act("manager", "team.replace", **{"from": "auditor", "to": "visitor", "reason": "x"})
    plan = special(certified).plan
    assert plan is not None
    assert [member.user for member in plan.team] == ["leader", "visitor"]


def test_a_member_of_two_audits_is_replaced_in_one_at_a_time_the_latest_first(certified: Life) -> None:
    """R:7/7.3.1: each replacement says in which audit."""
    certified.until(date(2027, 2, 1))
    certified.on_site(**FEWER_DAYS)
    to_special_on_site(certified)
    surveillance, other = certified.case.audits[-2:]
    replacement = {"from": "auditor", "to": "visitor", "reason": "x"}
    for expected in (other, surveillance):
        certified.act("manager", "team.replace", **replacement)
        assert last_event(certified, "team.replace")["data"]["audit"] == expected.id


def test_a_headcount_that_crosses_a_band_reopens_the_plans_beside_it(certified: Life) -> None:
    """R:11/10.1: the surveillance that is planned rests on the same headcount."""
    certified.until(date(2027, 2, 1))
    certified.plan(**FEWER_DAYS)
    certified.answer("applicant", "audit.plan.confirm", outcome="agree")
    surveillance = certified.audit
    ordered(certified).plan(**SPECIAL_DAYS)
    other = special(certified)
    answer_in(certified, other, "applicant", "audit.plan.confirm", outcome="agree")
    answer_in(certified, other, "leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
    certified.act("leader", "headcount.correct", sites=[{"id": "s1", "headcount": 900}])
    asked = {task.audit_id for task in certified.case.tasks if task.kind == "audit.plan"}
    assert asked == {surveillance.id, other.id}
    now = next(audit for audit in certified.case.audits if audit.id == surveillance.id)
    assert (now.stage, special(certified).stage, certified.case.stage) == ("planning", "audit", "planning")
    assert "audit.documents" not in certified.open


def test_credit_that_has_grown_old_bears_no_decision_on_it(certified: Life) -> None:
    """R:7/7.4.5."""
    to_special_decision(certified).days(31)
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.4.5")
    certified.answer("manager", "audit.credit", listed=False)
    special_maintained(certified)
    assert certified.case.status == "certified"


def test_another_edition_waits_until_it_is_decided(certified: Life, tmp_path: Path) -> None:
    """R:9/8.1: an audit is judged by the edition with which it went on site."""
    certified.turns = TurnActivities(certified.engine, FactFinder(Library.load(new_edition(tmp_path))), react)
    to_special_on_site(certified)
    newer = {"id": "service", "version": "1.1"}
    certified.act("manager", "edition.change", scheme=newer, outcome="migrate", reason="规则换版")
    certified.answer("decider", "approval.give", subject="edition", outcome="approve", reason="同意")
    certified.audited()
    reviewed(certified)
    assert certified.case.scheme == Ref(id="service", version="1.0")
    special_maintained(certified)
    certified.act("manager", "note.add", text="x")
    assert certified.case.scheme == Ref(**newer)


# Its consequences -----------------------------------------------------------------------------------------


def test_a_passed_one_maintains_the_certification_and_closes_its_matter(certified: Life) -> None:
    """R:10/9.1a-f."""
    to_special_decision(certified)
    short = certified.refused("decider", "decision.make", outcome="maintain", conditions={"a": True})
    assert pointers(short)[0] == "/conditions/b"
    special_maintained(certified)
    [matter] = certified.case.matters
    assert (certified.case.status, certified.open, matter.outcome) == ("certified", [], "maintain")


def test_a_failed_one_cannot_be_maintained_and_has_no_re_audit(certified: Life) -> None:
    """R:10/9.3.1."""
    to_special_decision(certified, failing=True)
    refusal = certified.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.1")
    assert [audit.audit_kind for audit in certified.case.audits] == ["initial", "special"]


@pytest.mark.parametrize(
    ("failing", "named", "grounds"),
    [(True, [], ["a"]), (True, ["g"], ["g"]), (False, ["g"], ["g"]), (False, [], ["k"])],
)
def test_suspending_after_it_is_for_six_months_on_its_own_ground(
    certified: Life, *, failing: bool, named: list[str], grounds: list[str]
) -> None:
    """R:10/9.3.1a: the ninety days are for a failed surveillance (R:7/6.5.3.2)."""
    to_special_decision(certified, failing=failing)
    certified.answer("decider", "decision.make", outcome="suspend", reason="x", grounds=named)
    suspension = certified.case.suspension
    assert suspension is not None
    assert (suspension.grounds, suspension.ends_on) == (grounds, date(2026, 9, 2))
    assert [one.clause for one in deadlines(certified, "suspension.end")] == ["R:10/9.3.1"]
    assert certified.case.matters[0].outcome == "suspend"


def test_the_client_may_appeal_against_a_suspension_after_it(certified: Life) -> None:
    """R:7/6.4.6.2."""
    to_special_decision(certified, failing=True)
    certified.answer("decider", "decision.make", outcome="suspend", reason="x")
    [ruling] = certified.case.rulings
    assert (ruling.kind, "person-decider" in ruling.by) == ("decision.make", True)


@pytest.mark.parametrize("outcome", ["grant", "refuse", "restore", "withdraw"])
def test_no_other_decision_fits_it(certified: Life, outcome: str) -> None:
    to_special_decision(certified)
    refusal = certified.refused("decider", "decision.make", outcome=outcome, reason="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/6.4.6.2")


def test_it_is_reported_to_the_alliance_like_a_surveillance(certified: Life) -> None:
    """R:7/6.5.3.3."""
    special_maintained(to_special_decision(certified))
    assert submissions(certified)[1:] == [f"special:{special(certified).id}"]


def test_it_serves_no_surveillance_and_moves_no_date_of_the_programme(certified: Life) -> None:
    """R:7/7.3.3."""
    before = certified.due("surveillance")
    special_maintained(to_special_decision(certified))
    assert (certified.due("surveillance"), certified.case.stage) == (before, "certified")
    certified.until(date(2027, 1, 15))
    maintained(surveilled(certified))
    assert certified.due("surveillance") == date(2028, 1, 15)


def test_no_certificate_is_awaited_of_it(certified: Life) -> None:
    """R:7/6.4.7."""
    to_special_decision(certified).days(200)
    assert "issue_overdue" not in certified.case.flags


def test_what_is_returned_of_it_leaves_the_certificate_of_a_renewal_awaited(third_year: Life) -> None:
    """R:7/6.4.7."""
    renewed(third_year, date(2028, 10, 1)).audited().reported()
    awaited = third_year.due("certificate.issue")
    renewal = third_year.audit
    ordered(third_year).on_site(**SPECIAL_DAYS).audited()
    other = special(third_year)
    answer_in(third_year, other, "leader", "audit.report", recommendation="pass", summary="x")
    answer_in(third_year, other, "reviewer", "review.independent", outcome="return", comments="x")
    assert renewal.stage == "review"
    assert third_year.due("certificate.issue") == awaited


def test_a_special_audit_goes_on_while_certification_is_suspended_on_another_ground(certified: Life) -> None:
    """R:10/9.3.1: its decision leaves the suspension as it is."""
    certified.until(date(2026, 10, 20))
    to_special_on_site(certified).until(date(2027, 3, 6))
    certified.answer("decider", "suspension.decide", outcome="suspend", grounds=["c"], reason="x")
    certified.audited()
    special_maintained(reviewed(certified))
    assert (certified.case.status, certified.case.matters[0].outcome) == ("suspended", "maintain")


def test_it_ends_with_the_certificate(third_year: Life) -> None:
    third_year.until(date(2029, 2, 1))
    ordered(third_year).until(date(2029, 3, 5))
    assert (third_year.case.status, third_year.case.stage, special(third_year).stage) == ("expired", "closed", "closed")


# Combined -------------------------------------------------------------------------------------------------


def combined(life: Life) -> Life:
    """The first surveillance is planned, and a special audit on the same days as combined with it."""
    life.until(date(2027, 1, 10))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    surveillance = life.audit
    ordered(life).on_site(**SPECIAL_DAYS, combined_with=surveillance.id)
    return life


def hold(life: Life, audit: Audit) -> None:
    """One of several audits, done today."""
    today = str(life.today)
    answer_in(life, audit, "leader", "audit.open", on=today, attendees=["x"])
    answer_in(life, audit, "leader", "audit.management", **raw_sheet())
    answer_in(life, audit, "leader", "audit.characteristics", items=[], deductions=[])
    answer_in(life, audit, "manager", "audit.credit", listed=False)
    answer_in(life, audit, "leader", "audit.close", on=today, attendees=["x"])
    answer_in(life, audit, "leader", "audit.report", recommendation="pass", summary="x")
    now = next(one for one in life.case.audits if one.id == audit.id)
    sensitive = now.results.sensitive if now.results else []
    answer_in(life, audit, "reviewer", "review.independent", outcome="agree", readings_acknowledged=sensitive)


def test_planned_as_combined_its_last_day_is_the_previous_audits(certified: Life) -> None:
    """R:7/7.3.3: special audits count only when planned as combined."""
    combined(certified)
    surveillance, other = certified.case.audits[-2:]
    hold(certified, surveillance)
    certified.days(2)
    hold(certified, other)
    answer_in(certified, surveillance, "decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert certified.due("surveillance") == date(2028, 1, 12)


def test_it_is_combined_with_an_open_audit_only(certified: Life) -> None:
    ordered(certified)
    plan = certified.a_plan(**SPECIAL_DAYS, combined_with="audit-1")
    assert pointers(certified.refused("manager", "audit.plan", **plan)) == ["/combined_with"]


def test_a_row_with_an_open_finding_of_it_is_not_carried_at_the_surveillance_beside_it(certified: Life) -> None:
    """R:7/6.5.2d."""
    combined(certified)
    surveillance, other = certified.case.audits[-2:]
    finding = {"row": 5, "description": "x", "severity": "minor", "rectify": False}
    answer_in(certified, other, "leader", "audit.management", **raw_sheet(), findings=[finding])
    certified.days(1)
    task = next(
        task for task in certified.case.tasks if (task.kind, task.audit_id) == ("audit.management", surveillance.id)
    )
    refusal = refused_task(certified, "leader", "audit.management", task.id, **raw_sheet({5: CARRIED, 8: CARRIED}))
    assert pointers(refusal) == ["/scores/4/carried"]

"""R:7/6.5.1: a special audit beside the programme: its plan and its own course."""

from datetime import date
from pathlib import Path

from activities.facts import FactFinder
from activities.turns import TurnActivities
from domain.application import Ref
from services.schemes import Library
from tests.domain.sheets import raw_sheet
from tests.flow.beside import (
    CARRIED,
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
from tests.flow.steps import SECRET, actor, last_event, pointers, refused_as, submit, verify
from tests.flow.years import FEWER_DAYS, reviewed
from tests.lives import CONTENTS, MAINTAINED, Life, a_deduction
from tests.schemes.builders import new_edition
from workflows.flow import react

# Its plan ----------------------------------------------------------------------------------------------------------


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


# Its course --------------------------------------------------------------------------------------------------------


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

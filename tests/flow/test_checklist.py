"""G:A: products run through the flow of services, decided on a checklist, with a standard for their special rule."""

from typing import Any

import pytest

from domain.refusal import Refusal
from domain.results import ChecklistResult, Results
from tests.domain.sheets import CHECKLIST, a_checklist, raw_sheet
from tests.flow.steps import (
    FINDING,
    MANAGEMENT_ONLY,
    ended,
    kinds,
    last_event,
    pointers,
    refusal_of,
    refused_task,
    submit,
    verdicts,
    verify,
)
from tests.flow.years import reviewed
from tests.lives import AGRICULTURAL, PRODUCT, Life, an_application

GONE = {"3.3.7": "not_applicable"}
CONSENT = {"subject": "not_applicable", "outcome": "approve"}
TENTH_IN_PART = dict.fromkeys([item.id for item in CHECKLIST if not item.standard][:10], "partly")
"""Ten of 49: more than a fifth."""


def results(life: Life) -> Results:
    assert life.audit.results is not None
    return life.audit.results


def application_refused(life: Life, application: dict[str, Any]) -> Refusal:
    content = an_application(life.number) | application
    return refusal_of(life, life.message("applicant", "application", "application", content))


def checklist(life: Life) -> ChecklistResult:
    found = results(life).checklist
    assert found is not None
    return found


# To the certificate -----------------------------------------------------------------------------------------------


def test_on_site_the_checklist_is_asked_for_and_no_points(on_site: Life) -> None:
    assert on_site.open == ["audit.checklist", "audit.close", "audit.credit", "audit.open"]


@pytest.mark.parametrize("scheme", [PRODUCT, AGRICULTURAL], ids=["product", "agricultural product"])
def test_what_conforms_is_certified(life: Life, scheme: dict[str, Any]) -> None:
    """G:1, G:3.1."""
    life.contracted(**scheme).on_site(**MANAGEMENT_ONLY).audited().reported().granted()
    assert (life.case.stage, life.case.status) == ("certified", "certified")
    assert [one.status for one in life.case.certificates] == ["valid"]
    assert "certificate.valid" in kinds(life)
    found = results(life)
    assert (found.verdict, found.readings, found.characteristic) == ("pass", None, None)
    assert (checklist(life).passed, checklist(life).partly_share) == (True, "0")


def test_a_case_rests_on_the_errata_of_its_checklist(on_site: Life) -> None:
    assert "flow-borrowed" in on_site.case.errata
    on_site.audited()
    assert {"checklist-indicators", "checklist-pass-rule", "credit-strictness"} <= set(on_site.case.errata)
    assert "appendix-b-points" not in on_site.case.errata


@pytest.mark.parametrize("last", ["audit.open", "audit.checklist", "audit.close", "audit.credit"])
def test_the_verdict_waits_for_all_four_inputs(on_site: Life, last: str) -> None:
    day = {"on": str(on_site.today), "attendees": ["x"]}
    inputs: dict[str, tuple[str, dict[str, Any]]] = {
        "audit.open": ("leader", day),
        "audit.checklist": ("leader", a_checklist()),
        "audit.credit": ("manager", {"listed": False}),
        "audit.close": ("leader", day),
    }
    if last == "audit.open":
        inputs.pop("audit.close")
    late = inputs.pop(last)
    for kind, (user, payload) in inputs.items():
        on_site.answer(user, kind, **payload)
        assert verdicts(on_site) == []
    on_site.answer(late[0], last, **late[1])
    if last == "audit.open":
        on_site.answer("leader", "audit.close", **day)
    assert (on_site.open, len(verdicts(on_site))) == (["audit.report"], 1)


def test_the_verdict_rests_on_the_answers_in_the_record(on_site: Life) -> None:
    on_site.audited(answers={"1.1.1": "partly"})
    assert checklist(on_site).dimensions["1"] == {"conforms": 8, "partly": 1, "does_not": 0, "not_applicable": 0}
    assert checklist(on_site).answers == {}
    assert len(on_site.audit.results_content) == 64


# Planning ---------------------------------------------------------------------------------------------------------


def test_without_a_standard_no_product_can_be_planned(life: Life) -> None:
    """G:5."""
    life.contracted(**PRODUCT | {"special_rule": None})
    refusal = life.refused("manager", "audit.plan", **life.a_plan(**MANAGEMENT_ONLY))
    assert (refusal.code, refusal.clause) == ("rule_refused", "G:5")


def test_a_service_without_its_special_rule_is_refused_by_its_own_clause(life: Life) -> None:
    life.contracted(special_rule=None)
    refusal = life.refused("manager", "audit.plan", **life.a_plan())
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.4.5")


def test_a_standard_belongs_to_its_scheme_and_trade(life: Life) -> None:
    """G:3.2, G:5."""
    other_scheme = application_refused(life, PRODUCT | {"special_rule": AGRICULTURAL["special_rule"]})
    assert pointers(other_scheme) == ["/special_rule"]
    other_trade = application_refused(life, PRODUCT | {"service": AGRICULTURAL["service"]})
    assert pointers(other_trade) == ["/service/category"]


def test_the_checklist_needs_days_of_the_management_audit(product: Life) -> None:
    days = {"documents": "7", "management": "0", "characteristics": "5"}
    refusal = product.refused("manager", "audit.plan", **product.a_plan(person_days=days))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")


def test_person_days_are_those_of_services(product: Life) -> None:
    """G:5d."""
    days = {"documents": "1", "management": "10.5", "characteristics": "0"}
    refusal = product.refused("manager", "audit.plan", **product.a_plan(person_days=days))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:11/10.1")


# The sheet --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["audit.management", "audit.characteristics"])
def test_a_sheet_of_points_is_not_asked_for(on_site: Life, kind: str) -> None:
    assert refused_task(on_site, "leader", kind, f"{kind}-1", **raw_sheet()).code == "task_not_open"


def test_a_service_is_not_asked_for_a_checklist(life: Life) -> None:
    assert "audit.checklist" not in life.contracted().on_site().open


def test_faults_of_the_sheet_come_with_their_pointers(on_site: Life) -> None:
    items = a_checklist()["items"]
    doubled = on_site.refused("leader", "audit.checklist", items=[*items, items[0]])
    assert (doubled.code, pointers(doubled)) == ("invalid", ["/items/49/indicator"])
    assert pointers(on_site.refused("leader", "audit.checklist", items=items[1:])) == ["/items"]
    odd = [*items[1:], items[0] | {"answer": "maybe"}]
    assert pointers(on_site.refused("leader", "audit.checklist", items=odd)) == ["/items/48/answer"]


def test_the_evidence_of_an_indicator_is_a_file_on_hand(on_site: Life) -> None:
    items = a_checklist()["items"]
    strange = [items[0] | {"evidence": ["f-leader", "f-nobody"]}, *items[1:]]
    assert pointers(on_site.refused("leader", "audit.checklist", items=strange)) == ["/items/0/evidence/1"]
    on_site.answer("leader", "audit.checklist", items=[items[0] | {"evidence": ["f-leader"]}, *items[1:]])
    assert "audit.checklist" not in on_site.open


@pytest.mark.parametrize("user", ["auditor", "manager", "reviewer", "applicant"])
def test_the_leader_answers_the_checklist(on_site: Life, user: str) -> None:
    assert on_site.refused(user, "audit.checklist", **a_checklist()).code == "forbidden"


# Findings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def found(on_site: Life) -> Life:
    """One indicator is met in part, with a finding: the list is with the client."""
    return on_site.audited(answers={"4.4.1": "partly"}, findings=[FINDING])


def test_a_finding_goes_to_the_client_with_its_indicator(found: Life) -> None:
    [finding] = found.audit.findings
    assert (finding.id, finding.source, finding.item) == ("audit-1-c1", "checklist", "4.4.1")
    assert found.open == ["findings.confirm"]


def test_a_finding_is_rectified_and_the_product_certified(found: Life) -> None:
    found.answer("applicant", "findings.confirm", confirmed=True)
    submit(found)
    verify(found, accepted=True)
    found.reported().granted()
    assert (found.case.status, found.audit.findings[0].status) == ("certified", "accepted")
    assert checklist(found).partly_share == "1/49"


def test_a_finding_that_is_not_rectified_fails_the_audit(found: Life) -> None:
    found.answer("applicant", "findings.confirm", confirmed=True)
    found.days(31)
    assert (results(found).verdict, results(found).failed_conditions) == ("fail", ["rectification"])
    assert results(found).counterfactual is None


def test_what_was_met_in_part_without_a_finding_asks_for_no_rectification(on_site: Life) -> None:
    assert on_site.audited(answers={"4.4.1": "partly"}).open == ["audit.report"]


# What does not apply ----------------------------------------------------------------------------------------------


def test_what_does_not_apply_waits_for_the_reviewer(on_site: Life) -> None:
    on_site.audited(answers=GONE)
    assert (on_site.open, on_site.task("approval.give").role) == (["approval.give"], "reviewer")
    assert last_event(on_site, "audit.checklist")["data"]["not_applicable"] == ["3.3.7"]
    on_site.answer("reviewer", "approval.give", **CONSENT)
    assert on_site.open == ["audit.report"]


def test_a_refusal_asks_for_the_checklist_again(on_site: Life) -> None:
    on_site.audited(answers=GONE)
    on_site.answer("reviewer", "approval.give", **CONSENT | {"outcome": "refuse", "reason": "适用"})
    assert on_site.open == ["audit.checklist"]
    on_site.answer("leader", "audit.checklist", **a_checklist())
    assert on_site.open == ["audit.report"]


# Failing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers", [{"5.5.1": "does_not"}, {"1.2.2": "partly"}, TENTH_IN_PART], ids=["barred", "standard", "partly"]
)
def test_a_failed_checklist_leads_to_the_report_and_a_reaudit(on_site: Life, answers: dict[str, str]) -> None:
    on_site.audited(answers=answers)
    assert (results(on_site).failed_conditions, on_site.open) == (["checklist"], ["audit.report"])
    refusal = on_site.refused("leader", "audit.report", recommendation="pass", summary="x")
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.4.5")
    on_site.reported("fail")
    assert (on_site.open, on_site.audit.audit_kind) == (["audit.plan"], "reaudit")


def test_a_failed_checklist_lists_its_findings_and_asks_for_no_rectification(on_site: Life) -> None:
    finding = FINDING | {"indicator": "5.5.1", "severity": "major"}
    on_site.audited(answers={"5.5.1": "does_not"}, findings=[finding])
    on_site.answer("applicant", "findings.confirm", confirmed=True)
    assert on_site.open == ["audit.report"]


def test_a_reaudit_that_passes_is_certified(on_site: Life) -> None:
    on_site.audited(answers={"5.5.1": "does_not"}).reported("fail")
    on_site.on_site(**MANAGEMENT_ONLY, reason="再次审查全部内容").audited().reported().granted()
    assert on_site.case.status == "certified"


def test_a_reaudit_that_fails_ends_the_case(on_site: Life) -> None:
    on_site.audited(answers={"5.5.1": "does_not"}).reported("fail")
    on_site.on_site(**MANAGEMENT_ONLY, reason="再次审查全部内容").audited(answers={"5.5.1": "does_not"})
    reviewed(on_site, "fail").answer("decider", "decision.make", outcome="refuse", reason="x")
    assert ended(on_site) == ("closed", "terminated", [])


def test_credit_counts_as_for_services(on_site: Life) -> None:
    entry = {"on": "2026-01-05", "kind": "violation", "severity": "minor"}
    on_site.audited(credit={"listed": False, "entries": [entry]})
    found = results(on_site)
    assert (found.failed_conditions, found.sensitive) == (["credit"], ["credit-strictness"])


def test_a_state_with_a_checklist_stays_small(on_site: Life) -> None:
    on_site.audited(answers=GONE | TENTH_IN_PART)
    assert len(on_site.case.model_dump_json()) < 64 * 1024

"""From contract to certificate, clause by clause, on the real flow and record."""

from datetime import timedelta

from records.chain import broken_at
from tests.lives import FAILING, Life, a_deduction


def test_a_clean_audit_leads_to_a_certificate_of_three_years(life: Life) -> None:
    """R:1, R:4/4.4, R:7/7.1a-d, R:A."""
    life.contracted().on_site().audited().reported().granted()
    assert (life.case.stage, life.case.status, life.open) == ("certified", "certified", [])
    certificate = life.case.certificates[0]
    assert (certificate.valid_from.isoformat(), certificate.valid_until.isoformat()) == ("2026-03-02", "2029-03-01")
    assert broken_at(life.events()) is None
    assert [event["kind"] for event in life.events()][-1] == "certificate.valid"


def test_findings_are_rectified_before_the_report(life: Life) -> None:
    life.contracted().on_site().audited(deductions=[a_deduction()])
    assert life.open == ["findings.confirm"]
    life.answer("applicant", "findings.confirm", confirmed=True)
    assert (life.open, life.case.stage) == (["rectification.submit"], "rectification")
    finding = life.audit.findings[0].id
    items = [{"finding": finding, "cause": "c", "action": "a"}]
    life.answer("applicant", "rectification.submit", items=items)
    life.answer("leader", "rectification.verify", items=[{"finding": finding, "accepted": True}])
    life.reported().granted()
    assert life.case.status == "certified"


def test_a_failed_audit_is_repeated_once_and_refusal_ends_the_case(life: Life) -> None:
    life.contracted().on_site().audited(scores=FAILING)
    assert life.audit.results is not None
    assert life.audit.results.failed_conditions == ["q1"]
    assert life.open == ["audit.report"]
    life.reported("fail")
    assert (life.open, life.case.stage, life.audit.audit_kind) == (["audit.plan"], "planning", "reaudit")
    assert life.due("reaudit") == life.today + timedelta(days=90)
    life.on_site(reason="再次审查全部内容").audited(scores=FAILING).reported("fail")
    life.answer("reviewer", "review.independent", outcome="agree")
    refusal = life.refused("decider", "decision.make", outcome="grant")
    assert refusal.clause == "R:7/6.4.8"
    life.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (life.case.status, life.case.stage) == ("terminated", "closed")
    assert "fees.recorded" in {event["kind"] for event in life.events()}

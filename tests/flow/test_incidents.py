"""R:7/6.5.1: who may report an incident, who decides on it, and what that leads to."""

from datetime import date, timedelta

import pytest

from api.views import snapshot
from tests.flow.beside import (
    an_incident,
    decide,
    machine,
    news,
    not_decided,
    report,
    special,
)
from tests.flow.steps import act_refused, actor, last_event, pointers, refusal_of, refused_as
from tests.flow.years import notices, renewed, renewing, to_third_year
from tests.lives import Life


def test_a_report_asks_a_decision_maker_under_its_own_letter(certified: Life) -> None:
    """R:7/6.5.1c."""
    report(certified)
    [task] = certified.case.tasks
    assert (task.kind, task.role, task.subject) == ("approval.give", "decision_maker", "incident.report-1")
    assert (task.clause, last_event(certified, "incident.report")["clause"]) == ("R:7/6.5.1c", "R:7/6.5.1c")
    assert notices(certified)[-1].to == "role:decision_maker"


def test_a_report_says_who_brought_it_and_keeps_its_words_out_of_the_chain(certified: Life) -> None:
    report(certified)
    [matter] = certified.case.matters
    assert (matter.kind, matter.grounds, matter.brought_by, matter.state) == ("incident.report", ["c"], "body", "open")
    event = last_event(certified, "incident.report")
    assert event["data"]["content"] == matter.content
    assert "description" not in event["data"]


def test_the_client_reports_its_own_major_change_and_nothing_else(certified: Life) -> None:
    """R:7/6.5.1b."""
    report(certified, "applicant", trigger="b")
    assert certified.case.matters[0].brought_by == "client"
    refusal = act_refused(certified, "applicant", "incident.report", **an_incident(certified, trigger="a"))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/6.5.1a", ["/trigger"])


@pytest.mark.parametrize("user", ["leader", "reviewer", "decider", "admin"])
def test_an_incident_is_reported_by_case_manager_operations_client_and_machine_alone(
    certified: Life, user: str
) -> None:
    refusal = act_refused(certified, user, "incident.report", **an_incident(certified))
    assert refusal.code == "forbidden"


def test_an_incident_lies_not_in_the_future(certified: Life) -> None:
    late = an_incident(certified, on=str(certified.today + timedelta(days=1)))
    refusal = act_refused(certified, "manager", "incident.report", **late)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/on"])


def test_an_incident_is_reported_of_a_certified_organization_only(life: Life) -> None:
    life.contracted()
    assert act_refused(life, "manager", "incident.report", **an_incident(life)).code == "stage_conflict"


# Deciding on it -------------------------------------------------------------------------------------------


def test_a_refused_report_needs_a_reason_and_leads_to_nothing(certified: Life) -> None:
    report(certified)
    refusal = not_decided(certified, "refuse", reason=" ")
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/reason"])
    audits = len(certified.case.audits)
    decide(certified, "refuse")
    assert (certified.case.matters[0].outcome, certified.open, len(certified.case.audits)) == ("refuse", [], audits)


def test_a_refusal_is_told_to_the_client_that_reported(certified: Life) -> None:
    decide(report(certified, "applicant", trigger="b"), "refuse")
    assert (notices(certified)[-1].to, notices(certified)[-1].subject.zh) == ("applicant", "所报事件无需进一步审查")


def test_an_ordered_audit_needs_a_reason_too(certified: Life) -> None:
    report(certified)
    assert pointers(not_decided(certified, "special_audit", reason="")) == ["/reason"]


def test_a_report_is_not_simply_approved(certified: Life) -> None:
    report(certified)
    assert pointers(not_decided(certified, "approve")) == ["/outcome"]


def test_whoever_reported_never_decides(certified: Life) -> None:
    """R:7/6.4.6.2."""
    report(certified)
    both = actor("manager", "decision_maker", person="person-manager")
    payload = {"subject": "incident.report-1", "outcome": "refuse", "reason": "x"}
    assert refused_as(certified, both, "approval.give", **payload).code == "not_independent"


def test_an_evaluator_of_the_case_never_decides(certified: Life) -> None:
    """R:7/6.4.6.2."""
    report(certified)
    both = actor("leader", "decision_maker", person="person-leader")
    payload = {"subject": "incident.report-1", "outcome": "special_audit", "reason": "x"}
    assert refused_as(certified, both, "approval.give", **payload).code == "not_independent"


def test_whoever_decided_evaluates_no_more(certified: Life) -> None:
    """R:7/6.4.6.2."""
    decide(report(certified), "special_audit", "decider2")
    assert "decision" in certified.case.duties["person-decider2"]


# Machines -------------------------------------------------------------------------------------------------


def test_a_machine_reports_as_itself(certified: Life) -> None:
    """R:7/6.5.1a."""
    certified.work(news(certified, trigger="a"))
    [matter] = certified.case.matters
    assert (matter.brought_by, matter.by, matter.grounds) == ("machine", "", ["a"])
    assert last_event(certified, "incident.report")["actor"] == machine(certified).user


@pytest.mark.parametrize(("user", "shown"), [("applicant", False), ("manager", True)])
def test_the_client_is_not_shown_what_its_source_calls_the_news(certified: Life, user: str, *, shown: bool) -> None:
    """R:7/6.5.1d: that may be the number of somebody's complaint."""
    certified.work(news(certified, trigger="d"))
    [matter] = snapshot(certified.case, actor(user), certified.now, lambda _: {})["matters"]
    assert ("news" in matter) is shown
    assert matter["grounds"] == ["d"]


@pytest.mark.parametrize("act", ["note.add", "conflict.declare", "suspension.request", "audit.start"])
def test_a_machine_reaches_no_other_act(certified: Life, act: str) -> None:
    assert refusal_of(certified, news(certified, act)).code == "not_found"


def test_a_machine_of_another_body_reaches_nothing(certified: Life) -> None:
    message = news(certified)
    stranger = message.actor.model_copy(update={"body": "other"})
    assert refusal_of(certified, message.model_copy(update={"actor": stranger})).code == "not_found"


# The end of the certificate -------------------------------------------------------------------------------


def test_a_report_ends_with_the_certificate(third_year: Life) -> None:
    third_year.until(date(2029, 2, 20))
    report(third_year).until(date(2029, 3, 5))
    assert (third_year.case.matters[0].outcome, third_year.open) == ("expired", [])


def test_a_report_and_its_special_audit_end_with_a_certificate_that_is_being_renewed(life: Life) -> None:
    """R:7/6.6.2, R:7/7.3.3."""
    renewed(to_third_year(life), date(2029, 2, 1))
    report(decide(report(life), "special_audit"), trigger="d").until(date(2029, 3, 5))
    assert (life.case.status, special(life).stage) == ("expired", "closed")
    assert [matter.outcome for matter in life.case.matters] == ["expired", "expired"]
    assert "approval.give" not in life.open
    assert "audit.plan" not in life.open
    assert "audit.open" in life.open


def test_a_report_does_not_stop_a_renewal(third_year: Life) -> None:
    decide(report(third_year), "special_audit")
    renewing(third_year, date(2028, 10, 1))
    assert third_year.case.audits[-1].audit_kind == "recertification"

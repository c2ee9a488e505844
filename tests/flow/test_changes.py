"""R:9/8.2: what the client wants to change: approved on its papers or audited first, then issued again."""

from datetime import date
from typing import Any

import pytest

from tests.flow.scopes import OWN_DAYS, RENAMED, approve, decided, matter, rename, renamed, rows, sites, statuses
from tests.flow.steps import act_refused, actor, last_event, pointers, refused_as
from tests.flow.years import notices, reviewed, suspended
from tests.lives import FAILING, Life, an_application


def change(life: Life, *kinds: Any, **parts: Any) -> Life:
    life.act("applicant", "change.request", changes=list(kinds), **parts)
    return life


def moved(life: Life) -> list[dict[str, Any]]:
    """The sites, one of them at another address."""
    found: list[dict[str, Any]] = an_application(life.number)["sites"]
    return [*found[:2], found[2] | {"address": "新址"}]


def test_a_change_that_needs_approval_is_put_to_the_case_manager(certified: Life) -> None:
    change(certified, "certificate", organization=renamed(certified))
    task = certified.task("approval.give")
    assert (task.role, task.subject, task.clause) == ("case_manager", "change.request-1", "R:9/8.2")
    assert statuses(certified) == ["valid"]


def test_an_approved_change_of_what_is_printed_is_issued_again(certified: Life) -> None:
    rename(certified)
    assert (statuses(certified), rows(certified)[-1].organization) == (["superseded", "valid"], RENAMED)
    assert (matter(certified).state, matter(certified).outcome) == ("closed", "approved")


@pytest.mark.parametrize("kind", ["people", {"kind": "equipment", "description": "更换锅炉"}])
def test_an_approved_change_that_nothing_printed_shows_is_recorded_only(certified: Life, kind: Any) -> None:
    approve(change(certified, kind))
    assert statuses(certified) == ["valid"]
    assert matter(certified).outcome == "approved"


def test_a_new_telephone_is_taken_without_another_certificate(certified: Life) -> None:
    organization = renamed(certified, "晋韵酒店管理有限公司")
    organization["contact"] |= {"phone": "0351-7654321"}
    approve(change(certified, "certificate", organization=organization))
    assert statuses(certified) == ["valid"]
    assert certified.case.application is not None
    assert certified.case.application.organization.contact.phone == "0351-7654321"


def test_what_is_said_of_a_change_stays_out_of_the_chain(certified: Life) -> None:
    change(certified, {"kind": "people", "description": "换了店长"})
    data = last_event(certified, "change.request")["data"]
    assert (data["kinds"], data["matter"]) == (["people"], "change.request-1")
    assert "店长" not in str(data)


def test_a_change_that_is_refused_says_why_and_leaves_everything(certified: Life) -> None:
    change(certified, "certificate", organization=renamed(certified))
    subject = "change.request-1"
    refusal = certified.refused("manager", "approval.give", subject=subject, outcome="refuse")
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/reason"])
    approve(certified, "refuse", reason="x")
    assert (statuses(certified), matter(certified).outcome) == (["valid"], "refused")
    assert any("not approved" in one.body.en for one in notices(certified))


def test_whoever_asks_does_not_approve(certified: Life) -> None:
    change(certified, "people")
    asker = actor("manager", person="person-applicant")
    refusal = refused_as(certified, asker, "approval.give", subject="change.request-1", outcome="approve")
    assert refusal.code == "conflict_of_interest"


def test_a_change_the_scheme_does_not_know_is_invalid(certified: Life) -> None:
    refusal = act_refused(certified, "applicant", "change.request", changes=["logo"])
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/changes"])


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"organization": {"uscc": an_application(999_999)["organization"]["uscc"]}}, "/organization/uscc"),
        ({"service": {"category": "restaurant"}}, "/service/category"),
        ({"sites": {}}, "/sites"),
    ],
)
def test_another_organization_trade_or_unannounced_sites_are_invalid(
    certified: Life, parts: dict[str, Any], pointer: str
) -> None:
    asked = an_application(certified.number)
    named = {name: asked[name] | part if part else asked[name] for name, part in parts.items()}
    refusal = act_refused(certified, "applicant", "change.request", changes=["certificate"], **named)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_a_certificate_that_is_to_read_as_it_does_is_no_change(certified: Life) -> None:
    """R:9/8.2."""
    same = {"organization": an_application(certified.number)["organization"]}
    for parts in ({}, same):
        refusal = act_refused(certified, "applicant", "change.request", changes=["certificate"], reason="更名", **parts)
        assert (refusal.code, pointers(refusal)) == ("invalid", ["/changes"])


def test_more_sites_are_an_extension_and_fewer_a_reduction(certified: Life) -> None:
    known = an_application(certified.number)["sites"]
    more = [*known, known[0] | {"id": "s4"}]
    clauses = [
        act_refused(certified, "applicant", "change.request", changes=["sites"], sites=named).clause
        for named in (more, known[:2])
    ]
    assert clauses == ["R:9/8.3", "R:10/9.2"]


def test_nothing_is_changed_before_there_is_a_certificate(life: Life) -> None:
    assert act_refused(life.contracted(), "applicant", "change.request", changes=["people"]).code == "stage_conflict"


def test_a_suspended_holder_may_ask_for_a_change(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    suspended(certified)
    assert statuses(rename(certified)) == ["superseded", "suspended"]


# Audited first ------------------------------------------------------------------------------------------------


def test_a_change_of_methods_is_audited_at_once_beside_the_programme(certified: Life) -> None:
    change(certified, "methods", "people")
    assert (certified.audit.audit_kind, matter(certified).audit_id) == ("scope", certified.audit.id)
    assert (certified.case.stage, certified.open) == ("certified", ["audit.plan"])


def test_its_days_are_set_by_its_plan_with_a_reason(certified: Life) -> None:
    change(certified, "methods")
    refusal = certified.refused("manager", "audit.plan", **certified.a_plan(**OWN_DAYS))
    assert (refusal.code, pointers(refusal)) == ("rule_refused", ["/reason"])
    certified.plan(**OWN_DAYS, reason="只审查变更的方法")


def test_it_visits_the_sites_that_change(certified: Life) -> None:
    change(certified, "sites", sites=moved(certified)).plan(**OWN_DAYS, reason="x")
    assert certified.audit.plan is not None
    assert certified.audit.plan.sites == ["s3"]


@pytest.mark.parametrize("outcome", ["grant", "extend"])
def test_a_change_that_passed_its_audit_is_issued_again(certified: Life, outcome: str) -> None:
    change(certified, "sites", sites=moved(certified)).on_site(**OWN_DAYS, reason="x").audited()
    decided(certified, outcome)
    assert (statuses(certified), rows(certified)[-1].sites[2]["address"]) == (["superseded", "valid"], "新址")
    assert (sites(certified), matter(certified).outcome) == (["s1", "s2", "s3"], "granted")
    assert (certified.case.stage, certified.open) == ("certified", [])


def test_a_granted_change_that_nothing_printed_shows_issues_nothing(certified: Life) -> None:
    decided(change(certified, "methods").on_site(**OWN_DAYS, reason="x").audited(), "grant")
    assert (statuses(certified), matter(certified).outcome) == (["valid"], "granted")


def test_a_change_that_is_refused_after_its_audit_leaves_the_certificate(certified: Life) -> None:
    change(certified, "sites", sites=moved(certified)).on_site(**OWN_DAYS, reason="x").audited(scores=FAILING)
    reviewed(certified, "fail")
    assert certified.refused("decider", "decision.make", outcome="grant").clause == "R:7/6.4.8"
    certified.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (statuses(certified), certified.case.status, certified.open) == (["valid"], "certified", [])
    assert matter(certified).outcome == "refused"


def test_the_case_manager_may_have_a_change_audited_first(certified: Life) -> None:
    approve(change(certified, "people"), "special_audit", reason="x")
    assert (certified.audit.audit_kind, matter(certified).state) == ("scope", "open")


def test_surveillance_and_the_audit_of_a_change_go_on_side_by_side(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    change(certified, "methods")
    assert (certified.case.stage, [one.audit_kind for one in certified.case.audits]) == (
        "planning",
        ["initial", "surveillance", "scope"],
    )
    assert "audit.contents" not in certified.open

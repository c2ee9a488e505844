"""R:9/8.3: the scope grows: what may be asked for, and an audit of its own as at first."""

from datetime import date
from typing import Any

import pytest

from tests.domain.sheets import raw_sheet
from tests.flow.scopes import (
    OWN_DAYS,
    a_new_site,
    carrying_is_refused,
    decided,
    extend,
    matter,
    rename,
    rows,
    sites,
    statuses,
)
from tests.flow.steps import act_refused, last_event, pointers
from tests.flow.years import days_before, renewal, renewed, reviewed, submissions, suspended
from tests.lives import FAILING, Life, an_application

# Alone -------------------------------------------------------------------------------------------------------------


def test_an_extension_is_audited_by_itself_beside_the_programme(certified: Life) -> None:
    extend(certified)
    assert (certified.audit.audit_kind, matter(certified).audit_id) == ("scope", certified.audit.id)
    assert (certified.case.stage, certified.open, statuses(certified)) == ("certified", ["audit.plan"], ["valid"])


def test_its_days_are_those_of_an_initial_audit_of_the_new_sites(certified: Life) -> None:
    extend(certified)
    fewer = {"person_days": {"documents": "1", "management": "4", "characteristics": "3.5"}}
    assert certified.refused("manager", "audit.plan", **certified.a_plan(**fewer)).clause == "R:11/10.1"
    certified.plan(**OWN_DAYS)


def test_its_days_have_their_cap(certified: Life) -> None:
    extend(certified)
    assert certified.refused("manager", "audit.plan", **certified.a_plan(reason="x")).clause == "R:11/10.2"


def test_where_the_service_alone_grows_all_sites_are_audited(certified: Life) -> None:
    service = an_application(certified.number)["service"] | {"description": "住宿与餐饮"}
    certified.act("applicant", "scope.extend", service=service)
    assert certified.refused("manager", "audit.plan", **certified.a_plan(**OWN_DAYS)).clause == "R:11/10.1"
    certified.plan()
    assert certified.audit.plan is not None
    assert certified.audit.plan.sites == ["s1", "s2", "s3"]


def test_only_the_new_sites_are_drawn_from(certified: Life) -> None:
    extend(certified, *(a_new_site(f"n{n}", headcount=5) for n in range(9)))
    certified.plan(**OWN_DAYS, sites={"risk_basis": "统一管理"})
    assert certified.audit.plan is not None
    assert len(certified.audit.plan.sites) == 3
    assert {site[0] for site in certified.audit.plan.sites} == {"n"}


@pytest.mark.parametrize("outcome", ["grant", "extend"])
def test_a_granted_extension_is_issued_again_with_the_new_site(certified: Life, outcome: str) -> None:
    decided(extend(certified).on_site(**OWN_DAYS).audited(), outcome)
    assert (statuses(certified), sites(certified)) == (["superseded", "valid"], ["s1", "s2", "s3", "s4"])
    assert sites(certified, 0) == ["s1", "s2", "s3"]
    assert last_event(certified, "certificate.superseded")["clause"] == "R:9/8.3"
    assert (certified.case.stage, certified.open, matter(certified).outcome) == ("certified", [], "granted")


def test_a_failed_extension_is_not_repeated_and_leaves_the_certificate(certified: Life) -> None:
    reviewed(extend(certified).on_site(**OWN_DAYS).audited(scores=FAILING), "fail")
    assert "audit.plan" not in certified.open
    certified.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (statuses(certified), sites(certified), certified.case.status) == (
        ["valid"],
        ["s1", "s2", "s3"],
        "certified",
    )
    assert submissions(certified)[-1] == f"refusal:{certified.audit.id}"


def test_nothing_is_carried_in_the_audit_of_an_extension(certified: Life) -> None:
    extend(certified).on_site(**OWN_DAYS)
    assert carrying_is_refused(certified)


def test_the_next_surveillance_carries_from_the_last_full_audit_not_from_the_extensions(certified: Life) -> None:
    """The audit of one new site says nothing of the others."""
    low = {5: []}
    decided(extend(certified).on_site(**OWN_DAYS).audited(scores=low), "extend")
    certified.until(date(2026, 11, 10))
    more = {"person_days": {"documents": "1", "management": "3", "characteristics": "2"}}
    certified.on_site(**more)
    sheet = raw_sheet()
    sheet["scores"][4] |= {"carried": True, "reason": "x"}
    certified.answer("leader", "audit.management", **sheet)
    assert "audit.management" in certified.audit.given


def test_a_headcount_found_at_the_new_site_counts_for_its_audit(certified: Life) -> None:
    extend(certified, a_new_site(headcount=90)).on_site(**OWN_DAYS)
    certified.act("leader", "headcount.correct", sites=[{"id": "s4", "headcount": 130}])
    data = last_event(certified, "headcount.correct")["data"]
    assert (data["before"], data["found"], certified.task("audit.plan").subject) == (90, 130, "headcount")


def test_a_change_approved_meanwhile_stays_in_the_wider_certificate(certified: Life) -> None:
    rename(extend(certified)).on_site(**OWN_DAYS)
    decided(certified.audited(), "extend")
    assert (rows(certified)[-1].organization, sites(certified)) == (
        "晋韵文旅酒店管理有限公司",
        ["s1", "s2", "s3", "s4"],
    )


def test_an_extension_does_not_keep_the_client_from_renewing(third_year: Life) -> None:
    third_year.until(days_before(150))
    extend(third_year).on_site(**OWN_DAYS).audited()
    scope = third_year.audit
    third_year.answer("applicant", "recertification.apply", **renewal(third_year))
    assert [one.audit_kind for one in third_year.case.audits if one.stage != "closed"] == ["scope", "recertification"]
    assert scope.stage == "audit"


def test_an_extension_ends_with_the_certificate(third_year: Life) -> None:
    renewed(third_year, days_before(150))
    extend(third_year).until(days_before(-5))
    scope = third_year.case.audits[-1]
    assert (third_year.case.status, scope.audit_kind, scope.stage) == ("expired", "scope", "closed")
    assert matter(third_year).outcome == "expired"


# What is asked for -------------------------------------------------------------------------------------------------


def test_a_site_in_scope_is_passed_over_where_it_is_the_same(certified: Life) -> None:
    extend(certified, an_application(certified.number)["sites"][0], a_new_site())
    assert matter(certified).proposed is not None
    assert [site.id for site in matter(certified).proposed.sites] == ["s1", "s2", "s3", "s4"]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"sites": [a_new_site("s1")]}, "/sites/0/id"),
        ({"sites": [a_new_site(), a_new_site()]}, "/sites"),
        ({"sites": []}, "/sites"),
        ({"service": {"name": "x", "description": "x", "category": "restaurant"}}, "/service/category"),
        ({"sites": [a_new_site()], "combined_with": "audit-9"}, "/combined_with"),
    ],
)
def test_an_extension_names_something_new(certified: Life, asked: dict[str, Any], pointer: str) -> None:
    refusal = act_refused(certified, "manager", "scope.extend", **asked)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_nothing_is_extended_while_suspended(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    refusal = act_refused(suspended(certified), "manager", "scope.extend", sites=[a_new_site()])
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.3.1")


def test_nothing_is_extended_before_there_is_a_certificate(life: Life) -> None:
    assert act_refused(life.contracted(), "manager", "scope.extend", sites=[a_new_site()]).code == "stage_conflict"

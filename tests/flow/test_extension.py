"""R:9/8.3: the scope grows: audited as at first, alone or together with another audit of the case."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.domain.sheets import raw_sheet
from tests.flow.scopes import OWN_DAYS, a_new_site, decided, matter, rename, rows, sites, statuses
from tests.flow.steps import act_refused, last_event, pointers
from tests.flow.years import (
    FEWER_DAYS,
    days_before,
    maintained,
    renewal,
    renewed,
    renewing,
    reviewed,
    submissions,
    suspended,
)
from tests.lives import CONTENTS, FAILING, MAINTAINED, Life, an_application

BOTH: dict[str, Any] = {
    "person_days": {"documents": "1", "management": "4", "characteristics": "3"},
    "reason": "新增场所",
}
"""Two person-days on top of a surveillance's six."""
OPEN_SURVEILLANCE = date(2026, 11, 10)


def extend(life: Life, *added: dict[str, Any], **more: Any) -> Life:
    life.act("manager", "scope.extend", sites=list(added or [a_new_site()]), **more)
    return life


@pytest.fixture
def surveillance(certified: Life) -> Life:
    """The plan of the first surveillance is asked for."""
    certified.until(OPEN_SURVEILLANCE)
    assert certified.audit.audit_kind == "surveillance"
    return certified


def combined(life: Life, *added: dict[str, Any], **more: Any) -> Life:
    return extend(life, *added, combined_with=life.audit.id, **more)


def audited_together(life: Life, **audit: Any) -> Life:
    life.on_site(**BOTH).answer("leader", "audit.contents", items=CONTENTS)
    return life.audited(**audit)


# Alone --------------------------------------------------------------------------------------------------------


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
    assert _carrying_is_refused(certified)


def _carrying_is_refused(life: Life) -> bool:
    sheet = raw_sheet()
    sheet["scores"][0] |= {"carried": True, "reason": "x"}
    return pointers(life.refused("leader", "audit.management", **sheet)) == ["/scores/0/carried"]


def test_the_next_surveillance_carries_from_the_last_full_audit_not_from_the_extensions(certified: Life) -> None:
    """The audit of one new site says nothing of the others."""
    low = {5: []}
    decided(extend(certified).on_site(**OWN_DAYS).audited(scores=low), "extend")
    certified.until(OPEN_SURVEILLANCE)
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


# What is asked for --------------------------------------------------------------------------------------------


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


# Combined -----------------------------------------------------------------------------------------------------


def test_a_combined_extension_has_no_audit_of_its_own(surveillance: Life) -> None:
    audits = len(surveillance.case.audits)
    combined(surveillance)
    assert (len(surveillance.case.audits), matter(surveillance).audit_id) == (audits, surveillance.audit.id)
    assert surveillance.open == ["audit.plan"]


def test_it_takes_days_on_top_of_the_tables_without_their_cap(surveillance: Life) -> None:
    combined(surveillance)
    plan = surveillance.a_plan(**FEWER_DAYS, reason="x")
    assert surveillance.refused("manager", "audit.plan", **plan).clause == "R:11/10.1"
    without_reason = surveillance.a_plan(**BOTH | {"reason": ""})
    assert pointers(surveillance.refused("manager", "audit.plan", **without_reason)) == ["/reason"]
    surveillance.plan(reason="x")
    assert surveillance.open == ["audit.plan.confirm"]


def test_the_new_sites_are_visited_whatever_is_drawn(surveillance: Life) -> None:
    combined(surveillance).plan(**BOTH, sites={"risk_basis": "统一管理"})
    assert surveillance.audit.plan is not None
    assert "s4" in surveillance.audit.plan.sites
    assert len(surveillance.audit.plan.sites) == 3


def test_a_plan_that_stands_is_made_again_with_the_new_sites(surveillance: Life) -> None:
    surveillance.plan(**FEWER_DAYS)
    surveillance.answer("applicant", "audit.plan.confirm", outcome="agree")
    combined(surveillance)
    assert (surveillance.audit.stage, surveillance.open) == ("planning", ["audit.plan"])
    surveillance.plan(**BOTH)
    assert surveillance.audit.plan is not None
    assert surveillance.audit.plan.sites == ["s1", "s2", "s3", "s4"]


def test_an_audit_on_site_takes_no_extension(surveillance: Life) -> None:
    surveillance.on_site(**FEWER_DAYS)
    asked = {"sites": [a_new_site()], "combined_with": surveillance.audit.id}
    assert act_refused(surveillance, "manager", "scope.extend", **asked).code == "stage_conflict"


def test_an_audit_takes_one_change_of_scope(surveillance: Life) -> None:
    asked = {"sites": [a_new_site("s5")], "combined_with": surveillance.audit.id}
    assert act_refused(combined(surveillance), "manager", "scope.extend", **asked).code == "stage_conflict"


@pytest.mark.parametrize("first", [combined, extend])
def test_the_same_extension_is_asked_for_once(surveillance: Life, first: Callable[[Life], Life]) -> None:
    """R:9/8.3: sent twice, it opens no second audit of the same sites."""
    assert act_refused(first(surveillance), "manager", "scope.extend", sites=[a_new_site()]).code == "stage_conflict"
    extend(surveillance, a_new_site("s5"))


def test_another_scope_audit_takes_no_extension(certified: Life) -> None:
    asked = {"sites": [a_new_site("s5")], "combined_with": "audit-2"}
    assert act_refused(extend(certified), "manager", "scope.extend", **asked).clause == "R:9/8.3"


def test_nothing_is_carried_in_an_audit_that_is_combined(surveillance: Life) -> None:
    combined(surveillance).on_site(**BOTH)
    assert _carrying_is_refused(surveillance)


def test_a_decision_to_extend_maintains_and_issues_again(surveillance: Life) -> None:
    reviewed(audited_together(combined(surveillance)))
    assert pointers(surveillance.refused("decider", "decision.make", outcome="extend"))[0] == "/conditions/a"
    surveillance.answer("decider", "decision.make", outcome="extend", conditions=MAINTAINED)
    assert (statuses(surveillance), sites(surveillance)) == (["superseded", "valid"], ["s1", "s2", "s3", "s4"])
    assert surveillance.due("surveillance") == date(2027, 11, 10)
    assert f"surveillance:{surveillance.audit.id}" in submissions(surveillance)


def test_a_decision_to_maintain_leaves_the_extension_refused(surveillance: Life) -> None:
    maintained(audited_together(combined(surveillance)))
    assert (statuses(surveillance), matter(surveillance).outcome) == (["valid"], "refused")


def test_nobody_extends_what_was_not_asked_for(surveillance: Life) -> None:
    surveillance.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    reviewed(surveillance.audited())
    refusal = surveillance.refused("decider", "decision.make", outcome="extend", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:9/8.3")


def test_a_failed_surveillance_suspends_and_refuses_the_extension(surveillance: Life) -> None:
    reviewed(audited_together(combined(surveillance), scores=FAILING), "fail")
    surveillance.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert (statuses(surveillance), matter(surveillance).outcome) == (["suspended"], "refused")
    assert surveillance.audit.audit_kind == "reaudit"
    surveillance.plan(reason="x")
    assert surveillance.audit.plan is not None
    assert surveillance.audit.plan.sites == ["s1", "s2", "s3"]


def test_a_grant_of_the_renewal_includes_its_extension(third_year: Life) -> None:
    combined(renewing(third_year, days_before(150)))
    more = {"person_days": {"documents": "2", "management": "6", "characteristics": "6"}, "reason": "x"}
    third_year.on_site(**more)
    third_year.answer("leader", "audit.contents", items=CONTENTS, renewal=dict.fromkeys("abc", CONTENTS["a"]))
    third_year.audited().reported().granted()
    assert (statuses(third_year), sites(third_year)) == (["valid", "upcoming"], ["s1", "s2", "s3", "s4"])
    assert matter(third_year).outcome == "granted"


def test_a_refused_renewal_refuses_its_extension(third_year: Life) -> None:
    combined(renewing(third_year, days_before(150)))
    more = {"person_days": {"documents": "2", "management": "6", "characteristics": "6"}, "reason": "x"}
    third_year.on_site(**more)
    third_year.answer("leader", "audit.contents", items=CONTENTS, renewal=dict.fromkeys("abc", CONTENTS["a"]))
    reviewed(third_year.audited()).answer("decider", "decision.make", outcome="refuse", reason="x")
    assert matter(third_year).outcome == "refused"
    assert third_year.case.application is not None
    assert [site.id for site in third_year.case.application.sites] == ["s1", "s2", "s3"]


def test_what_is_combined_with_a_surveillance_that_gives_way_to_the_renewal_is_asked_for_again(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    certified.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    maintained(certified.audited()).until(date(2028, 2, 10))
    certified.answer("decider", "suspension.decide", outcome="dismiss", reason="x", until="2028-12-31")
    certified.until(date(2028, 9, 2))
    open_one = next(one for one in certified.case.audits if one.stage != "closed")
    extend(certified, combined_with=open_one.id)
    renewing(certified, certified.today)
    assert (matter(certified).state, matter(certified).outcome) == ("closed", "not_audited")


def test_an_extension_ends_with_the_certificate(third_year: Life) -> None:
    renewed(third_year, days_before(150))
    extend(third_year).until(days_before(-5))
    scope = third_year.case.audits[-1]
    assert (third_year.case.status, scope.audit_kind, scope.stage) == ("expired", "scope", "closed")
    assert matter(third_year).outcome == "expired"

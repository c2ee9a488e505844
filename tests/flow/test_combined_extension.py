"""R:9/8.3: a growing scope is audited together with another audit of the case."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.flow.scopes import a_new_site, carrying_is_refused, extend, matter, sites, statuses
from tests.flow.steps import act_refused, pointers
from tests.flow.years import FEWER_DAYS, days_before, maintained, renewing, reviewed, submissions
from tests.lives import CONTENTS, FAILING, MAINTAINED, Life

BOTH: dict[str, Any] = {
    "person_days": {"documents": "1", "management": "4", "characteristics": "3"},
    "reason": "新增场所",
}
"""Two person-days on top of a surveillance's six."""


@pytest.fixture
def surveillance(certified: Life) -> Life:
    """The plan of the first surveillance is asked for."""
    certified.until(date(2026, 11, 10))
    assert certified.audit.audit_kind == "surveillance"
    return certified


def combined(life: Life, *added: dict[str, Any], **more: Any) -> Life:
    return extend(life, *added, combined_with=life.audit.id, **more)


def audited_together(life: Life, **audit: Any) -> Life:
    life.on_site(**BOTH).answer("leader", "audit.contents", items=CONTENTS)
    return life.audited(**audit)


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
    assert carrying_is_refused(surveillance)


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

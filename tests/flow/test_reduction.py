"""R:10/9.2, R:8/7.3.3: the scope shrinks once the client has confirmed it, and its advertising follows."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.flow.scopes import decided, matter, rename, rows, sites, statuses
from tests.flow.steps import act_refused, last_event, pointers
from tests.flow.years import FEWER_DAYS, days_before, maintained, notices, renewed, reviewed, suspended
from tests.lives import CONTENTS, MAINTAINED, Life, an_application
from workflows.stages import marks

TWO = ["s1", "s2"]


def reduce(life: Life, *left: Any, **more: Any) -> Life:
    life.act("manager", "scope.reduce", sites=list(left or TWO), **more)
    return life


def confirm(life: Life) -> Life:
    life.answer("applicant", "scope.confirm", confirmed=True)
    return life


@pytest.fixture
def on_site(certified: Life) -> Life:
    """The first surveillance is on site: it was found that a site is given up."""
    certified.until(date(2026, 11, 10))
    certified.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    return certified


def test_the_client_is_asked_to_confirm_within_ten_working_days(certified: Life) -> None:
    task = reduce(certified).task("scope.confirm")
    assert (task.role, task.subject, task.due_on) == ("applicant", "scope.reduce-1", date(2026, 3, 16))
    assert statuses(certified) == ["valid"]


def test_a_confirmed_reduction_is_issued_again_at_once(certified: Life) -> None:
    confirm(reduce(certified))
    assert (statuses(certified), sites(certified), sites(certified, 0)) == (
        ["superseded", "valid"],
        TWO,
        ["s1", "s2", "s3"],
    )
    assert last_event(certified, "certificate.superseded")["clause"] == "R:10/9.2"
    assert matter(certified).outcome == "reduced"


def test_the_sites_that_remain_may_be_named_in_full(certified: Life) -> None:
    confirm(reduce(certified, *an_application(certified.number)["sites"][:2]))
    assert sites(certified) == TWO


def test_a_narrower_service_is_issued_again(certified: Life) -> None:
    service = an_application(certified.number)["service"] | {"description": "客房"}
    certified.act("applicant", "scope.reduce", service=service)
    assert rows(confirm(certified))[-1].scope == "客房"


def test_a_reduction_that_is_not_confirmed_is_noted(certified: Life) -> None:
    reduce(certified).answer("applicant", "scope.confirm", confirmed=False, comments="x")
    assert (statuses(certified), matter(certified).outcome) == (["valid"], "not_confirmed")


def test_silence_escalates_and_reduces_nothing(certified: Life) -> None:
    reduce(certified).days(20)
    assert (certified.open, statuses(certified)) == (["scope.confirm"], ["valid"])
    assert "overdue" in certified.case.flags


@pytest.mark.parametrize(
    ("asked", "clause"),
    [
        ({"sites": ["s1", "s2", "s3"]}, "R:10/9.2"),
        ({"sites": []}, "R:10/9.2"),
        ({"sites": ["s1", "s9"]}, "R:9/8.3"),
    ],
)
def test_a_reduction_gives_something_up_and_leaves_something(certified: Life, asked: Any, clause: str) -> None:
    refusal = act_refused(certified, "manager", "scope.reduce", **asked)
    assert (refusal.code, refusal.clause) == ("rule_refused", clause)


def test_another_trade_is_invalid(certified: Life) -> None:
    service = an_application(certified.number)["service"] | {"category": "restaurant"}
    assert pointers(act_refused(certified, "manager", "scope.reduce", service=service)) == ["/service/category"]


def test_nothing_is_reduced_before_there_is_a_certificate(life: Life) -> None:
    assert act_refused(life.contracted(), "manager", "scope.reduce", sites=TWO).code == "stage_conflict"


def test_a_suspended_holder_may_reduce_its_scope(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    assert statuses(confirm(reduce(suspended(certified)))) == ["superseded", "suspended"]


def test_a_reduction_reaches_the_renewal_that_is_under_way(third_year: Life) -> None:
    renewed(third_year, days_before(150))
    confirm(reduce(third_year))
    third_year.audited().reported().granted()
    assert (statuses(third_year), sites(third_year)) == (["superseded", "valid", "upcoming"], TWO)


def test_a_reduction_that_would_leave_nothing_of_the_renewal_is_refused(third_year: Life) -> None:
    few = {"person_days": {"documents": "1", "management": "4", "characteristics": "4"}}
    renewed(third_year, days_before(150), few, sites=an_application(third_year.number)["sites"][:1])
    reduce(third_year, "s2", "s3")
    assert third_year.refused("applicant", "scope.confirm", confirmed=True).clause == "R:10/9.2"


# With an audit ------------------------------------------------------------------------------------------------


def test_a_confirmed_reduction_waits_for_the_decision_of_its_audit(on_site: Life) -> None:
    confirm(reduce(on_site, combined_with=on_site.audit.id))
    assert statuses(on_site) == ["valid"]
    decided(on_site.audited(), "reduce", conditions=MAINTAINED)
    assert (statuses(on_site), sites(on_site), matter(on_site).outcome) == (["superseded", "valid"], TWO, "granted")
    assert on_site.due("advertising.change") == on_site.today + timedelta(days=30)
    assert on_site.due("surveillance") == date(2027, 11, 10)


def test_what_the_client_has_not_confirmed_is_not_decided(on_site: Life) -> None:
    reviewed(reduce(on_site, combined_with=on_site.audit.id).audited())
    refusal = on_site.refused("decider", "decision.make", outcome="reduce", conditions=MAINTAINED)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:10/9.2")


def test_what_is_confirmed_after_the_decision_goes_alone(on_site: Life) -> None:
    maintained(reduce(on_site, combined_with=on_site.audit.id).audited())
    assert sites(confirm(on_site)) == TWO


def test_a_decision_to_maintain_refuses_a_confirmed_reduction(on_site: Life) -> None:
    maintained(confirm(reduce(on_site, combined_with=on_site.audit.id)).audited())
    assert (statuses(on_site), matter(on_site).outcome) == (["valid"], "refused")


def test_a_reduction_is_combined_with_surveillance_and_special_audits_only(third_year: Life) -> None:
    renewed(third_year, days_before(150))
    asked = {"sites": TWO, "combined_with": third_year.audit.id}
    assert act_refused(third_year, "manager", "scope.reduce", **asked).clause == "R:10/9.2"


# Advertising (R:8/7.3.3) --------------------------------------------------------------------------------------


def test_advertising_is_to_follow_within_thirty_days_and_the_client_is_told(certified: Life) -> None:
    confirm(reduce(certified))
    [due] = [one for one in certified.case.deadlines if one.kind == "advertising.change"]
    assert (due.due_on, due.clause) == (certified.today + timedelta(days=30), "R:8/7.3.3")
    assert any("advertising" in one.body.en and one.to == "applicant" for one in notices(certified))


def test_advertising_that_was_not_changed_proposes_a_suspension_once(certified: Life) -> None:
    confirm(reduce(certified)).days(32)
    proposed = matter(certified)
    assert (proposed.kind, proposed.grounds, proposed.brought_by) == ("advertising.change", ["e"], "timer")
    assert certified.task("suspension.decide").subject == proposed.id
    assert any(one.to == "role:case_manager" and "advertising" in one.body.en for one in notices(certified))


def test_a_reissue_for_another_reason_leaves_the_advertising_alone(certified: Life) -> None:
    rename(certified)
    assert not [one for one in certified.case.deadlines if one.kind == marks.ADVERTISING]

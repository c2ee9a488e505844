"""R:7/6.5.1: surveillances more often than usual, by a decision, until the next grant."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from api.views import snapshot
from domain.dates import Anchor
from records import queries
from tests.flow.beside import decide, report
from tests.flow.steps import actor, last_event
from tests.flow.years import deadlines, maintained, notices, renewed, surveilled
from tests.lives import Life


def more_often(life: Life) -> Life:
    """Surveillances are decided to be more frequent today."""
    return decide(report(life), "higher_frequency")


def test_the_surveillance_that_is_due_comes_forward_to_six_months_after_the_decision(certified: Life) -> None:
    certified.until(date(2026, 4, 1))
    more_often(certified)
    old, new = deadlines(certified, "surveillance")
    assert (old.state, new.due_on, new.clause) == ("void", date(2026, 10, 1), "R:7/6.5.1")
    assert new.proof.anchor == Anchor(kind="decision", on=date(2026, 4, 1))


def test_its_plan_opens_in_good_time_before_the_new_day(certified: Life) -> None:
    certified.until(date(2026, 4, 1))
    more_often(certified).until(date(2026, 6, 2))
    assert certified.open == []
    certified.until(date(2026, 6, 3))
    assert (certified.open, certified.audit.audit_kind) == (["audit.plan"], "surveillance")


def test_one_that_is_due_earlier_already_stays(certified: Life) -> None:
    certified.until(date(2026, 10, 1))
    more_often(certified)
    assert certified.due("surveillance") == date(2027, 3, 2)


def test_a_plan_that_is_asked_for_already_is_due_by_the_new_day(certified: Life) -> None:
    """A surveillance that was started early is planned while the decision is taken."""
    certified.until(date(2026, 4, 1))
    certified.act("manager", "audit.start", audit_kind="surveillance", reason="客户要求")
    more_often(certified)
    assert certified.task("audit.plan").due_on == date(2026, 10, 1)
    certified.until(date(2026, 9, 1))
    assert [audit.audit_kind for audit in certified.case.audits] == ["initial", "surveillance"]


def test_the_next_ones_count_six_months_from_the_last_day_until_expiry(certified: Life) -> None:
    certified.until(date(2026, 4, 1))
    more_often(certified)
    due = []
    while any(one.state == "running" for one in deadlines(certified, "surveillance")):
        due.append(certified.due("surveillance"))
        certified.until(due[-1] - timedelta(days=20))
        maintained(surveilled(certified))
    assert due == [
        date(2026, 10, 1),
        date(2027, 3, 11),
        date(2027, 8, 19),
        date(2028, 1, 30),
        date(2028, 7, 10),
        date(2028, 12, 20),
    ]


def test_what_is_settled_for_a_year_stands_in_the_record_only_so_that_the_state_stays_small(certified: Life) -> None:
    """At most 64 KB, however many there are."""
    more_often(certified)
    while any(one.state == "running" for one in deadlines(certified, "surveillance")):
        certified.until(certified.due("surveillance") - timedelta(days=20))
        maintained(surveilled(certified))
    certified.case.effects = []
    assert len(certified.case.model_dump_json()) < 64 * 1024
    with Session(certified.engine) as session:
        assert len(queries.past_deadlines(session, certified.case.id)) > 20


def test_one_more_is_due_where_the_usual_number_is_held(third_year: Life) -> None:
    third_year.until(date(2028, 3, 1))
    more_often(third_year)
    assert third_year.due("surveillance") == date(2028, 9, 1)


def test_none_is_due_where_six_months_reach_past_the_certificate(third_year: Life) -> None:
    third_year.until(date(2028, 9, 10))
    more_often(third_year)
    assert [one for one in deadlines(third_year, "surveillance") if one.state == "running"] == []


def test_one_that_is_late_waits_for_the_decision_on_it(certified: Life) -> None:
    """R:10/9.3.1c."""
    certified.until(date(2027, 3, 6))
    more_often(certified)
    assert [one.state for one in deadlines(certified, "surveillance")] == ["missed"]


def test_it_is_recorded_told_to_the_client_and_shown(certified: Life) -> None:
    more_often(certified)
    event = last_event(certified, "approval.give")["data"]
    assert (event["outcome"], event["surveillance_months"]) == ("higher_frequency", 6)
    assert "监督审查改为每6个月一次" in [one.subject.zh for one in notices(certified) if one.to == "applicant"]
    view: dict[str, Any] = snapshot(certified.case, actor("manager"), certified.now, lambda _: {})
    assert (view["surveillance_months"], view["next_surveillance"]) == (6, "2026-09-02")
    assert certified.case.matters[0].outcome == "higher_frequency"


def test_the_next_grant_brings_back_the_usual_length(third_year: Life) -> None:
    third_year.until(date(2028, 9, 10))
    more_often(third_year)
    renewed(third_year, date(2028, 11, 1)).audited().reported().granted()
    assert third_year.case.surveillance_months is None
    assert third_year.due("surveillance") == date(2029, 11, 1)

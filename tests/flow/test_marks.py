"""R:8/7.3, R:10/9.3.1e: uses of certificate and mark are recorded; a wrong one is mended in time or proposed."""

from datetime import timedelta

import pytest

from tests.flow.steps import act_refused, last_event, pointers
from tests.flow.years import deadlines, notices, suspended, to_certificate
from tests.lives import START, Life

WRONG = {"use": "包装上超范围使用标志", "correct": False, "due_on": "2026-03-20"}
IN_ORDER = {"use": "官网展示证书", "correct": True}


def seen_wrong(life: Life, **changes: str) -> Life:
    """A wrong use was recorded."""
    life.act("manager", "mark_use.record", **WRONG | changes)
    return life


def failed(life: Life) -> Life:
    """Suspended after its first surveillance."""
    to_certificate(life).until(START + timedelta(days=330))
    return suspended(life)


def test_a_use_in_order_is_recorded_without_its_words(certified: Life) -> None:
    certified.act("manager", "mark_use.record", **IN_ORDER)
    event = last_event(certified, "mark_use.record")
    assert (event["clause"], event["data"]["correct"], "use" in event["data"]) == ("R:8/7.3.3", True, False)
    assert certified.case.matters == []


def test_a_wrong_use_is_told_and_mended_by_its_day(certified: Life) -> None:
    seen_wrong(certified)
    assert str(certified.due("mark_use")) == "2026-03-20"
    assert "2026-03-20" in notices(certified)[-1].body.en
    certified.act("manager", "mark_use.record", **IN_ORDER)
    assert ([one.state for one in deadlines(certified, "mark_use")], certified.case.matters[0].outcome) == (
        ["met"],
        "mended",
    )


@pytest.mark.parametrize("due_on", [None, "2026-03-02", "2026-06-01"])
def test_a_wrong_use_needs_a_day_within_ninety(certified: Life, due_on: str | None) -> None:
    refusal = act_refused(certified, "manager", "mark_use.record", **WRONG | {"due_on": due_on})
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/due_on"])


def test_the_ninetieth_day_is_allowed(certified: Life) -> None:
    seen_wrong(certified, due_on="2026-05-31")


def test_not_mended_a_suspension_is_proposed_once_and_a_person_decides(certified: Life) -> None:
    """R:10/9.3.1e."""
    seen_wrong(certified).days(60)
    [task] = [task for task in certified.case.tasks if task.kind == "suspension.decide"]
    assert (task.clause, certified.case.status) == ("R:10/9.3.1e", "certified")
    certified.answer("decider", "suspension.decide", outcome="suspend", grounds=["e"], reason="x")
    assert certified.case.suspension is not None
    assert certified.case.suspension.grounds == ["e"]


def test_on_its_last_day_a_wrong_use_may_still_be_mended(certified: Life) -> None:
    seen_wrong(certified).days(18)
    certified.act("manager", "mark_use.record", **IN_ORDER)
    certified.days(10)
    assert certified.open == []


def test_of_several_wrong_uses_the_one_that_is_named_is_mended(certified: Life) -> None:
    seen_wrong(seen_wrong(certified))
    certified.act("manager", "mark_use.record", **IN_ORDER)
    assert [matter.state for matter in certified.case.matters] == ["open", "open"]
    certified.act("manager", "mark_use.record", use="mark_use.record-2", correct=True)
    assert [matter.state for matter in certified.case.matters] == ["open", "closed"]


def test_while_suspended_no_use_is_in_order(life: Life) -> None:
    refusal = act_refused(failed(life), "manager", "mark_use.record", **IN_ORDER)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:8/7.3.4")


def test_while_suspended_a_wrong_use_is_recorded_and_mended(life: Life) -> None:
    seen_wrong(failed(life), due_on=str(life.today + timedelta(days=9)))
    life.act("manager", "mark_use.record", **IN_ORDER)
    assert life.case.matters[-1].outcome == "mended"


def reduced(life: Life) -> Life:
    """The scope is narrower from today on: the advertising is to follow."""
    life.act("manager", "scope.reduce", sites=["s1"])
    life.answer("applicant", "scope.confirm", confirmed=True)
    return life


def test_a_wrong_use_that_is_mended_does_not_say_that_the_advertising_has_followed(certified: Life) -> None:
    reduced(seen_wrong(certified)).act("manager", "mark_use.record", **IN_ORDER)
    assert [deadlines(certified, kind)[-1].state for kind in ("mark_use", "advertising.change")] == ["met", "running"]
    certified.act("manager", "mark_use.record", **IN_ORDER)
    assert deadlines(certified, "advertising.change")[-1].state == "met"


def test_while_suspended_the_advertising_may_follow_a_reduction(life: Life) -> None:
    reduced(failed(life)).act("manager", "mark_use.record", **IN_ORDER)
    assert deadlines(life, "advertising.change")[-1].state == "met"


def test_before_there_is_a_certificate_there_is_no_use_of_it(life: Life) -> None:
    assert act_refused(life.contracted(), "manager", "mark_use.record", **IN_ORDER).code == "stage_conflict"


@pytest.mark.parametrize("user", ["applicant", "reviewer"])
def test_the_case_manager_records_uses(certified: Life, user: str) -> None:
    assert act_refused(certified, user, "mark_use.record", **IN_ORDER).code == "forbidden"

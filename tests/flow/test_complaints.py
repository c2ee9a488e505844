"""R:10/9.3.1f: complaints are acknowledged, handled by somebody who took no part, and answered."""

import json

import pytest
from sqlmodel import Session

from records import queries
from tests.flow.filing import complained, complaint, knows_no, looked_into
from tests.flow.steps import act_refused, actor, answer_as, ended, last_event, refusal_of, refused_as
from tests.flow.years import deadlines, notices
from tests.lives import Life

HANDLED = {"outcome": "partly", "answer": "已责成整改"}


def test_a_stranger_complains_while_the_case_lives_also_before_the_certificate(life: Life) -> None:
    complained(life.contracted())
    [matter] = life.case.matters
    assert (matter.kind, matter.brought_by, matter.by, matter.state) == ("complaint.file", "public", "", "open")
    assert "complaint.acknowledge" in life.open


def test_a_complaint_is_acknowledged_in_five_working_days_and_handled_in_sixty(life: Life) -> None:
    complained(life.contracted())
    assert str(life.due("complaint.acknowledge")) == "2026-03-09"
    life.answer("manager", "complaint.acknowledge")
    assert str(life.due("complaint.handle")) == "2026-05-01"


def test_nothing_is_asked_of_a_complaint_that_is_handled(life: Life) -> None:
    looked_into(life.contracted()).answer("reviewer2", "complaint.handle", **HANDLED)
    [matter] = life.case.matters
    assert (matter.state, matter.outcome, life.open) == ("closed", "partly", ["audit.plan"])


@pytest.mark.parametrize("who", ["reviewer", "leader", "decider"])
def test_nobody_who_evaluated_reviewed_or_decided_handles_a_complaint(certified: Life, who: str) -> None:
    looked_into(certified)
    refusal = refused_as(certified, actor(who, "reviewer"), "complaint.handle", **HANDLED)
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def test_somebody_who_took_no_part_handles_it_and_may_handle_the_next(certified: Life) -> None:
    looked_into(certified).answer("reviewer2", "complaint.handle", **HANDLED)
    looked_into(certified).answer("reviewer2", "complaint.handle", **HANDLED)
    assert [matter.outcome for matter in certified.case.matters] == ["partly", "partly"]


def test_nobody_handles_a_complaint_of_their_own_by_another_account_either(life: Life) -> None:
    life.contracted().act("reviewer2", "complaint.file", about="x", reason="y")
    life.answer("manager", "complaint.acknowledge")
    twin = actor("twin", "reviewer", person="person-reviewer2")
    assert refused_as(life, twin, "complaint.handle", **HANDLED).code == "not_independent"
    answer_as(life, actor("reviewer", "reviewer"), "complaint.handle", **HANDLED)


@pytest.mark.parametrize("who", ["reviewer2", None])
def test_the_record_does_not_say_who_complained(life: Life, who: str | None) -> None:
    """A client reads it."""
    life.contracted()
    if who:
        life.act(who, "complaint.file", about="傅某的服务", reason="y")
    else:
        complained(life)
    event = last_event(life, "complaint.file")
    assert event["actor"] == "public"
    assert sorted(event["data"]) == ["content", "matter"]


def test_name_contact_and_words_of_a_complaint_lie_in_its_content_only(life: Life) -> None:
    complained(life.contracted())
    digest = last_event(life, "complaint.file")["data"]["content"]
    with Session(life.engine) as session:
        assert json.loads(queries.content(session, life.case.id, digest))["name"] == "钱消费"
    assert not [word for word in ("钱消费", "138", "无人应答") if word in life.case.model_dump_json()]


@pytest.mark.parametrize(("user", "to"), [("applicant", "applicant"), ("ops", "user:ops")])
def test_whoever_complains_with_an_account_is_told_of_both_steps(life: Life, user: str, to: str) -> None:
    life.contracted().act(user, "complaint.file", about="x", reason="y")
    before = len(notices(life))
    life.answer("manager", "complaint.acknowledge")
    life.answer("reviewer2", "complaint.handle", **HANDLED)
    assert [notice.to for notice in notices(life)[before:]] == [to, to]


def test_the_client_is_not_written_to_about_a_complaint_of_others(life: Life) -> None:
    life.contracted()
    before = notices(life)
    looked_into(life).answer("reviewer2", "complaint.handle", **HANDLED)
    assert notices(life) == before


@pytest.mark.parametrize(("outcome", "times"), [("upheld", 1), ("partly", 1), ("dismissed", 0)])
def test_the_case_manager_learns_of_an_upheld_one_about_a_holder(certified: Life, outcome: str, times: int) -> None:
    """R:7/6.5.1d, R:10/9.3.1f: what follows from it somebody asks for, and another decides."""
    before = len(notices(looked_into(certified)))
    certified.answer("reviewer2", "complaint.handle", outcome=outcome, answer="x")
    assert [one.to for one in notices(certified)[before:]] == ["role:case_manager"] * times
    assert (certified.case.status, certified.open) == ("certified", [])


def test_a_late_answer_escalates_and_goes_on_waiting(life: Life) -> None:
    looked_into(life.contracted()).days(61)
    assert "overdue" in life.case.flags
    assert "complaint.handle" in life.open


def test_a_complaint_is_answered_although_its_case_has_ended(life: Life) -> None:
    looked_into(life.contracted()).act("applicant", "case.withdraw", reason="x")
    assert ended(life) == ("closed", "application_withdrawn", ["complaint.handle"])
    assert not life.case.over
    life.answer("reviewer2", "complaint.handle", **HANDLED)
    life.case.effects.clear()
    assert life.case.over


def test_its_limit_runs_on_in_a_case_that_has_ended(life: Life) -> None:
    looked_into(life.contracted()).act("applicant", "case.withdraw", reason="x")
    assert [one.state for one in deadlines(life, "complaint.handle")] == ["running"]


def test_a_case_that_has_ended_takes_a_complaint_and_is_over_when_it_is_answered(life: Life) -> None:
    """A certificate that ended may still be shown; nothing else begins again."""
    life.contracted().act("applicant", "case.withdraw", reason="x")
    life.case.effects.clear()
    assert life.case.over
    looked_into(life)
    assert ended(life) == ("closed", "application_withdrawn", ["complaint.handle"])
    assert not life.case.over
    life.answer("reviewer2", "complaint.handle", **HANDLED)
    life.case.effects.clear()
    assert life.case.over
    assert act_refused(life, "manager", "note.add", text="x").code == "stage_conflict"


def test_strangers_cannot_flood_a_case(life: Life) -> None:
    life.contracted()
    for _ in range(20):
        complained(life)
    assert refusal_of(life, complaint(life)).code == "rate_limited"
    life.act("manager", "complaint.file", about="x", reason="y")


def test_a_case_whose_rules_know_no_complaints_says_so(life: Life) -> None:
    knows_no(life.contracted(), "complaint.handle")
    assert refusal_of(life, complaint(life)).code == "stage_conflict"

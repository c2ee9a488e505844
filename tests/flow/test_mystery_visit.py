"""R:4/4.2: until the deduction list goes out, nothing the client can reach tells that there is a visit."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from api import views
from records import queries
from tests.domain.sheets import raw_sheet
from tests.flow.conftest import Lives
from tests.flow.steps import AGREE, DECLINE, SECRET, actor, kinds, refused_task, verdicts, verify
from tests.flow.steps import submit as rectify
from tests.lives import PLAN, Life, a_deduction

OPENLY = {"team": PLAN["team"], "modes": ["observation"]}
NOTHING: dict[str, Any] = {"items": [], "deductions": [], "modes_used": ["observation"]}
VISIT = {"site": "s1", "observations": "以顾客身份入住"}
TELLING = ("mystery", "visitor", "暗访")
Step = Callable[[Life], object]


def seen(life: Life) -> dict[str, Any]:
    """Everything of a case its applicant can read, without what differs between any two cases."""
    with Session(life.engine) as session:

        def content(digest: str) -> Any:
            return json.loads(queries.content(session, life.case.id, digest))

        shown = views.snapshot(life.case, actor("applicant"), life.now, content)
    events = [without(event, "hash", "previous_hash") for event in life.events()]
    assert shown["version"] == len(events)
    text = json.dumps([shown, events], ensure_ascii=False)
    text = text.replace(life.case.id, "id").replace(life.case.number, "number")
    assert life.case.application is not None
    text = text.replace(life.case.application.organization.uscc, "uscc")
    for place, certificate in enumerate(life.case.certificates):
        text = text.replace(certificate.number, f"certificate {place}")
    shown, events = json.loads(text)
    for event in events:
        if event["kind"] in ("application", "recertification.apply"):
            event["data"]["content"] = "the application's"
    return {"snapshot": shown, "events": events}


def without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in names}


def visit(life: Life) -> None:
    if any(task.kind == "audit.mystery_visit" for task in life.case.tasks):
        life.answer("visitor", "audit.mystery_visit", visited_on=str(life.today), **VISIT)


def to_the_last_input(deductions: list[dict[str, Any]]) -> list[Step]:
    """Every step from the plan's confirmation on: an objection, a return, the visit, all inputs but the last."""
    meeting = {"attendees": ["x"]}
    return [
        lambda life: life.answer("applicant", "audit.plan.confirm", **DECLINE),
        lambda life: life.plan(**plan_of(life)),
        lambda life: life.days(1),
        lambda life: life.answer("applicant", "audit.plan.confirm", **AGREE),
        lambda life: life.answer(
            "leader", "audit.documents", outcome="return", checks={"a": True, "b": False}, issues=["x"]
        ),
        lambda life: life.answer("applicant", "documents.correct", note="x"),
        lambda life: life.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True}),
        lambda life: life.days(3),
        visit,
        lambda life: life.answer("leader", "audit.open", on=str(life.today), **meeting),
        lambda life: life.answer("leader", "audit.management", **raw_sheet()),
        lambda life: life.answer("manager", "audit.credit", listed=False),
        lambda life: life.answer("leader", "audit.characteristics", **NOTHING | {"deductions": deductions}),
    ]


def plan_of(life: Life) -> dict[str, Any]:
    """What the case was planned with before."""
    return SECRET if life.audit.plan and life.audit.plan.in_role("visitor") else OPENLY


def side_by_side(lives: Lives, steps: Iterable[Step]) -> tuple[Life, Life]:
    """A case with a visit and one without, at the same instants; what the client sees is the same at every step."""
    secret, plain = lives().contracted(), lives().contracted()
    secret.plan(**SECRET)
    plain.plan(**OPENLY)
    assert seen(secret) == seen(plain)
    for step in steps:
        step(secret)
        step(plain)
        assert seen(secret) == seen(plain)
        assert not any(word in str(seen(secret)) for word in TELLING)
    return secret, plain


def close(life: Life) -> None:
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])


def test_until_the_list_goes_out_the_client_sees_the_same_with_a_visit_and_without(lives: Lives) -> None:
    """R:4/4.2."""
    secret, plain = side_by_side(lives, to_the_last_input([a_deduction()]))
    assert secret.case.version == plain.case.version
    close(secret)
    close(plain)
    assert (secret.open, plain.open) == (["findings.confirm"], ["findings.confirm"])
    assert secret.case.version == plain.case.version + 3


def test_with_the_list_the_visit_and_the_hidden_part_of_each_plan_enter_the_chain(lives: Lives) -> None:
    secret, _ = side_by_side(lives, to_the_last_input([a_deduction()]))
    close(secret)
    shown = seen(secret)
    assert kinds(secret).count("audit.mystery_visit") == 1
    hidden = [event for event in shown["events"] if event["kind"] == "audit.plan" and "visitors" in event["data"]]
    assert [event["data"]["visitors"] for event in hidden] == [["visitor"], ["visitor"]]
    assert {"user": "visitor", "role": "visitor"} in shown["snapshot"]["audits"][0]["plan"]["team"]
    assert "mystery_visit" in shown["snapshot"]["audits"][0]["plan"]["modes"]


def test_a_case_with_a_visit_goes_on_to_its_certificate(lives: Lives) -> None:
    secret, _ = side_by_side(lives, to_the_last_input([a_deduction()]))
    close(secret)
    secret.answer("applicant", "findings.confirm", confirmed=True)
    rectify(secret)
    verify(secret, accepted=True)
    secret.reported().granted()
    assert secret.case.status == "certified"


def test_without_findings_the_visit_is_disclosed_with_the_report(lives: Lives) -> None:
    secret, plain = side_by_side(lives, [*to_the_last_input([]), close])
    assert secret.open == ["audit.report"]
    secret.reported()
    plain.reported()
    assert "audit.mystery_visit" in kinds(secret)


@pytest.mark.parametrize("last", ["audit.close", "audit.credit", "audit.characteristics", "audit.management"])
@pytest.mark.parametrize("deductions", [[], [a_deduction()]], ids=["no list", "a list"])
def test_a_visit_that_comes_last_looks_like_the_last_input_that_comes_late(
    lives: Lives, deductions: list[dict[str, Any]], last: str
) -> None:
    secret, plain = lives().contracted(), lives().contracted()
    secret.on_site(**SECRET)
    plain.on_site(**OPENLY)
    day = {"on": str(plain.today), "attendees": ["x"]}
    inputs: dict[str, Step] = {
        "audit.open": lambda life: life.answer("leader", "audit.open", **day),
        "audit.characteristics": lambda life: life.answer(
            "leader", "audit.characteristics", **NOTHING | {"deductions": deductions}
        ),
        "audit.management": lambda life: life.answer("leader", "audit.management", **raw_sheet()),
        "audit.credit": lambda life: life.answer("manager", "audit.credit", listed=False),
        "audit.close": lambda life: life.answer("leader", "audit.close", **day),
    }
    enter_last = inputs.pop(last)
    for step in [*inputs.values(), lambda life: life.days(2)]:
        step(secret)
        step(plain)
        assert seen(secret) == seen(plain)
    enter_last(secret)
    for _ in range(2):
        assert seen(secret) == seen(plain)
        secret.days(2)
        plain.days(2)
    assert (secret.open, plain.open) == (["audit.mystery_visit"], [last])
    visit(secret)
    enter_last(plain)
    assert secret.open == plain.open == ["findings.confirm" if deductions else "audit.report"]
    if not deductions:
        assert without_contents(seen(secret)) == without_contents(seen(plain))
    told = [event["kind"] for event in seen(secret)["events"]]
    assert told.count(last) == 1


def without_contents(shown: dict[str, Any]) -> dict[str, Any]:
    events = [{**event, "data": without(event["data"], "results")} for event in shown["events"]]
    return {**shown, "events": events}


def test_the_record_keeps_when_the_last_input_really_came(visiting: Life) -> None:
    visiting.audited()
    entered = visiting.now
    visiting.days(3)
    visit(visiting)
    visiting.reported()
    told = next(event for event in visiting.events() if event["kind"] == "audit.mystery_visit")
    assert told["data"]["last_input_at"] == entered.isoformat()


def test_an_input_that_waits_for_the_visit_is_answered_for_those_who_work_on_the_case(visiting: Life) -> None:
    visiting.audited()
    last = {"on": str(visiting.today), "attendees": ["x"]}
    assert refused_task(visiting, "leader", "audit.close", "audit.close-1", **last).code == "task_not_open"
    assert refused_task(visiting, "applicant", "audit.close", "audit.close-1", **last).code == "forbidden"


def test_at_the_latest_the_report_tells_of_the_visit(life: Life) -> None:
    life.contracted().on_site(**SECRET)
    visit(life)
    life.audited().reported()
    assert "audit.mystery_visit" in kinds(life)


# The visit itself -------------------------------------------------------------------------------------------------


@pytest.fixture
def visiting(life: Life) -> Life:
    """Everything on site is open, a visit among it."""
    return life.contracted().on_site(**SECRET)


def test_the_verdict_waits_for_the_visit(visiting: Life) -> None:
    visiting.audited(deductions=[a_deduction()])
    assert (visiting.open, verdicts(visiting)) == (["audit.mystery_visit"], [])
    visit(visiting)
    assert (visiting.open, len(verdicts(visiting))) == (["findings.confirm"], 1)


def test_a_visit_that_comes_in_last_without_findings_is_told_of_with_the_report_too(visiting: Life) -> None:
    visiting.audited()
    before = kinds(visiting)
    visit(visiting)
    assert visiting.open == ["audit.report"]
    assert kinds(visiting) == [*before, "audit.close"]
    visiting.reported()
    assert "audit.mystery_visit" in kinds(visiting)


def test_a_visit_counts_for_neither_first_nor_last_day(visiting: Life) -> None:
    visit(visiting)
    visiting.days(5)
    first = visiting.today
    visiting.audited()
    assert (visiting.audit.first_day, visiting.audit.last_day) == (first, first)


@pytest.mark.parametrize("user", ["leader", "auditor", "manager", "reviewer"])
def test_nobody_but_the_named_visitor_reports_the_visit(visiting: Life, user: str) -> None:
    """R:4/4.2."""
    payload = {"visited_on": str(visiting.today), **VISIT}
    assert visiting.refused(user, "audit.mystery_visit", **payload).code == "forbidden"


def test_for_the_client_the_task_does_not_exist_and_says_so_as_of_any_other(visiting: Life, lives: Lives) -> None:
    plain = lives().contracted().on_site(**OPENLY)
    payload = {"visited_on": str(plain.today), **VISIT}
    answers = [
        refused_task(life, "applicant", "audit.mystery_visit", "audit.mystery_visit-1", **payload)
        for life in (visiting, plain)
    ]
    assert (answers[0], answers[0].code) == (answers[1], "task_not_open")


def test_a_visit_is_not_dated_tomorrow_and_was_at_a_planned_site(visiting: Life) -> None:
    tomorrow = {**VISIT, "visited_on": str(visiting.today + timedelta(days=1))}
    assert visiting.refused("visitor", "audit.mystery_visit", **tomorrow).code == "invalid"
    elsewhere = {**VISIT, "visited_on": str(visiting.today), "site": "s9"}
    assert visiting.refused("visitor", "audit.mystery_visit", **elsewhere).code == "invalid"


def test_those_who_work_on_the_case_see_the_visit(visiting: Life) -> None:
    with Session(visiting.engine) as session:

        def content(digest: str) -> Any:
            return json.loads(queries.content(session, visiting.case.id, digest))

        shown = views.snapshot(visiting.case, actor("manager"), visiting.now, content)
    assert "audit.mystery_visit" in {task["kind"] for task in shown["tasks"]}
    assert "mystery_visit" in shown["audits"][0]["plan"]["modes"]


def test_the_client_gets_no_notice_of_the_visit(visiting: Life) -> None:
    visit(visiting)
    told = [effect for effect in visiting.case.effects if effect.to == "applicant"]
    assert told
    assert not any(word in effect.model_dump_json() for effect in told for word in TELLING)

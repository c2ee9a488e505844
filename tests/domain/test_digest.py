"""What a case has to say in the digest of its body's case managers."""

from datetime import date
from typing import Any

from domain.dates import Anchor, Proof
from domain.digest import Line, lines_of
from domain.state import CaseState, Deadline
from domain.tasks import Task
from services import calendars
from services.schemes import Library

RULES = Library.load().scheme("service", "1.0").rules()
TODAY = date(2026, 11, 20)
"""A Friday."""
PROOF = Proof(anchor=Anchor(kind="task", on=TODAY), rule="", calendar=None, steps=[])


def a_deadline(name: str, due_on: date, **changes: Any) -> Deadline:
    fields = {"id": name, "kind": name, "due_on": due_on, "judged_on": due_on, "clause": "R:7/7.3.3", "proof": PROOF}
    return Deadline.model_validate(fields | changes)


def a_task(kind: str, due_on: date | None, **changes: Any) -> Task:
    wait = RULES.waits[kind]
    fields = {"id": kind, "kind": kind, "role": wait.role, "opened_on": TODAY, "due_on": due_on, "clause": wait.clause}
    return Task.model_validate(fields | {"title": wait.title} | changes)


def lines(tasks: list[Task], *deadlines: Deadline, **changes: Any) -> list[Line]:
    """The lines of a case; each task has its due date."""
    own = [a_deadline(task.id, task.due_on) for task in tasks if task.due_on]
    known = {one.id: one for one in (*own, *deadlines)}
    fields = {"id": "case-1", "body": "demo", "applicant": "applicant", "rules": RULES, "calendar": calendars.load()}
    state = CaseState.model_validate(fields | {"tasks": tasks, "deadlines": list(known.values())} | changes)
    return lines_of(state, TODAY)


def said(found: list[Line]) -> list[tuple[str, str, str]]:
    return [(one.section, one.title.en, str(one.on)) for one in found]


def test_a_task_is_due_from_seven_days_before() -> None:
    found = lines([a_task("contract.sign", date(2026, 11, 27)), a_task("audit.report", date(2026, 11, 28))])
    assert said(found) == [
        ("due", "Record the contract", "2026-11-27"),
        ("open", "Write the audit report", "2026-11-28"),
    ]


def test_a_missed_task_is_overdue_and_says_whose_turn_it_is() -> None:
    task = a_task("audit.report", date(2026, 11, 19), assignee="leader")
    [line] = lines([task], a_deadline(task.id, date(2026, 11, 19), state="missed"))
    assert (line.section, line.role, line.assignee) == ("overdue", "leader", "leader")


def test_a_task_without_a_due_date_is_open() -> None:
    assert said(lines([a_task("suspension.decide", None)])) == [("open", "Decide on suspension", "None")]


def test_a_covered_task_is_answered_and_says_nothing() -> None:
    assert lines([a_task("audit.close", None, covered=True)]) == []


def test_a_long_date_is_far_and_says_when_it_was_last_reminded_of() -> None:
    """Thirty days before 20 December 2026 is today; before Sunday, 21 March 2027, none of its days has come."""
    found = lines([], a_deadline("surveillance", date(2026, 12, 20)), a_deadline("reaudit", date(2027, 3, 21)))
    assert [(one.section, one.title.en, one.reminded_on) for one in found] == [
        ("far", "Surveillance audit", TODAY),
        ("far", "Re-audit", None),
    ]


def test_a_task_is_mentioned_when_it_is_reminded_of() -> None:
    """Ten days before 30 November, and before 1 December, which is tomorrow: a Saturday."""
    found = lines([a_task("contract.sign", date(2026, 11, 30)), a_task("rectification.submit", date(2026, 12, 1))])
    assert [(one.section, one.reminded_on) for one in found] == [("open", TODAY), ("open", TODAY)]


def test_a_date_that_is_settled_says_nothing() -> None:
    assert [lines([], a_deadline("reaudit", TODAY, state=state)) for state in ("met", "void", "missed")] == [[]] * 3


def test_surveillances_of_this_month_are_those_due_and_those_planned() -> None:
    plan = {
        "team": [],
        "person_days": {},
        "sites": [],
        "modes": [],
        "seed": "",
        "planned_from": date(2026, 11, 24),
        "planned_to": date(2026, 11, 25),
    }
    audits = [
        {"id": "audit-2", "audit_kind": "surveillance", "stage": "audit", "plan": plan},
        {"id": "audit-1", "audit_kind": "surveillance", "stage": "closed", "plan": plan},
        {"id": "audit-3", "audit_kind": "initial", "stage": "audit", "plan": plan},
    ]
    found = lines([], a_deadline("surveillance", date(2026, 11, 30)), audits=audits)
    assert [one[1:] for one in said(found) if one[0] == "surveillance"] == [
        ("Surveillance on site", "2026-11-24"),
        ("Surveillance audit", "2026-11-30"),
    ]

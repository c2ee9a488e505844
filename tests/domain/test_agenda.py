"""What a case does by itself, and when."""

from datetime import UTC, date, datetime

import pytest

from domain.agenda import agenda
from domain.dates import Anchor, Proof
from domain.state import Deadline, DueDates


def a_deadline(deadline_id: str = "d", **changes: object) -> Deadline:
    due_on = date(2026, 3, 31)
    proof = Proof(anchor=Anchor(kind="task", on=date(2026, 3, 1)), rule="days", calendar=None, steps=[])
    fields = {"id": deadline_id, "kind": "x", "due_on": due_on, "judged_on": due_on, "clause": "", "proof": proof}
    return Deadline.model_validate(fields | changes)


def entries(*deadlines: Deadline) -> list[tuple[str, datetime]]:
    return [(entry.name, entry.at) for entry in agenda(DueDates(deadlines=list(deadlines)))]


def test_a_lapse_is_judged_at_the_end_of_its_day_in_shanghai() -> None:
    assert entries(a_deadline(judged_on=date(2026, 4, 3))) == [("lapse:d", datetime(2026, 4, 3, 16, tzinfo=UTC))]


def test_a_reminder_and_an_opening_come_at_eight_in_the_morning() -> None:
    found = entries(a_deadline(remind=[date(2026, 3, 29), date(2026, 3, 30)], opens_on=date(2026, 3, 2)))
    assert found[:2] == [
        ("open:d", datetime(2026, 3, 2, tzinfo=UTC)),
        ("remind:d", datetime(2026, 3, 29, tzinfo=UTC)),
    ]


def test_what_is_due_first_comes_first() -> None:
    later = a_deadline("b", judged_on=date(2026, 4, 1))
    assert [name for name, _ in entries(later, a_deadline("c"), a_deadline("a"))] == ["lapse:a", "lapse:c", "lapse:b"]


@pytest.mark.parametrize("state", ["met", "missed", "void"])
def test_a_due_date_that_is_settled_brings_nothing(state: str) -> None:
    assert entries(a_deadline(state=state, remind=[date(2026, 3, 29)])) == []

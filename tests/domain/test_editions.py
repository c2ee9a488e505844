"""What a due date is counted from under other rules (R:9/8.1): the same anchor, the other edition's length."""

from datetime import date
from typing import Any

import pytest

from domain.application import Ref
from domain.calendar import Calendar, Override
from domain.cycle import (
    contract_latest,
    credit_good_until,
    expiry,
    first_surveillance,
    issue_overdue,
    later_surveillance,
    reaudit,
    reaudit_after_late_report,
    recertification_apply_by,
    rectification,
    suspension_end,
)
from domain.dates import Anchor, Due, Length, Run, due, rolled
from domain.editions import PlannedEdition, edition_name, last_day_before, runs_under
from domain.redate import moved_by
from domain.rules import Limit, Rules
from domain.state import Deadline
from services import calendars
from services.schemes import Library

RULES = Library.load().scheme("service", "1.0").rules()
CALENDAR = calendars.load()
START = date(2026, 3, 2)
"""A Monday."""
LONG_AGO = date(2026, 1, 1)


def other(readings: dict[str, str] | None = None, **cycle: int) -> Rules:
    """The rules with other lengths of the cycle."""
    changed = RULES.cycle.model_copy(update=cycle)
    return RULES.model_copy(update={"cycle": changed, "readings": readings or {}})


def with_limit(kind: str, amount: int, unit: str = "days") -> Rules:
    """The rules with another limit of one wait."""
    wait = RULES.waits[kind].model_copy(update={"limit": Limit.model_validate({"amount": amount, "unit": unit})})
    return RULES.model_copy(update={"waits": RULES.waits | {kind: wait}})


def running(kind: str, found: Due, state: Any = "running") -> Deadline:
    return Deadline(
        id=kind, kind=kind, due_on=found.on, judged_on=found.on, clause=found.clause, proof=found.proof, state=state
    )


def moved(kind: str, found: Due, rules: Rules, today: date = LONG_AGO, calendar: Calendar = CALENDAR) -> date | None:
    """To which day other rules move a due date; none where it stays."""
    changed = moved_by(rules, [running(kind, found)], calendar, today)
    return changed[0].due_on if changed else None


@pytest.mark.parametrize(
    ("kind", "found", "cycle", "on"),
    [
        ("contract.sign", contract_latest(START, RULES.cycle), {"contract_latest_days": 10}, "2026-03-12"),
        (
            "surveillance",
            first_surveillance(Anchor(kind="decision", on=START), RULES.cycle),
            {"surveillance_months": 9},
            "2026-12-02",
        ),
        ("surveillance", later_surveillance(START, RULES.cycle), {"surveillance_months": 6}, "2026-09-02"),
        ("reaudit", reaudit(START, RULES.cycle), {"reaudit_days": 60}, "2026-05-01"),
        ("reaudit", reaudit_after_late_report(START, RULES.cycle), {"reaudit_days": 60}, "2026-05-01"),
        ("audit.credit", credit_good_until(START, RULES.cycle), {"credit_valid_days": 10}, "2026-03-12"),
        (
            "recertification.apply",
            recertification_apply_by(date(2029, 5, 31), RULES.cycle),
            {"recertification_apply_months": 6},
            "2028-11-30",
        ),
        (
            # five working days from a Monday are the next Monday
            "certificate.issue",
            issue_overdue(Anchor(kind="report", on=START), RULES.cycle, CALENDAR),
            {"certificate_issue_working_days": 5},
            "2026-03-09",
        ),
    ],
)
def test_a_running_date_takes_the_length_of_the_other_edition(
    kind: str, found: Due, cycle: dict[str, int], on: str
) -> None:
    assert str(moved(kind, found, other(**cycle))) == on
    assert moved(kind, found, RULES) is None


def test_a_tasks_date_takes_the_limit_and_the_unit_of_the_other_edition() -> None:
    asked = due(Anchor(kind="task", on=START), Limit(amount=30, unit="days"), "R:7/7.2.2", CALENDAR)
    assert moved("contract.sign", asked, with_limit("contract.sign", 40)) == date(2026, 4, 11)
    assert moved("contract.sign", asked, with_limit("contract.sign", 5, "working_days")) == date(2026, 3, 9)


def test_rectification_takes_both_the_limit_and_the_bound() -> None:
    """R:7/6.4.6.1: thirty days from the list, never past day 90 after the audit."""
    limit = RULES.waits["rectification.submit"].limit
    assert limit is not None
    found = rectification(START, date(2026, 2, 27), limit, RULES.cycle, CALENDAR)
    assert found.on == date(2026, 4, 1)
    assert moved("rectification.submit", found, with_limit("rectification.submit", 45)) == date(2026, 4, 16)
    assert moved("rectification.submit", found, other(rectification_latest_days=10)) == date(2026, 3, 9)


def test_days_that_were_granted_for_a_rectification_stay() -> None:
    left = due(Anchor(kind="task", on=START), Limit(amount=7, unit="days"), "R:7/6.4.6.1", CALENDAR)
    assert moved("rectification.submit", left, with_limit("rectification.submit", 45)) is None


def test_a_certificates_validity_and_a_suspensions_end_stay_as_they_were_decided() -> None:
    """R:7/7.3.3, R:10/9.3.1."""
    shorter = other(validity_years=1, suspension_months=1, suspension_days=10)
    lasts = expiry(Anchor(kind="decision", on=START), RULES.cycle)
    suspended = suspension_end(START, lasts.on, RULES.cycle, failed_surveillance=False)
    assert moved("certificate.expiry", lasts, shorter) is None
    assert moved("suspension.end", suspended, shorter) is None


def test_a_date_that_has_ended_stays() -> None:
    found = contract_latest(START, RULES.cycle)
    met = running("contract.sign", found, "met")
    assert moved_by(other(contract_latest_days=10), [met], CALENDAR, LONG_AGO) == []


def test_no_edition_moves_a_date_before_today() -> None:
    found = contract_latest(START, RULES.cycle)
    assert moved("contract.sign", found, other(contract_latest_days=10), today=date(2026, 4, 1)) == date(2026, 4, 1)


def test_an_edition_with_the_same_limit_leaves_a_date_where_a_corrected_calendar_left_it() -> None:
    """28 September and three working days are Thursday 8 October, before 5 and 6 October are worked after all."""
    found = due(Anchor(kind="task", on=date(2026, 9, 28)), Limit(amount=3, unit="working_days"), "R:7/7.3.1", CALENDAR)
    worked = calendars.load([Override(day=date(2026, 10, day), working=True) for day in (5, 6)])
    assert found.on == date(2026, 10, 8)
    assert moved("audit.plan.confirm", found, other(), calendar=worked) is None


def test_an_edition_may_let_last_days_roll_or_stay() -> None:
    """Civil Code 203, by the body's choice: thirty days from Thursday 5 March 2026 are a Saturday, in Qingming."""
    rolling = other({"holiday-roll": "roll-forward"})
    found = due(Anchor(kind="task", on=date(2026, 3, 5)), Limit(amount=30, unit="days"), "R:7/7.2.2", CALENDAR)
    assert found.on == date(2026, 4, 4)
    assert moved("contract.sign", found, rolling) == date(2026, 4, 7)
    assert moved("contract.sign", rolled(found, CALENDAR), RULES.model_copy(update={"readings": {}})) == found.on


def test_a_run_without_a_parameter_stays() -> None:
    found = expiry(Anchor(kind="decision", on=START), RULES.cycle)
    assert runs_under(other(validity_years=9), "certificate.expiry", found.proof.runs) == found.proof.runs


def a_run(*lengths: Length, approved: date | None = None) -> Run:
    """A run of a task's limit, as no function gives it yet."""
    fields = {"clause": "R:7/7.2.2", "rule": "a rule", "function": "dates.due", "approved": approved}
    return Run(anchor=Anchor(kind="task", on=START), lengths=list(lengths), **fields)


def test_another_length_is_named_as_it_is_counted() -> None:
    """R:7/6.6.1."""
    apply_by = recertification_apply_by(date(2029, 5, 31), RULES.cycle).proof.runs
    [back] = runs_under(other(recertification_apply_months=6), "recertification.apply", apply_by)
    assert (back.lengths, back.rule) == ([Length(-6, "months")], "6 months before")
    [on] = runs_under(with_limit("contract.sign", 5, "working_days"), "contract.sign", [a_run(Length(30, "days"))])
    assert (on.lengths, on.rule) == ([Length(5, "working_days")], "5 working days")


def test_a_limit_of_no_days_becomes_one_that_runs_forward() -> None:
    asked = due(Anchor(kind="task", on=START), Limit(amount=0, unit="days"), "R:7/7.2.2", CALENDAR)
    assert asked.on == START
    assert moved("contract.sign", asked, with_limit("contract.sign", 40)) == date(2026, 4, 11)


def test_only_the_first_length_is_the_limits() -> None:
    runs = [a_run(Length(30, "days"), Length(-1, "days"))]
    [found] = runs_under(with_limit("contract.sign", 40), "contract.sign", runs)
    assert found.lengths == [Length(40, "days"), Length(-1, "days")]


@pytest.mark.parametrize(
    "run",
    [a_run(Length(30, "days"), approved=date(2026, 5, 1)), a_run(Length(1, "year_end")), a_run()],
    ids=["approved", "to the end of a year", "the day itself"],
)
def test_what_no_limit_counts_stays(run: Run) -> None:
    assert runs_under(with_limit("contract.sign", 40), "contract.sign", [run]) == [run]


@pytest.mark.parametrize(
    ("approved", "begins_on", "is_due"),
    [
        (True, date(2026, 3, 1), True),
        (True, START, True),
        (True, date(2026, 3, 3), False),
        (True, None, False),
        (False, date(2026, 3, 1), False),
    ],
)
def test_a_planned_edition_is_due_from_its_first_day_once_it_is_approved(
    approved: bool,  # noqa: FBT001  # a state of the plan
    begins_on: date | None,
    is_due: bool,  # noqa: FBT001  # what is expected
) -> None:
    """R:9/8.1."""
    scheme = Ref(id="service", version="1.0")
    plan = PlannedEdition(scheme=scheme, outcome="transition", begins_on=begins_on, approved=approved)
    assert plan.is_due(START) is is_due


def test_an_edition_is_named_by_its_packs_and_its_digest() -> None:
    assert edition_name(None, None, RULES) == f" {RULES.digest[:12]}"
    assert edition_name(None, None, None) == ""


def test_an_edition_lasts_through_the_day_before_the_other_begins() -> None:
    """R:9/8.1."""
    assert last_day_before(date(2028, 3, 1)) == date(2028, 2, 29)

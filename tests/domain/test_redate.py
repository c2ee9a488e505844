"""Due dates counted again: under another calendar, and from other anchors on paper."""

from datetime import date
from typing import Any

import pytest

from domain import cycle
from domain.calendar import Calendar, Override
from domain.dates import Anchor, Due, Step, again, due, earlier
from domain.redate import Days, days_of, is_broken, moves, rests_on_calendar, under, what_if
from domain.rules import Limit
from domain.state import Deadline
from services import calendars
from tests.domain.test_cycle import RULE

CALENDAR = calendars.load()
NEW_YEAR_OFF = calendars.load([Override(day=date(2027, 1, 1), working=False, notice_year=2027)])
TODAY = date(2026, 12, 29)
TEN = Limit(amount=10, unit="working_days")


def a_deadline(found: Due, kind: str = "application.review", **changes: Any) -> Deadline:
    fields = {
        "id": f"{kind}-1",
        "kind": kind,
        "due_on": found.on,
        "judged_on": found.on,
        "provisional": found.provisional,
        "clause": found.clause,
        "proof": found.proof,
    }
    return Deadline.model_validate(fields | changes)


def a_review(**changes: Any) -> Deadline:
    """Ten working days from 28 December 2026: estimated for 11 January 2027."""
    return a_deadline(due(Anchor(kind="task", on=date(2026, 12, 28)), TEN, "R:7/7.2.2", CALENDAR), **changes)


def decided(on: date) -> list[Deadline]:
    """The dates that follow from a grant."""
    anchor = Anchor(kind="decision", on=on)
    expiry = cycle.expiry(anchor, RULE)
    return [
        a_deadline(cycle.recertification_apply_by(expiry.on, RULE), "recertification.apply"),
        a_deadline(cycle.first_surveillance(anchor, RULE), "surveillance"),
        a_deadline(expiry, "certificate.expiry"),
    ]


# What a proof says ----------------------------------------------------------------------------------------


def test_a_proof_names_the_function_that_gave_it() -> None:
    first = cycle.first_surveillance(Anchor(kind="decision", on=TODAY), RULE)
    assert first.proof.function == "cycle.first_surveillance"
    assert a_review().proof.function == "dates.due"


def test_of_two_runs_the_proof_names_the_function_of_the_earlier() -> None:
    later = cycle.later_surveillance(date(2027, 1, 5), RULE)
    assert cycle.within_validity(later, date(2027, 12, 1)).proof.function == "cycle.expiry_bound"
    assert cycle.within_validity(later, date(2028, 12, 1)).proof.function == "cycle.later_surveillance"
    assert cycle.rectification(TODAY, TODAY, TEN, RULE, CALENDAR).proof.function == "cycle.rectification"


def test_a_date_kept_without_its_runs_cannot_be_counted_again() -> None:
    kept = a_review().proof.model_copy(update={"runs": []})
    with pytest.raises(ValueError, match="kept without"):
        again(kept, CALENDAR)
    assert not rests_on_calendar(a_review(proof=kept))


def test_a_date_bounded_by_one_without_runs_has_none_either() -> None:
    certain = cycle.reaudit(TODAY, RULE)
    kept = certain.model_copy(update={"proof": certain.proof.model_copy(update={"runs": []})})
    assert earlier(kept, cycle.recertification_on_site(date(2027, 1, 31))).proof.runs == []


def test_a_proof_of_before_runs_is_still_read() -> None:
    kept = a_review().proof.model_dump(mode="json", by_alias=True, exclude={"runs", "function"})
    assert a_review(proof=kept).proof.runs == []


def test_an_approved_date_stays_whatever_its_anchor() -> None:
    found = cycle.approved_until(Anchor(kind="task", on=TODAY), date(2027, 5, 1), "R:10/9.3.1")
    moved = again(found.proof, CALENDAR, {("task", TODAY): date(2028, 1, 1)})
    assert (moved.on, moved.proof.steps[-1].op) == (date(2027, 5, 1), "approved")


# Another calendar -----------------------------------------------------------------------------------------


def test_a_published_year_makes_its_dates_certain() -> None:
    found = under(NEW_YEAR_OFF, a_review(), TODAY)
    assert (found.due_on, found.provisional, found.judged_on) == (date(2027, 1, 12), False, date(2027, 1, 12))
    assert found.proof.calendar == NEW_YEAR_OFF.version


def test_what_is_judged_and_opened_moves_along() -> None:
    before = a_review(judged_on=date(2027, 1, 14), opens_on=date(2027, 1, 5))
    found = under(NEW_YEAR_OFF, before, TODAY)
    assert (found.judged_on, found.opens_on) == (date(2027, 1, 15), date(2027, 1, 6))


def certain_by(amount: int) -> Deadline:
    """So many working days from Monday, 28 September 2026, over a National Day that is published."""
    limit = Limit(amount=amount, unit="working_days")
    return a_deadline(due(Anchor(kind="task", on=date(2026, 9, 28)), limit, "R:7/7.3.1", CALENDAR))


def test_a_correction_pulls_no_certain_date_to_an_earlier_day() -> None:
    # 29 and 30 September, and after the holidays Thursday, 8 October.
    before = certain_by(3)
    worked = calendars.load([Override(day=date(2026, 10, day), working=True) for day in (5, 6)])
    assert before.due_on == date(2026, 10, 8)
    assert under(worked, before, date(2026, 9, 28)) == before


def test_a_correction_moves_a_certain_date_to_a_later_day() -> None:
    off = calendars.load([Override(day=date(2026, 10, 8), working=False)])
    assert under(off, certain_by(3), date(2026, 9, 28)).due_on == date(2026, 10, 9)


def test_a_correction_that_leaves_a_certain_date_on_its_day_is_what_proves_it() -> None:
    # 29 September, then 5 October in place of 30 September, and Thursday, 8 October.
    swapped = calendars.load(
        [Override(day=date(2026, 9, 30), working=False), Override(day=date(2026, 10, 5), working=True)]
    )
    found = under(swapped, certain_by(3), date(2026, 9, 28))
    assert (found.due_on, found.proof.calendar) == (date(2026, 10, 8), swapped.version)


def test_a_provisional_date_may_become_earlier() -> None:
    worked = [Override(day=date(2027, 1, day), working=True, notice_year=2027) for day in (2, 3)]
    assert under(calendars.load(worked), a_review(), TODAY).due_on == date(2027, 1, 7)


@pytest.mark.parametrize(("day", "moved"), [(date(2027, 1, 1), True), (date(2027, 1, 4), False), (TODAY, False)])
def test_a_case_gets_a_calendar_that_has_a_reminder_on_a_day_off(day: date, moved: bool) -> None:  # noqa: FBT001
    certain = a_deadline(cycle.reaudit(TODAY, RULE), "reaudit", remind=[day])
    off = calendars.load([Override(day=one, working=False, notice_year=2027) for one in (TODAY, date(2027, 1, 1))])
    assert moves(off, [certain], TODAY) is moved


def test_a_reminder_of_today_is_still_to_come_when_its_date_stays() -> None:
    found = under(CALENDAR, a_review(remind=[TODAY, date(2027, 1, 8)]), TODAY)
    assert found.remind == [TODAY, date(2027, 1, 8)]


def test_a_date_that_moves_to_today_needs_no_saying_so() -> None:
    found = under(CALENDAR, a_review(), date(2027, 1, 11))
    assert (found.due_on, found.proof) == (date(2027, 1, 11), a_review().proof)


def test_the_clause_of_the_earlier_run_follows_it() -> None:
    """R:7/7.3.3."""
    later = cycle.later_surveillance(date(2027, 1, 5), RULE)
    bounded = a_deadline(cycle.within_validity(later, date(2027, 12, 1)), "surveillance", clause="R:x")
    moved_on = what_if([bounded], {("valid_until", date(2027, 12, 1)): date(2028, 12, 1)}, CALENDAR)
    assert (moved_on[0].due_on, moved_on[0].clause) == (date(2028, 1, 5), later.clause)


def test_working_days_are_counted_again_by_the_calendar_on_paper() -> None:
    expiring = a_deadline(
        due(Anchor(kind="task", on=date(2026, 12, 28)), TEN, "R:7/7.2.2", CALENDAR), "certificate.expiry"
    )
    found = what_if([expiring], {("task", date(2026, 12, 28)): date(2026, 12, 25)}, CALENDAR)
    assert found[0].due_on == date(2027, 1, 8)


def test_a_date_moves_to_no_day_before_today() -> None:
    worked = [Override(day=date(2027, 1, day), working=True, notice_year=2027) for day in (2, 3, 9, 10)]
    found = under(calendars.load(worked), a_review(), date(2027, 1, 11))
    assert found.due_on == date(2027, 1, 11)
    assert found.proof.steps[-1].from_ == date(2027, 1, 7)


def test_a_date_that_was_past_already_stays() -> None:
    worked = [Override(day=date(2027, 1, day), working=True, notice_year=2027) for day in (2, 3, 9, 10)]
    assert under(calendars.load(worked), a_review(), date(2027, 2, 1)).due_on == date(2027, 1, 11)


@pytest.mark.parametrize("state", ["met", "missed", "void"])
def test_only_running_dates_on_working_days_rest_on_the_calendar(state: str) -> None:
    assert rests_on_calendar(a_review())
    assert not rests_on_calendar(a_review(state=state))
    assert not rests_on_calendar(decided(TODAY)[0])


PUBLISHED_AS_ESTIMATED = calendars.load([Override(day=date(2027, 5, 1), working=False, notice_year=2027)])
"""Of 2027 it says only that a Saturday is off."""


@pytest.mark.parametrize(
    ("calendar", "deadlines", "moved"),
    [
        (CALENDAR, [a_review()], False),
        (NEW_YEAR_OFF, [a_review()], True),  # from 11 to 12 January
        (PUBLISHED_AS_ESTIMATED, [a_review()], True),  # on 11 January for certain
        (NEW_YEAR_OFF, [certain_by(3), a_review()], True),
        (NEW_YEAR_OFF, [certain_by(3), a_review(state="met"), *decided(TODAY)], False),
        (NEW_YEAR_OFF, [], False),
    ],
)
def test_a_calendar_moves_a_case_when_one_running_date_moves_or_becomes_certain(
    calendar: Calendar,
    deadlines: list[Deadline],
    moved: bool,  # noqa: FBT001  # what is expected
) -> None:
    assert moves(calendar, deadlines, TODAY) is moved


# On paper -------------------------------------------------------------------------------------------------


def test_another_decision_moves_validity_surveillance_and_application() -> None:
    before = decided(date(2026, 12, 20))
    after = what_if(before, {("decision", date(2026, 12, 20)): date(2028, 2, 29)}, CALENDAR)
    assert {one.kind: one.due_on for one in after} == {
        "certificate.expiry": date(2031, 2, 27),
        "surveillance": date(2029, 2, 28),
        "recertification.apply": date(2030, 11, 27),
    }
    assert before[0].due_on == date(2029, 9, 19)


def test_a_renewed_certificate_follows_the_one_before() -> None:
    first = decided(date(2026, 12, 20))
    renewed = cycle.expiry(Anchor(kind="valid_until", on=date(2029, 12, 19)), RULE)
    second = a_deadline(renewed, "certificate.expiry", id="second")
    apply = a_deadline(cycle.recertification_apply_by(renewed.on, RULE), "recertification.apply", id="third")
    after = what_if([apply, second, *first], {("decision", date(2026, 12, 20)): date(2027, 1, 20)}, CALENDAR)
    assert [one.due_on for one in after[:2]] == [date(2032, 10, 19), date(2033, 1, 19)]


def test_another_last_day_is_an_anchor_of_its_own() -> None:
    after = what_if(decided(date(2026, 12, 20)), {("valid_until", date(2029, 12, 19)): date(2029, 6, 30)}, CALENDAR)
    assert {one.kind: one.due_on for one in after} == {
        "certificate.expiry": date(2029, 6, 30),
        "surveillance": date(2027, 12, 20),
        "recertification.apply": date(2029, 3, 30),
    }


def test_a_validity_that_follows_from_another_decision_is_proved_from_it() -> None:
    """R:7/7.3.3."""
    after = what_if(decided(date(2026, 12, 20)), {("decision", date(2026, 12, 20)): date(2028, 2, 29)}, CALENDAR)
    assert after[-1].proof.anchor == Anchor(kind="decision", on=date(2028, 2, 29))
    assert after[-1].proof.steps == [
        Step(op="+3 years", from_=date(2028, 2, 29), to=date(2031, 2, 28)),
        Step(op="-1 days", from_=date(2031, 2, 28), to=date(2031, 2, 27)),
    ]


def test_another_last_day_is_proved_by_nothing_but_the_paper() -> None:
    after = what_if(decided(date(2026, 12, 20)), {("valid_until", date(2029, 12, 19)): date(2029, 6, 30)}, CALENDAR)
    assert after[-1].proof.steps == [Step(op="on paper", from_=date(2029, 12, 19), to=date(2029, 6, 30))]
    assert after[-1].proof.anchor == Anchor(kind="decision", on=date(2026, 12, 20))


def test_other_findings_move_the_rectification_and_another_last_day_its_bound() -> None:
    month = Limit(amount=30, unit="days")
    found = a_deadline(cycle.rectification(date(2026, 3, 1), date(2026, 2, 20), month, RULE, CALENDAR))
    findings, last = ("findings", date(2026, 3, 1)), ("audit_last_day", date(2026, 2, 20))
    assert what_if([found], {findings: date(2026, 3, 10)}, CALENDAR)[0].due_on == date(2026, 4, 9)
    assert what_if([found], {last: date(2025, 12, 10)}, CALENDAR)[0].due_on == date(2026, 3, 10)
    assert what_if([found], {findings: date(2026, 12, 1)}, CALENDAR)[0].due_on == date(2026, 5, 21)


def test_a_suspension_ends_with_a_certificate_that_ends_sooner() -> None:
    suspension = cycle.suspension_end(date(2029, 9, 1), date(2029, 12, 19), RULE, failed_surveillance=True)
    before = [*decided(date(2026, 12, 20)), a_deadline(suspension, "suspension.end")]
    after = what_if(before, {("decision", date(2026, 12, 20)): date(2026, 11, 1)}, CALENDAR)
    assert (before[-1].due_on, after[-1].due_on) == (date(2029, 11, 30), date(2029, 10, 31))


def known_days(*deadlines: Deadline, **audits: list[date]) -> Days:
    """The days a case knows, without the kinds it knows none of."""
    return {kind: days for kind, days in days_of(deadlines, audits).items() if days}


def test_the_days_of_a_case_are_those_from_which_dates_run() -> None:
    assert known_days(*decided(date(2026, 12, 20)), a_review()) == {
        "valid_until": [date(2029, 12, 19)],
        "decision": [date(2026, 12, 20)],
        "task": [date(2026, 12, 28)],
    }


def test_a_day_that_only_met_a_due_date_is_known_but_not_the_one_that_is_meant() -> None:
    met = [a_review(kind="decision.make", state="met", met_on=on) for on in (date(2026, 12, 20), date(2027, 12, 1))]
    assert known_days(*met)["decision"] == [date(2026, 12, 20), date(2027, 12, 1)]
    granted = known_days(*decided(date(2026, 12, 20)), *met)
    assert granted["decision"] == [date(2027, 12, 1), date(2026, 12, 20)]


def test_an_audits_days_are_its_own_and_not_those_of_their_entry() -> None:
    first, last, entered = date(2027, 1, 30), date(2027, 2, 1), date(2027, 2, 2)
    met = a_review(kind="surveillance", state="met", met_on=entered)
    found = known_days(met, audit_first_day=[first], audit_last_day=[last])
    assert (found["audit_first_day"], found["audit_last_day"]) == ([first], [last])


def moved(before: Deadline, days: date) -> Deadline:
    return what_if([before], {("task", date(2026, 12, 28)): days}, CALENDAR)[0]


@pytest.mark.parametrize(
    ("state", "met_on", "opened", "today", "broken"),
    [
        ("met", date(2026, 12, 30), date(2026, 12, 28), date(2027, 3, 1), False),
        ("met", date(2026, 12, 30), date(2026, 12, 1), date(2027, 3, 1), True),  # due on 15 December
        ("met", date(2026, 12, 15), date(2026, 12, 1), date(2027, 3, 1), False),
        ("running", None, date(2026, 12, 28), date(2026, 12, 29), False),
        ("running", None, date(2026, 12, 1), date(2026, 12, 15), False),
        ("running", None, date(2026, 12, 1), date(2026, 12, 16), True),
        ("missed", None, date(2026, 12, 28), date(2027, 1, 12), True),
        ("missed", None, date(2026, 12, 30), date(2027, 1, 12), False),  # due on 13 January
        ("missed", None, date(2026, 12, 30), date(2027, 1, 13), False),
        ("missed", None, date(2026, 12, 30), date(2027, 1, 14), True),
        ("void", None, date(2026, 12, 1), date(2027, 3, 1), False),
    ],
)
def test_a_date_is_broken_when_it_would_be_past(
    state: str,
    met_on: date | None,
    opened: date,
    today: date,
    broken: bool,  # noqa: FBT001  # what is expected
) -> None:
    before = a_review(state=state, met_on=met_on)
    assert is_broken(moved(before, opened), before, today, {}, days_of([before], {})) is broken


@pytest.mark.parametrize(
    ("kind", "new", "broken"),
    [
        ("application", date(2027, 1, 11), False),
        ("application", date(2027, 1, 12), True),
        ("contract", date(2027, 1, 12), False),  # meets other dates
    ],
)
def test_a_running_date_is_broken_by_a_day_to_come_that_would_meet_it_too_late(
    kind: str,
    new: date,
    broken: bool,  # noqa: FBT001  # what is expected
) -> None:
    before = a_review()
    assert is_broken(before, before, TODAY, {(kind, TODAY): new}, days_of([before], {})) is broken


def test_the_days_for_a_late_entry_move_with_their_date() -> None:
    before = a_review(state="met", judged_on=date(2027, 1, 14), met_on=date(2027, 1, 13))
    after = moved(before, date(2026, 12, 29))
    assert (after.due_on, after.judged_on) == (date(2027, 1, 12), date(2027, 1, 15))
    assert not is_broken(after, before, date(2027, 3, 1), {}, days_of([before], {}))


def test_what_was_entered_late_but_within_its_days_is_not_broken() -> None:
    before = a_review(state="met", judged_on=date(2027, 1, 14), met_on=date(2027, 1, 13))
    assert not is_broken(before, before, date(2027, 3, 1), {}, days_of([before], {}))


HELD, ENTERED = date(2027, 12, 19), date(2027, 12, 21)
"""A first surveillance, due on 20 December 2027, closed on the day before and entered on the day after."""


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, False),
        ({("audit_last_day", HELD): date(2027, 12, 20)}, False),
        ({("audit_last_day", HELD): date(2027, 12, 21)}, True),  # the three days are for its entry only
        ({("audit_last_day", ENTERED): date(2028, 5, 1)}, False),  # no audit closed on that day
        ({("audit_first_day", HELD): date(2028, 5, 1)}, False),
        ({("decision", date(2026, 12, 20)): date(2026, 12, 19)}, False),  # due on the day on which it closed
        ({("decision", date(2026, 12, 20)): date(2026, 12, 18)}, True),
        ({("decision", date(2026, 12, 20)): date(2025, 1, 1), ("audit_last_day", HELD): date(2026, 1, 1)}, False),
    ],
)
def test_an_audit_meets_its_date_by_its_own_last_day(
    changes: dict[tuple[str, date], date],
    broken: bool,  # noqa: FBT001  # what is expected
) -> None:
    """R:7/7.3.3."""
    fields = {"judged_on": date(2027, 12, 23), "state": "met", "met_on": ENTERED}
    before = a_deadline(
        cycle.first_surveillance(Anchor(kind="decision", on=date(2026, 12, 20)), RULE), "surveillance", **fields
    )
    known = days_of([before], {"audit_last_day": [date(2026, 11, 30), HELD]})
    [after] = what_if([before], changes, CALENDAR)
    assert is_broken(after, before, date(2028, 1, 10), changes, known) is broken


def a_surveillance(met_on: date) -> Deadline:
    """The first one, due on 20 December 2027 and judged three days later."""
    found = cycle.first_surveillance(Anchor(kind="decision", on=date(2026, 12, 20)), RULE)
    return a_deadline(found, "surveillance", judged_on=date(2027, 12, 23), state="met", met_on=met_on)


@pytest.mark.parametrize(
    ("met_on", "closed"),
    [
        (ENTERED, [HELD, date(2027, 12, 22)]),  # the next audit closed after this one was entered
        (HELD, [date(2026, 11, 30), HELD]),  # entered on the day itself
    ],
)
def test_the_latest_audit_that_could_be_entered_is_the_one_that_met_a_date(met_on: date, closed: list[date]) -> None:
    """R:7/7.3.3."""
    met = a_surveillance(met_on)
    changes, known = {("audit_last_day", HELD): date(2027, 12, 21)}, days_of([met], {"audit_last_day": closed})
    assert is_broken(met, met, date(2028, 1, 10), changes, known)


@pytest.mark.parametrize(("decided_on", "broken"), [(18, False), (17, True)])
def test_without_an_audits_own_day_its_entry_is_what_met_the_date(
    decided_on: int,
    broken: bool,  # noqa: FBT001  # what is expected
) -> None:
    """R:7/7.3.3: due a year after the decision, and three days for the entry of 21 December."""
    before, changes = a_surveillance(ENTERED), {("decision", date(2026, 12, 20)): date(2026, 12, decided_on)}
    [after] = what_if([before], changes, CALENDAR)
    assert is_broken(after, before, date(2028, 1, 10), changes, days_of([before], {})) is broken


def test_of_what_met_a_date_only_the_changed_day_comes_too_late() -> None:
    """R:7/6.4.6.2: two decisions, each within its ten working days."""
    both = [a_review(kind="decision.make", state="met", met_on=on) for on in (TODAY, date(2026, 12, 30))]
    changes, known = {("decision", TODAY): date(2027, 5, 1)}, days_of(both, {})
    assert [is_broken(one, one, date(2027, 6, 1), changes, known) for one in both] == [True, False]

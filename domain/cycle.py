"""Every date of a certification cycle: from which day it runs, how far, and under which clause."""

from collections.abc import Collection, Iterable
from datetime import date

from domain.calendar import Calendar
from domain.dates import A_DAY, Anchor, Due, Length, Run, counted, due, due_on_calendar, earlier, limit_run, named
from domain.rules import Cycle, Limit

SURVEILLANCE = "R:7/7.3.3"
FREQUENCY = "R:7/6.5.1"
REAUDIT = "R:7/6.4.6.1"
CREDIT = "R:7/7.4.5"


@named
def contract_latest(accepted_on: date, cycle: Cycle) -> Due:
    """Give the last day on which an accepted application may still be contracted (R:7/7.2.2, R:7/6.4.7)."""
    limit = Limit(amount=cycle.contract_latest_days, unit="days")
    run = limit_run(Anchor(kind="application", on=accepted_on), limit, "R:7/7.2.2")
    return counted(run.model_copy(update={"rolls": True}))


@named
def expiry(starts: Anchor, cycle: Cycle) -> Due:
    """Give a certificate's last valid day (R:7/7.3.3).

    Args:
        starts: The granting `decision`, whose day is the first valid one; or the `valid_until` of the
            certificate it renews, whose next day is.
        cycle: The pack's lengths.
    """
    years = cycle.validity_years
    lengths = [Length(amount=years, unit="years"), Length(amount=-1, unit="days")]
    if starts.kind == "valid_until":
        lengths.insert(0, Length(amount=1, unit="days"))
    return counted(Run(anchor=starts, lengths=lengths, clause=SURVEILLANCE, rule=f"{years} years, to the day before"))


def renewal_starts(decided_on: date, valid_until: date) -> date:
    """Give the renewed certificate's first day (R:7/6.6): after the old one's last, never back-dated."""
    return max(decided_on, valid_until + A_DAY)


@named
def first_surveillance(anchor: Anchor, cycle: Cycle) -> Due:
    """Give the latest last day of a cycle's first surveillance; there is no extension (R:7/7.3.3).

    Args:
        anchor: `decision` after an initial certification; the recertification audit's `audit_last_day`
            after a recertification.
        cycle: The pack's lengths.
    """
    return due_on_calendar(anchor, Limit(amount=cycle.surveillance_months, unit="months"), SURVEILLANCE)


@named
def later_surveillance(previous_last_day: date, cycle: Cycle) -> Due:
    """Give the latest last day of a surveillance after the previous audit's last day (R:7/7.3.3)."""
    anchor = Anchor(kind="audit_last_day", on=previous_last_day)
    return due_on_calendar(anchor, Limit(amount=cycle.surveillance_months, unit="months"), SURVEILLANCE)


@named
def extended_surveillance(
    previous_last_day: date, audited_years: Collection[int], recertification_year: int, cycle: Cycle
) -> Due:
    """Give the furthest day to which a later surveillance may be postponed (R:7/7.3.3).

    It is never past 31 December of a calendar year that would otherwise hold no audit, unless that is the
    recertification year. A first surveillance cannot be postponed.

    Args:
        previous_last_day: The previous audit's last day.
        audited_years: Calendar years that hold an audit already; the previous audit's year may be left out.
        recertification_year: As `recertification_year` gives it.
        cycle: The pack's lengths.
    """
    anchor = Anchor(kind="audit_last_day", on=previous_last_day)
    limit = Limit(amount=cycle.surveillance_extended_months, unit="months")
    longest = due_on_calendar(anchor, limit, SURVEILLANCE)
    served = {*audited_years, recertification_year}
    empty = [year for year in range(previous_last_day.year + 1, longest.on.year) if year not in served]
    if not empty:
        return longest
    years = Length(amount=empty[0] - previous_last_day.year, unit="year_end")
    rule = "a calendar year that would hold no audit"
    return earlier(counted(Run(anchor=anchor, lengths=[years], clause=SURVEILLANCE, rule=rule)), longest)


@named
def frequent_surveillance(anchor: Anchor, months: int) -> Due:
    """Give the latest last day of a surveillance where they were decided to be more frequent (R:7/6.5.1).

    Args:
        anchor: The `decision` on it, or the previous audit's `audit_last_day`.
        months: How many months apart they were decided to be.
    """
    return due_on_calendar(anchor, Limit(amount=months, unit="months"), FREQUENCY)


def next_surveillance(previous_last_day: date, cycle: Cycle, months: int | None = None) -> Due:
    """Give the latest last day of the surveillance after the previous audit's, as usual or so many months apart."""
    if months:
        return frequent_surveillance(Anchor(kind="audit_last_day", on=previous_last_day), months)
    return later_surveillance(previous_last_day, cycle)


def surveillance_plan_opens(due_on: date, cycle: Cycle) -> date:
    """Give the day on which a surveillance's plan opens by itself (R:7/6.5.1)."""
    return due_on - cycle.surveillance_plan_opens_days * A_DAY


def another_surveillance(
    held: int,
    previous_last_day: date,
    valid_until: date,
    recertification_year: int,
    cycle: Cycle,
    months: int | None = None,
) -> bool:
    """Say whether the cycle holds a further surveillance after those already held (R:7/7.3.3, R:7/6.5.1).

    Beyond the pack's number there is one more, only where its due date falls before the certificate's last
    day and outside the recertification year. Where they were decided to be so many `months` apart, there are as
    many as fall before the last day.
    """
    due_on = next_surveillance(previous_last_day, cycle, months).on
    if months:
        return due_on < valid_until
    if held != cycle.surveillances:
        return held < cycle.surveillances
    return due_on < valid_until and due_on.year != recertification_year


def recertification_year(valid_until: date, audit_last_day: date | None) -> int:
    """Give the year excused from surveillance (R:7/7.3.3): of the recertification audit, else of expiry.

    An audit closed after expiry is an initial one and does not count.
    """
    return min(audit_last_day or valid_until, valid_until).year


def years_without_audit(
    decided_on: date, recertification_year: int, audit_last_days: Iterable[date], today: date
) -> list[int]:
    """Give the calendar years of the cycle that ended without an audit (R:7/7.3.3, R:10/9.3.1c).

    The decision's year is served by the audit it rests on, the recertification year by that audit, and years
    past it belong to the next cycle. A year ends with 31 December, so `today` must lie in a later one. An
    audit serves the year of its last day.
    """
    audited = {day.year for day in audit_last_days}
    ended = range(decided_on.year + 1, min(recertification_year, today.year))
    return [year for year in ended if year not in audited]


@named
def year_end(decided_on: date, year: int) -> Due:
    """Give the last day of a calendar year of the cycle, which holds an audit (R:7/7.3.3, R:7/6.5.1)."""
    anchor, years = Anchor(kind="decision", on=decided_on), Length(amount=year - decided_on.year, unit="year_end")
    return counted(Run(anchor=anchor, lengths=[years], clause=SURVEILLANCE, rule="an audit in each calendar year"))


def recertification_opens(valid_until: date, cycle: Cycle) -> date:
    """Give the first day on which recertification may be applied for (R:7/6.6.1)."""
    return valid_until - cycle.recertification_opens_days * A_DAY


@named
def recertification_apply_by(valid_until: date, cycle: Cycle) -> Due:
    """Give the last day for a timely application (R:7/6.6.1, R:10/9.1); a later one is accepted, flagged."""
    months = cycle.recertification_apply_months
    before = [Length(amount=-months, unit="months")]
    anchor = Anchor(kind="valid_until", on=valid_until)
    return counted(Run(anchor=anchor, lengths=before, clause="R:7/6.6.1", rule=f"{months} months before"))


@named
def recertification_on_site(valid_until: date) -> Due:
    """Give the latest last day of a recertification's audit; past it the case is initial (R:7/6.6.2)."""
    return expiry_bound(valid_until, "R:7/6.6.2")


@named
def reaudit(audit_last_day: date, cycle: Cycle) -> Due:
    """Give the latest first day of the one re-audit after a failed initial audit (R:7/6.4.6.1)."""
    limit = Limit(amount=cycle.reaudit_days, unit="days")
    return due_on_calendar(Anchor(kind="audit_last_day", on=audit_last_day), limit, REAUDIT)


@named
def reaudit_after_late_report(reported_on: date, cycle: Cycle) -> Due:
    """Give the re-audit's latest first day where the body itself reported after the 90 days (R:7/6.4.6.1)."""
    limit = Limit(amount=cycle.reaudit_days, unit="days")
    return due_on_calendar(Anchor(kind="report", on=reported_on), limit, REAUDIT)


def judged_on(due_on: date, cycle: Cycle) -> date:
    """Give the day at whose end a timer judges a date that may be entered a few days late.

    It holds for a re-audit's opening and for a surveillance's and a recertification's closing (R:7/6.4.6.1,
    R:7/7.3.3, R:7/6.6.2); what is due stays due on `due_on`.
    """
    return due_on + cycle.late_entry_days * A_DAY


@named
def rectification(findings_on: date, audit_last_day: date, limit: Limit, cycle: Cycle, calendar: Calendar) -> Due:
    """Give the last day for rectified findings: the limit, but never past day 90 (R:7/6.4.6.1).

    Args:
        findings_on: The day the findings were confirmed; after a lapse, the day that follows it.
        audit_last_day: The last day of the audit that found them.
        limit: That of the wait `rectification.submit`.
        cycle: The pack's lengths.
        calendar: For a body whose limit is in working days.
    """
    latest = Limit(amount=cycle.rectification_latest_days, unit="days")
    return earlier(
        due(Anchor(kind="findings", on=findings_on), limit, REAUDIT, calendar),
        due_on_calendar(Anchor(kind="audit_last_day", on=audit_last_day), latest, REAUDIT),
    )


@named
def suspension_end(since: date, valid_until: date, cycle: Cycle, *, failed_surveillance: bool) -> Due:
    """Give the last day of a suspension, never past the certificate's own.

    A failed surveillance suspends for days (R:7/6.5.3.2), the grounds a-k for months (R:10/9.3.1). Where a
    further ground joins, the end is the `earlier` of both.
    """
    anchor = Anchor(kind="suspension", on=since)
    if failed_surveillance:
        limit, clause = Limit(amount=cycle.suspension_days, unit="days"), "R:7/6.5.3.2"
    else:
        limit, clause = Limit(amount=cycle.suspension_months, unit="months"), "R:10/9.3.1"
    return within_validity(due_on_calendar(anchor, limit, clause), valid_until)


def within_validity(found: Due, valid_until: date) -> Due:
    """Bound a date by the certificate's last day: expiry comes first if it comes first (R:7/7.3.3)."""
    bounded = earlier(found, expiry_bound(valid_until, SURVEILLANCE))
    if bounded.on < found.on:
        return bounded
    # The bound is not worth a line, but counted again from other days it may be.
    return found.model_copy(update={"proof": found.proof.model_copy(update={"runs": bounded.proof.runs})})


@named
def approved_until(anchor: Anchor, until: date, clause: str) -> Due:
    """Give a date a person approved in a rule's place: postponed, extended (R:7/7.3.3, R:10/9.3.1)."""
    return counted(Run(anchor=anchor, lengths=[], clause=clause, rule="approved date", approved=until))


@named
def advertising_change(reduced_on: date, cycle: Cycle) -> Due:
    """Give the last day for advertising that no longer fits a narrower scope (R:8/7.3.3)."""
    limit = Limit(amount=cycle.advertising_days, unit="days")
    return due_on_calendar(Anchor(kind="decision", on=reduced_on), limit, "R:8/7.3.3")


@named
def issue_overdue(anchor: Anchor, cycle: Cycle, calendar: Calendar) -> Due:
    """Give the last day for the certificate after the passing `report` (R:7/6.4.7); overdue from the next."""
    limit = Limit(amount=cycle.certificate_issue_working_days, unit="working_days")
    return due(anchor, limit, "R:7/6.4.7", calendar)


@named
def credit_good_until(checked_on: date, cycle: Cycle) -> Due:
    """Give the last day on which a decision may rest on a credit check (R:7/7.4.5)."""
    days = cycle.credit_valid_days
    anchor = Anchor(kind="credit", on=checked_on)
    return counted(Run(anchor=anchor, lengths=[Length(amount=days, unit="days")], clause=CREDIT, rule=f"{days} days"))


@named
def expiry_bound(valid_until: date, clause: str) -> Due:
    """Give a certificate's last day as the bound of whatever cannot outlast it."""
    anchor = Anchor(kind="valid_until", on=valid_until)
    return counted(Run(anchor=anchor, lengths=[], clause=clause, rule="the last valid day"))

"""Each figure of the readings' tables on time and the cycle, with the service pack's own lengths, computed by hand."""

from datetime import date

import pytest

from domain import cycle
from domain.dates import Anchor, Due, due
from domain.rules import Limit
from services import calendars
from services.schemes import Library

RULES = Library.load().scheme("service", "1.0").rules()
PACK, CALENDAR = RULES.cycle, calendars.load()
A_MONTH = Limit(amount=30, unit="days")


def on(text: str) -> date:
    return date.fromisoformat(text)


def decided(text: str) -> Anchor:
    return Anchor(kind="decision", on=on(text))


def waited(kind: str, opened: str) -> Due:
    wait = RULES.waits[kind]
    assert wait.limit
    return due(Anchor(kind="task", on=on(opened)), wait.limit, wait.clause, CALENDAR)


@pytest.mark.parametrize(
    ("kind", "opened", "last"),
    [
        # Monday, 9 March 2026: no holiday until 4 April.
        ("application.review", "2026-03-09", "2026-03-23"),  # 10 working days: two weeks
        ("audit.plan", "2026-03-09", "2026-04-07"),  # 20: Qingming, 4 to 6 April, makes Monday a holiday
        ("audit.plan.confirm", "2026-03-09", "2026-03-12"),  # 3
        ("audit.documents", "2026-03-09", "2026-03-30"),  # 15: three weeks
        ("findings.confirm", "2026-03-09", "2026-03-16"),  # 5: one week
        ("findings.answer", "2026-03-09", "2026-03-23"),  # 10
        ("rectification.verify", "2026-03-09", "2026-03-23"),  # 10
        ("audit.report", "2026-03-09", "2026-03-23"),  # 10
        ("review.independent", "2026-03-09", "2026-03-23"),  # 10
        ("decision.make", "2026-03-09", "2026-03-23"),  # 10
        ("withdrawal.decide", "2026-03-09", "2026-03-16"),  # 5
        ("application.supplement", "2026-03-09", "2026-04-08"),  # 30 days: 22 left in March, 8 in April
        ("contract.sign", "2026-03-09", "2026-04-08"),  # 30 days
        ("documents.correct", "2028-02-01", "2028-03-02"),  # 30 days over a leap day: 28 left in February, 2
        ("rectification.submit", "2027-02-01", "2027-03-03"),  # 30 days: 27 left in February, 3
        # National Day 2026: 1 to 7 October off, Saturday the 10th worked.
        ("application.review", "2026-09-30", "2026-10-20"),  # 8, 9, 10, 12 to 16, 19, 20
        ("findings.confirm", "2026-09-30", "2026-10-13"),  # 8, 9, 10, 12, 13
        # Spring Festival 2026: 15 to 23 February off, the Saturdays 14 and 28 worked.
        ("findings.confirm", "2026-02-13", "2026-02-27"),  # 14, 24, 25, 26, 27
    ],
)
def test_a_task_ends_on_the_last_day_of_its_limit(kind: str, opened: str, last: str) -> None:
    assert waited(kind, opened).on == on(last)


@pytest.mark.parametrize(
    ("found", "last"),
    [
        # the contract: 90 days from acceptance
        (cycle.contract_latest(on("2026-12-01"), PACK), "2027-03-01"),  # 30 + 31 + 28 + 1
        (cycle.contract_latest(on("2027-12-01"), PACK), "2028-02-29"),  # 30 + 31 + 29
        # validity: 3 years, to the day before
        (cycle.expiry(decided("2026-12-20"), PACK), "2029-12-19"),
        (cycle.expiry(decided("2028-02-29"), PACK), "2031-02-27"),
        (cycle.expiry(decided("2027-03-01"), PACK), "2030-02-28"),
        (cycle.expiry(Anchor(kind="valid_until", on=on("2029-12-19")), PACK), "2032-12-19"),
        # the first surveillance: 12 months from the decision, or from the recertification audit's last day
        (cycle.first_surveillance(decided("2028-02-29"), PACK), "2029-02-28"),
        (cycle.first_surveillance(decided("2026-12-20"), PACK), "2027-12-20"),
        (cycle.first_surveillance(Anchor(kind="audit_last_day", on=on("2029-11-30")), PACK), "2030-11-30"),
        # a later one: 12 months from the last audit's last day
        (cycle.later_surveillance(on("2027-02-28"), PACK), "2028-02-28"),
        (cycle.later_surveillance(on("2028-02-29"), PACK), "2029-02-28"),
        # extended: the earlier of 15 months and 31 December of a year without an audit
        (cycle.extended_surveillance(on("2027-03-31"), [2027], 2029, PACK), "2028-06-30"),
        (cycle.extended_surveillance(on("2027-10-01"), [2027], 2029, PACK), "2028-12-31"),
        (cycle.extended_surveillance(on("2027-11-30"), [2027, 2028], 2030, PACK), "2029-02-28"),
        # the re-audit: day 90; a report after it: 90 days from that
        (cycle.reaudit(on("2026-12-01"), PACK), "2027-03-01"),
        (cycle.reaudit_after_late_report(on("2027-12-01"), PACK), "2028-02-29"),
        # rectification: 30 days from the findings, never past day 90 after the audit
        (cycle.rectification(on("2026-08-01"), on("2026-07-20"), A_MONTH, PACK, CALENDAR), "2026-08-31"),
        (cycle.rectification(on("2026-10-10"), on("2026-07-20"), A_MONTH, PACK, CALENDAR), "2026-10-18"),
        # suspension: 90 days, or 6 months, never past the certificate
        (cycle.suspension_end(on("2026-12-01"), on("2029-12-19"), PACK, failed_surveillance=True), "2027-03-01"),
        (cycle.suspension_end(on("2026-08-31"), on("2029-12-19"), PACK, failed_surveillance=False), "2027-02-28"),
        (cycle.suspension_end(on("2027-08-31"), on("2029-12-19"), PACK, failed_surveillance=False), "2028-02-29"),
        (cycle.suspension_end(on("2029-12-01"), on("2029-12-19"), PACK, failed_surveillance=True), "2029-12-19"),
        # recertification: applied for 3 months before the end, on site by the end
        (cycle.recertification_apply_by(on("2029-12-19"), PACK), "2029-09-19"),
        (cycle.recertification_apply_by(on("2031-05-31"), PACK), "2031-02-28"),
        (cycle.recertification_apply_by(on("2028-05-31"), PACK), "2028-02-29"),
        (cycle.recertification_on_site(on("2029-12-19")), "2029-12-19"),
        # credit: 30 days
        (cycle.credit_good_until(on("2028-02-01"), PACK), "2028-03-02"),
    ],
)  # fmt: skip
def test_a_date_of_the_cycle_is_the_readings(found: Due, last: str) -> None:
    assert found.on == on(last)


def test_the_issue_of_a_certificate_is_overdue_after_90_working_days() -> None:
    # After Monday, 5 January 2026: 19 in January (6 to 30); 16 in February (2 to 6, 9 to 14, 24 to 28); 22 in March;
    # 21 in April (Monday the 6th is Qingming): 78. In May 6 to 9, 11 to 15 and 18 to 20: the other 12.
    report = Anchor(kind="report", on=on("2026-01-05"))
    assert cycle.issue_overdue(report, PACK, CALENDAR).on == on("2026-05-20")


def test_a_late_entry_is_judged_at_the_end_of_day_93() -> None:
    assert cycle.judged_on(cycle.reaudit(on("2026-12-01"), PACK).on, PACK) == on("2027-03-04")


def test_a_surveillances_plan_opens_120_days_and_a_recertification_180_days_ahead() -> None:
    # 20 December back: 20 + 30 + 31 + 30 = 111 to 31 August, 9 more.
    assert cycle.surveillance_plan_opens(on("2027-12-20"), PACK) == on("2027-08-22")
    # 19 December back: 19 + 30 + 31 + 30 + 31 + 31 = 172 to 30 June, 8 more.
    assert cycle.recertification_opens(on("2029-12-19"), PACK) == on("2029-06-22")


def test_a_cycle_holds_two_surveillances() -> None:
    assert PACK.surveillances == 2

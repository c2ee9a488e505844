"""Who is reminded of a due date, on which days, and who learns of one that was missed."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.state import Deadline, Effect
from tests.flow.conftest import Lives
from tests.flow.steps import to_reaudit, to_rectify, with_findings
from tests.flow.years import (
    EXPIRY,
    documents_returned,
    notices,
    renewing,
    suspended,
    to_certificate,
    to_third_year,
)
from tests.lives import Life

BOTH = ["applicant", "role:case_manager"]


def reminders(life: Life, title: str) -> list[Effect]:
    return [one for one in notices(life) if one.subject.en == f"Reminder: {title}"]


def running(life: Life, kind: str) -> Deadline:
    return next(one for one in life.case.deadlines if (one.kind, one.state) == (kind, "running"))


# Who is reminded ------------------------------------------------------------------------------------------


def test_both_sides_are_reminded_of_a_surveillance_on_the_ladder_for_long_dates(certified: Life) -> None:
    """R:7/7.3.3: due on Tuesday, 2 March 2027; 90, 60, 30, 7 days before and on the day."""
    certified.until(date(2027, 3, 3))
    told = reminders(certified, "Surveillance audit")
    assert sorted(one.to for one in told) == sorted(BOTH * 5)
    assert {one.due_on for one in told} == {date(2027, 3, 2)}


def test_both_sides_are_reminded_of_the_application_to_renew_also_once_it_is_asked_for(life: Life) -> None:
    """R:7/6.6.1: asked for 180 days before the end; due on 1 December 2028, reminded of from 1 September on."""
    to_third_year(life).until(date(2028, 12, 1))
    told = reminders(life, "Apply for recertification")
    assert sorted(one.to for one in told) == sorted(BOTH * 5)


def test_both_sides_are_reminded_that_the_certificate_expires(life: Life) -> None:
    to_third_year(life).until(EXPIRY)
    assert sorted(one.to for one in reminders(life, "The certificate expires")) == sorted(BOTH * 5)


def test_both_sides_are_reminded_of_a_reaudit_and_of_a_suspensions_end(lives: Lives) -> None:
    """R:7/6.4.6.1, R:7/6.5.3.2: ninety days each, of which the first is today."""
    failed, stopped = to_reaudit(lives()), to_certificate(lives())
    stopped.until(date(2027, 1, 4))
    suspended(stopped)
    for life, title in ((failed, "Re-audit"), (stopped, "Have certification restored")):
        life.days(90)
        assert sorted(one.to for one in reminders(life, title)) == sorted(BOTH * 4)


def test_the_case_manager_is_reminded_of_the_certificate_to_issue(life: Life) -> None:
    """R:7/6.4.7: ninety working days after the passing report."""
    life.contracted().on_site().audited().reported()
    due_on = life.due("certificate.issue")
    life.until(due_on)
    told = reminders(life, "Issue the certificate")
    assert {(one.to, one.due_on) for one in told} == {("role:case_manager", due_on)}
    assert len(told) == 5


def test_a_case_from_before_is_reminded_of_as_it_was(life: Life) -> None:
    life.contracted().on_site().audited()
    assert life.case.rules
    life.case.rules.reminding = "plain"
    life.reported()
    assert running(life, "certificate.issue").remind[-1] == life.due("certificate.issue")
    life.until(life.due("certificate.issue"))
    assert reminders(life, "Issue the certificate") == []


# The digest -----------------------------------------------------------------------------------------------


def test_a_case_managers_reminder_stands_in_the_digest_of_a_working_day(lives: Lives) -> None:
    life = lives(rehearsal=False)
    life.apply()
    life.until(date(2026, 3, 13))
    assert [(one.to, one.digest) for one in reminders(life, "Review the application")] == [("role:case_manager", True)]


def test_overdue_is_told_at_once(lives: Lives) -> None:
    life = lives(rehearsal=False)
    life.apply()
    life.until(date(2026, 3, 17))
    told = [one for one in notices(life) if one.subject.en == "Overdue: Review the application"]
    assert [(one.to, one.digest) for one in told] == [("role:case_manager", False), ("role:ops", False)]


def test_the_client_is_reminded_singly(lives: Lives) -> None:
    life = lives(rehearsal=False)
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    life.until(date(2026, 5, 21))
    both = [one for one in reminders(life, "Record the contract") if one.due_on == date(2026, 5, 31)]
    assert [(one.to, one.digest) for one in both] == [("applicant", False), ("role:case_manager", True)]


def test_a_reminder_on_a_day_off_and_one_of_a_rehearsed_case_is_a_letter(lives: Lives) -> None:
    rehearsed = lives()
    rehearsed.apply()
    rehearsed.until(date(2026, 3, 13))
    assert [one.digest for one in reminders(rehearsed, "Review the application")] == [False]
    life = lives(date(2026, 2, 13), rehearsal=False)
    life.apply()
    # In the Spring Festival, of which no working day was left before.
    running(life, "application.review").remind[:] = [date(2026, 2, 18)]
    life.until(date(2026, 2, 18))
    assert [one.digest for one in reminders(life, "Review the application")] == [False]


# What was missed ------------------------------------------------------------------------------------------


def unanswered(life: Life) -> str:
    life.apply()
    life.answer("manager", "application.review", outcome="supplement", missing=["a"])
    return "Supplement the application"


def uncontracted(life: Life) -> str:
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    life.days(60)
    return "Record the contract"


def unconfirmed(life: Life) -> str:
    life.contracted().plan()
    return "Confirm the audit plan"


def uncorrected(life: Life) -> str:
    documents_returned(life.contracted())
    return "Correct the documents"


def unheard(life: Life) -> str:
    with_findings(life)
    return "Confirm the deduction list"


def unrectified(life: Life) -> str:
    to_rectify(life)
    return "Submit the rectification"


def unaudited(life: Life) -> str:
    to_reaudit(life).days(62)
    return "Re-audit"


def unsurveilled(life: Life) -> str:
    to_certificate(life).until(date(2027, 2, 10))
    return "Surveillance audit"


def unrenewed(life: Life) -> str:
    to_third_year(life).until(date(2028, 11, 20))
    return "Apply for recertification"


@pytest.mark.parametrize(
    "begin",
    [unanswered, uncontracted, unconfirmed, uncorrected, unheard, unrectified, unaudited, unsurveilled, unrenewed],
)
def test_both_sides_learn_once_that_a_date_of_the_clients_was_missed(life: Life, begin: Callable[[Life], str]) -> None:
    title = begin(life)
    before = len(notices(life))
    life.days(35)
    fresh = notices(life)[before:]
    assert {one.to for one in fresh} >= {*BOTH}
    told = [one.to for one in fresh if one.subject.en == f"Overdue: {title}"]
    assert set(told) <= {*BOTH}
    assert len(told) == len(set(told)) > 0


def test_the_end_of_a_certificate_that_was_renewed_is_told_to_nobody(life: Life) -> None:
    renewing(to_third_year(life), date(2028, 10, 9)).on_site()
    life.answer("leader", "audit.contents", **_contents())
    life.audited().reported().granted()
    life.until(EXPIRY)
    before = len(notices(life))
    life.days(1)
    assert life.case.certificates[-1].status == "valid"
    assert [one.subject.en for one in notices(life)[before:]] == []


def _contents() -> dict[str, object]:
    conforms = {"conclusion": "conforms", "evidence": "x"}
    return {"items": dict.fromkeys("abcdef", conforms), "renewal": dict.fromkeys("abc", conforms)}


def test_a_certificate_that_expires_is_told_to_both_sides(life: Life) -> None:
    to_third_year(life).until(EXPIRY)
    before = len(notices(life))
    life.days(1)
    assert sorted(one.to for one in notices(life)[before:]) == BOTH

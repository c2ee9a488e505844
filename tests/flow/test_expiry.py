"""R:7/7.3.3, R:7/6.6.2: what a certificate that runs out ends, and what goes on without it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.flow.conftest import Lives
from tests.flow.steps import again, ended
from tests.flow.years import (
    EXPIRY,
    FEWER_DAYS,
    days_before,
    documents_returned,
    failed_by_documents,
    renewed,
    renewing,
    reviewed,
    second_put_off,
    submissions,
    surveilled,
    suspended,
)
from tests.lives import FAILING, Life, an_application

Step = Callable[[Life], object]
DAY_AFTER = EXPIRY + timedelta(days=1)


@pytest.fixture
def put_off(certified: Life) -> Life:
    """The second surveillance is to be held by the last day of the certificate."""
    return second_put_off(certified, EXPIRY)


def expired_with_proposal(life: Life) -> Life:
    """The surveillance was missed again while the renewal was under way; the certificate ran out two days later."""
    renewed(second_put_off(life, days_before(4)), days_before(40)).until(EXPIRY)
    assert "suspension.decide" in life.open
    life.days(1)
    return life


# Only a surveillance is open --------------------------------------------------------------------------------------

SURVEILLANCES: list[Step] = [
    lambda _: None,
    lambda life: life.on_site(**FEWER_DAYS),
    lambda life: documents_returned(life, **FEWER_DAYS),
    surveilled,
    lambda life: reviewed(surveilled(life)),
    lambda life: reviewed(surveilled(life, scores=FAILING), "fail"),
]


@pytest.mark.parametrize(
    "begin", SURVEILLANCES, ids=["planned", "under way", "documents returned", "held", "passed", "failed"]
)
def test_a_surveillance_ends_with_its_certificate(put_off: Life, begin: Step) -> None:
    put_off.until(days_before(15))
    begin(put_off)
    put_off.until(EXPIRY)
    assert (put_off.case.status, put_off.audit.stage != "closed") == ("certified", True)
    put_off.days(1)
    assert ended(put_off) == ("closed", "expired", [])
    assert {audit.stage for audit in put_off.case.audits} == {"closed"}
    assert {one.state for one in put_off.case.deadlines} <= {"met", "missed", "void"}


def test_a_suspension_and_its_open_surveillance_end_with_the_certificate(certified: Life) -> None:
    second_put_off(certified, days_before(10)).until(days_before(5))
    certified.answer("decider", "suspension.decide", outcome="suspend", grounds=["c"], reason="x")
    certified.until(DAY_AFTER)
    assert ended(certified) == ("closed", "expired", [])
    assert (certified.case.suspension, certified.case.certificates[0].status) == (None, "expired")


def test_whoever_expired_may_apply_anew(put_off: Life, lives: Lives) -> None:
    put_off.until(DAY_AFTER)
    other = lives(put_off.today)
    other.apply(**an_application(put_off.number))
    assert other.open == ["application.review"]


def test_an_expiry_is_reported_to_the_alliance(put_off: Life) -> None:
    put_off.until(DAY_AFTER)
    assert submissions(put_off)[-1] == f"expiry:{put_off.case.certificates[0].number}"


# A renewal is open ------------------------------------------------------------------------------------------------


def renewal_failed(life: Life) -> Life:
    return renewed(life, days_before(40)).audited(scores=FAILING).reported("fail")


RENEWALS: dict[str, Step] = {
    "applied": lambda life: renewing(life, days_before(5)),
    "under way": lambda life: renewed(life, days_before(40)),
    "to be decided": lambda life: reviewed(renewed(life, days_before(20)).audited()),
    "failed by documents": lambda life: failed_by_documents(renewing(life, days_before(40))),
    "to be repeated": renewal_failed,
    "repeated": lambda life: reviewed(again(renewal_failed(life)).audited()),
}


@pytest.mark.parametrize("begin", RENEWALS.values(), ids=RENEWALS)
def test_a_renewal_that_is_open_goes_on_without_a_certificate(third_year: Life, begin: Step) -> None:
    begin(third_year)
    third_year.until(DAY_AFTER)
    assert third_year.case.certificates[0].status == "expired"
    assert third_year.case.status == "expired"
    assert (third_year.case.stage != "closed", third_year.open != []) == (True, True)


def test_a_renewal_that_became_an_initial_certification_goes_on(third_year: Life) -> None:
    renewed(third_year, days_before(40)).until(EXPIRY + timedelta(days=4))
    assert (third_year.audit.audit_kind, third_year.case.status) == ("initial", "expired")
    third_year.audited(scores=FAILING).reported("fail")
    third_year.days(10)
    assert (third_year.audit.audit_kind, third_year.case.status, third_year.open) == (
        "reaudit",
        "expired",
        ["audit.plan"],
    )


# A proposal to suspend --------------------------------------------------------------------------------------------


def test_nobody_is_asked_to_suspend_what_has_expired(certified: Life) -> None:
    expired_with_proposal(certified)
    assert (certified.case.status, "suspension.decide" in certified.open) == ("expired", False)


def test_nobody_is_asked_to_suspend_what_was_renewed(certified: Life) -> None:
    renewed(second_put_off(certified, days_before(30)), days_before(60)).until(days_before(25))
    assert "suspension.decide" in certified.open
    certified.audited().reported().granted()
    assert certified.open == []
    certified.until(EXPIRY + timedelta(days=10))
    assert (certified.open, certified.case.status) == ([], "certified")


def test_a_renewal_goes_on_without_the_reaudit_of_a_failed_surveillance(third_year: Life) -> None:
    """R:7/6.5.3.2: with the certificate there is nothing left that it could restore, or that could be withdrawn."""
    third_year.until(days_before(60))
    third_year.act("manager", "audit.start", audit_kind="surveillance", reason="x")
    renewing(suspended(third_year), third_year.today).until(DAY_AFTER)
    assert (third_year.case.status, third_year.open) == ("expired", ["audit.plan"])
    assert [one.audit_kind for one in third_year.case.audits if one.stage != "closed"] == ["recertification"]

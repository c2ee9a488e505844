"""R:7/7.3.3, R:7/6.6, R:8/7.3.4: what the register shows of a certificate on every day of its life."""

from datetime import date, timedelta

from sqlmodel import Session

from records import certificates
from tests.flow.scopes import rename
from tests.flow.years import EXPIRY, days_before, renewed, reviewed, suspended_on_request
from tests.lives import Life


def shown(life: Life, *day: int) -> list[str]:
    """What each certificate of the case is on a day, in the order of issue."""
    with Session(life.engine) as session:
        found = [certificates.entry(session, one.number, date(*day)) for one in life.case.certificates]
        return [one.status for one in found if one]


def test_suspension_reissue_and_restoration_count_from_their_day(certified: Life) -> None:
    """R:10/9.3.1, R:9/8.2, R:10/9.3.2."""
    certified.until(date(2026, 5, 1))
    suspended_on_request(certified).until(date(2026, 6, 1))
    rename(certified).until(date(2026, 7, 1))
    certified.act("manager", "restoration.request", reason="x")
    certified.answer("leader", "restoration.verify", outcome="pass", evidence=["f-leader"])
    certified.answer("decider", "decision.make", outcome="restore")
    assert shown(certified, 2026, 3, 2) == ["valid", "upcoming"]
    assert shown(certified, 2026, 4, 30) == ["valid", "upcoming"]
    assert shown(certified, 2026, 5, 1) == ["suspended", "upcoming"]
    assert shown(certified, 2026, 5, 31) == ["suspended", "upcoming"]
    assert shown(certified, 2026, 6, 1) == ["superseded", "suspended"]
    assert shown(certified, 2026, 6, 30) == ["superseded", "suspended"]
    assert shown(certified, 2026, 7, 1) == ["superseded", "valid"]


def test_a_suspended_certificate_ends_with_its_last_day_and_its_suspension_is_not_over(third_year: Life) -> None:
    """R:7/7.3.3: expiry comes first where both fall on one day, and nobody is asked to withdraw."""
    third_year.until(days_before(90))
    suspended_on_request(third_year)
    assert third_year.due("suspension.end") == EXPIRY
    third_year.until(EXPIRY + timedelta(days=1))
    assert (shown(third_year, 2029, 3, 1), shown(third_year, 2029, 3, 2)) == (["suspended"], ["expired"])
    assert not {"timer.suspension.end", "certificate.withdrawn"} & {event["kind"] for event in third_year.events()}


def test_a_renewal_closed_in_time_and_decided_after_expiry_is_not_back_dated(third_year: Life) -> None:
    """R:7/6.6: expired in between; the next surveillance is due twelve months after the renewal's audit."""
    renewed(third_year, days_before(20)).audited().until(date(2029, 3, 20))
    reviewed(third_year).answer("manager", "audit.credit", listed=False)
    third_year.answer("decider", "decision.make", outcome="grant")
    assert shown(third_year, 2029, 3, 1) == ["valid", "upcoming"]
    assert shown(third_year, 2029, 3, 2) == ["expired", "upcoming"]
    assert shown(third_year, 2029, 3, 19) == ["expired", "upcoming"]
    assert shown(third_year, 2029, 3, 20) == ["expired", "valid"]
    assert (shown(third_year, 2032, 3, 19), shown(third_year, 2032, 3, 20)) == (
        ["expired", "valid"],
        ["expired", "expired"],
    )
    assert (third_year.case.cycle.kind, third_year.due("surveillance")) == ("recertification", date(2030, 2, 9))

"""R:9/8.1-8.3, R:10/9.2: a certificate issued again has a new number and its old days; the old one is recalled."""

from datetime import date, timedelta

from sqlmodel import Session

from records.tables import CaseRow
from tests.flow.scopes import RENAMED, changes, rename, renamed, rows, statuses
from tests.flow.steps import last_event
from tests.flow.years import (
    EXPIRY,
    days_before,
    deadlines,
    maintained,
    notices,
    renewed,
    reviewed,
    submissions,
    surveilled,
    suspended,
)
from tests.lives import Life, an_application

DAY_AFTER = EXPIRY + timedelta(days=1)


def test_the_old_certificate_is_superseded_and_the_new_one_ends_with_it(certified: Life) -> None:
    certified.days(30)
    old, new = rename(certified).case.certificates
    assert (old.status, old.successor, new.predecessor) == ("superseded", new.number, old.number)
    assert (new.status, new.valid_from, new.valid_until) == ("valid", certified.today, EXPIRY)


def test_the_register_keeps_the_old_number_as_it_was_decided(certified: Life) -> None:
    certified.days(30)
    old, new = rows(rename(certified))
    assert (old.organization, new.organization) == ("晋韵酒店管理有限公司", RENAMED)
    assert (old.status, old.successor, new.predecessor) == ("superseded", new.number, old.number)
    assert changes(certified, old.number) == [("2026-03-02", "valid"), ("2026-04-01", "superseded")]
    assert changes(certified, new.number) == [("2026-04-01", "valid")]


def test_both_are_in_the_record_under_the_clause_of_the_change(certified: Life) -> None:
    rename(certified)
    superseded, valid = last_event(certified, "certificate.superseded"), last_event(certified, "certificate.valid")
    assert superseded["data"]["successor"] == valid["data"]["number"]
    assert {superseded["clause"], valid["clause"]} == {"R:9/8.2"}


def test_it_is_printed_reported_and_the_client_is_told_to_stop_using_the_old_number(certified: Life) -> None:
    old, new = rename(certified).case.certificates
    assert submissions(certified)[-1] == f"reissue:{new.number}"
    assert any((one.kind, one.about) == ("certificate", new.number) for one in certified.case.effects)
    assert any(old.number in one.body.en and "stop using" in one.body.en for one in notices(certified))


def test_its_dates_go_on_under_the_new_number(certified: Life) -> None:
    old, new = rename(certified).case.certificates
    for kind, due in (("certificate.expiry", EXPIRY), ("recertification.apply", date(2028, 12, 1))):
        former, running = deadlines(certified, kind)
        assert (former.state, running.state) == ("void", "running")
        assert old.number in former.id
        assert new.number in running.id
        assert running.due_on == due
        assert running.remind


def test_a_number_is_taken_for_what_is_issued_and_for_nothing_else(certified: Life) -> None:
    certified.act("applicant", "change.request", changes=["people"])
    certified.answer(
        "manager", "approval.give", subject=certified.task("approval.give").subject, outcome="refuse", reason="x"
    )
    before = int(certified.case.certificates[-1].number[-5:])
    assert int(rename(certified).case.certificates[-1].number[-5:]) == before + 1


def test_the_cycle_counts_from_the_grant_through_reissue_surveillance_renewal_and_expiry(certified: Life) -> None:
    rename(certified).until(date(2027, 2, 1))
    maintained(surveilled(certified))
    assert certified.due("surveillance") == date(2028, 2, 1)
    rename(certified, "第三个名称").until(date(2028, 1, 10))
    maintained(surveilled(certified))
    assert not [one for one in deadlines(certified, "surveillance") if one.state == "running"]
    application = {"organization": renamed(certified, "第三个名称")}
    renewed(certified, days_before(150), **application).audited().reported().granted()
    assert statuses(certified) == ["superseded", "superseded", "valid", "upcoming"]
    certified.until(DAY_AFTER)
    assert statuses(certified) == ["superseded", "superseded", "expired", "valid"]
    assert (certified.case.stage, certified.case.status) == ("certified", "certified")


def test_a_reissued_certificate_that_is_not_renewed_expires_and_ends_the_case(third_year: Life) -> None:
    rename(third_year).until(DAY_AFTER)
    assert (third_year.case.status, statuses(third_year)) == ("expired", ["superseded", "expired"])


def test_a_change_while_a_renewal_is_under_way_reaches_both(third_year: Life) -> None:
    asked = an_application(third_year.number)
    renewed(third_year, days_before(150), service=asked["service"] | {"description": "住宿与会议"})
    rename(third_year)
    assert [(row.organization, row.scope) for row in rows(third_year)][-1] == (RENAMED, "住宿")
    third_year.audited().reported().granted()
    assert [(row.organization, row.scope) for row in rows(third_year)][-1] == (RENAMED, "住宿与会议")
    assert statuses(third_year) == ["superseded", "valid", "upcoming"]


def test_a_change_before_the_renewed_certificate_begins_reissues_both(third_year: Life) -> None:
    asked = an_application(third_year.number)
    renewed(third_year, days_before(150), service=asked["service"] | {"description": "住宿与会议"})
    third_year.audited().reported().granted()
    rename(third_year)
    assert statuses(third_year) == ["superseded", "superseded", "valid", "upcoming"]
    *_, running, following = rows(third_year)
    assert (running.successor, running.scope, following.scope) == (following.number, "住宿", "住宿与会议")
    assert (running.organization, following.organization, following.valid_from) == (RENAMED, RENAMED, DAY_AFTER)
    third_year.until(DAY_AFTER)
    assert statuses(third_year) == ["superseded", "superseded", "expired", "valid"]


def test_a_refused_renewal_leaves_the_certificate_as_it_was_issued_again(third_year: Life) -> None:
    renewed(third_year, days_before(150))
    rename(third_year)
    reviewed(third_year.audited()).answer("decider", "decision.make", outcome="refuse", reason="x")
    assert third_year.case.application is not None
    assert third_year.case.application.organization.name == RENAMED


def test_a_suspended_certificate_stays_suspended_under_its_new_number(certified: Life) -> None:
    certified.until(date(2027, 2, 1))
    suspended(certified)
    ends_on = certified.case.suspension and certified.case.suspension.ends_on
    rename(certified)
    assert (statuses(certified), certified.case.status) == (["superseded", "suspended"], "suspended")
    assert certified.due("suspension.end") == ends_on


def test_the_lists_of_cases_show_the_new_name(certified: Life) -> None:
    rename(certified)
    with Session(certified.engine) as session:
        assert session.get_one(CaseRow, certified.case.id).organization == RENAMED

"""The register in the record: what a certificate was on each day, and who finds it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from domain.state import CaseState
from records import certificates
from records.certificates import ENDED, Status
from records.issued import CertificateChangeRow, CertificateRow, DocumentRow
from records.tables import CaseRow
from tests.states import AT, Kept, a_certificate, granted

NUMBER = "SXJP-2026-00001"
GRANTED, LAST = date(2026, 12, 20), date(2029, 12, 19)


def later(days: int) -> datetime:
    return AT + timedelta(days=days)


def becomes(session: Session, kept: Kept, status: Status, days: int, successor: str | None = None) -> None:
    """The case's certificate gets a status so many days after its grant."""
    certificate = kept.state.certificates[0]
    certificate.status, certificate.successor = status, successor
    kept.write(session, later(days))


def history(session: Session, number: str = NUMBER) -> list[tuple[int, date, str]]:
    return [(one.place, one.on, one.status) for one in certificates.changes(session, number)]


def on(session: Session, day: date, number: str = NUMBER) -> Status:
    found = certificates.entry(session, number, day)
    assert found
    return found.status


def test_a_granted_certificate_stands_in_the_register_with_its_first_change(session: Session) -> None:
    state = granted().write(session)
    row = session.get(CertificateRow, NUMBER)
    assert row
    assert (row.case_id, row.place, row.status, row.body) == (state.id, 0, "valid", "demo")
    assert (row.scheme, row.scheme_version, row.special_rule) == ("service", "1.0", "example-heritage-hotel")
    assert [site["name"] for site in row.sites] == ["总部", "平遥店", "大同店"]
    assert set(row.sites[0]) == {"id", "name", "address", "city"}
    assert history(session) == [(0, GRANTED, "valid")]


def test_a_turn_that_changes_no_status_leaves_the_history(session: Session) -> None:
    kept = granted()
    for day in range(3):
        kept.write(session, later(day))
    assert len(history(session)) == 1


def test_each_change_of_status_is_kept_in_order_with_its_day(session: Session) -> None:
    kept = granted()
    kept.write(session)
    statuses: list[tuple[Status, int]] = [("suspended", 100), ("valid", 130), ("suspended", 130), ("withdrawn", 200)]
    for status, days in statuses:
        becomes(session, kept, status, days)
    assert [(place, status) for place, _, status in history(session)] == [
        (0, "valid"),
        (1, "suspended"),
        (2, "valid"),
        (3, "suspended"),
        (4, "withdrawn"),
    ]


def test_the_day_of_a_change_is_the_date_in_shanghai(session: Session) -> None:
    kept = granted()
    kept.write(session)
    kept.state.certificates[0].status = "suspended"
    kept.write(session, datetime(2027, 3, 1, 16, 30, tzinfo=UTC))
    assert history(session)[-1] == (1, date(2027, 3, 2), "suspended")


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 12, 19), "upcoming"),
        (GRANTED, "valid"),
        (date(2027, 3, 29), "valid"),
        (date(2027, 3, 30), "suspended"),
        (date(2027, 4, 28), "suspended"),
        (date(2027, 4, 29), "valid"),
        (LAST, "valid"),
        (LAST + timedelta(days=1), "expired"),
    ],
)
def test_the_status_on_a_day_follows_the_history_and_the_calendar(session: Session, day: date, status: Status) -> None:
    kept = granted()
    kept.write(session)
    becomes(session, kept, "suspended", 100)
    becomes(session, kept, "valid", 130)
    assert on(session, day) == status


@pytest.mark.parametrize("ending", ENDED)
def test_what_ended_before_expiry_stays_so_and_was_valid_before(session: Session, ending: Status) -> None:
    kept = granted()
    kept.write(session)
    becomes(session, kept, ending, 200)
    ended_on = (AT + timedelta(days=200)).date()
    days = (ended_on - timedelta(days=1), ended_on, LAST, LAST + timedelta(days=400))
    assert [on(session, day) for day in days] == ["valid", ending, ending, ending]


def test_a_suspended_certificate_expires_with_its_last_day(session: Session) -> None:
    kept = granted()
    kept.write(session)
    becomes(session, kept, "suspended", 1000)
    assert [on(session, LAST), on(session, LAST + timedelta(days=1))] == ["suspended", "expired"]


def test_a_renewed_certificate_is_upcoming_until_its_first_day_without_another_turn(session: Session) -> None:
    first, last = date(2026, 12, 31), date(2029, 12, 30)
    certificate = a_certificate(status="upcoming", valid_from=first, valid_until=last)
    granted(certificates=[certificate]).write(session)
    days = (GRANTED, first - timedelta(days=1), first, last, last + timedelta(days=1))
    assert [on(session, day) for day in days] == ["upcoming", "upcoming", "valid", "valid", "expired"]


def test_a_reissue_adds_its_successor_and_supersedes_the_old_one(session: Session) -> None:
    kept = granted()
    kept.write(session)
    kept.state.certificates.append(a_certificate(2, predecessor=NUMBER, decided_on=date(2027, 1, 19)))
    becomes(session, kept, "superseded", 30, successor="SXJP-2026-00002")
    old, new = session.get(CertificateRow, NUMBER), session.get(CertificateRow, "SXJP-2026-00002")
    assert old
    assert new
    assert (old.successor, old.status) == (new.number, "superseded")
    assert (new.predecessor, new.place) == (old.number, 1)
    assert on(session, date(2027, 1, 19)) == "superseded"


def test_what_was_certified_stays_as_it_was_decided(session: Session) -> None:
    kept = granted()
    kept.write(session)
    application = kept.state.application
    assert application
    kept.state.application = application.model_copy(update={"sites": application.sites[:1]})
    becomes(session, kept, "suspended", 30)
    row = session.get(CertificateRow, NUMBER)
    assert row
    assert len(row.sites) == 3


def test_a_turn_that_is_not_committed_leaves_no_certificate(database: Engine) -> None:
    with Session(database) as session:
        state = granted().write(session)
        state.certificates.append(a_certificate(7))
        certificates.write(session, state, GRANTED)
    with Session(database) as session:
        assert session.get(CertificateRow, "SXJP-2026-00007") is None


def test_an_unknown_number_is_none(session: Session) -> None:
    assert certificates.entry(session, "SXJP-2026-99999") is None


# Pages


def numbers(found: list[certificates.Entry]) -> list[int]:
    return [int(one.row.number[-5:]) for one in found]


@pytest.fixture
def register(session: Session) -> Session:
    """One certificate of each status of today, 100 days after the grants, the last of them rehearsed a year ahead."""
    statuses: list[Status] = ["valid", "suspended", "withdrawn", "cancelled", "superseded", "expired", "valid"]
    for number, status in enumerate(statuses, start=1):
        kept = granted(number, name=f"酒店{number}%", rehearsal=number == 7)
        kept.state.certificates[0].status = status
        if status == "expired":
            kept.state.certificates[0].valid_until = date(2027, 1, 1)
        kept.write(session)
    granted(8, certificates=[a_certificate(8, status="upcoming", valid_from=date(2027, 6, 1))]).write(session)
    return session


def ahead(session: Session, number: int, days: int) -> None:
    case = session.get(CaseRow, f"case-{number}")
    assert case
    case.clock_ahead = days * 86400.0
    session.add(case)
    session.commit()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, [1, 2, 3, 4, 5, 6, 7, 8]),
        ("valid", [1, 7]),
        ("suspended", [2]),
        ("withdrawn", [3]),
        ("cancelled", [4]),
        ("superseded", [5]),
        ("expired", [6]),
        ("upcoming", [8]),
    ],
)
def test_the_register_is_filtered_by_the_status_of_today(
    register: Session, status: Status | None, expected: list[int]
) -> None:
    ahead(register, 7, 0)
    assert numbers(certificates.page(register, status, "", "", 50, now=later(100))) == expected


def test_a_filter_by_status_says_the_same_as_the_certificate_itself(register: Session) -> None:
    for days in (0, 12, 13, 162, 163, 1095, 1096, 2000):
        now = later(days)
        for one in certificates.page(register, None, "", "", 50, now=now):
            itself = certificates.entry(register, one.row.number, now=now)
            assert itself
            assert itself.status == one.status
            found = certificates.page(register, one.status, "", "", 50, now=now)
            assert one.row.number in [other.row.number for other in found]


def test_a_rehearsed_certificate_lives_by_the_clock_of_its_case(register: Session) -> None:
    ahead(register, 7, 2000)
    assert numbers(certificates.page(register, "expired", "", "", 50, now=later(100))) == [6, 7]
    found = certificates.entry(register, "SXJP-2026-00007", now=later(100))
    assert found
    assert (found.status, found.row.rehearsal) == ("expired", True)


def test_pages_follow_each_other_by_number(register: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "CHUNK", 1)
    seen: list[int] = []
    after = ""
    while found := certificates.page(register, None, "", after, 3, now=later(100)):
        seen += numbers(found)
        after = found[-1].row.number
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
    assert numbers(certificates.page(register, "valid", "", "SXJP-2026-00001", 3, now=later(100))) == [7]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("00003", [3]), ("酒店4", [4]), ("文化主题", list(range(1, 9))), ("%", [1, 2, 3, 4, 5, 6, 7])],
)
def test_the_register_is_searched_by_number_holder_and_service(
    register: Session, text: str, expected: list[int]
) -> None:
    assert numbers(certificates.page(register, None, text, "", 50)) == expected


# Documents


def test_documents_of_a_case_stand_in_the_order_they_were_made(session: Session) -> None:
    granted().write(session)
    for effect, at in (("9.1", later(1)), ("8.1", later(0))):
        row = DocumentRow(
            case_id="case-1", effect_id=effect, kind="certificate", about=NUMBER, sha256="a" * 64, name="a.pdf", at=at
        )
        session.add(row)
    session.commit()
    assert [one.effect_id for one in certificates.documents_of(session, "case-1")] == ["8.1", "9.1"]
    newest = certificates.certificate_document(session, NUMBER)
    assert newest
    assert newest.effect_id == "9.1"
    assert certificates.documents_of(session, "case-2") == []


def test_a_case_without_certificates_writes_nothing(session: Session) -> None:
    certificates.write(session, CaseState(id="case-9", body="demo", applicant="applicant"), GRANTED)
    assert session.exec(select(col(CertificateChangeRow.number))).all() == []

"""What is asked of the record for reports, exports and waves, on both databases."""

from datetime import date

from sqlmodel import Session

from domain.state import EventDraft
from records import certificates, exports, reports, waves
from tests.applications import uscc
from tests.records.builders import a_task, kept
from tests.states import AT, a_certificate, granted

ON = a_certificate().decided_on


def test_a_certification_without_a_receipt_is_missing(session: Session) -> None:
    one = granted(1)
    one.events.append(EventDraft(at=AT, actor="x", kind="certificate.valid", data={"number": "SXJP-2026-00001"}))
    one.write(session)
    [found], _ = reports.missing(session, "demo", ("", ""), 10, rehearsal=False)
    assert (found.case.id, found.fact.about) == ("case-1", "certification:SXJP-2026-00001")
    assert reports.missing(session, "demo", (found.case.number, found.fact.place), 10, rehearsal=False) == ([], None)


def test_organizations_are_those_with_a_certificate_of_the_status_up_to_the_limit(session: Session) -> None:
    for number in (3, 2, 1):
        granted(number).write(session)
    found = certificates.holders(session, "valid", "太原", "", "", 2, rehearsal=False, now=AT)
    assert [one.uscc for one in found] == sorted(uscc(200_000 + number) for number in (1, 2, 3))[:2]
    assert certificates.holders(session, "suspended", "", "", "", None, rehearsal=False, now=AT) == []


def test_an_export_holds_what_no_confirmed_one_does(session: Session) -> None:
    granted(1).write(session)
    exports.lock(session, "demo")
    span = (ON, ON)
    changes = exports.unconfirmed(session, "demo", *span, rehearsal=False)
    row = exports.keep(session, "demo", span, changes, "0" * 64, "manager")
    assert exports.unconfirmed(session, "demo", *span, rehearsal=False) == changes
    row.state = "confirmed"
    session.add(row)
    session.flush()
    assert exports.unconfirmed(session, "demo", *span, rehearsal=False) == []
    assert exports.latest(session, "demo", span) == row


def test_a_case_with_two_overdue_tasks_is_overdue_once(session: Session) -> None:
    wave = waves.create(session, "demo", 2027, "x", (date(2027, 1, 1), date(2027, 2, 1)), "manager").id
    kept(session, 1, stage="contract", tasks=[a_task("t-1"), a_task("t-2")], wave=wave)
    kept(session, 2, stage="closed", status="rejected", wave=wave)
    counts = waves.progress(session, [wave])[wave]
    assert (counts["cases"], counts["refused"], counts["overdue"]) == (2, 1, 0)

"""What is past its term is deleted and nothing else; the chain stays whole and tells what is gone."""

import itertools
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, Engine, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from activities.audit import Auditor
from activities.audits import Audited, Audits
from activities.retention import RETENTION, RetentionActivities
from activities.scores import Scores
from checker import fold
from checker import record as reading
from domain.dates import nine_oclock
from domain.refusal import Refused
from domain.state import COURIER, Message
from records import holds, roots
from records.database import connect
from records.issued import CertificateRow, DocumentRow
from records.retention_tables import ErasureRow, HistoryExportRow
from records.tables import (
    CaseRow,
    CompetenceRow,
    ContentRow,
    EventRow,
    FileRow,
    FileUseRow,
    IdempotencyRow,
    NoticeRow,
    SessionRow,
)
from services.storage import Storage, StorageUnavailable
from settings import Settings
from tests.flow.situations import cancelled
from tests.lives import LIBRARY, Life, put_files
from tests.records.conftest import Fresh
from worker import regular
from workflows.flow import admit, react

ENDED = date(2026, 3, 2)
LAST_DAY, PAST = date(2028, 3, 2), date(2028, 3, 3)
AUDITORS = ("leader", "auditor")
SECRETS = ("安申请", "0351-1234567", "applicant@example.org", "王晋")


@pytest.fixture(autouse=True)
def years_later(monkeypatch: pytest.MonkeyPatch) -> None:
    for checker in ("records.audit", "checker.record"):
        monkeypatch.setattr(f"{checker}.now", lambda: nine_oclock(PAST))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage.open(f"file:{tmp_path / 'files'}")


@pytest.fixture
def database(fresh: Fresh) -> Iterator[Engine]:
    engine = connect(fresh())
    put_files(engine)
    with Session(engine) as session:
        session.add_all(CompetenceRow(person=f"person-{user}", trade="accommodation") for user in AUDITORS)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def errand(database: Engine, storage: Storage) -> RetentionActivities:
    return RetentionActivities(database, storage)


def a_cancelled_case(database: Engine) -> Life:
    """Certified, cancelled at the client's wish, everything delivered."""
    life = cancelled(Life(database, ENDED, rehearsal=False))
    numbers = itertools.count()
    while owed := [effect for effect in life.case.effects if effect.kind != "notice"]:
        said = {"id": f"delivered-{next(numbers)}", "name": owed[0].id, "outcome": "done"}
        life.work(Message(kind="delivered", actor=COURIER, **said))  # type: ignore[arg-type]
    return life


def with_files(database: Engine, storage: Storage, case_id: str, *names: str) -> dict[str, str]:
    """Files of these names that a case names: name → SHA-256."""
    shas = {name: storage.put(name.encode()).sha256 for name in names}
    with Session(database) as session:
        for name, sha256 in shas.items():
            if session.get(FileRow, name) is None:
                told = {"size": 1, "media_type": "application/pdf", "name": f"{name}.pdf", "owner": "applicant"}
                session.add(FileRow(id=name, sha256=sha256, at=nine_oclock(ENDED), **told))
                session.flush()
            session.add(FileUseRow(file_id=name, case_id=case_id))
        session.commit()
    return shas


def rows(database: Engine, table: Any, **of: Any) -> list[Any]:
    with Session(database) as session:
        return list(session.exec(select(table).filter_by(**of)).all())


async def audited(database: Engine, case_id: str) -> Audited:
    audits = Audits(database, Auditor(react, Scores(LIBRARY)), "not asked")
    *_, one = [one async for one in audits.of([case_id])]
    return one


def checked(database: Engine, case_id: str) -> list[str]:
    with database.connect() as connection:
        case = reading.load(connection, case_id)
        assert case
        found = [*reading.chain(case), *reading.turns(case), *reading.contents(case), *fold.findings(case)]
        return [*found, *reading.numbers(connection), *reading.roots(connection)]


def everything(database: Engine) -> str:
    """All that the database says of cases."""
    tables = ("cases", "contents", "turns", "events", "past_deadlines", "file_uses", "erasures", "notices", "documents")
    with database.connect() as connection:
        return repr([[*map(tuple, connection.execute(text(f"SELECT * FROM {table}")))] for table in tables])  # noqa: S608


def test_a_case_is_kept_through_the_same_day_two_years_later(database: Engine, errand: RetentionActivities) -> None:
    a_cancelled_case(database)
    assert (errand.erase(nine_oclock(LAST_DAY)), errand.erase(nine_oclock(PAST))) == (0, 1)


def test_nothing_personal_and_no_text_stays_of_a_deleted_case(database: Engine, errand: RetentionActivities) -> None:
    life = a_cancelled_case(database)
    before = everything(database)
    assert [secret for secret in SECRETS if secret in before] == [*SECRETS]
    errand.erase(nine_oclock(PAST))
    after = everything(database)
    assert not [secret for secret in SECRETS if secret in after]
    assert rows(database, ContentRow, case_id=life.case.id) == []
    assert rows(database, NoticeRow, case_id=life.case.id) == []


async def test_events_register_and_roots_of_a_deleted_case_are_whole_for_both_checkers(
    database: Engine, errand: RetentionActivities
) -> None:
    case = a_cancelled_case(database).case
    with Session(database) as session:
        roots.write(session, ENDED, nine_oclock(ENDED))
        session.commit()
    events = [row.hash for row in rows(database, EventRow, case_id=case.id)]
    register = [row.model_dump() for row in rows(database, CertificateRow, case_id=case.id)]
    errand.erase(nine_oclock(PAST))
    assert [row.hash for row in rows(database, EventRow, case_id=case.id)] == events
    assert [row.model_dump() for row in rows(database, CertificateRow, case_id=case.id)] == register
    one = await audited(database, case.id)
    assert one.findings == []
    assert f"deleted on {PAST} at the end of its term" in one.lines()[0]
    assert checked(database, case.id) == []


async def test_a_payload_that_is_gone_without_a_trace_is_found_by_both(
    database: Engine, errand: RetentionActivities
) -> None:
    case = a_cancelled_case(database).case
    errand.erase(nine_oclock(PAST))
    with database.begin() as sql:
        sql.execute(text("DELETE FROM erasures WHERE id = (SELECT min(id) FROM erasures WHERE kind = 'content')"))
    assert [line for line in (await audited(database, case.id)).findings if "which is missing" in line]
    assert [line for line in checked(database, case.id) if line.endswith("is missing")]


async def test_a_case_that_was_deleted_too_early_is_found_by_both(
    database: Engine, errand: RetentionActivities
) -> None:
    case = a_cancelled_case(database).case
    errand.erase(nine_oclock(PAST))
    with database.begin() as sql:
        sql.execute(text("""UPDATE erasures SET "on" = '2027-03-03'"""))
    assert "it was deleted on 2027-03-03, before its term ended" in (await audited(database, case.id)).findings
    assert [line for line in checked(database, case.id) if "less than two years" in line]


SAID = """INSERT INTO erasures (case_id, kind, digest, term, "on", done)
    SELECT id, 'case', 'x', 'case', :day, true FROM cases
    UNION ALL SELECT case_id, 'content', sha256, 'case', :day, true FROM contents"""


async def test_a_row_that_calls_a_running_case_deleted_hides_nothing_from_either(database: Engine) -> None:
    case = Life(database, ENDED, rehearsal=False).contracted().case
    with database.begin() as sql:
        sql.execute(text(SAID).bindparams(bindparam("day", date(2099, 1, 1), type_=Date())))
        sql.execute(text("DELETE FROM contents"))
    for found in ((await audited(database, case.id)).findings, checked(database, case.id)):
        assert [line for line in found if "a day to come" in line]
        assert [line for line in found if "is said to be deleted, and its state holds" in line]


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE cases SET status = 'certified'",
        "UPDATE cases SET turn = turn + 5",
        "UPDATE certificates SET status = 'valid'",
    ],
)
async def test_what_is_changed_of_a_deleted_case_is_found_by_both(
    database: Engine, errand: RetentionActivities, fault: str
) -> None:
    case = a_cancelled_case(database).case
    errand.erase(nine_oclock(PAST))
    with database.begin() as sql:
        sql.execute(text(fault))
    assert (await audited(database, case.id)).findings
    assert checked(database, case.id)


def test_a_deleted_case_takes_nothing_any_more(database: Engine, errand: RetentionActivities) -> None:
    life = a_cancelled_case(database)
    errand.erase(nine_oclock(PAST))
    [row] = rows(database, CaseRow, id=life.case.id)
    state = life.case.model_validate_json(row.state)
    assert (state.erased, state.status, row.status) == (True, "cancelled", "cancelled")
    with pytest.raises(Refused, match="stage_conflict"):
        admit(state, life.message("manager", "act", "complaint.file", {}))


def test_a_running_case_is_never_deleted(database: Engine, errand: RetentionActivities) -> None:
    life = Life(database, ENDED, rehearsal=False).contracted()
    assert errand.erase(nine_oclock(date(2040, 1, 1))) == 0
    assert rows(database, ErasureRow, case_id=life.case.id) == []


def test_a_case_that_still_owes_a_report_is_not_deleted(database: Engine, errand: RetentionActivities) -> None:
    cancelled(Life(database, ENDED, rehearsal=False))
    assert errand.erase(nine_oclock(PAST)) == 0


def test_a_rehearsed_case_is_kept_by_its_own_clock(database: Engine, errand: RetentionActivities) -> None:
    case = a_cancelled_case(database).case
    ahead = (nine_oclock(PAST) - nine_oclock(ENDED)).total_seconds()
    with database.begin() as sql:
        sql.execute(text("UPDATE cases SET clock_ahead = :ahead"), {"ahead": ahead})
    assert errand.erase(nine_oclock(ENDED)) == 1
    assert {row.on for row in rows(database, ErasureRow, case_id=case.id)} == {PAST}


# Files ------------------------------------------------------------------------------------------------------


def test_a_file_of_two_cases_goes_with_the_second(
    database: Engine, storage: Storage, errand: RetentionActivities
) -> None:
    first, second = a_cancelled_case(database), a_cancelled_case(database)
    own = with_files(database, storage, first.case.id, "own", "shared")
    with_files(database, storage, second.case.id, "shared")
    with Session(database) as session:
        holds.place(session, second.case.id, "x", "person-admin", nine_oclock(ENDED))
        session.commit()
    assert errand.erase(nine_oclock(PAST)) == 1
    assert (storage.exists(own["own"]), storage.exists(own["shared"])) == (False, True)
    with Session(database) as session:
        holds.release(session, second.case.id, "x", "person-decider", nine_oclock(ENDED))
        session.commit()
    assert errand.erase(nine_oclock(PAST)) == 1
    assert not storage.exists(own["shared"])
    assert rows(database, FileRow, id="shared") == []


def test_bytes_that_another_file_has_as_well_stay(
    database: Engine, storage: Storage, errand: RetentionActivities
) -> None:
    case = a_cancelled_case(database).case
    [sha256] = with_files(database, storage, case.id, "own").values()
    with Session(database) as session:
        told = {"size": 1, "media_type": "application/pdf", "name": "other.pdf", "owner": "applicant2"}
        session.add(FileRow(id="other", sha256=sha256, at=nine_oclock(LAST_DAY), **told))
        session.commit()
    errand.erase(nine_oclock(PAST))
    assert (storage.exists(sha256), rows(database, FileRow, id="own")) == (True, [])


def test_printed_documents_and_exported_histories_go_as_well(
    database: Engine, storage: Storage, errand: RetentionActivities
) -> None:
    case = a_cancelled_case(database).case
    document, history = storage.put(b"certificate").sha256, storage.put(b"history").sha256
    at = nine_oclock(ENDED)
    with Session(database) as session:
        told = {"kind": "report", "about": "audit-1", "name": "x"}
        session.add(DocumentRow(case_id=case.id, effect_id="e", sha256=document, at=at, **told))
        session.add(HistoryExportRow(case_id=case.id, run_id="r", sha256=history, closed_at=at, at=at))
        session.commit()
    errand.erase(nine_oclock(PAST))
    assert (storage.exists(document), storage.exists(history)) == (False, False)
    gone = {row.kind: row.digest for row in rows(database, ErasureRow, case_id=case.id)}
    assert (gone["document"], gone["history"]) == (document, history)


def test_an_uploaded_file_that_no_case_names_goes_after_half_a_year(
    database: Engine, storage: Storage, errand: RetentionActivities
) -> None:
    case = Life(database, ENDED, rehearsal=False).contracted().case
    named = with_files(database, storage, case.id, "named")["named"]
    stray = with_files(database, storage, case.id, "stray")["stray"]
    with database.begin() as sql:
        sql.execute(text("DELETE FROM file_uses WHERE file_id = 'stray'"))
    errand.erase(nine_oclock(date(2026, 9, 2)))
    assert storage.exists(stray)
    errand.erase(nine_oclock(date(2026, 9, 3)))
    assert (storage.exists(stray), storage.exists(named)) == (False, True)


# Crashes ----------------------------------------------------------------------------------------------------


class Broken(Storage):
    """A file store that goes away."""

    def delete(self, sha256: str) -> None:
        raise StorageUnavailable(sha256)


def test_while_the_store_is_away_no_bytes_are_lost_and_the_next_errand_does_the_rest(
    database: Engine, storage: Storage, tmp_path: Path
) -> None:
    case = a_cancelled_case(database).case
    [sha256] = with_files(database, storage, case.id, "own").values()
    broken = Broken(Storage.open(f"file:{tmp_path / 'files'}")._store)  # noqa: SLF001
    with pytest.raises(StorageUnavailable):
        RetentionActivities(database, broken).erase(nine_oclock(PAST))
    assert storage.exists(sha256)
    assert RetentionActivities(database, storage).erase(nine_oclock(PAST)) == 0
    assert not storage.exists(sha256)
    assert all(row.done for row in rows(database, ErasureRow))


def test_a_crash_in_the_middle_of_a_case_leaves_it_as_it_was(
    database: Engine, errand: RetentionActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_cancelled_case(database)
    before = everything(database)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("records.retention._drop_rows", crash)
        with pytest.raises(KeyboardInterrupt):
            errand.erase(nine_oclock(PAST))
    assert everything(database) == before
    assert errand.erase(nine_oclock(PAST)) == 1


def test_a_second_errand_has_nothing_left_to_do(database: Engine, errand: RetentionActivities) -> None:
    a_cancelled_case(database)
    assert [errand.erase(nine_oclock(PAST)) for _ in range(2)] == [1, 0]


def test_a_case_that_cannot_be_deleted_keeps_no_other(database: Engine, errand: RetentionActivities) -> None:
    broken, other = a_cancelled_case(database).case.id, a_cancelled_case(database).case.id
    with database.begin() as sql:
        sql.execute(text("UPDATE cases SET state = '{}' WHERE id = :id"), {"id": broken})
    with pytest.raises(RuntimeError, match="1 cases"):
        errand.erase(nine_oclock(PAST))
    assert {row.case_id for row in rows(database, ErasureRow, kind="case")} == {other}


def test_a_deleted_case_is_held_no_more(database: Engine, errand: RetentionActivities) -> None:
    case = a_cancelled_case(database).case
    errand.erase(nine_oclock(PAST))
    with Session(database) as session, pytest.raises(Refused, match="stage_conflict"):
        holds.place(session, case.id, "x", "person-admin", nine_oclock(PAST))


# Holds ------------------------------------------------------------------------------------------------------


def test_a_held_case_is_kept_until_somebody_else_releases_it(database: Engine, errand: RetentionActivities) -> None:
    case = a_cancelled_case(database).case
    with Session(database) as session:
        holds.place(session, case.id, "诉讼", "person-admin", nine_oclock(ENDED))
        session.commit()
    assert errand.erase(nine_oclock(date(2040, 1, 1))) == 0
    with Session(database) as session:
        with pytest.raises(Refused, match="not_independent"):
            holds.release(session, case.id, "x", "person-admin", nine_oclock(PAST))
        holds.release(session, case.id, "结案", "person-decider", nine_oclock(PAST))
        session.commit()
    assert errand.erase(nine_oclock(PAST)) == 1


def test_the_database_takes_no_release_by_who_placed_the_hold(database: Engine) -> None:
    case = a_cancelled_case(database).case
    with Session(database) as session:
        holds.place(session, case.id, "诉讼", "person-admin", nine_oclock(ENDED))
        session.commit()
    with pytest.raises(IntegrityError), database.begin() as sql:
        sql.execute(text("UPDATE holds SET released_by = placed_by"))


def test_a_case_is_held_once_at_a_time(database: Engine) -> None:
    case = a_cancelled_case(database).case
    with Session(database) as session:
        holds.place(session, case.id, "x", "person-admin", nine_oclock(ENDED))
        with pytest.raises(Refused, match="stage_conflict"):
            holds.place(session, case.id, "x", "person-ops", nine_oclock(ENDED))
        holds.release(session, case.id, "x", "person-ops", nine_oclock(ENDED))
        holds.place(session, case.id, "x", "person-admin", nine_oclock(ENDED))
        session.commit()
        assert len(holds.of_case(session, case.id)) == 2


# Lists ------------------------------------------------------------------------------------------------------


def test_sessions_and_answers_go_after_their_days(database: Engine, errand: RetentionActivities) -> None:
    at = nine_oclock(ENDED)
    with Session(database) as session:
        session.add(SessionRow(digest="s", user="applicant", began_at=at, ends_at=at))
        session.add(IdempotencyRow(key="k", body_hash="b", status=200, response=json.dumps({"name": "安申请"}), at=at))
        session.commit()
    errand.erase(at + timedelta(days=30))
    assert (len(rows(database, SessionRow)), len(rows(database, IdempotencyRow))) == (1, 1)
    errand.erase(at + timedelta(days=31))
    assert (len(rows(database, SessionRow)), len(rows(database, IdempotencyRow))) == (0, 1)
    errand.erase(at + timedelta(days=91))
    assert rows(database, IdempotencyRow) == []


def test_the_errand_is_carried_out_each_night(tmp_path: Path) -> None:
    assert RETENTION in [one.errand for one in regular(Settings(data=tmp_path))]

"""One turn is one transaction: written whole, once, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, SQLModel, select
from temporalio.exceptions import ApplicationError

from activities.interface import REFUSED
from domain.refusal import Refused
from domain.state import CaseState, Facts, Message
from records import queries, store
from records.chain import broken_at
from records.tables import CaseRow, ContentRow, CounterRow, FileUseRow, TaskRow, TurnRow
from tests.records.builders import (
    AT,
    Recorder,
    a_case,
    a_file,
    an_application,
    answering,
    applying,
    everything,
    noting,
)


def with_a_file(session: Session) -> dict[str, Any]:
    """An application that names a file."""
    session.add(a_file("file-1"))
    session.commit()
    return an_application(documents=[{"kind": "a", "file_id": "file-1"}])


def only(session: Session, model: type[SQLModel]) -> Any:
    return session.exec(select(model)).one()


def test_a_turn_writes_its_event_content_case_task_file_use_and_number(recorder: Recorder, session: Session) -> None:
    before = everything(recorder.database)
    recorder.record(a_case(), applying(with_a_file(session)))
    after = everything(recorder.database)
    written = {name for name, rows in after.items() if len(rows) > len(before[name])} - {"files"}
    assert written == {"events", "turns", "contents", "cases", "tasks", "file_uses", "counters", "packs"}


def test_the_record_and_the_workflow_come_to_the_same_case(recorder: Recorder, session: Session) -> None:
    state = recorder.record(a_case(), applying())
    state = recorder.record(state, answering(state, "application.review", outcome="supplement", reason="章程"))
    assert queries.state_of(only(session, CaseRow)) == state


@pytest.mark.parametrize("table", ["counters", "events", "turns", "contents", "cases", "tasks", "file_uses", "packs"])
def test_a_turn_that_fails_while_it_writes_leaves_nothing(recorder: Recorder, session: Session, table: str) -> None:
    application = with_a_file(session)
    before = everything(recorder.database)
    with pytest.raises(ConnectionAbortedError), failing(recorder.database, table):
        recorder.outcome(a_case(), applying(application))
    assert everything(recorder.database) == before


def test_a_turn_that_fails_at_its_commit_leaves_nothing(recorder: Recorder) -> None:
    before = everything(recorder.database)

    def fail(_: Session) -> None:
        raise ConnectionAbortedError

    event.listen(Session, "before_commit", fail)
    with pytest.raises(ConnectionAbortedError):
        recorder.outcome(a_case(), applying())
    event.remove(Session, "before_commit", fail)
    assert everything(recorder.database) == before


class failing:  # noqa: N801  # reads as a verb: with failing(database, table)
    """While it lasts, nothing can be inserted into one table."""

    def __init__(self, database: Engine, table: str) -> None:
        self._database = database
        self._start = f"INSERT INTO {table} "

    def __enter__(self) -> None:
        event.listen(self._database, "before_cursor_execute", self._fail)

    def __exit__(self, *_: object) -> None:
        event.remove(self._database, "before_cursor_execute", self._fail)

    def _fail(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(self._start):
            raise ConnectionAbortedError(statement)


def test_the_same_turn_again_gives_the_recorded_outcome_and_changes_nothing(recorder: Recorder) -> None:
    state, message = a_case(), applying()
    first = recorder.outcome(state, message)
    before = everything(recorder.database)
    assert recorder.outcome(state, message, AT + timedelta(days=1)) == first
    assert everything(recorder.database) == before


def test_a_recorded_turn_stands_whatever_the_flow_would_say_now(recorder: Recorder) -> None:
    def refuses(_: CaseState, message: Message, *_rest: object) -> Any:
        raise Refused("forbidden", message.id, message.id)

    state, message = a_case(), applying()
    first = recorder.outcome(state, message)
    assert recorder.outcome(state, message, flow=refuses) == first


def test_another_message_for_a_recorded_turn_gets_the_recorded_one_back(recorder: Recorder) -> None:
    state = recorder.record(a_case(), applying())
    recorder.outcome(state, noting("first", "note-1"))
    before = everything(recorder.database)
    assert recorder.outcome(state, noting("second", "note-2")).message == noting("first", "note-1")
    assert everything(recorder.database) == before


def test_the_message_that_took_a_turn_is_not_given_back_to_itself(recorder: Recorder) -> None:
    state, message = a_case(), applying()
    recorder.outcome(state, message)
    assert recorder.outcome(state, message).message is None


def test_a_turn_that_several_write_at_once_is_written_once(recorder: Recorder, session: Session) -> None:
    state, message = a_case(), applying()
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda _: recorder.insist(state, message), range(4)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert (only(session, TurnRow).message_id, only(session, CounterRow).last) == ("apply", 1)


def test_a_refused_message_leaves_nothing_and_is_not_tried_again(recorder: Recorder) -> None:
    state = recorder.record(a_case(), applying())
    before = everything(recorder.database)
    with pytest.raises(ApplicationError) as refused:
        recorder.outcome(state, answering(state, "application.review", outcome="reject"))
    assert (refused.value.type, refused.value.non_retryable) == (REFUSED, True)
    assert refused.value.details[0].faults[0].pointer == "/reason"
    assert everything(recorder.database) == before


def test_an_open_case_bars_a_second_one_of_the_same_key(recorder: Recorder) -> None:
    recorder.record(a_case("case-1"), applying(an_application(1)))
    with pytest.raises(ApplicationError) as refused:
        recorder.outcome(a_case("case-2"), applying(an_application(1)))
    assert (refused.value.details[0].code, refused.value.details[0].clause) == ("rule_refused", "R:7/7.2.2")


def test_the_database_bars_the_second_open_case_that_nobody_saw_coming(recorder: Recorder, session: Session) -> None:
    first = recorder.record(a_case("case-1"), applying(an_application(1)))
    second = first.model_copy(update={"id": "case-2", "number": "JP-2026-00002"})
    with pytest.raises(Refused) as refused:
        store.write_turn(session, a_case("case-2"), second, applying(), Facts(), [], AT)
    assert (refused.value.refusal.code, refused.value.refusal.clause) == ("rule_refused", "R:7/7.2.2")


def test_of_applications_of_the_same_key_at_once_one_is_taken(recorder: Recorder, session: Session) -> None:
    def apply(number: int) -> str:
        try:
            recorder.insist(a_case(f"case-{number}"), applying(an_application(1)))
        except ApplicationError as error:
            return str(error.details[0].clause)
        return "taken"

    with ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(apply, range(4)))
    assert said == ["R:7/7.2.2"] * 3 + ["taken"]
    assert only(session, CaseRow).number == "JP-2026-00001"


def test_an_ended_case_bars_no_new_one(recorder: Recorder) -> None:
    state = recorder.record(a_case("case-1"), applying(an_application(1)))
    recorder.record(state, answering(state, "application.review", outcome="reject", reason="超出认证领域"))
    assert recorder.record(a_case("case-2"), applying(an_application(1))).number == "JP-2026-00002"


def test_a_payload_is_kept_as_it_came_under_the_digest_its_event_names(recorder: Recorder, session: Session) -> None:
    message = applying()
    recorder.record(a_case(), message)
    content = only(session, ContentRow)
    (recorded,) = queries.events(session, "case-1", 0, 10)
    assert content.body == message.content
    assert content.sha256 == recorded["data"]["content"] == store.content_digest(message.content)


def test_the_same_remark_twice_is_kept_once(recorder: Recorder, session: Session) -> None:
    state = recorder.record(a_case(), applying())
    state = recorder.record(state, noting("x", "note-1"))
    recorder.record(state, noting("x", "note-2"))
    assert len(session.exec(select(ContentRow)).all()) == 2


def test_a_file_belongs_to_each_case_that_names_it(recorder: Recorder, session: Session) -> None:
    recorder.record(a_case(), applying(with_a_file(session)))
    use = only(session, FileUseRow)
    assert (use.file_id, use.case_id) == ("file-1", "case-1")


def test_only_open_tasks_are_in_the_inboxes(recorder: Recorder, session: Session) -> None:
    state = recorder.record(a_case(), applying())
    recorder.record(state, answering(state, "application.review", outcome="supplement", reason="章程"))
    assert only(session, TaskRow).kind == "application.supplement"


def test_the_events_of_a_case_come_back_as_they_were_chained(recorder: Recorder, session: Session) -> None:
    state = recorder.record(a_case(), applying())
    state = recorder.record(state, noting("备注“一”\n\u2028😀"))
    recorded = queries.events(session, "case-1", 0, 10)
    assert broken_at(recorded) is None
    assert (recorded[-1]["hash"], recorded[-1]["seq"]) == (state.head, state.version)

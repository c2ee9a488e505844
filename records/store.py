"""Writing the record: one transaction for a turn's events, chain, contents and read model."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import rfc8785
from sqlalchemy import Executable, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col

from domain.agenda import agenda
from domain.application import Application
from domain.dates import local_date
from domain.refusal import Refused
from domain.state import CaseState, EventDraft, Facts, Message
from records import certificates, people, requirements
from records.chain import FIRST, chained
from records.tables import (
    CaseRow,
    ContentRow,
    CounterRow,
    EventRow,
    FileUseRow,
    PastDeadlineRow,
    TaskRow,
    TurnRow,
)


def next_number(session: Session, series: str) -> int:
    """The next number of a series, from 1; safe against a second taker in the same moment."""
    table = insert_or_ignore(session, CounterRow).values(series=series, last=1)
    step = table.on_conflict_do_update(index_elements=["series"], set_={"last": CounterRow.last + 1})
    return int(session.execute(step.returning(col(CounterRow.last))).scalar_one())


def insert_or_ignore(session: Session, table: type[SQLModel]) -> postgresql.Insert:
    """An INSERT that can name what happens on a conflict; both databases write it alike."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return cast("postgresql.Insert", dialect.insert(table))


def _write(session: Session, statement: Executable, rows: list[dict[str, Any]] | None = None) -> None:
    """Write past the ORM, whose bookkeeping of what it has read would cost more than the writing."""
    session.connection().execute(statement, rows)


def content_digest(content: str) -> str:
    """SHA-256 of a JSON text's canonical form (RFC 8785), hexadecimal.

    Raises:
        ValueError: a number beyond what JSON programs agree on (2^53).
    """
    return hashlib.sha256(rfc8785.dumps(json.loads(content))).hexdigest()


def write_turn(  # the parts of one transaction
    session: Session,
    before: CaseState,
    after: CaseState,
    message: Message,
    facts: Facts,
    events: list[EventDraft],
    at: datetime,
) -> str:
    """Write what a turn did; gives the chain's new head. The caller commits.

    Raises:
        Refused: a rule that only the database can see: another open case, a person on both sides.
        IntegrityError: somebody else has written this turn.
    """
    head = _append(session, before, events)
    after.head = head
    if facts.content:
        _keep_content(session, after.id, facts.content, message.content)
    if facts.public_full:
        _keep_content(session, after.id, facts.public_content, facts.public_full)
    if facts.results_full:
        _keep_content(session, after.id, facts.results_content, facts.results_full)
    turn = {
        "case_id": after.id,
        "turn": after.turn,
        "message_id": message.id,
        "message": message.model_dump_json(exclude={"content"} if facts.content else None),
        "facts": facts.model_dump_json(),
        "head": head,
        "at": at,
    }
    _write(session, insert(TurnRow), [turn])
    _write_case(session, before, after, at)
    if after.certificates != before.certificates:
        certificates.write(session, after, local_date(at))
    _keep_past_deadlines(session, before, after)
    _write_tasks(session, before, after)
    people.write(session, before, after, message)
    requirements.write(session, before, after)
    _use_files(session, before, message)
    return head


def _append(session: Session, before: CaseState, drafts: list[EventDraft]) -> str:
    events = chained(drafts, before.version, before.head or FIRST)
    if events:
        rows = [
            event | {"case_id": before.id, "data": json.dumps(event["data"], ensure_ascii=False)} for event in events
        ]
        _write(session, insert(EventRow), rows)
    return str(events[-1]["hash"]) if events else before.head


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)


def _keep_content(session: Session, case_id: str, digest: str, content: str) -> None:
    row = {"case_id": case_id, "sha256": digest, "body": content}
    _write(session, insert_or_ignore(session, ContentRow).values(**row).on_conflict_do_nothing())


def moving(state: CaseState) -> dict[str, Any]:
    """What may change of a case's row with each turn; its clock and its state stand beside."""
    application = _application(state)
    return {
        "organization": application.organization.name,
        "service": application.service.name,
        "stage": state.stage,
        "status": state.status,
        "version": state.version,
        "turn": state.turn,
        "provisional": "provisional_dates" in state.flags,
        "next_due": min((one.due_on for one in state.deadlines if one.state == "running"), default=None),
        "next_at": next((entry.at for entry in agenda(state)), None),
        "open_key": open_key(application, rehearsal=state.rehearsal) if state.stage != "closed" else None,
    }


def _write_case(session: Session, before: CaseState, state: CaseState, at: datetime) -> None:
    changing = moving(state) | {
        "clock_ahead": (at - datetime.now(UTC)).total_seconds() if state.rehearsal else 0,
        "state": state.model_dump_json(),
    }
    try:
        if before.turn:
            row = update(CaseRow).where(col(CaseRow.id) == state.id).values(**changing)
            _write(session, row)
        else:
            _write(session, insert(CaseRow), [standing(state, at) | changing])
    except IntegrityError as error:
        if "open_key" in str(error.orig):
            raise another_open_case() from error
        raise


def standing(state: CaseState, at: datetime) -> dict[str, Any]:
    """What never changes of a case's row."""
    application = _application(state)
    return {
        "id": state.id,
        "number": state.number,
        "body": state.body,
        "applicant": state.applicant,
        "uscc": application.organization.uscc,
        "scheme": application.scheme.id,
        "wave": state.wave or None,
        "rehearsal": state.rehearsal,
        "opened_at": at,
    }


def _application(state: CaseState) -> Application:
    if state.application is None:
        raise ValueError("a case is recorded from its application on")
    return state.application


def open_key(application: Application, *, rehearsal: bool) -> str:
    """What may be open only once in the alliance: an organization's service under a scheme."""
    key = [application.organization.uscc, application.scheme.id, application.service.name]
    return json.dumps(["rehearsal", *key] if rehearsal else key)


def another_open_case() -> Refused:
    """The refusal of a second open case; it does not say whose the first is."""
    return Refused(
        "rule_refused",
        "该组织的该项服务已有在办的认证案件",
        "There is an open case for this organization, scheme and service.",
        clause="R:7/7.2.2",
    )


def _write_tasks(session: Session, before: CaseState, state: CaseState) -> None:
    rows = task_rows(state)
    if rows == task_rows(before):
        return
    _write(session, delete(TaskRow).where(col(TaskRow.case_id) == state.id))
    if rows:
        _write(session, insert(TaskRow), rows)


def _keep_past_deadlines(session: Session, before: CaseState, after: CaseState) -> None:
    if rows := past_deadline_rows(before, after):
        _write(session, insert(PastDeadlineRow), rows)


def past_deadline_rows(before: CaseState, after: CaseState) -> list[dict[str, Any]]:
    """Due dates that the state carries no longer."""
    carried = {deadline.id for deadline in after.deadlines}
    return [
        {"case_id": after.id, "id": one.id, "turn": after.turn, "body": one.model_dump_json(by_alias=True)}
        for one in before.deadlines
        if one.id not in carried
    ]


def task_rows(state: CaseState) -> list[dict[str, Any]]:
    """The open tasks as inboxes show them."""
    missed = {deadline.id for deadline in state.deadlines if deadline.state == "missed"}
    return [
        {
            "case_id": state.id,
            "id": task.id,
            "kind": task.kind,
            "role": task.role,
            "assignee": task.assignee,
            "body": state.body,
            "applicant": state.applicant,
            "due_on": task.due_on,
            "overdue": task.id in missed,
        }
        for task in state.tasks
        if not task.covered
    ]


def _use_files(session: Session, before: CaseState, message: Message) -> None:
    """Whoever may see the case may see the files that its messages name."""
    named = sorted(set(file_pointers(message.content).values()))
    task = next((task for task in before.tasks if task.id == message.task), None)
    where = task.audit_id if task and task.role != "applicant" else ""
    if message.kind == "act" and "applicant" not in message.actor.roles:
        where = message.name
    rows = [{"file_id": file_id, "case_id": before.id, "audit": where or ""} for file_id in named]
    if rows:
        _write(session, insert_or_ignore(session, FileUseRow).values(rows).on_conflict_do_nothing())


def file_pointers(content: str) -> dict[str, str]:
    """The files a payload names: JSON pointer → file id, from each `file_id` and each list `evidence`."""
    return dict(_file_pointers(json.loads(content), ""))


def _file_pointers(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "file_id" and isinstance(item, str):
                yield f"{at}/{name}", item
            elif name == "evidence" and isinstance(item, list):
                yield from ((f"{at}/{name}/{place}", one) for place, one in enumerate(item) if isinstance(one, str))
            else:
                yield from _file_pointers(item, f"{at}/{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _file_pointers(item, f"{at}/{place}")

"""Writing the record: one transaction for a turn's events, chain, contents and read model."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import rfc8785
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from domain.application import Application
from domain.dates import local_date
from domain.refusal import Refused
from domain.state import CaseState, EventDraft, Facts, Message
from records import certificates
from records.chain import FIRST, chained
from records.tables import CaseRow, ContentRow, CounterRow, DutyRow, EventRow, FileUseRow, TaskRow, TurnRow

SIDES = {"evaluation": "evaluation", "review": "judgement", "decision": "judgement"}


def recorded_turn(session: Session, case_id: str, turn: int) -> TurnRow | None:
    """The turn of this number, when the record already holds it."""
    return session.get(TurnRow, (case_id, turn))


def next_number(session: Session, series: str) -> int:
    """The next number of a series, from 1; safe against a second taker in the same moment."""
    step = update(CounterRow).where(col(CounterRow.series) == series).values(last=CounterRow.last + 1)
    number = session.scalar(step.returning(col(CounterRow.last)))
    if number is None:
        session.add(CounterRow(series=series, last=1))
        session.flush()
        return 1
    return int(number)


def content_digest(content: str) -> str:
    """SHA-256 of a JSON text's canonical form (RFC 8785), hexadecimal."""
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
    if facts.results_full:
        _keep_content(session, after.id, facts.results_content, facts.results_full)
    session.add(
        TurnRow(
            case_id=after.id,
            turn=after.turn,
            message_id=message.id,
            message=message.model_dump_json(exclude={"content"} if facts.content else None),
            facts=facts.model_dump_json(),
            head=head,
            at=at,
        )
    )
    _write_case(session, after, at)
    certificates.write(session, after, local_date(at))
    _write_tasks(session, after)
    _write_duties(session, after)
    _use_files(session, after, message)
    return head


def _append(session: Session, before: CaseState, drafts: list[EventDraft]) -> str:
    events = chained(drafts, before.version, before.head or FIRST)
    for event in events:
        data = json.dumps(event["data"], ensure_ascii=False)
        session.add(EventRow(case_id=before.id, **{**event, "data": data}))
    return str(events[-1]["hash"]) if events else before.head


def _keep_content(session: Session, case_id: str, digest: str, content: str) -> None:
    if session.get(ContentRow, (case_id, digest)) is None:
        session.add(ContentRow(case_id=case_id, sha256=digest, body=content))


def _write_case(session: Session, state: CaseState, at: datetime) -> None:
    row = session.get(CaseRow, state.id)
    if row is None:
        row = _new_case(state, at)
    row.stage, row.status, row.version, row.turn = state.stage, state.status, state.version, state.turn
    row.next_due = min((one.due_on for one in state.deadlines if one.state == "running"), default=None)
    row.open_key = open_key(_application(state)) if state.stage != "closed" else None
    row.clock_ahead = (at - datetime.now(UTC)).total_seconds() if state.rehearsal else 0
    row.state = state.model_dump_json()
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        if "open_key" in str(error.orig):
            raise another_open_case() from error
        raise


def _new_case(state: CaseState, at: datetime) -> CaseRow:
    application = _application(state)
    return CaseRow(
        id=state.id,
        number=state.number,
        body=state.body,
        applicant=state.applicant,
        organization=application.organization.name,
        uscc=application.organization.uscc,
        service=application.service.name,
        scheme=application.scheme.id,
        stage=state.stage,
        status=state.status,
        version=state.version,
        turn=state.turn,
        rehearsal=state.rehearsal,
        state="",
        opened_at=at,
    )


def _application(state: CaseState) -> Application:
    if state.application is None:
        raise ValueError("a case is recorded from its application on")
    return state.application


def open_key(application: Application) -> str:
    """What may be open only once in the alliance: an organization's service under a scheme."""
    return json.dumps([application.organization.uscc, application.scheme.id, application.service.name])


def another_open_case() -> Refused:
    """The refusal of a second open case; it does not say whose the first is."""
    return Refused(
        "rule_refused",
        "该组织的该项服务已有在办的认证案件",
        "There is an open case for this organization, scheme and service.",
        clause="R:7/7.2.2",
    )


def _write_tasks(session: Session, state: CaseState) -> None:
    session.execute(delete(TaskRow).where(col(TaskRow.case_id) == state.id))
    missed = {deadline.id for deadline in state.deadlines if deadline.state == "missed"}
    for task in state.tasks:
        session.add(
            TaskRow(
                case_id=state.id,
                id=task.id,
                kind=task.kind,
                role=task.role,
                assignee=task.assignee,
                body=state.body,
                applicant=state.applicant,
                due_on=task.due_on,
                overdue=task.id in missed,
            )
        )


def _write_duties(session: Session, state: CaseState) -> None:
    rows = session.execute(select(col(DutyRow.person), col(DutyRow.side)).where(col(DutyRow.case_id) == state.id))
    known = {(person, side) for person, side in rows}
    for person, duties in state.duties.items():
        for side in sorted({SIDES[duty] for duty in duties}):
            if (person, side) not in known:
                session.add(DutyRow(case_id=state.id, person=person, side=side))
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(
            "not_independent",
            "参与过本案评价的人员不得复核或决定",
            "Whoever took part in the evaluation may not review or decide.",
            clause="R:7/6.4.6.2",
        ) from error


def _use_files(session: Session, state: CaseState, message: Message) -> None:
    """Whoever may see the case may see the files that its messages name."""
    for file_id in sorted(set(file_pointers(message.content).values())):
        session.merge(FileUseRow(file_id=file_id, case_id=state.id))


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

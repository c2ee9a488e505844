"""Cases, messages and people for tests of the record."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from activities.facts import FactFinder
from activities.interface import Outcome, Turn
from activities.turns import React, TurnActivities
from domain.application import NewCase
from domain.model import Text
from domain.state import Actor, CaseState, Facts, Message
from domain.tasks import Task
from records import store
from records.seed import ACCOUNTS, BODIES
from records.tables import Account, Body, FileRow
from tests.applications import a_site, uscc
from workflows.flow import react

AT = datetime(2026, 11, 20, 2, 0, 0, 5, tzinfo=UTC)
_numbers = itertools.count(1)


def seed_people(engine: Engine) -> None:
    """The seeded bodies and accounts, without the cost of their passwords."""
    with Session(engine) as session:
        session.add_all(Body(id=body, name_zh=zh, name_en=en) for body, (zh, en) in BODIES.items())
        session.flush()
        for user, (body, roles, name) in ACCOUNTS.items():
            email = f"{user}@example.org"
            person, password = f"person-{user}", "none"
            session.add(
                Account(
                    user=user,
                    person=person,
                    body=body,
                    roles=roles,
                    name=name,
                    email=email,
                    password_hash=password,
                )
            )
        session.commit()


def an_actor(user: str) -> Actor:
    """A seeded account as a case sees it."""
    body, roles, _ = ACCOUNTS[user]
    return Actor(user=user, person=f"person-{user}", body=body or "", roles=roles)


def an_application(number: int | None = None, **changes: Any) -> dict[str, Any]:
    """A hotel's application; the same number is the same organization."""
    number = number or next(_numbers)
    return {
        "body": "demo",
        "scheme": {"id": "service", "version": "1.0"},
        "organization": {
            "name": f"晋韵酒店管理有限公司{number}",
            "uscc": uscc(number),
            "legal_representative": "王晋",
            "address": "太原市迎泽大街1号",
            "city": "太原",
            "headcount": 60,
            "contact": {"name": "安申请", "phone": "0351-1234567", "email": "applicant@example.org"},
        },
        "service": {"name": "文化主题酒店住宿服务", "description": "住宿与文化体验", "category": "accommodation"},
        "sites": [a_site("s1", "总部", "太原", 60, central=True)],
        "declarations": {"credit": True, "complaints": True},
        **changes,
    }


def a_case(case_id: str = "case-1", **changes: Any) -> CaseState:
    """A case before its application."""
    return CaseState(id=case_id, body="demo", applicant="applicant", **changes)


def applying(body: dict[str, Any] | None = None, message_id: str = "apply") -> Message:
    """The message that opens a case."""
    content = json.dumps(body or an_application(), ensure_ascii=False)
    actor = an_actor("applicant")
    return Message(id=message_id, kind="application", name="application", actor=actor, content=content)


def answering(state: CaseState, kind: str, by: str = "manager", **payload: Any) -> Message:
    """An answer to the open task of a kind."""
    task = next(task for task in state.tasks if task.kind == kind)
    content = json.dumps(payload, ensure_ascii=False)
    return Message(id=task.id, kind="answer", name=kind, actor=an_actor(by), task=task.id, content=content)


def noting(text: str = "一条备注", message_id: str = "note") -> Message:
    """A remark."""
    content = json.dumps({"text": text}, ensure_ascii=False)
    return Message(id=message_id, kind="act", name="note.add", actor=an_actor("manager"), content=content)


def a_file(file_id: str, owner: str = "applicant") -> FileRow:
    """An uploaded file of its owner's."""
    return FileRow(id=file_id, sha256="0" * 64, size=1, media_type="application/pdf", name="a.pdf", owner=owner, at=AT)


@dataclass(frozen=True)
class Recorder:
    """Records turns as the worker does, without an engine."""

    database: Engine
    facts: FactFinder

    def outcome(self, state: CaseState, message: Message, at: datetime = AT, flow: React = react) -> Outcome:
        """What the record activity gives for a turn."""
        turns = TurnActivities(self.database, self.facts, flow)
        return turns.record(Turn.of(state, message, at))

    def record(self, state: CaseState, message: Message, at: datetime = AT, flow: React = react) -> CaseState:
        """The case after a turn, as its workflow goes on with it."""
        outcome = self.outcome(state, message, at, flow)
        done = outcome.message or message
        after = flow(state, done, outcome.facts, outcome.at).state
        after.head = outcome.head
        return after

    def insist(self, state: CaseState, message: Message) -> Outcome:
        """The outcome after as many tries as the engine makes."""
        for _ in range(3):
            try:
                return self.outcome(state, message)
            except IntegrityError:
                continue
        return self.outcome(state, message)


def everything(database: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that the migrations made."""
    found = MetaData()
    found.reflect(database)
    with database.connect() as connection:
        rows = {table.name: connection.execute(table.select()).all() for table in found.sorted_tables}
    return {name: sorted(map(tuple, there), key=repr) for name, there in rows.items()}


def a_task(task_id: str, role: str = "case_manager", assignee: str | None = None, due_on: date | None = None) -> Task:
    """An open task."""
    title = Text(zh="办理", en="Do it")
    return Task(
        id=task_id,
        kind="application.review",
        role=role,
        assignee=assignee,
        opened_on=AT.date(),
        due_on=due_on,
        clause="R:7/7.2.2",
        title=title,
    )


def kept(session: Session, number: int, *, tasks: Sequence[Task] = (), name: str = "", **changes: Any) -> CaseState:
    """A case in the read model, written as every turn writes it, whatever its flow would say."""
    body = an_application(100_000 + number)
    if name:
        body["organization"]["name"] = name
    application = NewCase.model_validate(body)
    fields = {"id": f"case-{number}", "body": "demo", "applicant": "applicant", **changes}
    state = CaseState(number=f"JP-2026-{number:05d}", application=application, tasks=list(tasks), turn=1, **fields)
    before = CaseState(id=state.id, body=state.body, applicant=state.applicant)
    store.write_turn(session, before, state, noting(message_id=state.id), Facts(), [], AT)
    session.flush()
    return state

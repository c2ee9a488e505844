"""A case driven without the engine: the real flow, facts and record on SQLite, and a clock of the test's own."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from activities.facts import FactFinder
from activities.interface import Turn
from activities.turns import TurnActivities
from domain.agenda import agenda
from domain.application import uscc_check_character
from domain.audit import Audit
from domain.dates import local_date, nine_oclock
from domain.refusal import Refusal, Refused
from domain.state import TIMER, Actor, CaseState, Message
from domain.tasks import Task
from records import queries
from records.database import connect, migrate
from records.seed import ACCOUNTS, seed
from records.tables import FileRow
from services.schemes import Library
from tests.domain.sheets import a_checklist, raw_sheet
from workflows.flow import admit, react

LIBRARY = Library.load()
FACTS = FactFinder(LIBRARY)
START = date(2026, 3, 2)
"""A Monday; the Spring Festival is over."""

PLAN: dict[str, Any] = {
    "objective": "初次认证",
    "basis": ["R"],
    "team": [{"user": "leader", "role": "leader"}, {"user": "auditor", "role": "auditor"}],
    "person_days": {"documents": "1", "management": "6", "characteristics": "5"},
}

_numbers = itertools.count(1)


def a_database(folder: Path, url: str = "") -> Engine:
    """A record with the seeded accounts and one file, `f`, of each of them."""
    url = url or f"sqlite:///{folder / 'record.sqlite'}"
    migrate(url)
    engine = connect(url)
    seed(engine, "x")
    put_files(engine)
    return engine


def put_files(engine: Engine) -> None:
    """A file, `f-` and their name, of each seeded account."""
    with Session(engine) as session:
        for user in ACCOUNTS:
            session.add(
                FileRow(
                    id=f"f-{user}",
                    sha256="0" * 64,
                    size=1,
                    media_type="application/pdf",
                    name="f.pdf",
                    owner=user,
                    body=ACCOUNTS[user][0],
                    at=datetime.now(UTC),
                )
            )
        session.commit()


class Life:
    """One case and its clock; people act by name, days pass, everything is recorded.

    It is rehearsed, so that it books nobody: the lives of a record have the same people on the same days.
    """

    def __init__(self, engine: Engine, on: date = START, *, rehearsal: bool = True) -> None:
        self.engine = engine
        self.turns = TurnActivities(engine, FACTS, react)
        self.now = nine_oclock(on)
        number = next(_numbers)
        self.case = CaseState(id=f"case{number}", body="demo", applicant="applicant", rehearsal=rehearsal)
        self.number = number

    @property
    def today(self) -> date:
        return local_date(self.now)

    @property
    def audit(self) -> Audit:
        return self.case.audits[-1]

    @property
    def open(self) -> list[str]:
        return sorted(task.kind for task in self.case.tasks if not task.covered)

    def work(self, message: Message) -> None:
        admit(self.case, message)
        outcome = self.turns.work_on(Turn.of(self.case, message, self.now))
        self.case = react(self.case, message, outcome.facts, outcome.at).state
        self.case.head = outcome.head

    def message(self, user: str, kind: Any, name: str, payload: dict[str, Any], task: str | None = None) -> Message:
        body, roles, _ = ACCOUNTS[user]
        actor = Actor(user=user, person=f"person-{user}", body=body or "", roles=roles)
        content = json.dumps(payload, ensure_ascii=False)
        return Message(id=f"{self.case.turn}-{user}", kind=kind, name=name, actor=actor, task=task, content=content)

    def task(self, kind: str) -> Task:
        return next(task for task in self.case.tasks if task.kind == kind)

    def apply(self, **changes: Any) -> None:
        self.work(self.message("applicant", "application", "application", an_application(self.number) | changes))

    def answer(self, user: str, kind: str, **payload: Any) -> None:
        self.work(self.message(user, "answer", kind, payload, self.task(kind).id))

    def act(self, user: str, kind: str, **payload: Any) -> None:
        self.work(self.message(user, "act", kind, payload))

    def refused(self, user: str, kind: str, **payload: Any) -> Refusal:
        before = self.case.model_dump_json()
        try:
            self.answer(user, kind, **payload)
        except Refused as refused:
            assert self.case.model_dump_json() == before
            return refused.refusal
        raise AssertionError(f"{kind} was not refused")

    def until(self, day: date) -> None:
        """Let days pass, to nine in the morning; everything due on the way happens at its time."""
        target = nine_oclock(day)
        while (entries := agenda(self.case)) and entries[0].at <= target:
            entry = entries[0]
            self.now = max(entry.at, self.now)
            self.work(Message(id=f"{self.case.turn}-{entry.name}", kind="alarm", name=entry.name, actor=TIMER))
        self.now = max(target, self.now)

    def days(self, count: int) -> None:
        self.until(self.today + timedelta(days=count))

    def events(self) -> list[dict[str, Any]]:
        with Session(self.engine) as session:
            return queries.events(session, self.case.id, 0, 10_000)

    def due(self, kind: str) -> date:
        return next(one.due_on for one in self.case.deadlines if one.kind == kind and one.state == "running")

    # Where tests begin

    def contracted(self, **application: Any) -> "Life":
        """Applied, accepted, contracted: the plan is asked for."""
        self.apply(**application)
        self.answer("manager", "application.review", outcome="accept")
        contract = {"contract_number": "HT-1", "signed_on": str(self.today), "fee_total": "36000.00"}
        self.answer("manager", "contract.sign", **contract, file_id="f-manager")
        return self

    def plan(self, **changes: Any) -> None:
        self.answer("manager", "audit.plan", **self.a_plan(**changes))

    def a_plan(self, **changes: Any) -> dict[str, Any]:
        days = {"planned_from": str(self.today + timedelta(days=7)), "planned_to": str(self.today + timedelta(days=12))}
        return PLAN | days | changes

    def on_site(self, **plan: Any) -> "Life":
        """Planned, confirmed, documents passed: everything on site is open."""
        self.plan(**plan)
        self.answer("applicant", "audit.plan.confirm", outcome="agree")
        self.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
        return self

    def audited(
        self,
        *,
        scores: dict[int, Any] | None = None,
        findings: list[dict[str, Any]] | None = None,
        deductions: list[dict[str, Any]] | None = None,
        credit: dict[str, Any] | None = None,
        answers: dict[str, str] | None = None,
    ) -> "Life":
        """All inputs of an audit of one day, today; `answers` of a checklist in place of scores and deductions."""
        self.answer("leader", "audit.open", on=str(self.today), attendees=["x"])
        if "audit.checklist" in self.open:
            self.answer("leader", "audit.checklist", **a_checklist(answers), findings=findings or [])
        else:
            self.answer("leader", "audit.management", **raw_sheet(scores), findings=findings or [])
            self.answer("leader", "audit.characteristics", items=[], deductions=deductions or [], modes_used=[])
        self.answer("manager", "audit.credit", **(credit or {"listed": False}))
        self.answer("leader", "audit.close", on=str(self.today), attendees=["x"])
        return self

    def reported(self, recommendation: str = "pass") -> "Life":
        self.answer("leader", "audit.report", recommendation=recommendation, summary="x")
        return self

    def granted(self) -> "Life":
        """Reviewed and granted."""
        self.answer("reviewer", "review.independent", outcome="agree")
        self.answer("decider", "decision.make", outcome="grant")
        return self


def a_deduction(**changes: Any) -> dict[str, Any]:
    """A deduction of one point from an item that is not evaluated per site."""
    return {
        "item": "f6",
        "description": "标识不清",
        "points": "1",
        "severity": "minor",
        "rectify": True,
    } | changes


FAILING: dict[int, Any] = {11: [], 1: [], 2: []}
"""Rows without points: q1 falls below its threshold."""


def an_application(number: int) -> dict[str, Any]:
    """A complete application of one hotel with three sites and 120 people."""
    code = f"91140100MB0{number:06d}"
    return {
        "body": "demo",
        "scheme": {"id": "service", "version": "1.0"},
        "special_rule": {"id": "example-heritage-hotel", "version": "1.0"},
        "organization": {
            "name": "晋韵酒店管理有限公司",
            "uscc": code + uscc_check_character(code),
            "legal_representative": "王晋",
            "address": "太原市迎泽大街1号",
            "city": "太原",
            "headcount": 120,
            "contact": {"name": "安申请", "phone": "0351-1234567", "email": "applicant@example.org"},
        },
        "service": {"name": "文化主题酒店住宿服务", "description": "住宿", "category": "accommodation"},
        "sites": [
            {"id": f"s{n}", "name": f"店{n}", "address": "x", "city": "太原", "headcount": 40, "central": n == 1}
            for n in (1, 2, 3)
        ],
        "documents": [{"kind": kind, "file_id": "f-applicant"} for kind in "abcdeghi"],
        "declarations": {"credit": True, "complaints": True},
    }


PRODUCT: dict[str, Any] = {
    "scheme": {"id": "product", "version": "1.0"},
    "special_rule": {"id": "example-aged-vinegar", "version": "1.0"},
    "service": {"name": "老陈醋", "description": "酿造食醋的生产", "category": "vinegar"},
}
"""What an application for a product says in place of a service's; a checklist decides on it."""
AGRICULTURAL: dict[str, Any] = {
    "scheme": {"id": "agricultural-product", "version": "1.0"},
    "special_rule": {"id": "example-millet", "version": "1.0"},
    "service": {"name": "小米", "description": "谷子的种植与加工", "category": "millet"},
}


CONTENTS = {letter: {"conclusion": "conforms", "evidence": "x"} for letter in "abcdef"}
RENEWAL = {letter: {"conclusion": "conforms", "evidence": "x"} for letter in "abc"}
MAINTAINED = dict.fromkeys("abcdef", True)

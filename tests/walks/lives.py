"""A life without the engine that is followed by the reference: each message, also of a timer, is checked."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from activities.interface import Turn
from activities.turns import TurnActivities
from domain.agenda import agenda
from domain.refusal import Refused
from domain.state import CaseState, Facts, Message
from records import certificates, queries, store
from records.chain import broken_at
from records.database import begin_writing
from records.tables import TaskRow
from tests.lives import FACTS, Life
from tests.walks import checks, people
from tests.walks.reference import Reference, moment
from workflows.flow import Reaction, admit, react

SHOWN = {"tasks", "audits", "status", "stage", "certificates", "suspension", "deadlines", "matters", "cycle"}
SMALL, FOR_A_MATTER, FOR_AN_AUDIT = 64 * 1024, 2048, 8192
"""Bytes of a state, and of what each matter and each audit adds: these lives have dozens where others have a few."""
REFUSED_TO_STRANGERS = {"forbidden", "not_found", "not_independent", "task_not_open"}


class Walked(Life):
    """A case and the reference that reads its record; every step of it is checked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.turns = TurnActivities(engine, FACTS, self._react)
        self.model = Reference()
        self.told: list[dict[str, Any]] = []
        """What the reference was told; in the end the record has to say the same."""
        self.steps = 0
        """Messages of people and of timers, also those that were refused."""
        self._shown: dict[str, Any] = {}
        self.taken = Counter[str]()
        """Act that the case took once there was a certificate → how often."""
        self.seen = Counter[str]()
        """Kind of an event, or of a decision with its outcome → how many there were."""
        self.days: dict[date, list[tuple[str, str]]] = {}
        """Day → what each certificate was worth when it was looked at last."""

    def _react(self, state: CaseState, message: Message, facts: Facts, at: datetime) -> Reaction:
        """The flow, whose result serves the record and this life alike."""
        self._reaction = react(state, message, facts, at)
        return self._reaction

    def _worked_on(self, message: Message) -> str:
        """As the record's activity does it, which reads the case from the record first; gives the chain's head."""
        return self.turns.work_on(Turn.of(self.case, message, self.now)).head

    def _written(self, message: Message) -> str:
        """The same from the case at hand: reading it each time would take a fifth of all the time."""
        with Session(self.engine) as session:
            begin_writing(session)
            facts = FACTS.gather(session, self.case, message, self.now)
            reaction = self._react(self.case, message, facts, self.now)
            head = store.write_turn(session, self.case, reaction.state, message, facts, reaction.events, self.now)
            session.commit()
        return head

    @property
    def shown(self) -> dict[str, Any]:
        """The case as JSON data, with the snapshot's names."""
        if self._shown.get("version") != (self.case.version, self.case.turn):
            self._shown = self.case.model_dump(mode="json", include=SHOWN)
            self._shown["version"] = self.case.version, self.case.turn
            if application := self.case.application:
                self._shown |= application.model_dump(mode="json", include={"organization", "service", "sites"})
        return self._shown

    @property
    def awaits_an_appeal(self) -> bool:
        """Whether the case that has ended may come back: in every second one the client appeals, or lets that be."""
        waits = any(one.kind.startswith("appeal.") and one.state == "running" for one in self.case.deadlines)
        return self.number % 2 == 0 and waits

    def work(self, message: Message) -> None:
        before = self.shown
        self.steps += 1
        admit(self.case, message)
        head = self._written(message) if self.steps % 10 else self._worked_on(message)
        self.case = self._reaction.state
        self.case.head = head
        self.case.effects = []  # nothing delivers here
        for audit in self.case.audits:
            of = audit.of or audit.id
            self.model.audits.setdefault(audit.id, (self.model.audits.get(of, (audit.audit_kind,))[0], of))
        self.model.open = {audit.id for audit in self.case.audits if audit.stage != "closed"}
        for draft in self._reaction.events:
            event = {"at": draft.at, "actor": draft.actor, "kind": draft.kind, "data": draft.data}
            self.told.append(event)
            checks.nothing_early(event, before)
            self.model.take(event)
            self.seen[event["kind"]] += 1
            self.seen[f"{event['kind']} {event['data'].get('outcome')}"] += 1
        if not any(entry.at <= self.now for entry in agenda(self.case)[:1]):
            self.check()

    def check(self) -> None:
        self.model.pass_to(self.now)
        shown = self.shown
        checks.same(shown, self.model)
        checks.nothing_missed(shown, self.now)
        statuses = [one.status for one in self.model.certificates]
        numbers = [one.number for one in self.case.certificates]
        self.days[self.today] = list(zip(numbers, statuses, strict=True))

    def message(self, user: str, kind: Any, name: str, payload: dict[str, Any], task: str | None = None) -> Message:
        """Of those that are numbered, a record has two; here there are more."""
        first = user.rstrip("3456789")
        message = super().message(first, kind, name, payload, task)
        actor = message.actor.model_copy(update={"user": user, "person": f"person-{user}"})
        return message.model_copy(update={"id": f"{self.case.turn}-{user}", "actor": actor})

    # Steps

    def send(self, move: people.Move) -> bool:
        """Whether the case took it; what it refuses changes nothing."""
        self.until(self.today)  # what is due again after an appeal comes first
        message = self.message(move.user, "answer" if move.task else "act", move.kind, move.payload, move.task)
        before = self.case.model_dump_json()
        try:
            self.work(message)
        except Refused:
            assert self.case.model_dump_json() == before
            return False
        if not move.task and self.case.certificates:
            self.taken[move.kind] += 1
        return True

    def is_as_recorded(self) -> None:
        """The case is what the record holds of it, but for what nothing delivers here."""
        with Session(self.engine) as session:
            row = queries.case_row(session, self.case.id)
        assert row is not None
        kept = queries.state_of(row)
        kept.effects = []
        assert kept == self.case

    def send_again(self, move: people.Move) -> None:
        """The same turn once more, as after a crash: it gives what the record holds, and adds nothing."""
        self.until(self.today)
        message = self.message(move.user, "answer" if move.task else "act", move.kind, move.payload, move.task)
        turn = Turn.of(self.case, message, self.now)
        if not self.send(move):
            return
        again = self.turns.work_on(turn)
        assert again.head == self.case.head
        with Session(self.engine) as session:
            assert len(queries.events(session, self.case.id, self.case.version, 10)) == 0

    def refuse(self, move: people.Move) -> None:
        """Somebody who is not asked is refused, and nothing changes."""
        message = self.message(move.user, "answer", move.kind, move.payload, move.task)
        before = self.case.model_dump_json()
        with pytest.raises(Refused) as refused:
            self.work(message)
        assert refused.value.refusal.code in REFUSED_TO_STRANGERS
        assert self.case.model_dump_json() == before

    def wait(self, dice: people.Dice) -> None:
        """A few days pass, or all up to one of the next due dates, one day more or less."""
        due = sorted(one.due_on for one in self.case.deadlines if one.state == "running")[:4]
        if due and dice.chance(50):
            day = dice.one_of(due) + timedelta(days=dice.below(6) - 1)
        else:
            day = self.today + timedelta(days=1 + dice.below(120 if dice.chance(20) else 8))
        if day > self.today:
            self.until(day)
            self.check()

    # Its end

    def close(self) -> None:
        """The record, the register and the inbox tell the same."""
        events = self.events()
        assert broken_at(events) is None
        assert [(moment(one), one["actor"], one["kind"], one["data"]) for one in events] == [
            (moment(one), one["actor"], one["kind"], one["data"]) for one in self.told
        ]
        checks.nobody_barred(events)
        checks.nobody_decides_again(events)
        self.is_as_recorded()

        beside = FOR_A_MATTER * len(self.case.matters) + FOR_AN_AUDIT * len(self.case.audits)
        assert len(self.case.model_dump_json().encode()) < SMALL + beside
        with Session(self.engine) as session:
            rows = session.exec(select(TaskRow.id).where(col(TaskRow.case_id) == self.case.id)).all()
            assert sorted(rows) == sorted(task.id for task in self.case.tasks)
            for day, worth in self.days.items():
                for number, status in worth:
                    entry = certificates.entry(session, number, on=day)
                    assert entry is not None
                    assert (day, entry.status) == (day, status)

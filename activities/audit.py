"""Checking a case's record: works on every recorded turn again, and says where the record holds something else."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError
from sqlmodel import Session

from activities.scores import Scores
from activities.turns import React
from domain.state import CaseState, Facts, Message
from records import audit, chain
from records.audit import CaseRecord
from records.differences import differences
from records.read_model import ReadModel, erased_findings, row_findings
from records.tables import TurnRow

SHEETS: Final = ("audit.management", "audit.characteristics", "audit.checklist", "audit.credit")
"""What scores are computed from."""


class Auditor:
    """Holds the flow's `react`, and what computes scores; the database comes with each call."""

    def __init__(self, react: React, scores: Scores) -> None:
        self._react = react
        self._scores = scores

    def findings(self, session: Session, record: CaseRecord, owners: audit.Owners) -> list[str]:
        """What differs in a case's record, a sentence each; nothing where it is whole.

        What was deleted at the end of its term cannot be worked on again; its chain can be held against its digests.
        """
        found = [line for what, check in audit.BY_ITSELF.items() for line in guarded(what, check(record))]
        if record.erased:
            found += guarded("what is left", erased_findings(session, record))
            return [*found, *audit.number_findings(record.row.id, owners)]
        fold = Fold(session, record, self._react, self._scores)
        found += guarded("the turns", fold.findings())
        if fold.complete:
            found += guarded("the rows", row_findings(session, record, fold.model))
        return [*found, *audit.number_findings(record.row.id, owners)]


def guarded(what: str, findings: Iterator[str]) -> Iterator[str]:
    """The findings of one check: whatever somebody has written into a database, the others go on."""
    try:
        yield from findings
    except Exception as error:  # noqa: BLE001  # it may be anything
        yield f"{what} cannot be read: {type(error).__name__}: {error}"


def _said(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("hash", "previous_hash")}


class Fold:
    """Works on the recorded turns again, from the first state on."""

    def __init__(self, session: Session, record: CaseRecord, react: React, scores: Scores) -> None:
        self._session, self._record, self._react, self._scores = session, record, react, scores
        row = record.row
        start = CaseState(id=row.id, body=row.body, applicant=row.applicant, rehearsal=row.rehearsal)
        self.model = ReadModel.of_nothing(start)
        self.complete = False
        """Every turn was there and could be worked on."""
        self._differs = False
        """One event that differs is told of: those after it differ for its sake."""

    def findings(self) -> Iterator[str]:
        """Where the record holds something else than its turns come to."""
        for place, turn in enumerate(self._record.turns, start=1):
            if turn.turn != place:
                yield f"turn {place} is missing"
                return
            try:
                yield from self._worked_on(turn)
            except Exception as error:  # noqa: BLE001  # the flow was never made for what somebody may have written
                yield f"turn {place} cannot be worked on again: {type(error).__name__}: {error}"
                return
        if len(self._record.turns) != self._record.row.turn:
            yield f"there are {len(self._record.turns)} turns, and the case counts {self._record.row.turn}"
            return
        self.complete = bool(self._record.turns)
        yield from self._further_events()
        yield from self._state_findings()

    def _worked_on(self, turn: TurnRow) -> Iterator[str]:
        before, facts = self.model.state, Facts.model_validate_json(turn.facts)
        message = self._message(turn, facts)
        if message.id != turn.message_id:
            yield f"turn {turn.turn} is of the message {message.id}, not {turn.message_id}"
        yield from self._score_findings(before, message, facts, turn)
        reaction = self._react(before, message, facts, turn.at)
        after, head = reaction.state, before.head
        for event in chain.chained(reaction.events, before.version, before.head or chain.FIRST):
            yield from self._event_findings(event)
            head = str(event["hash"])
        after.head = head
        if turn.head != head and not self._differs:
            self._differs = True
            yield f"the head of turn {turn.turn} is {turn.head}, and its last event comes to {head}"
        self.model = self.model.after(turn, after)

    def _message(self, turn: TurnRow, facts: Facts) -> Message:
        message = Message.model_validate_json(turn.message)
        if facts.content:
            message = message.model_copy(update={"content": self._record.contents[facts.content]})
        return message

    def _score_findings(self, state: CaseState, message: Message, facts: Facts, turn: TurnRow) -> Iterator[str]:
        """Scores and verdict, computed again from the sheets."""
        if message.name not in SHEETS:
            return
        again = Facts(content=facts.content)
        self._scores.gather(self._session, state, message, again, turn.at)
        computed = {"results", "results_content", "findings", "to_approve"}
        found, expected = (one.model_dump(mode="json", include=computed) for one in (facts, again))
        yield from differences(found, expected, f"turn {turn.turn}")

    def _event_findings(self, expected: dict[str, Any]) -> Iterator[str]:
        """The first event that differs, by what it says; that its hash fits is the chain's matter."""
        if self._differs:
            return
        seq, kind = expected["seq"], expected["kind"]
        found = self._record.events[seq - 1] if seq <= len(self._record.events) else None
        if found is None:
            told = [f"event {seq}, {kind}, is missing"]
        elif found["kind"] != kind:
            told = [f"event {seq} is {found['kind']}, and should be {kind}"]
        else:
            told = list(differences(_said(found), _said(expected), f"event {seq}"))
        self._differs = bool(told)
        yield from told

    def _further_events(self) -> Iterator[str]:
        for event in self._record.events[self.model.state.version :]:
            yield f"event {event['seq']}, {event['kind']}, is there, but no turn led to it"

    def _state_findings(self) -> Iterator[str]:
        """The stored state; what has been delivered meanwhile it carries no longer."""
        try:
            stored = CaseState.model_validate_json(self._record.row.state)
        except ValidationError as error:
            yield f"the state cannot be read: {error.error_count()} faults"
            return
        kept = {effect.id for effect in stored.effects}
        state = self.model.state
        state.effects = [effect for effect in state.effects if effect.id in kept]
        yield from differences(stored.model_dump(mode="json"), state.model_dump(mode="json"), "state")

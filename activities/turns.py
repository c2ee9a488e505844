"""The record activity: finds out what a message needs, works it out and writes it down, all in one transaction."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.facts import FactFinder
from activities.interface import RECORD, REFUSED, Outcome, Turn
from domain.refusal import Refused
from domain.state import CaseState, EventDraft, Facts, Message
from records import queries, store, timers
from records.database import begin_writing
from records.tables import TurnRow


class Reaction(Protocol):
    """What a message leads to."""

    @property
    def state(self) -> CaseState:
        """The case after it."""

    @property
    def events(self) -> list[EventDraft]:
        """The events for its record."""


log = logging.getLogger(__name__)
React = Callable[[CaseState, Message, Facts, datetime], Reaction]
LATE_AFTER = timedelta(minutes=5)
"""So much after it was due a timer counts as late."""


class TurnActivities:
    """Holds the database, the fact finder and the flow's `react`, which the worker wires in."""

    def __init__(self, engine: Engine, facts: FactFinder, react: React, late_after: timedelta = LATE_AFTER) -> None:
        self._engine = engine
        self._facts = facts
        self._react = react
        self._late_after = late_after

    @activity.defn(name=RECORD)
    def record(self, turn: Turn) -> Outcome:
        """Work on a message once: the same turn again gives what the record holds.

        Raises:
            ApplicationError: of type `Refused`, not to be retried, with the refusal as its detail.
        """
        log.info("working on a turn", extra=_of(turn))
        try:
            return self.work_on(turn)
        except Refused as refused:
            refusal = refused.refusal
            raise ApplicationError(refusal.en, refusal, type=REFUSED, non_retryable=True) from refused

    def work_on(self, turn: Turn) -> Outcome:
        """The same outside an activity.

        Raises:
            Refused: what the case or the record says no to.
        """
        with Session(self._engine) as session:
            begin_writing(session)
            row = queries.case_row(session, turn.case_id, to_write=True)
            if row is not None and row.turn >= turn.turn:
                return _as_recorded(session, turn)
            state = _state_before(turn, row)
            facts = self._facts.gather(session, state, turn.message, turn.at)
            reaction = self._react(state, turn.message, facts, turn.at)
            head = store.write_turn(session, state, reaction.state, turn.message, facts, reaction.events, turn.at)
            behind = row is not None and timers.is_behind(row, turn.at, self._late_after, rehearsal=state.rehearsal)
            timers.note(session, state, reaction.state, turn.message, turn.at, behind=behind)
            session.commit()
        return Outcome(at=turn.at, facts=facts, head=head)


def _of(turn: Turn) -> dict[str, object]:
    message = turn.message
    return {"case": turn.case_id, "turn": turn.turn, "what": message.name, "request": message.request}


def _state_before(turn: Turn, row: queries.Kept | None) -> CaseState:
    state = queries.state_of(row) if row else turn.start
    if state is None or state.turn != turn.turn - 1:
        raise LookupError(f"the record of case {turn.case_id} does not end before turn {turn.turn}")
    state.effects = [effect for effect in state.effects if effect.id in turn.effects]
    return state


def _as_recorded(session: Session, turn: Turn) -> Outcome:
    row = session.get_one(TurnRow, (turn.case_id, turn.turn))
    facts = Facts.model_validate_json(row.facts)
    other = None
    if row.message_id != turn.message.id:
        other = Message.model_validate_json(row.message)
        if facts.content:
            content = queries.content(session, row.case_id, facts.content)
            other = other.model_copy(update={"content": content})
    return Outcome(message=other, at=row.at, facts=facts, head=row.head)

"""What a workflow may know of its activities: their names, what they get and what they give."""

import json
from datetime import date, datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from domain.application import Ident
from domain.grounds import Trigger
from domain.model import Record
from domain.prose import Reason
from domain.state import COURIER, Actor, CaseState, Effect, Facts, Message

CASE = "CertificationCase"
"""The workflow of a case."""
RECORD = "record"
DELIVER = "deliver"
NEXT_CASES = "next_cases"
BRING = "bring"
SWEEP = "sweep"
SUBMIT_BATCH = "submit_batch"
START_APPLICATIONS = "start_applications"
ROLLOUT = "Rollout"
ERRAND = "Errand"
"""The workflow of whatever the installation does regularly, beside every case."""
SUBMIT = "submit"
"""The update by which a case gets its messages."""
WAKE = "wake"
"""The signal that has a case look at its agenda again."""
DEAD_AFTER = timedelta(seconds=5)
"""A turn whose worker was killed is given to another after this."""
REFUSED = "Refused"
"""Error type of a refusal that crosses Temporal; its detail is a `Refusal`."""


class Start(Record):
    """What a run of a case starts with."""

    state: CaseState
    message: Message | None = None
    """The application, in the first run, or what comes after a case has ended: whatever happens to its sender."""
    events_a_run: int = 800
    """The history length from which a run hands on to the next, at rest."""
    delivery_seconds: float = 600
    """How long a delivery is tried before operations is asked."""


class Turn(Record):
    """One message to be worked on and recorded, `at` an instant of the case's own clock.

    The state itself does not travel: the record holds it as it was after the turn before.
    """

    case_id: str
    turn: int
    message: Message
    at: datetime
    effects: list[str] = Field(default_factory=list)
    """The effects that are not carried out yet; the record may hold some that are by now."""
    start: CaseState | None = None
    """The state before the first turn."""

    @classmethod
    def of(cls, state: CaseState, message: Message, at: datetime) -> Self:
        """The next turn of a case."""
        return cls(
            case_id=state.id,
            turn=state.turn + 1,
            message=message,
            at=at,
            effects=[effect.id for effect in state.effects],
            start=None if state.turn else state,
        )


class Outcome(Record):
    """What the record holds for a turn: it may be another message, recorded before a crash."""

    message: Message | None = None
    """The message that took this turn; None when it is the one that was sent."""
    at: datetime
    facts: Facts
    head: str


class Incident(Record):
    """R:7/6.5.1: a machine's news of an incident: a credit listing, an authority's penalty, the media."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    """Of the source's own: the same news is the same id, however often it comes."""
    trigger: Trigger
    description: Reason
    on: date
    source: Ident

    def message(self, body: str) -> Message:
        """The act that it is in a case of a body."""
        actor = Actor(user=f"machine:{self.source}", body=body, roles=["machine"])
        content = self.model_dump_json(include={"trigger", "description", "on"})
        news = f"incident:{self.source}:{self.id}"
        return Message(id=news, kind="act", name="incident.report", actor=actor, content=content)


class Order(Record):
    """A message that many cases get, each its copy: it is worked on once in each case, by its id."""

    message: Message
    selection: str
    """Which cases: `running`, the `holders` of a certificate, or `provisional`: with a running provisional date."""
    after: str = ""
    """The id of the last case that has been looked at."""
    finished: bool = False
    """Every case has been looked at; those `left` are tried again."""
    left: list[str] = Field(default_factory=list)
    """Cases that could not take it yet."""


class Delivery(Record):
    """Effects of one kind to be carried out, each once; the case itself stands in the record."""

    case_id: str
    effects: list[Effect] = Field(default_factory=list)


class Delivered(Record):
    """What became of a delivery."""

    done: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Effect id → what the record keeps of it: a document's file, a receipt's number; empty for a notice."""
    parked: list[str] = Field(default_factory=list)
    """Effects that lie in the outbox until the next batch."""
    refused: dict[str, str] = Field(default_factory=dict)
    """Effect id → why it can never be carried out as it is."""
    held: dict[str, datetime] = Field(default_factory=dict)
    """Effect id → the end of the quiet hours over which it waits."""


def told(effect_id: str, tries: int, outcome: str, found: dict[str, str]) -> Message:
    """What a case is told of a delivery: the same for the same end of the same try."""
    return Message(
        id=f"{outcome}:{effect_id}:{tries}",
        kind="delivered",
        name=effect_id,
        actor=COURIER,
        outcome=outcome,
        content=json.dumps(found, ensure_ascii=False),
    )

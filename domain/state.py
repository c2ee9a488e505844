"""What a case knows: the one state that a workflow run hands to the next."""

import operator
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from domain.application import Application, Ref
from domain.audit import Audit, Finding, Stage
from domain.calendar import Calendar
from domain.certificates import Certificate, Status
from domain.dates import Proof
from domain.editions import NewEdition, PlannedEdition
from domain.matters import Matter
from domain.model import Record, Text
from domain.results import Results
from domain.rules import Rules
from domain.rulings import Ruling
from domain.suspension import Suspension
from domain.tasks import Task
from domain.team import Person


class Actor(Record):
    """Who acts: the account, the person behind it, their body and roles; a timer acts as `timer`."""

    user: str
    person: str = ""
    body: str = ""
    roles: list[str] = Field(default_factory=list)


TIMER = Actor(user="timer")
COURIER = Actor(user="courier")
CALENDAR = Actor(user="calendar")
PUBLIC = Actor(user="public")
"""Anybody who has not signed in; also stands for members of the body where the client must not learn who it was."""


class Message(Record):
    """One thing that reaches a case: an application, an answer, an act, a date, a delivery's end."""

    id: str
    """Unique for ever: an idempotency key or a business key; a message is worked on once."""
    kind: Literal["application", "answer", "act", "alarm", "delivered", "rollout"]
    name: str
    """The task or act kind, the agenda entry's id, the effect's id, or what is rolled out to many cases."""
    actor: Actor
    task: str | None = None
    content: str = "{}"
    """The payload as JSON text."""
    outcome: str = ""
    """Of a delivery: `done`, `parked` until the next batch, or `failed`."""
    known_turn: int = 0
    """The turn its sender knew from the record; a case that is behind it catches up first."""
    expected_version: int | None = None
    """The version its sender expects, if any."""

    request: str = ""
    """The id of the request that brought it, for the logs; none when no person sent it."""

    @property
    def is_news(self) -> bool:
        """Whether a machine sent it, which waits for nothing and will not send it again."""
        return "machine" in self.actor.roles


class Deadline(Record):
    """A due date with its proof; in JSON without what is not set, because a case carries many of them."""

    id: str
    kind: str
    purpose: str = Field(default="", exclude_if=operator.not_)
    """Tells apart two due dates of one kind, for instance the contract's last day from its usual one."""
    audit_id: str | None = None
    due_on: date
    judged_on: date
    """The day at whose end a lapse is judged: the due date, or later where an entry may come late."""
    provisional: bool = False
    clause: str
    state: Literal["running", "met", "missed", "void"] = "running"
    met_on: date | None = None
    proof: Proof
    remind: list[date] = Field(default_factory=list, exclude_if=operator.not_)
    """Days whose reminder is still to come, soonest first."""
    opens_on: date | None = Field(default=None, exclude_if=operator.not_)
    """The day on which what is due here is asked for by itself; none once that has happened."""


class Effect(Record):
    """Something a case has decided to send or make, not yet known to be done."""

    id: str
    kind: Literal["notice", "certificate", "report", "submission"]
    to: str = ""
    """Who gets a notice: `applicant`, `role:<role of the body>` or `user:<account>`."""
    subject: Text = Text(zh="", en="")
    body: Text = Text(zh="", en="")
    about: str = ""
    """The certificate's number, the audit's id, or what is submitted to the alliance (`certification`, …)."""
    corrects: str = Field(default="", exclude_if=operator.not_)
    """Of a correction, the id of the report to the alliance that it corrects."""
    state: Literal["waiting", "parked", "failed"] = "waiting"
    """`parked`: it lies in the outbox until the next batch; the case does not end before it is gone."""
    tries: int = 1
    """How often operations has had it tried."""
    reason: str = ""
    """Why it failed."""
    due_on: date | None = Field(default=None, exclude_if=operator.not_)
    """Of a notice of something that is due: until when."""
    digest: bool = Field(default=False, exclude_if=operator.not_)
    """A reminder that its readers find in their daily digest: no letter of its own."""
    not_before: datetime | None = Field(default=None, exclude_if=operator.not_)
    """Held over quiet hours until then."""


class CycleNumber(Record):
    """Which certification cycle runs."""

    number: int = 1
    kind: Literal["initial", "recertification"] = "initial"


class EventDraft(Record):
    """An event before it is chained."""

    at: datetime
    actor: str
    kind: str
    data: dict[str, Any]
    clause: str | None = None


class Veil(Record):
    """What a covered input changed on the case's face, which the client is not shown yet (R:4/4.2)."""

    raised: list[str] = Field(default_factory=list)
    """Flags that it set."""
    lowered: list[str] = Field(default_factory=list)
    """Flags that it cleared."""
    errata: list[str] = Field(default_factory=list)
    """Errata on which the case has come to rest by it."""


class CaseState(Record):
    """Everything a case needs to go on; at most 64 KB as JSON, 2 KB more for each matter, 8 KB for each audit."""

    id: str
    number: str = ""
    rehearsal: bool = False
    body: str
    applicant: str
    wave: str = ""
    """The annual wave it was handed in with."""
    application: Application | None = None
    certified: Application | None = None
    """From an application to renew until the certificate that runs then has ended, what that one certifies."""
    scheme: Ref | None = None
    special_rule: Ref | None = None
    rules: Rules | None = None
    calendar: Calendar | None = None
    edition: PlannedEdition | None = None
    """What is planned for it under another edition of its rules (R:9/8.1)."""
    kept: list[str] = Field(default_factory=list)
    """Digests of the editions that were decided against: the case keeps its own."""
    cycle: CycleNumber = Field(default_factory=CycleNumber)
    stage: Stage = "application"
    status: Status = "open"
    audits: list[Audit] = Field(default_factory=list)
    certificates: list[Certificate] = Field(default_factory=list)
    """Oldest first."""
    suspension: Suspension | None = None
    matters: list[Matter] = Field(default_factory=list)
    """What was and is settled beside the programme, oldest first."""
    surveillance_months: int | None = None
    """How many months apart surveillances were decided to be, until the next grant; none: as usual."""
    rulings: list[Ruling] = Field(default_factory=list)
    """Decisions against the client that it may still appeal against or has, oldest first."""
    barred: dict[str, list[str]] = Field(default_factory=dict)
    """Matter or audit that is decided again → the persons who made and reviewed the earlier decision."""
    fee_total: str = ""
    tasks: list[Task] = Field(default_factory=list)
    deadlines: list[Deadline] = Field(default_factory=list)
    asked: dict[str, list[date]] = Field(default_factory=dict)
    """The days on which each task kind was asked: the next task's id follows from their number."""
    flags: list[str] = Field(default_factory=list)
    errata: list[str] = Field(default_factory=list)
    duties: dict[str, list[str]] = Field(default_factory=dict)
    """Person → duties taken in the case (`evaluation`, `review`, `decision`), for independence."""
    effects: list[Effect] = Field(default_factory=list)
    held: list[EventDraft] = Field(default_factory=list)
    """Events that enter the record only when the client may know of them: those of a mystery visit."""
    veil: Veil | None = None
    version: int = 0
    """Number of recorded events."""
    turn: int = 0
    """Number of messages worked on."""
    head: str = ""
    """Hash of the last recorded event."""
    seen: dict[str, int] = Field(default_factory=dict)
    """Message id → version after it, for the latest messages."""

    @property
    def erased(self) -> bool:
        """Whether what the case held was deleted at the end of its term: it takes nothing any more."""
        return self.turn > 0 and self.application is None

    @property
    def over(self) -> bool:
        """Whether nothing can happen to this case any more."""
        awaited = self.effects or self.tasks or any(one.state == "running" for one in self.deadlines)
        return self.stage == "closed" and not awaited


class DueDates(Record):
    """Of a case's state its due dates alone: read in a fraction of the time where many cases are looked through."""

    deadlines: list[Deadline] = Field(default_factory=list)


class Announcement(Record):
    """An edition that was announced, and the last day by which every holder meets it (R:9/8.1)."""

    edition: Ref
    transition_until: date


class Facts(Record):
    """What services found out for one message; kept with it, so that the same message always has the same effect."""

    number: str = ""
    rules: Rules | None = None
    calendar: Calendar | None = None
    content: str = ""
    """SHA-256 of the whole payload as stored."""
    public_full: str = Field(default="", exclude=True)
    """The payload without what the client must not know yet, as JSON; it lies in the record only."""
    public_content: str = ""
    """SHA-256 of the payload without what the client must not know yet; empty when there is nothing to hide."""
    edition: NewEdition | None = None
    """The other edition that is proposed, approved or due."""
    announced: list[Announcement] = Field(default_factory=list)
    """The editions that were announced and that whoever holds a certificate is told of (R:9/8.1)."""
    people: list[Person] = Field(default_factory=list)
    """The members that a plan names."""
    results: Results | None = None
    """What the scores come to once all are in; totals only."""
    results_full: str = Field(default="", exclude=True)
    """The same with every row, as JSON; it lies in the record under `results_content`, not in a case's history."""
    results_content: str = ""
    findings: list[Finding] = Field(default_factory=list)
    """What the sheet just handed in found, not yet numbered."""
    to_approve: list[int | str] = Field(default_factory=list)
    """Rows, or indicators of a checklist, that do not apply: the reviewer has to approve it."""
    certificate_number: str = ""
    reported: str = ""
    """What the report that is to be corrected was about."""
    further_number: str = ""
    """Of the renewed certificate that is still to come, where it is issued again together with the running one."""

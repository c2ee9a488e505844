"""What a case knows: the one state that a workflow run hands to the next."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from domain.application import Application, Ref
from domain.calendar import Calendar
from domain.dates import Proof
from domain.model import Record, Text
from domain.results import Condition, Results
from domain.rules import Rules
from domain.sheets import AuditKind
from domain.team import Person

Stage = Literal[
    "application",
    "contract",
    "planning",
    "document_review",
    "audit",
    "rectification",
    "review",
    "decision",
    "certified",
    "closed",
]
Status = Literal[
    "open",
    "certified",
    "suspended",
    "refused",
    "rejected",
    "terminated",
    "application_withdrawn",
    "withdrawn",
    "cancelled",
    "expired",
]


class Actor(Record):
    """Who acts: the account, the person behind it, their body and roles; a timer acts as `timer`."""

    user: str
    person: str = ""
    body: str = ""
    roles: list[str] = Field(default_factory=list)


TIMER = Actor(user="timer")
COURIER = Actor(user="courier")


class Message(Record):
    """One thing that reaches a case: an application, an answer, an act, a date, a delivery's end."""

    id: str
    """Unique for ever: an idempotency key or a business key; a message is worked on once."""
    kind: Literal["application", "answer", "act", "alarm", "delivered"]
    name: str
    """The task or act kind, the agenda entry's id, or the effect's id."""
    actor: Actor
    task: str | None = None
    content: str = "{}"
    """The payload as JSON text."""
    outcome: str = ""
    """Of a delivery: `done` or `failed`."""
    known_turn: int = 0
    """The turn its sender knew from the record; a case that is behind it catches up first."""
    expected_version: int | None = None
    """The version its sender expects, if any."""


class Task(Record):
    """Something asked of somebody, still open."""

    id: str
    kind: str
    role: str
    assignee: str | None = None
    audit_id: str | None = None
    subject: str | None = None
    opened_on: date
    due_on: date | None = None
    clause: str
    title: Text
    covered: bool = False
    """Answered; until the mystery visit is in, the client is shown it as still open (R:4/4.2)."""


class TeamMember(Record):
    """A member of a plan's team: the account and the person behind it."""

    user: str
    person: str
    role: Literal["leader", "auditor", "expert", "visitor"]


class Deadline(Record):
    """A due date with its proof."""

    id: str
    kind: str
    purpose: str = ""
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
    remind: list[date] = Field(default_factory=list)
    """Days whose reminder is still to come, soonest first."""
    opens_on: date | None = None
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
    state: Literal["waiting", "failed"] = "waiting"
    tries: int = 1
    """How often operations has had it tried."""
    reason: str = ""
    """Why it failed."""


class Given(Record):
    """An input of an audit that has been answered: when, by whom, and where its whole content lies."""

    on: date
    by: str
    """The person."""
    content: str
    """SHA-256 of the payload as stored."""


class Plan(Record):
    """How an audit is to be done (R:7/7.3.1)."""

    team: list[TeamMember]
    person_days: dict[str, str]
    """`documents`, `management`, `characteristics`, as decimal strings."""
    modes: list[str]
    sites: list[str]
    """The sites to visit."""
    seed: str | None = None
    """What the draw of the sites was made with; none when every site is visited."""
    planned_from: date
    planned_to: date

    def in_role(self, role: str) -> list[TeamMember]:
        """The members with one role."""
        return [member for member in self.team if member.role == role]


class Finding(Record):
    """Something found that does not conform, or a deduction; its words lie in the content that names it."""

    id: str
    source: Literal["management", "characteristics"]
    item: str
    """Row number or item of the special rule."""
    site: str | None = None
    content: str
    """SHA-256 of the sheet that holds its description."""
    pointer: str
    """JSON pointer of the description in that sheet."""
    points: str | None = None
    severity: str
    rectify: bool
    status: Literal["open", "submitted", "accepted", "rejected"] = "open"
    due_on: date | None = None


class Audit(Record):
    """One audit: its plan, what came in, what it came to."""

    id: str
    audit_kind: AuditKind
    of: str | None = None
    """The audit it repeats."""
    attempt: int = 1
    stage: Stage = "planning"
    first_day: date | None = None
    last_day: date | None = None
    objections: int = 0
    plan: Plan | None = None
    given: dict[str, Given] = Field(default_factory=dict)
    """Task kind → the answer that counts."""
    awaits: list[str] = Field(default_factory=list)
    """Task kinds that must be in before the verdict."""
    judged: bool = False
    """Everything is in and the verdict is computed."""
    disclosed: bool = False
    """The client has the deduction list or the report, and knows of a mystery visit, if there was one."""
    results: Results | None = None
    """Totals only; the rows lie in the content `results_content` names."""
    results_content: str = ""
    failed: list[Condition] = Field(default_factory=list)
    """What has failed beside the scores; a fresh score does not undo it."""
    findings: list[Finding] = Field(default_factory=list)
    recommendation: str = ""
    review: str = ""

    def member(self, role: str) -> str | None:
        """The account that the plan names as leader or visitor; none for roles that a plan does not give."""
        named = self.plan.in_role(role) if self.plan and role in ("leader", "visitor") else []
        return named[0].user if named else None

    @property
    def passed(self) -> bool:
        """Whether everything is scored and the verdict is a pass."""
        return not self.failed and self.results is not None and self.results.verdict == "pass"

    def score(self, results: Results, content: str) -> None:
        """Fresh results; what failed beside the scores stays failed."""
        final = self.results is not None and self.results.final
        self.results, self.results_content = results.model_copy(update={"final": final}), content
        for condition in self.failed:
            self._add(condition)

    def fail(self, condition: Condition, *, final: bool = False) -> None:
        """The audit has failed for a reason beside its scores."""
        if condition not in self.failed:
            self.failed.append(condition)
        self._add(condition)
        if final:
            self.close_results()

    def _add(self, condition: Condition) -> None:
        if self.results and condition not in self.results.failed_conditions:
            failed = [*self.results.failed_conditions, condition]
            self.results = self.results.model_copy(update={"failed_conditions": failed, "verdict": "fail"})

    def reopen_results(self) -> None:
        """The reviewer returned the audit: its results are open again."""
        if self.results:
            self.results = self.results.model_copy(update={"final": False})

    def close_results(self) -> None:
        """The results are final: the report is answered, or a timer failed the audit."""
        if self.results:
            self.results = self.results.model_copy(update={"final": True})


class Certificate(Record):
    """A certificate that was issued in this case."""

    number: str
    status: Literal["upcoming", "valid", "suspended", "withdrawn", "cancelled", "expired", "superseded"]
    decided_on: date
    valid_from: date
    valid_until: date
    predecessor: str | None = None
    successor: str | None = None


class Suspension(Record):
    """A suspension: since when, its last day, on which grounds, and whether it has run out."""

    since: date
    ends_on: date
    grounds: list[str]
    over: bool = False


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


class CaseState(Record):
    """Everything a case needs to go on; at most 64 KB as JSON."""

    id: str
    number: str = ""
    rehearsal: bool = False
    body: str
    applicant: str
    application: Application | None = None
    scheme: Ref | None = None
    special_rule: Ref | None = None
    rules: Rules | None = None
    calendar: Calendar | None = None
    cycle: CycleNumber = Field(default_factory=CycleNumber)
    stage: Stage = "application"
    status: Status = "open"
    audits: list[Audit] = Field(default_factory=list)
    certificates: list[Certificate] = Field(default_factory=list)
    """Oldest first."""
    suspension: Suspension | None = None
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
    version: int = 0
    """Number of recorded events."""
    turn: int = 0
    """Number of messages worked on."""
    head: str = ""
    """Hash of the last recorded event."""
    seen: dict[str, int] = Field(default_factory=dict)
    """Message id → version after it, for the latest messages."""

    @property
    def over(self) -> bool:
        """Whether nothing can happen to this case any more."""
        return self.stage == "closed" and not self.effects and not self.tasks


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
    people: list[Person] = Field(default_factory=list)
    """The members that a plan names."""
    results: Results | None = None
    """What the scores come to once all are in; totals only."""
    results_full: str = Field(default="", exclude=True)
    """The same with every row, as JSON; it lies in the record under `results_content`, not in a case's history."""
    results_content: str = ""
    findings: list[Finding] = Field(default_factory=list)
    """What the sheet just handed in found, not yet numbered."""
    to_approve: list[int] = Field(default_factory=list)
    """Rows whose `not_applicable` the reviewer has to approve."""
    certificate_number: str = ""

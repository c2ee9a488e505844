"""The tables of the record; every row that a person may read belongs to a body or to a case of one."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from records import decoding_table, issued, late, retention_tables, root_table, wave_tables  # noqa: F401  # whoever imports this module knows every table
from records.columns import Instant, instant


class Body(SQLModel, table=True):
    """A member body of the alliance."""

    __tablename__ = "bodies"
    id: str = Field(primary_key=True)
    name_zh: str
    name_en: str


NO_PASSWORD = "!"  # noqa: S105  # what no hash ever is
"""The hash of an account that nobody signs in to with a password: not yet, or because an issuer vouches for it."""


class Account(SQLModel, table=True):
    """One login of one person, or of a machine: embedded, or one that an issuer of tokens vouches for."""

    __tablename__ = "accounts"
    user: str = Field(primary_key=True)
    person: str = Field(index=True)
    body: str | None = Field(default=None, foreign_key="bodies.id", index=True)
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    name: str
    email: str
    password_hash: str
    active: bool = True


class CaseRow(SQLModel, table=True):
    """The read model of a case: what lists need as columns, the whole state as JSON text."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_body_stage", "body", "stage", "status"),
        Index("ix_cases_list", "body", "number"),
        Index("ix_cases_body_due", "body", "next_due"),
    )
    id: str = Field(primary_key=True)
    number: str = Field(unique=True)
    body: str = Field(foreign_key="bodies.id")
    applicant: str = Field(foreign_key="accounts.user", index=True)
    organization: str
    uscc: str = Field(index=True)
    service: str
    scheme: str
    stage: str
    status: str
    next_due: date | None = Field(default=None, index=True)
    next_at: datetime | None = Field(default=None, sa_column=Column(Instant, index=True))
    """When the case acts next by itself, on its own clock; what came to be in its own past is due at once."""
    provisional: bool = False
    """A running due date rests on a year whose holidays are not published."""
    version: int
    turn: int
    open_key: str | None = Field(default=None, unique=True)
    """Organization, scheme and service while the case is open: one open case for them in the alliance (R:7/7.2.2)."""
    wave: str | None = Field(default=None, index=True)
    """The annual wave it was handed in with."""
    rehearsal: bool = False
    clock_ahead: float = 0
    """Seconds by which the case's own clock is ahead of the wall clock; 0 outside rehearsal."""
    state: str = Field(sa_column=Column(Text, nullable=False))
    opened_at: datetime = Field(sa_column=instant())


class TurnRow(SQLModel, table=True):
    """One message a case has worked on, with what services found out for it: the answer to any repetition."""

    __tablename__ = "turns"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        UniqueConstraint("case_id", "message_id"),
    )
    case_id: str = Field(primary_key=True)
    turn: int = Field(primary_key=True)
    message_id: str
    message: str = Field(sa_column=Column(Text, nullable=False))
    facts: str = Field(sa_column=Column(Text, nullable=False))
    head: str
    at: datetime = Field(sa_column=instant())


class EventRow(SQLModel, table=True):
    """One event of the record; `hash` chains it to the one before."""

    __tablename__ = "events"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint("seq > 0"),
    )
    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    actor: str
    kind: str
    data: str = Field(sa_column=Column(Text, nullable=False))
    clause: str | None = None
    hash: str = Field(unique=True)
    previous_hash: str


class TaskRow(SQLModel, table=True):
    """An open task, for inboxes."""

    __tablename__ = "tasks"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        Index("ix_tasks_inbox", "body", "role", "due_on"),
    )
    case_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    role: str
    assignee: str | None = Field(default=None, index=True)
    body: str
    applicant: str = Field(index=True)
    due_on: date | None = None
    overdue: bool = False


class PastDeadlineRow(SQLModel, table=True):
    """A settled due date that its case no longer carries, with its proof."""

    __tablename__ = "past_deadlines"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    case_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    turn: int
    body: str = Field(sa_column=Column(Text, nullable=False))


class DutyRow(SQLModel, table=True):
    """On which side of a case a person has served: nobody evaluates and judges the same case (R:7/6.4.6.2)."""

    __tablename__ = "duties"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint("side IN ('evaluation', 'judgement')", name="ck_duties_side"),
    )
    case_id: str = Field(primary_key=True)
    person: str = Field(primary_key=True, index=True)
    side: str


class ContentRow(SQLModel, table=True):
    """A payload as it was sent, under the SHA-256 that its event carries."""

    __tablename__ = "contents"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    case_id: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))


class PackRow(SQLModel, table=True):
    """A pack as cases are pinned to it, under its digest: they keep it when its files are corrected later."""

    __tablename__ = "packs"
    digest: str = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))


class FileRow(SQLModel, table=True):
    """An uploaded file; its bytes lie in the store under their SHA-256."""

    __tablename__ = "files"
    id: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    size: int
    media_type: str
    name: str
    owner: str = Field(foreign_key="accounts.user", index=True)
    body: str | None = None
    at: datetime = Field(sa_column=instant())


class FileUseRow(SQLModel, table=True):
    """A case that names a file: whoever may see one of them may see the file, the client once it may know of it."""

    __tablename__ = "file_uses"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    file_id: str = Field(primary_key=True, foreign_key="files.id")
    case_id: str = Field(primary_key=True, index=True)
    audit: str = Field(default="", primary_key=True)
    """The audit whose team named it: shown to the client with the deduction list or the report; or an act of others
    than the client, which never sees it; else empty."""


class CounterRow(SQLModel, table=True):
    """The last number given out of a series."""

    __tablename__ = "counters"
    series: str = Field(primary_key=True)
    last: int


class RequirementRow(SQLModel, table=True):
    """An edition of a pack that was announced, and the last day by which every holder meets it (R:9/8.1)."""

    __tablename__ = "requirements"
    edition: str = Field(primary_key=True)
    """`<id>/<version>`."""
    pack: str = Field(index=True)
    version: str
    transition_until: date
    reason: str = Field(sa_column=Column(Text, nullable=False))
    announced_by: str = Field(foreign_key="accounts.user")
    at: datetime = Field(sa_column=instant())


class TransitionRow(SQLModel, table=True):
    """How far a holder has come with an announced edition (R:9/8.1)."""

    __tablename__ = "transitions"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    edition: str = Field(primary_key=True, foreign_key="requirements.edition")
    case_id: str = Field(primary_key=True)
    body: str
    taken: bool
    """The case is under it."""
    outcome: str
    """Empty while it is open."""
    lapsed: bool
    """Its last day went by before that."""


class IdempotencyRow(SQLModel, table=True):
    """A POST with an `Idempotency-Key`: what was asked and what was answered."""

    __tablename__ = "idempotency"
    key: str = Field(primary_key=True)
    """SHA-256 of user, path and key."""
    body_hash: str
    status: int | None = None
    """None while it is under way."""
    response: str | None = Field(default=None, sa_column=Column(Text))
    location: str | None = None
    at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))


class OperationRow(SQLModel, table=True):
    """An act that was accepted but not at rest when its caller was answered."""

    __tablename__ = "operations"
    id: str = Field(primary_key=True)
    owner: str
    case_id: str
    message_id: str
    update_id: str
    at: datetime = Field(sa_column=instant())


class NoticeRow(SQLModel, table=True):
    """A notice that has been handed to the mail server, once for each recipient."""

    __tablename__ = "notices"
    id: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    recipient: str
    at: datetime = Field(sa_column=instant())


class SessionRow(SQLModel, table=True):
    """A session that an embedded account began with its password; its token is kept as its SHA-256 alone."""

    __tablename__ = "sessions"
    digest: str = Field(primary_key=True)
    user: str = Field(foreign_key="accounts.user", index=True)
    began_at: datetime = Field(sa_column=instant())
    ends_at: datetime = Field(sa_column=instant())
    """Twelve hours later, or when it was ended."""
    seen_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    """When a session of the pages was last used; the API's have none."""
    issuer_token: str = Field(default="", sa_column=Column(Text, nullable=False))
    """What the issuer said of whoever signed in there, by which its session is ended with this one."""


class MachineSecretRow(SQLModel, table=True):
    """What a machine signs in with, kept as its SHA-256 alone; rows end and are never dropped."""

    __tablename__ = "machine_secrets"
    digest: str = Field(primary_key=True)
    user: str = Field(foreign_key="accounts.user", index=True)
    made_by: str
    """The person."""
    made_at: datetime = Field(sa_column=instant())
    ends_at: datetime = Field(sa_column=instant())


class SecondFactorRow(SQLModel, table=True):
    """What an account shows beside its password; of its secret the record holds a part alone, the other is a key's."""

    __tablename__ = "second_factors"
    user: str = Field(primary_key=True, foreign_key="accounts.user")
    nonce: str
    confirmed: bool = False
    last_step: int = 0
    """The last time step whose code was taken: each is taken once (RFC 6238, 5.2)."""


class GrantRow(SQLModel, table=True):
    """What somebody asked for an account, and who decided on it: rows are added and decided, never dropped."""

    __tablename__ = "grants"
    id: str = Field(primary_key=True)
    """In the order in which they were asked for."""
    kind: str = "roles"
    """Or `address`, to which the account is written from then on."""
    body: str = Field(foreign_key="bodies.id", index=True)
    user: str = Field(index=True)
    name: str
    email: str
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    asked_by: str
    """The person."""
    asked_at: datetime = Field(sa_column=instant())
    outcome: str = "open"
    """Then `granted`, `refused`, `reduced` where roles were only taken away; `vouched` where an issuer gave them."""
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    reason: str = ""


class InvitationRow(SQLModel, table=True):
    """What opens an account to a first or a new password, once; its token is kept as its SHA-256 alone."""

    __tablename__ = "invitations"
    user: str = Field(primary_key=True, foreign_key="accounts.user")
    digest: str = Field(unique=True)
    ends_at: datetime = Field(sa_column=instant())


class CalendarTokenRow(SQLModel, table=True):
    """What opens a person's calendar feed, as its SHA-256; another one replaces it."""

    __tablename__ = "calendar_tokens"
    user: str = Field(primary_key=True, foreign_key="accounts.user")
    digest: str = Field(unique=True)
    at: datetime = Field(sa_column=instant())


class CalendarDayRow(SQLModel, table=True):
    """A day of a State Council notice, laid over the published calendar; rows are only ever added."""

    __tablename__ = "calendar_days"
    __table_args__ = (UniqueConstraint("notice_year", "day"),)
    id: int | None = Field(default=None, primary_key=True)
    """In the order in which they came: of two rows for one day the later stands."""
    day: date
    working: bool
    source: str
    notice_year: int | None = None
    """The year whose complete notice it belongs to; none for a correction."""
    added_by: str = Field(foreign_key="accounts.user")
    at: datetime = Field(sa_column=instant())


class CompetenceRow(SQLModel, table=True):
    """A trade a person may audit, through its last day; without one it does not end."""

    __tablename__ = "competences"
    person: str = Field(primary_key=True)
    trade: str = Field(primary_key=True)
    until: date | None = None


class ConflictRow(SQLModel, table=True):
    """An organization a person is barred from, through the last barred day; without one it lasts."""

    __tablename__ = "conflicts"
    person: str = Field(primary_key=True)
    organization: str = Field(primary_key=True)
    until: date | None = None


class AbsenceRow(SQLModel, table=True):
    """Days on which a person is not to be had, both included."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("first <= last", name="ck_absences_days"),)
    person: str = Field(primary_key=True)
    first: date = Field(primary_key=True)
    last: date
    reason: str = ""
    """For the body's own use; it enters no case."""


class BookingRow(SQLModel, table=True):
    """A person whom the plan of a running audit names, for its planned days; a rehearsed case books nobody."""

    __tablename__ = "bookings"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    case_id: str = Field(primary_key=True)
    audit_id: str = Field(primary_key=True)
    person: str = Field(primary_key=True, index=True)
    first: date
    last: date

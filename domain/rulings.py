"""Decisions that may be appealed against, with all that it takes to undo them (R:7/6.4.6.2)."""

from datetime import date

from pydantic import Field

from domain.application import Application
from domain.audit import Stage
from domain.certificates import CertificateStatus, Status
from domain.model import Record
from domain.suspension import Suspension
from domain.tasks import Task


class Ruling(Record):
    """A decision against the client while it may be appealed against, and what stood before it."""

    id: str
    """The task that was answered."""
    kind: str
    clause: str
    on: date
    by: list[str]
    """The persons who made and reviewed it: they do not make it again."""
    audit_id: str | None = None
    subject: str | None = None
    stage: Stage
    status: Status
    ended: bool
    """Whether it ended the case."""
    suspension: Suspension | None = None
    grounds: list[str] = Field(default_factory=list)
    """Those on which it suspends."""
    certificates: dict[str, CertificateStatus] = Field(default_factory=dict)
    """Of those whose status it changed."""
    renewal: Application | None = None
    """The application to renew that it refused while a certificate ran."""
    flags: list[str] = Field(default_factory=list)
    """Those that it cleared."""
    audits: dict[str, Stage] = Field(default_factory=dict)
    """Of those that it closed; its own not."""
    opened: list[str] = Field(default_factory=list)
    """Audits that it opened."""
    tasks: list[Task] = Field(default_factory=list)
    """Those that it dropped."""
    deadlines: list[str] = Field(default_factory=list)
    """Due dates that it voided."""
    matters: list[str] = Field(default_factory=list)
    """Matters that it closed."""

"""What a case asks of people: its open tasks."""

from datetime import date

from domain.model import Record, Text


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

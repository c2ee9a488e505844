"""The tables of what went wrong with time: timers that fired late, dates that passed without their act."""

from datetime import datetime

from sqlalchemy import JSON, Column, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import Instant, instant


class LateTimerRow(SQLModel, table=True):
    """Something that a case did by itself, later than it was due; instants of the case's own clock."""

    __tablename__ = "late_timers"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        UniqueConstraint("case_id", "turn"),
    )
    id: int | None = Field(default=None, primary_key=True)
    """In the order in which they fired."""
    case_id: str
    turn: int
    entry: str
    """`lapse:`, `open:` or `remind:` and the due date's id."""
    kind: str
    """The due date's kind."""
    due_at: datetime = Field(sa_column=instant())
    fired_at: datetime = Field(sa_column=instant())


class SweepFindingRow(SQLModel, table=True):
    """A date of a case that was found to have passed without its act, and what was done."""

    __tablename__ = "sweep_findings"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        UniqueConstraint("case_id", "due_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    """In the order in which they were found."""
    case_id: str
    due_at: datetime = Field(sa_column=instant())
    """When the first thing was due that was not worked on."""
    deadlines: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """The due dates that waited when the case was last looked at."""
    found_at: datetime = Field(sa_column=instant())
    done: str = ""
    """`woken`, `restarted` or `unreachable`."""
    told: bool = False
    """Operations has been told."""
    resolved_at: datetime | None = Field(default=None, sa_column=Column(Instant, index=True))
    """When a sweep found it worked on."""

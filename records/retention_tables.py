"""The tables of what is kept how long: exported histories, holds, and what was deleted."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from records.columns import Instant, instant


class HistoryExportRow(SQLModel, table=True):
    """A closed run's history in the file store: gzip of Temporal's JSON, its payloads sealed as they were."""

    __tablename__ = "history_exports"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    case_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    """Of the bytes in the store, and their name there."""
    closed_at: datetime = Field(sa_column=instant())
    at: datetime = Field(sa_column=instant())


class HoldRow(SQLModel, table=True):
    """A legal hold: nothing of its case is deleted until somebody else than who placed it has released it."""

    __tablename__ = "holds"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint("released_by <> placed_by", name="ck_holds_two_people"),
        Index(
            "uq_holds_open",
            "case_id",
            unique=True,
            sqlite_where=text("released_by IS NULL"),
            postgresql_where=text("released_by IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    case_id: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    placed_by: str
    """The person, as below."""
    placed_at: datetime = Field(sa_column=instant())
    released_by: str | None = None
    released_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    release_reason: str = Field(default="", sa_column=Column(Text, nullable=False))


class ErasureRow(SQLModel, table=True):
    """Something that was deleted because its term had ended: what it was stays known by its digest."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint("kind IN ('case', 'content', 'file', 'document', 'history')", name="ck_erasures_kind"),
        Index("ix_erasures_case", "case_id", "kind"),
        Index("ix_erasures_done", "done"),
    )
    id: int | None = Field(default=None, primary_key=True)
    case_id: str | None = None
    """None for a file that no case named."""
    kind: str
    digest: str
    """SHA-256 of what was deleted; of a case, of its state."""
    term: str
    """The kind of its term in `domain.retention`."""
    on: date
    """In Shanghai, on the case's own clock."""
    done: bool = False
    """Its bytes in the file store have been seen to."""

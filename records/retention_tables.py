"""The tables of what is kept how long: exported histories, holds, and what was deleted."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from records.columns import instant


class HistoryExportRow(SQLModel, table=True):
    """A closed run's history in the file store: gzip of Temporal's JSON, its payloads sealed as they were."""

    __tablename__ = "history_exports"
    __table_args__ = (ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),)
    case_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    sha256: str
    """Of the bytes in the store, and their name there."""
    closed_at: datetime = Field(sa_column=instant())
    at: datetime = Field(sa_column=instant())

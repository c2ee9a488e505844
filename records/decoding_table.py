"""The table of who has opened payloads of Temporal, which are sealed for everybody else."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from records.columns import instant


class DecodingRow(SQLModel, table=True):
    """One request to open payloads, or the ticket for an hour of them; rows are only ever added."""

    __tablename__ = "decodings"
    id: int | None = Field(default=None, primary_key=True)
    user: str
    person: str
    at: datetime = Field(sa_column=instant())
    payloads: int
    """How many; of a ticket none."""
    reason: str = Field(sa_column=Column(Text, nullable=False))
    """Of a ticket."""

"""The tables of annual waves: batches of applications of one year."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import instant


class WaveRow(SQLModel, table=True):
    """A wave of a body; applications may join it from its first to its last day, both included (R:7/7.2.1)."""

    __tablename__ = "waves"
    __table_args__ = (
        CheckConstraint("opens_on <= closes_on", name="ck_waves_days"),
        UniqueConstraint("body", "year", "title", name="uq_waves_title"),
    )
    id: str = Field(primary_key=True)
    body: str = Field(foreign_key="bodies.id")
    year: int
    title: str
    opens_on: date
    closes_on: date
    created_by: str
    at: datetime = Field(sa_column=instant())


class WaveApplicationRow(SQLModel, table=True):
    """An application handed in with a wave, and what became of it; there is one for what may be open only once."""

    __tablename__ = "wave_applications"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'started', 'refused')", name="ck_wave_applications_state"),)
    wave: str = Field(primary_key=True, foreign_key="waves.id")
    case_id: str = Field(primary_key=True)
    """Made of the wave and of what may be open only once, so that a repetition reaches the same case."""
    position: int
    organization: str
    uscc: str
    service: str
    applicant: str
    actor: str = Field(sa_column=Column(Text, nullable=False))
    """Who handed it in, as JSON."""
    content: str = Field(sa_column=Column(Text, nullable=False))
    tries: int = 1
    """How often it was handed in, mended after a refusal."""
    state: str = "waiting"
    problem: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The refusal, as JSON."""

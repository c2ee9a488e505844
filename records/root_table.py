"""The table of daily roots, by which the whole record of a day can be told from any other."""

from datetime import date, datetime

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from records.columns import instant


class RootRow(SQLModel, table=True):
    """One hash over the heads of all cases as they stood on a day, chained to the root before."""

    __tablename__ = "roots"
    day: date = Field(primary_key=True)
    """In Shanghai."""
    cases: int
    heads: str
    """SHA-256 over the RFC 8785 form of `[[case id, version, head], …]`, every case by its id."""
    previous: str
    """The root before; zeros for the first."""
    root: str = Field(unique=True)
    """SHA-256 over the RFC 8785 form of `{day, cases, heads, previous}`."""
    moved: str = Field(sa_column=Column(Text, nullable=False))
    """Those of the list above that are not as in the root before, as JSON; not published."""
    at: datetime = Field(sa_column=instant())


class StampRow(SQLModel, table=True):
    """What an authority's clock says of a root: it was there at that time."""

    __tablename__ = "root_stamps"
    day: date = Field(primary_key=True, foreign_key="roots.day")
    response: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The authority's answer as it came (RFC 3161, DER); its message imprint is the root."""
    at: datetime = Field(sa_column=instant())
    """When it came, by the clock here."""

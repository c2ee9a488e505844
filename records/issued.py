"""The tables of what has left a case: certificates, printed documents, reports to the alliance."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import instant


class CertificateRow(SQLModel, table=True):
    """A certificate as the register shows it: what it certifies stays as it was decided, its status moves."""

    __tablename__ = "certificates"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        UniqueConstraint("case_id", "place"),
        Index("ix_certificates_status", "status", "valid_until"),
        Index("ix_certificates_holders", "uscc", "number"),
    )
    number: str = Field(primary_key=True)
    case_id: str
    place: int
    """Which of its case's certificates it is, from 0."""
    body: str = Field(foreign_key="bodies.id", index=True)
    organization: str
    uscc: str
    address: str
    city: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Of the organization."""
    scheme: str
    scheme_version: str
    special_rule: str | None = None
    special_rule_version: str | None = None
    service: str
    scope: str = Field(sa_column=Column(Text, nullable=False))
    sites: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    """`{id, name, address, city}` each."""
    decided_on: date
    valid_from: date = Field(index=True)
    valid_until: date = Field(index=True)
    status: str
    """As the case last recorded it; what it is on a day follows from its changes and the calendar."""
    predecessor: str | None = None
    successor: str | None = None
    rehearsal: bool = Field(default=False, index=True)


class CertificateChangeRow(SQLModel, table=True):
    """From which day, in Shanghai, a certificate had which status by an act or a timer of its case."""

    __tablename__ = "certificate_changes"
    __table_args__ = (Index("ix_certificate_changes_status", "status", "number", "on"),)
    number: str = Field(primary_key=True, foreign_key="certificates.number")
    place: int = Field(primary_key=True)
    on: date
    status: str


class DocumentRow(SQLModel, table=True):
    """A document that was printed, once for each effect that asked for it; its bytes lie in the file store."""

    __tablename__ = "documents"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint("kind IN ('certificate', 'report')", name="ck_documents_kind"),
        Index("ix_documents_about", "kind", "about"),
    )
    case_id: str = Field(primary_key=True)
    effect_id: str = Field(primary_key=True)
    kind: str
    about: str
    """The certificate's number or the audit's id."""
    sha256: str = Field(index=True)
    name: str
    at: datetime = Field(sa_column=instant())


class AllianceOutboxRow(SQLModel, table=True):
    """A report that waits for the next batch; it goes once its case is told how it ended."""

    __tablename__ = "alliance_outbox"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        Index("ix_alliance_outbox_at", "at", "id"),
    )
    id: str = Field(primary_key=True)
    case_id: str
    effect_id: str
    tries: int
    content: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=instant())


class AllianceReportRow(SQLModel, table=True):
    """A fact that was reported to the alliance, with the receipt; rehearsed ones never left the house."""

    __tablename__ = "alliance_reports"
    __table_args__ = (
        ForeignKeyConstraint(["case_id"], ["cases.id"], deferrable=True, initially="DEFERRED"),
        Index("ix_alliance_reports_at", "at", "id"),
    )
    id: str = Field(primary_key=True)
    case_id: str
    kind: str
    on: date
    content: str = Field(sa_column=Column(Text, nullable=False))
    receipt: str = Field(sa_column=Column(Text, nullable=False))
    rehearsal: bool = False
    at: datetime = Field(sa_column=instant())


class NationalExportRow(SQLModel, table=True):
    """A file for the national platform, and what the platform said of it."""

    __tablename__ = "national_exports"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'confirmed', 'rejected')", name="ck_national_exports_state"),
        Index("ix_national_exports_body", "body", "id"),
    )
    id: str = Field(primary_key=True)
    body: str = Field(foreign_key="bodies.id")
    first: date
    last: date
    """The days whose changes it was made for, both included."""
    items: int
    sha256: str
    made_by: str
    at: datetime = Field(sa_column=instant())
    state: str = "open"
    receipt_number: str | None = None
    receipt_on: date | None = None
    reason: str = ""
    """Why the platform rejected it."""


class NationalExportItemRow(SQLModel, table=True):
    """A change of a certificate that an export holds."""

    __tablename__ = "national_export_items"
    __table_args__ = (
        ForeignKeyConstraint(["number", "place"], ["certificate_changes.number", "certificate_changes.place"]),
    )
    export_id: str = Field(primary_key=True, foreign_key="national_exports.id")
    number: str = Field(primary_key=True)
    place: int = Field(primary_key=True)

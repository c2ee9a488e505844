"""What a case has come to: its status, and the certificates that were issued in it."""

from datetime import date
from typing import Literal

from domain.application import Ref
from domain.model import Record

Status = Literal[
    "open",
    "certified",
    "suspended",
    "refused",
    "rejected",
    "terminated",
    "application_withdrawn",
    "withdrawn",
    "cancelled",
    "expired",
]

CertificateStatus = Literal["upcoming", "valid", "suspended", "withdrawn", "cancelled", "expired", "superseded"]


class Certificate(Record):
    """A certificate that was issued in this case (R:4/4.4)."""

    number: str
    status: CertificateStatus
    decided_on: date
    valid_from: date
    valid_until: date
    predecessor: str | None = None
    successor: str | None = None
    granted_on: date | None = None
    """Of a re-issued certificate: the day of the grant that began its cycle."""
    scheme: Ref | None = None
    """The edition that it names; none for one from before that was kept here: the case's own."""
    special_rule: Ref | None = None

    @property
    def cycle_began(self) -> date:
        """The day of the decision from which its cycle counts."""
        return self.granted_on or self.decided_on

"""What a certification body reports to the alliance, and what it gets back (R:7/6.4.6.2, R:7/6.5.3.3)."""

import operator
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from domain.model import Record

SubmissionKind = Literal[
    "certification",
    "refusal",
    "surveillance",
    "special",
    "suspension",
    "restoration",
    "withdrawal",
    "cancellation",
    "reissue",
    "expiry",
]


class Submission(Record):
    """One fact reported (R:7/6.4.6.2, R:7/6.5.3.3); the same `id` is the same fact, however often it is sent."""

    id: str = Field(min_length=1, max_length=200)
    kind: SubmissionKind
    code: str
    """The alliance's code for the kind: a setting of the body, since the code list is not at hand."""
    case_number: str
    body: str
    organization: str
    uscc: str
    scheme: str
    edition: str
    service: str
    on: date
    """The day of the fact: of the decision, or of the audit's report."""
    outcome: str
    certificate_number: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    corrects: str | None = Field(default=None, exclude_if=operator.not_)
    """The id of the submission in whose place this one stands: the same fact, as the case knows it now."""
    rehearsal: bool = False


class Receipt(Record):
    """The answer to a submission; a repeated submission gets the first receipt again."""

    submission_id: str
    number: str
    received_at: datetime
    rehearsal: bool = False
    """Made here, for a rehearsed case: the alliance knows nothing of it."""

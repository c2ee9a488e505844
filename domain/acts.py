"""What people do unasked in a case: one input model for each act of the API."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain.application import Ident, Ref, Uscc
from domain.model import Input
from domain.prose import Reason
from domain.team import Relation


class CaseWithdrawal(Input):
    """The applicant takes the application back, before certification."""

    reason: Reason


class Note(Input):
    """A remark of an insider, kept in the record."""

    text: Reason


class TeamReplacement(Input):
    """A member of a planned team gives way to another (R:7/7.3.1); both by account."""

    from_: Ident = Field(alias="from")
    to: Ident
    reason: Reason


class ConflictDeclaration(Input):
    """R:7/6.4.6.2: what binds the sender to an organization, by its code.

    `since` is the last known day of a consultancy, and the first of anything else.
    """

    organization: Uscc
    since: date
    relation: Relation


class FoundHeadcount(Input):
    """The people found at one site."""

    id: Ident
    headcount: int = Field(ge=0, le=10_000_000)


class HeadcountCorrection(Input):
    """R:11/10.1: what the team found on site, where it is not what the application says."""

    sites: list[FoundHeadcount] = Field(min_length=1, max_length=500)


class EditionChange(Input):
    """R:9/8.1: under which edition a running case goes on; what is not named stays, but for the body's own rules.

    `migrate` at once, `transition` from the day `on`, `keep`: not at all.
    """

    scheme: Ref | None = None
    special_rule: Ref | None = None
    outcome: Literal["migrate", "keep", "transition"]
    on: date | None = None
    reason: Reason


class ReportCorrection(Input):
    """R:7/6.4.6.2, R:7/6.5.3.3: a report to the alliance is sent again, as the case knows its fact now."""

    submission: str = Field(min_length=1, max_length=200)
    reason: Reason


ACTS: dict[str, type[Input]] = {
    "case.withdraw": CaseWithdrawal,
    "team.replace": TeamReplacement,
    "conflict.declare": ConflictDeclaration,
    "headcount.correct": HeadcountCorrection,
    "edition.change": EditionChange,
    "report.correct": ReportCorrection,
    "note.add": Note,
}
"""Act kind → payload model."""

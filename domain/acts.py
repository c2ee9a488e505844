"""What people do unasked in a case: one input model for each act of the API."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.application import Evidence, Ident, Name, Organization, Ref, Service, Site, Uscc
from domain.grounds import SuspensionGround, Trigger, WithdrawalGround
from domain.model import Input
from domain.prose import PROSE, Prose, Reason
from domain.sheets import AuditKind
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


class AuditStart(Input):
    """R:7/6.5.1: an audit is planned now, before it is asked for by itself."""

    audit_kind: AuditKind
    reason: Reason


class SurveillancePostponement(Input):
    """R:7/7.3.3: a later surveillance cannot be hosted in time, with evidence of it; until when instead."""

    until: date
    reason: Reason
    evidence: Evidence


class IncidentReport(Input):
    """R:7/6.5.1a-f: something that may call for a special audit, or for surveillance more often."""

    trigger: Trigger
    description: Reason
    on: date
    evidence: Evidence = Field(default_factory=list)


class SuspensionRequest(Input):
    """R:10/9.3.1a-k: why certification should be suspended; j is the client's own wish."""

    grounds: list[SuspensionGround] = Field(min_length=1)
    reason: Reason
    evidence: Evidence = Field(default_factory=list)


class WithdrawalRequest(Input):
    """R:10/9.4a-i: why the certificate should be withdrawn; h is the client's own wish, the only one it may bring."""

    grounds: list[WithdrawalGround] = Field(default_factory=list)
    reason: Reason
    evidence: Evidence = Field(default_factory=list)


class RestorationRequest(Input):
    """R:10/9.3.2: the cause of the suspension is said to be gone."""

    grounds: list[SuspensionGround] = Field(default_factory=list)
    reason: Reason
    leader: Ident | None = None
    """Who verifies it, by account, where that is not the leader of the latest audit."""
    evidence: Evidence = Field(default_factory=list)


class SuspensionExtension(Input):
    """R:10/9.3.1: a suspension that is to end later than usual, with its new last day."""

    until: date
    reason: Reason
    evidence: Evidence = Field(default_factory=list)


class Change(Input):
    """One thing that changes (R:9/8.2): its kind by the scheme's list, and what about it."""

    kind: Ident
    description: Prose = ""


class ChangeRequest(Input):
    """R:9/8.2: what the client wants to change of what is certified, and how that then reads where it is printed.

    A change is its kind alone, or the kind with a description.
    """

    changes: Annotated[list[Ident | Change], PROSE] = Field(min_length=1, max_length=50)
    reason: Prose = ""
    organization: Organization | None = None
    service: Service | None = None
    sites: list[Site] | None = Field(default=None, min_length=1, max_length=500)
    evidence: Evidence = Field(default_factory=list)


class ScopeExtension(Input):
    """R:9/8.3: sites to add, or the service as it is to read; audited alone, or together with an open audit."""

    sites: list[Site] = Field(default_factory=list, max_length=500)
    service: Service | None = None
    combined_with: Ident | None = None
    reason: Prose = ""
    evidence: Evidence = Field(default_factory=list)


class ScopeReduction(Input):
    """R:10/9.2: the sites that remain, by id or in full, or the service as it is to read."""

    sites: list[Ident | Site] = Field(default_factory=list, max_length=500)
    service: Service | None = None
    combined_with: Ident | None = None
    reason: Prose = ""
    evidence: Evidence = Field(default_factory=list)


class MarkUse(Input):
    """R:8/7.3: a use of certificate or mark that was seen; a wrong one with the day until which it is mended."""

    use: Reason
    correct: bool
    due_on: date | None = None
    evidence: Evidence = Field(default_factory=list)


class Filing(Input):
    """A complaint or an appeal: what it is about, why, and what shows it.

    An appeal names the decision, by its task or the task's kind; else the latest one is meant.
    """

    about: Annotated[Name, PROSE]
    reason: Reason
    evidence: Evidence = Field(default_factory=list)


class Complaint(Filing):
    """The same by somebody who may leave a name, and how to be reached; the client learns neither."""

    name: Annotated[str, StringConstraints(max_length=200), PROSE] = ""
    contact: Annotated[str, StringConstraints(max_length=200), PROSE] = ""


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
    "audit.start": AuditStart,
    "surveillance.postpone": SurveillancePostponement,
    "incident.report": IncidentReport,
    "suspension.request": SuspensionRequest,
    "suspension.extend": SuspensionExtension,
    "restoration.request": RestorationRequest,
    "withdrawal.request": WithdrawalRequest,
    "change.request": ChangeRequest,
    "scope.extend": ScopeExtension,
    "scope.reduce": ScopeReduction,
    "mark_use.record": MarkUse,
    "complaint.file": Complaint,
    "appeal.file": Filing,
    "report.correct": ReportCorrection,
    "note.add": Note,
}
"""Act kind → payload model."""

"""What people answer to the tasks of a case: one input model for each task kind of the API."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.application import Application, DocumentLetter, Evidence, FileId, Ident, Name, Supplement
from domain.checklist import ChecklistSheet
from domain.grounds import Condition, SuspensionGround, WithdrawalGround
from domain.model import Input
from domain.points import Points
from domain.prose import PROSE, Prose, Reason
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet


class ApplicationReview(Input):
    """R:7/7.2.2: complete and in order, to be supplemented, or not accepted."""

    outcome: Literal["accept", "supplement", "reject"]
    missing: list[DocumentLetter] = Field(default_factory=list)
    reason: Prose = ""


class ContractSigned(Input):
    """R:7/7.2.2: the certification contract; R:12: the fee in yuan as a decimal string."""

    contract_number: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    signed_on: date
    fee_total: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$")]
    file_id: FileId


class PlannedDays(Input):
    """A plan's person-days (R:11/10.1), as decimal strings."""

    documents: Points
    management: Points
    characteristics: Points


class PlannedSites(Input):
    """Why sites may be sampled, and which are visited in any case (R:7/7.3.2)."""

    risk_basis: Prose
    mandatory: list[Ident] = Field(default_factory=list, max_length=500)


class PlannedMember(Input):
    """One place of the team."""

    user: Ident
    role: Literal["leader", "auditor", "expert", "visitor"]


class AuditPlan(Input):
    """R:7/7.3.1: purpose, basis (R:5), team, person-days, sampling and both evaluations."""

    objective: Reason
    basis: list[Name] = Field(min_length=1, max_length=50)
    team: list[PlannedMember] = Field(min_length=1, max_length=50)
    person_days: PlannedDays
    reason: Prose = ""
    deviation: Prose = ""
    """Why the decision maker should approve a plan above the cap (R:11/10.2)."""
    modes: list[Ident] = Field(default_factory=list, max_length=20)
    sites: PlannedSites | None = None
    planned_from: date
    planned_to: date
    combined_with: Ident | None = None


class PlanConfirmation(Input):
    """The client agrees to the plan, or objects to members with a reason."""

    outcome: Literal["agree", "object"]
    members: list[Ident] = Field(default_factory=list, max_length=50)
    reason: Prose = ""


class Checked(Input):
    """A point that was looked at, with a reason."""

    value: bool
    reason: Prose = ""


def is_met(answer: bool | Checked, /) -> bool:  # noqa: FBT001  # the answer itself
    """Whether a point was answered with yes."""
    return answer.value if isinstance(answer, Checked) else answer


MAIN_POINTS: tuple[Literal["a", "b"], ...] = ("a", "b")


class DocumentReview(Input):
    """R:7/7.4.1a-b: whether both points are met, and what is to be corrected."""

    outcome: Literal["pass", "return"]
    checks: dict[Literal["a", "b"], bool | Checked]
    issues: Annotated[list[Reason], PROSE] = Field(default_factory=list, max_length=200)

    @property
    def met(self) -> bool:
        """Whether both points were answered with yes."""
        return all(is_met(self.checks.get(letter, False)) for letter in MAIN_POINTS)


class Meeting(Input):
    """The opening or closing meeting of an audit: its day and who was there."""

    on: date
    attendees: Annotated[list[Name], Field(min_length=1, max_length=200), PROSE]


class MysteryVisit(Input):
    """R:4/4.2: a visit as a customer: when, where, and what was seen."""

    visited_on: date
    site: Ident
    observations: Reason
    evidence: list[FileId] = Field(default_factory=list, max_length=100)


class Conclusion(Input):
    """Whether one of the contents conforms, and what shows it."""

    conclusion: Literal["conforms", "does_not"]
    evidence: Reason


class AuditContents(Input):
    """R:7/6.5.2 a-f at a surveillance; at a recertification R:7/6.6.1 a-c as well."""

    items: dict[Literal["a", "b", "c", "d", "e", "f"], Conclusion]
    renewal: dict[Literal["a", "b", "c"], Conclusion] = Field(default_factory=dict)


class FindingsConfirmation(Input):
    """The client confirms the deduction list, or objects once."""

    confirmed: bool
    comments: Prose = ""


class ObjectionAnswer(Input):
    """The leader's answer to an objection; the list then stands."""

    answer: Reason


class RectifiedItem(Input):
    """What the client says of one finding: cause, action, evidence."""

    finding: Ident
    cause: Reason
    action: Reason
    evidence: list[FileId] = Field(default_factory=list, max_length=100)


class Rectification(Input):
    """R:7/6.4.6.1: what was done about the findings."""

    items: list[RectifiedItem] = Field(min_length=1, max_length=500)


class VerifiedItem(Input):
    """Whether one finding is cleared."""

    finding: Ident
    accepted: bool
    comment: Prose = ""


class Verification(Input):
    """R:7/6.4.6.1: the team verifies what was done."""

    items: list[VerifiedItem] = Field(min_length=1, max_length=500)


class AuditReport(Input):
    """R:7/7.4.4: the leader's report and recommendation."""

    recommendation: Literal["pass", "fail"]
    summary: Reason
    reason: Prose = ""


class IndependentReview(Input):
    """R:7/6.4.6.2: somebody who took no part looks at everything again."""

    outcome: Literal["agree", "return", "disagree"]
    comments: Prose = ""
    reopen: list[Ident] = Field(default_factory=list, max_length=20)
    readings_acknowledged: list[Ident] = Field(default_factory=list, max_length=50)


class Decision(Input):
    """R:7/6.4.6.2: the certification decision."""

    outcome: Literal["grant", "refuse", "maintain", "suspend", "restore", "withdraw", "reduce", "extend"]
    reason: Prose = ""
    conditions: dict[Condition, bool | Checked] = Field(default_factory=dict)
    grounds: list[SuspensionGround] = Field(default_factory=list)
    """Of a suspension after a surveillance that did not fail (R:10/9.3.1); k where none is named."""


class RecertificationApplication(Application):
    """R:7/6.6.1: an application to renew, with what has changed since."""

    changes: Annotated[list[Reason], PROSE] = Field(default_factory=list, max_length=100)


class SuspensionDecision(Input):
    """R:10/9.3.1: to suspend, or not; a missed surveillance that is not to suspend gets a new date."""

    outcome: Literal["suspend", "dismiss"]
    grounds: list[SuspensionGround] = Field(default_factory=list)
    reason: Reason
    until: date | None = None


class WithdrawalDecision(Input):
    """R:10/9.4: to withdraw, on which grounds, or not; with a reason either way."""

    outcome: Literal["withdraw", "dismiss"]
    grounds: list[WithdrawalGround] = Field(default_factory=list)
    reason: Reason
    until: date | None = None


class RestorationVerification(Input):
    """R:10/9.3.2: whether the cause of a suspension is gone, and what shows it."""

    outcome: Literal["pass", "fail"]
    evidence: Evidence


class ScopeConfirmation(Input):
    """R:10/9.2: the client confirms the narrower scope, or not, with comments."""

    confirmed: bool
    comments: Prose = ""


class Approval(Input):
    """Consent to something that needs a second person."""

    subject: Ident
    outcome: Literal["approve", "refuse", "special_audit", "higher_frequency"]
    reason: Prose = ""


class Acknowledgement(Input):
    """A complaint or an appeal has been received, and is looked into."""

    note: Prose = ""


class ComplaintAnswer(Input):
    """What somebody who took no part says to a complaint; the answer is told to whoever complained."""

    outcome: Literal["upheld", "partly", "dismissed"]
    answer: Reason


class AppealDecision(Input):
    """What a decision maker who took no part says to an appeal: upheld, the decision is made again."""

    outcome: Literal["uphold", "dismiss"]
    reason: Reason


class Resolution(Input):
    """What operations says of a delivery that failed: try again, or leave it with a reason."""

    outcome: Literal["retry", "abandon"]
    reason: Prose = ""


ANSWERS: dict[str, type[Input]] = {
    "application.review": ApplicationReview,
    "application.supplement": Supplement,
    "contract.sign": ContractSigned,
    "audit.plan": AuditPlan,
    "audit.plan.confirm": PlanConfirmation,
    "audit.documents": DocumentReview,
    "documents.correct": Supplement,
    "audit.open": Meeting,
    "audit.close": Meeting,
    "audit.management": ManagementSheet,
    "audit.characteristics": CharacteristicsSheet,
    "audit.checklist": ChecklistSheet,
    "audit.credit": CreditSheet,
    "audit.contents": AuditContents,
    "audit.mystery_visit": MysteryVisit,
    "findings.confirm": FindingsConfirmation,
    "findings.answer": ObjectionAnswer,
    "rectification.submit": Rectification,
    "rectification.verify": Verification,
    "audit.report": AuditReport,
    "review.independent": IndependentReview,
    "decision.make": Decision,
    "approval.give": Approval,
    "recertification.apply": RecertificationApplication,
    "suspension.decide": SuspensionDecision,
    "withdrawal.decide": WithdrawalDecision,
    "restoration.verify": RestorationVerification,
    "scope.confirm": ScopeConfirmation,
    "complaint.acknowledge": Acknowledgement,
    "complaint.handle": ComplaintAnswer,
    "appeal.acknowledge": Acknowledgement,
    "appeal.decide": AppealDecision,
    "operations.resolve": Resolution,
}
"""Task kind → payload model."""

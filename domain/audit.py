"""An audit as a case knows it: its plan, what came in, what was found and what it came to."""

from datetime import date
from typing import Final, Literal

from pydantic import Field

from domain.model import Record
from domain.results import Condition, Results
from domain.sheets import AuditKind

Stage = Literal[
    "application",
    "contract",
    "planning",
    "document_review",
    "audit",
    "rectification",
    "review",
    "decision",
    "certified",
    "closed",
]
"""The stages of the main line; an audit of it goes through those from its plan to its decision."""


RECTIFICATION: Final = "rectification"
"""The condition that fails where findings are not rectified in time."""
Source = Literal["management", "characteristics", "checklist"]
"""The sheet that something was found in."""


class TeamMember(Record):
    """A member of a plan's team: the account and the person behind it."""

    user: str
    person: str
    role: Literal["leader", "auditor", "expert", "visitor"]


class Given(Record):
    """An input of an audit that has been answered: when, by whom, and where its whole content lies."""

    on: date
    by: str
    """The person."""
    content: str
    """SHA-256 of the payload as stored."""


class Plan(Record):
    """How an audit is to be done (R:7/7.3.1)."""

    team: list[TeamMember]
    person_days: dict[str, str]
    """`documents`, `management`, `characteristics`, as decimal strings."""
    modes: list[str]
    sites: list[str]
    """The sites to visit."""
    seed: str | None = None
    """What the draw of the sites was made with; none when every site is visited."""
    planned_from: date
    planned_to: date
    by: str = ""
    """The person who sent it."""
    combined_with: str | None = None
    """Another audit of the case on the same days."""

    def in_role(self, role: str) -> list[TeamMember]:
        """The members with one role."""
        return [member for member in self.team if member.role == role]


class Finding(Record):
    """Something found that does not conform, or a deduction; its words lie in the content that names it."""

    id: str
    source: Source
    item: str
    """Row number, item of the special rule, or indicator of the checklist."""
    site: str | None = None
    content: str
    """SHA-256 of the sheet that holds its description."""
    pointer: str
    """JSON pointer of the description in that sheet."""
    points: str | None = None
    severity: str
    rectify: bool
    status: Literal["open", "submitted", "accepted", "rejected"] = "open"
    due_on: date | None = None


class Audit(Record):
    """One audit: its plan, what came in, what it came to."""

    id: str
    audit_kind: AuditKind
    of: str | None = None
    """The audit it repeats."""
    attempt: int = 1
    stage: Stage = "planning"
    first_day: date | None = None
    last_day: date | None = None
    objections: int = 0
    plan: Plan | None = None
    given: dict[str, Given] = Field(default_factory=dict)
    """Task kind → the answer that counts."""
    awaits: list[str] = Field(default_factory=list)
    """Task kinds that must be in before the verdict."""
    judged: bool = False
    """Everything is in and the verdict is computed."""
    disclosed: bool = False
    """The client has the deduction list or the report, and knows of a mystery visit, if there was one."""
    results: Results | None = None
    """Totals only; the rows lie in the content `results_content` names."""
    results_content: str = ""
    rectified: Results | None = None
    """What the results would be without the team's verdict that findings are not rectified; none without one."""
    failed: list[Condition] = Field(default_factory=list)
    """What has failed for good, beside the scores or in a final result; a fresh score does not undo it."""
    listed: list[str] = Field(default_factory=list)
    """The sheets whose findings the client has confirmed, by SHA-256: the same list does not go out twice."""
    findings: list[Finding] = Field(default_factory=list)
    recommendation: str = ""
    review: str = ""

    def member(self, role: str) -> str | None:
        """The account that the plan names as leader or visitor; none for roles that a plan does not give."""
        named = self.plan.in_role(role) if self.plan and role in ("leader", "visitor") else []
        return named[0].user if named else None

    @property
    def on_site(self) -> bool:
        """Whether it came to work on site; an audit can fail by its documents."""
        return self.first_day is not None

    @property
    def passed(self) -> bool:
        """Whether everything is scored and the verdict is a pass."""
        return not self.failed and self.results is not None and self.results.verdict == "pass"

    @property
    def fails(self) -> bool:
        """Whether only a decision against the client may follow: it did not pass, or its leader recommends so."""
        return not self.passed or self.recommendation == "fail"

    def score(self, results: Results, content: str) -> None:
        """Fresh results; what has failed for good stays failed."""
        final = self.results is not None and self.results.final
        self.results, self.results_content = results.model_copy(update={"final": final}), content
        for condition in sorted(self.failed, key=RECTIFICATION.__eq__):
            if condition == RECTIFICATION and self.rectified:
                self.rectified = self.results
            self._add(condition)

    def fail(self, condition: Condition, *, final: bool = False) -> None:
        """The audit has failed for a reason beside its scores, if it has any."""
        self.results = self.results or Results(failed_conditions=[], verdict="fail")
        self.judged = True
        if condition == RECTIFICATION and condition not in self.failed and not final:
            self.rectified = self.results
        if condition not in self.failed:
            self.failed.append(condition)
        self._add(condition)
        if final:
            self.close_results()

    def _add(self, condition: Condition) -> None:
        if self.results:
            self.results = self.results.fails(condition)

    def reopen_results(self) -> None:
        """The reviewer returned the audit: its scores are open again; what a timer failed stays failed."""
        self.failed = [condition for condition in self.failed if condition == RECTIFICATION]
        if self.results:
            self.results = self.results.model_copy(update={"final": False})

    @property
    def may_verify_again(self) -> bool:
        """Whether the team may be asked to verify again what it rejected; what a timer failed stays failed."""
        return self.rectified is not None

    def verify_again(self) -> None:
        """The reviewer returned the verification: what was rejected is submitted, and has not failed the audit yet."""
        self.failed, self.results, self.rectified = [], self.rectified, None
        self.reopen_results()
        for finding in self.findings:
            if finding.status == "rejected":
                finding.status = "submitted"

    def close_results(self) -> None:
        """The results are final: the report is answered, or a timer failed the audit; a fail stays one."""
        if self.results:
            self.results = self.results.model_copy(update={"final": True})
            self.failed = list(self.results.failed_conditions)

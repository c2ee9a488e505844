"""A certified case as its workflow would leave it: one passed audit, scored for real, and its certificate."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from domain.application import Application
from domain.audit import Audit, Finding, Given, Plan, TeamMember
from domain.certificates import Certificate
from domain.results import ChosenReadings, Results
from domain.scoring import credit_readings, score_characteristics, score_management, verdict
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet
from domain.state import CaseState, EventDraft, Facts
from records import store
from records.tables import ContentRow
from tests.applications import a_site
from tests.domain.sheets import CATALOGUE, RULE, awards, raw_sheet
from tests.records.builders import an_application, noting

AT = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
"""The instant of the granting decision."""
SITES = ["s1", "s2", "s3"]


@dataclass
class Kept:
    """A case with all it has in the record beside its state."""

    state: CaseState
    contents: dict[str, str] = field(default_factory=dict)
    events: list[EventDraft] = field(default_factory=list)
    written: CaseState | None = None
    """The state as it was last written."""

    @property
    def audit(self) -> Audit:
        return self.state.audits[0]

    def content(self, payload: Any) -> str:
        """Keep a payload; gives its digest."""
        text = json.dumps(payload, ensure_ascii=False)
        digest = store.content_digest(text)
        self.contents[digest] = text
        return digest

    def answered(self, kind: str, payload: Any, on: date) -> str:
        """Put an answer of the audit into the record; gives the digest of its payload."""
        content = self.content(payload)
        at = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
        data = {"audit": self.audit.id, "content": content}
        self.events.append(EventDraft(at=at, actor="leader", kind=kind, data=data))
        return content

    def given(self, kind: str, payload: Any, on: date) -> str:
        """The same for an input that the state remembers."""
        content = self.answered(kind, payload, on)
        self.audit.given[kind] = Given(on=on, by="person-leader", content=content)
        return content

    def write(self, session: Session, at: datetime = AT) -> CaseState:
        """Write the case as its turns would have; commits."""
        self.state.turn += 1
        self.state.version += len(self.events)
        before = self.written or CaseState(id=self.state.id, body=self.state.body, applicant=self.state.applicant)
        before = before.model_copy(update={"version": self.state.version - len(self.events), "head": self.state.head})
        message = noting(message_id=f"{self.state.id}-{self.state.turn}")
        store.write_turn(session, before, self.state, message, Facts(), self.events, at)
        session.flush()
        for digest, text in self.contents.items():
            session.merge(ContentRow(case_id=self.state.id, sha256=digest, body=text))
        session.commit()
        self.events = []
        self.written = self.state.model_copy(deep=True)
        return self.state


def granted(number: int = 1, *, name: str = "", turn: int = 8, **changes: Any) -> Kept:
    """A case that was granted its certificate on 20 December 2026; `turn` is the last but one."""
    body = an_application(200_000 + number)
    body["special_rule"] = {"id": RULE.id, "version": RULE.version}
    body["organization"]["name"] = name or body["organization"]["name"]
    sites = (("总部", "太原", 60), ("平遥店", "晋中", 30), ("大同店", "大同", 30))
    body["sites"] = [
        a_site(site, place, city, people, central=site == "s1")
        for site, (place, city, people) in zip(SITES, sites, strict=True)
    ]
    application = Application.model_validate({key: value for key, value in body.items() if key != "body"})
    fields = {
        "id": f"case-{number}",
        "number": f"JP-2026-{number:05d}",
        "body": "demo",
        "applicant": "applicant",
        "application": application,
        "scheme": application.scheme,
        "special_rule": application.special_rule,
        "stage": "certified",
        "status": "certified",
        "turn": turn,
        "audits": [Audit(id="audit-1", audit_kind="initial", stage="closed", recommendation="pass", review="agree")],
        "certificates": [a_certificate(number)],
    }
    kept = Kept(CaseState.model_validate(fields | changes))
    _audited(kept)
    return kept


def a_certificate(number: int = 1, **changes: Any) -> Certificate:
    """A certificate of three years from the decision."""
    fields = {
        "number": f"SXJP-2026-{number:05d}",
        "status": "valid",
        "decided_on": date(2026, 12, 20),
        "valid_from": date(2026, 12, 20),
        "valid_until": date(2029, 12, 19),
    }
    return Certificate.model_validate(fields | changes)


def _audited(kept: Kept) -> None:
    """The audit on record: planned, scored, one deduction rectified in two rounds, reported."""
    audit, applied_at = kept.audit, AT - timedelta(days=90)
    applied = {"number": kept.state.number}
    kept.events.append(EventDraft(at=applied_at, actor="applicant", kind="application", data=applied))
    audit.first_day, audit.last_day = date(2026, 11, 2), date(2026, 11, 4)
    _plan(kept, date(2026, 10, 20))
    management = _management()
    kept.given("audit.management", management, audit.last_day)
    content = kept.given("audit.characteristics", CHARACTERISTICS, audit.last_day)
    kept.given("audit.credit", CREDIT, date(2026, 11, 30))
    results = _results(management)
    audit.results_content = kept.content(json.loads(results.as_scored()))
    audit.results = results.totals().model_copy(update={"final": True})
    due_on = audit.last_day + timedelta(days=30)
    audit.findings = [_finding(content, due_on)]
    for day, cause in ((10, "交接班时未登记"), (20, "交接班制度缺少登记要求")):
        item = {"finding": "audit-1-f1", "cause": cause, "action": "增设必填项并完成培训"}
        kept.answered("rectification.submit", {"items": [item]}, date(2026, 11, day))
    kept.answered("audit.report", REPORT, date(2026, 12, 1))


def _plan(kept: Kept, on: date) -> None:
    team = {"leader": "leader", "auditor": "auditor", "visitor": "visitor"}
    days = {"documents": "1", "management": "6", "characteristics": "5"}
    asked = {
        "objective": "评价所申请服务是否达到认证要求",
        "basis": ["服务认证实施规则 1.0", "示例专用规则 1.0"],
        "team": [{"user": user, "role": role} for user, role in team.items()],
        "person_days": days,
        "modes": ["observation", "interview", "records", "mystery_visit"],
        "sites": {"risk_basis": "统一的服务管理", "mandatory": ["s2"]},
        "planned_from": "2026-11-02",
        "planned_to": "2026-11-04",
    }
    kept.answered("audit.plan", asked, on)
    kept.audit.plan = Plan(
        team=[TeamMember(user=user, person=f"person-{user}", role=role) for user, role in team.items()],
        person_days=days,
        modes=["observation", "interview", "records", "mystery_visit"],
        sites=SITES,
        seed="9f2c" * 16,
        planned_from=date(2026, 11, 2),
        planned_to=date(2026, 11, 4),
    )


def _management() -> dict[str, Any]:
    """Full marks but for two rows, one of them with a remark."""
    return raw_sheet({2: [], 3: awards("3.1=4", "3.2=1.5")})


def _results(management: dict[str, Any]) -> Results:
    sheet = CharacteristicsSheet.model_validate(CHARACTERISTICS)
    return verdict(
        score_management(CATALOGUE, ManagementSheet.model_validate(management)),
        score_characteristics(RULE, sheet, SITES),
        credit_readings(CreditSheet.model_validate_json(json.dumps(CREDIT)), date(2026, 12, 20), CATALOGUE.thresholds),
        ChosenReadings(),
    )


def _finding(content: str, due_on: date) -> Finding:
    return Finding(
        id="audit-1-f1",
        source="characteristics",
        item="f1",
        site="s2",
        content=content,
        pointer="/deductions/0/description",
        points="1",
        severity="minor",
        rectify=True,
        status="accepted",
        due_on=due_on,
    )


CHARACTERISTICS = {
    "deductions": [
        {
            "item": "f1",
            "site": "s2",
            "description": "抽查10间客房，2间淋浴设施漏水且未报修。",
            "points": "1",
            "severity": "minor",
            "rectify": True,
        }
    ]
}
CREDIT = {
    "listed": False,
    "entries": [
        {"on": "2025-03-02", "kind": "complaint", "severity": "minor", "source": "12345", "description": "已办结"}
    ],
}
REPORT = {"recommendation": "pass", "summary": "管理体系运行有效，服务特性稳定，整改已验证。", "reason": ""}

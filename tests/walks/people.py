"""What people might answer or do next in a case, any of it picked by a number; most of it sensible, some of it not."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from tests.domain.sheets import raw_sheet
from tests.lives import CONTENTS, FAILING, MAINTAINED, RENEWAL, a_deduction, an_application

Data = dict[str, Any]
Snapshot = Data
"""A case as the API shows it to its manager."""

Files = dict[str, str]
"""Account → a file of theirs."""

ROLES = {
    "applicant": "applicant",
    "case_manager": "manager",
    "leader": "leader",
    "reviewer": "reviewer",
    "decision_maker": "decider",
    "ops": "ops",
}
"""Role → who has it."""
TABLE = {"surveillance": (("1", "2", "1"), ("1", "3", "2")), "initial": (("1", "4", "4"), ("1", "6", "5"))}
"""Like which kind an audit is counted → its person-days for fewer than 100 people and for more (R:11 table 1)."""
ON_TOP = ("1", "9", "8")
"""Person-days that are enough for an extension as well."""
WINDOWS = ("surveillance", "recertification.on_site", "suspension.end")
"""Due dates by which some audit closes."""
OTHERS = 8
"""Reviewers and decision makers beside the first, numbered from 2."""
PROBABLY, PERHAPS, SELDOM = 80, 25, 8
"""Per cent."""


class Move(NamedTuple):
    """Something somebody sends: to a task, or an act."""

    user: str
    kind: str
    payload: Data
    task: str | None = None


class Dice:
    """Turns one picked number into many choices, always the same ones."""

    def __init__(self, number: int) -> None:
        self._left = number

    def below(self, sides: int) -> int:
        self._left = (self._left * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._left >> 33) % sides

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def one_of(self, choices: Any) -> Any:
        return choices[self.below(len(choices))]


def answer(case: Snapshot, today: date, number: int, files: Files) -> Move | None:
    """An answer to one of the open tasks; none while nothing is asked."""
    dice, tasks = Dice(number), [one for one in case["tasks"] if one["kind"] != "operations.resolve"]
    opening = {task["audit_id"] for task in tasks if task["kind"] == "audit.open"}
    tasks = [one for one in tasks if one["kind"] != "audit.close" or one["audit_id"] not in opening]
    if not tasks:
        return None
    task = dice.one_of(tasks)
    user = task["assignee"] or ROLES[task["role"]]
    if task["kind"] in ("complaint.handle", "appeal.decide"):
        user += str(2 + dice.below(OTHERS))
    elif task["role"] == "decision_maker" and dice.chance(PERHAPS):
        user = "decider2"
    payload = _payload(case, task, today, dice, files)
    return Move(user, task["kind"], payload, task["id"])


def barred(case: Snapshot, today: date, number: int, files: Files) -> Move | None:
    """An answer by somebody who may not give it: an evaluator who judges, or a role that is not asked."""
    move = answer(case, today, number, files)
    if move is None:
        return None
    wrong = [user for user in ("applicant", "applicant2", "leader", "auditor", "ops", "manager2") if user != move.user]
    return move._replace(user=Dice(number).one_of(wrong))


def _payload(case: Snapshot, task: Data, today: date, dice: Dice, files: Files) -> Data:
    kind = task["kind"]
    audit = next((one for one in case["audits"] if one["id"] == task["audit_id"]), None)
    if kind == "decision.make":
        return _decision(case, audit, dice)
    if audit:
        return _of_audit(case, audit, task, today, dice)
    return _beside(case, task, today, dice, files)


def _beside(case: Snapshot, task: Data, today: date, dice: Dice, files: Files) -> Data:  # noqa: C901, PLR0911  # a line for each kind
    """Answers to what belongs to no audit."""
    match task["kind"]:
        case "application.review":
            outcome = "accept" if dice.chance(PROBABLY) else dice.one_of(("reject", "supplement"))
            return {"outcome": outcome, "reason": "x"}
        case "application.supplement":
            return {"note": "x"}
        case "contract.sign":
            return {
                "contract_number": "HT-1",
                "signed_on": str(today),
                "fee_total": "1.00",
                "file_id": files["manager"],
            }
        case "recertification.apply":
            application = an_application(1) | {"organization": case["organization"], "service": case["service"]}
            del application["body"]
            documents = [{"kind": one, "file_id": files["applicant"]} for one in "abcdeghi"]
            return application | {"sites": case["sites"], "documents": documents, "changes": ["x"]}
        case "suspension.decide":
            if dice.chance(50):
                return {"outcome": "suspend", "grounds": [dice.one_of("ac")], "reason": "x"}
            return {"outcome": "dismiss", "reason": "x", "until": str(today + timedelta(days=30 + dice.below(90)))}
        case "withdrawal.decide":
            return {"outcome": dice.one_of(("withdraw", "dismiss", "dismiss")), "reason": "x"}
        case "restoration.verify":
            return {"outcome": "pass" if dice.chance(PROBABLY) else "fail", "evidence": "x"}
        case "scope.confirm":
            return {"confirmed": dice.chance(PROBABLY), "comments": "x"}
        case "approval.give":
            return {"subject": task["subject"], "outcome": _approval(task["subject"], dice), "reason": "x"}
        case "complaint.handle":
            return {"outcome": dice.one_of(("upheld", "partly", "dismissed")), "answer": "x"}
        case "appeal.decide":
            return {"outcome": "uphold" if dice.chance(PROBABLY) else "dismiss", "reason": "x"}
    return {}


def _approval(subject: str, dice: Dice) -> str:
    if subject.startswith("incident"):
        return str(dice.one_of(("special_audit", "special_audit", "higher_frequency", "refuse")))
    if subject.startswith("change") and dice.chance(SELDOM):
        return "special_audit"
    return "approve" if dice.chance(PROBABLY) else "refuse"


def _of_audit(case: Snapshot, audit: Data, task: Data, today: date, dice: Dice) -> Data:  # noqa: C901, PLR0911, PLR0912  # likewise
    """Answers to what an audit asks; now and then one that fails it."""
    match kind := task["kind"]:
        case "audit.plan":
            return _plan(case, audit, today, dice)
        case "audit.plan.confirm":
            return {"outcome": "agree"}
        case "audit.documents":
            if dice.chance(SELDOM):
                return {"outcome": "return", "checks": {"a": True, "b": False}, "issues": ["x"]}
            return {"outcome": "pass", "checks": {"a": True, "b": True}}
        case "documents.correct":
            return {"note": "x"}
        case "audit.open" | "audit.close":
            return {"on": str(today), "attendees": ["x"]}
        case "audit.management":
            return {**raw_sheet(FAILING if dice.chance(PERHAPS) else None), "findings": []}
        case "audit.characteristics":
            found = [a_deduction()] if dice.chance(PERHAPS) else []
            return {"items": [], "deductions": found, "modes_used": []}
        case "audit.credit":
            return {"listed": dice.chance(3)}
        case "audit.contents":
            renewal = any(one["audit_kind"] == "recertification" for one in case["audits"] if one["stage"] != "closed")
            return {"items": CONTENTS, **({"renewal": RENEWAL} if renewal or audit["of"] else {})}
        case "approval.give":
            return {"subject": task["subject"], "outcome": "approve"}
        case "findings.confirm":
            return {"confirmed": True}
        case "findings.answer":
            return {"answer": "x"}
        case "rectification.submit" | "rectification.verify":
            return {"items": _items(audit, kind, dice)}
        case "audit.report":
            recommendation = "pass" if audit["results"] and audit["results"]["verdict"] == "pass" else "fail"
            return {"recommendation": recommendation, "summary": "x"}
        case "review.independent":
            sensitive = audit["results"]["sensitive"] if audit["results"] else []
            outcome = "agree" if dice.chance(90) else dice.one_of(("return", "disagree"))
            known = [] if outcome == "return" else sensitive
            return {"outcome": outcome, "comments": "x", "readings_acknowledged": known}
    return {}


def _items(audit: Data, kind: str, dice: Dice) -> list[Data]:
    if kind == "rectification.verify":
        handed_in = [one["id"] for one in audit["findings"] if one["status"] == "submitted"]
        return [{"finding": one, "accepted": dice.chance(PROBABLY)} for one in handed_in]
    open_ones = [one["id"] for one in audit["findings"] if one["rectify"] and one["status"] in ("open", "rejected")]
    return [{"finding": one, "cause": "x", "action": "x", "evidence": []} for one in open_ones]


def _plan(case: Snapshot, audit: Data, today: date, dice: Dice) -> Data:
    documents, management, characteristics = days = _days(case, audit, dice)
    windows = [one["due_on"] for one in case["deadlines"] if one["state"] == "running" and one["kind"] in WINDOWS]
    begins = today + timedelta(days=dice.below(3))
    least = begins + timedelta(days=(int(management) + int(characteristics) + 1) // 2)
    ends = max(least, min([least + timedelta(days=dice.below(8)), *map(date.fromisoformat, windows)]))
    second = "decider" if dice.chance(SELDOM) else "auditor"
    return {
        "objective": "x",
        "basis": ["R"],
        "team": [{"user": "leader", "role": "leader"}, {"user": second, "role": "auditor"}],
        "person_days": {"documents": documents, "management": management, "characteristics": characteristics},
        "reason": ""
        if audit["audit_kind"] in ("initial", "recertification", "surveillance") and days != ON_TOP
        else "x",
        "planned_from": str(begins),
        "planned_to": str(ends),
    }


def _days(case: Snapshot, audit: Data, dice: Dice) -> tuple[str, str, str]:
    """Person-days as the table asks: by the people of the application, sometimes by those of fewer sites."""
    if audit["audit_kind"] != "scope" and combined(case, audit, "scope.extend"):
        return ON_TOP
    few, many = TABLE["surveillance" if audit["audit_kind"] == "surveillance" else "initial"]
    as_few = sum(site["headcount"] for site in case["sites"]) < 100 or audit["audit_kind"] == "scope"
    return few if as_few != dice.chance(SELDOM) else many


def combined(case: Snapshot, audit: Data, kind: str) -> bool:
    """Whether a change of what is certified waits for the decision after an audit."""
    audits = (audit["id"], audit["of"])
    return any((one["kind"], one["state"]) == (kind, "open") and one["audit_id"] in audits for one in case["matters"])


def _decision(case: Snapshot, audit: Data | None, dice: Dice) -> Data:
    kinds = {one["id"]: one["audit_kind"] for one in case["audits"]}
    kind = kinds.get(audit["of"] or audit["id"]) if audit else "restoration"
    fitting = {
        "initial": ("grant", "refuse"),
        "recertification": ("grant", "refuse"),
        "scope": (dice.one_of(("extend", "grant")), "refuse"),
        "surveillance": ("maintain", "suspend"),
        "special": ("maintain", "suspend"),
        "restoration": ("restore", "withdraw"),
    }[str(kind)]
    if kind == "surveillance" and case["suspension"]:
        fitting = ("restore", "withdraw" if audit and audit["of"] else "suspend")
    for asked, given in (("scope.extend", "extend"), ("scope.reduce", "reduce")):
        if audit and fitting[0] == "maintain" and combined(case, audit, asked) and dice.chance(PROBABLY):
            fitting = (given, fitting[1])
    passed = audit is None or (audit["results"] and audit["results"]["verdict"] == "pass")
    outcome = fitting[0] if passed and dice.chance(88) else fitting[1]
    conditions = {"conditions": MAINTAINED} if outcome in ("maintain", "extend", "reduce") else {}
    return {"outcome": outcome, "reason": "x", **conditions}

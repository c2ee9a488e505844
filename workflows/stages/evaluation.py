"""R:7/7.4.3–7.4.5, G:A: the sheets an audit's team hands in, and the consent to what does not apply."""

from typing import Any

from domain.answers import Approval, AuditContents
from domain.audit import Audit, Source
from domain.checklist import ChecklistSheet
from domain.engagement import check_modes
from domain.planning import refuse_first
from domain.results import Results
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import credit
from workflows.stages.audit import judge_when_complete, note_verdict


def management_scored(case: Case, task: Task, answer: ManagementSheet) -> None:
    """R:4/4.3, R:7/7.4.3: all 41 rows are scored; rows that do not apply wait for the reviewer's consent."""
    audit = case.audit(task)
    _take_findings(case, audit, "management")
    _scored(case, audit, task, findings=len(answer.findings), not_applicable=case.facts.to_approve)
    _ask_consent(case, audit)
    judge_when_complete(case, audit, task)


def characteristics_scored(case: Case, task: Task, answer: CharacteristicsSheet) -> None:
    """R:4/4.1, R:7/7.4.4: the service characteristics are evaluated, with each deduction's reason."""
    audit = case.audit(task)
    refuse_first(check_modes(answer.modes_used, case.rules.planning, "/modes_used"))
    _take_findings(case, audit, "characteristics")
    _scored(case, audit, task, deductions=len(answer.deductions))
    judge_when_complete(case, audit, task)


def checklist_answered(case: Case, task: Task, answer: ChecklistSheet) -> None:
    """G:A: every indicator is answered; those that do not apply wait for the reviewer's consent."""
    audit = case.audit(task)
    _take_findings(case, audit, "checklist")
    _scored(case, audit, task, findings=len(answer.findings), not_applicable=case.facts.to_approve)
    _ask_consent(case, audit)
    judge_when_complete(case, audit, task)


def credit_checked(case: Case, task: Task, answer: CreditSheet) -> None:
    """R:7/7.4.5: the organization's credit; asked again before a decision when it has grown old."""
    audit = case.audit(task)
    for place, entry in enumerate(answer.entries):
        case.refuse_later_than_today(f"/entries/{place}/on", entry.on)
    _scored(case, audit, task, listed=answer.listed, entries=len(answer.entries))
    if audit.stage == "audit":
        judge_when_complete(case, audit, task)
    elif case.facts.results:
        _checked_again(case, audit, case.facts.results)


def _checked_again(case: Case, audit: Audit, results: Results) -> None:
    """Credit before a decision: it can add a failure; a reading the verdict has come to rest on is reviewed first."""
    acknowledged = set(audit.results.sensitive) if audit.results else set()
    audit.score(results, case.facts.results_content)
    audit.close_results()
    note_verdict(case, audit)
    if audit.results and set(audit.results.sensitive) - acknowledged:
        case.drop_tasks("decision.make", audit)
        case.enter(audit, "review")
    else:
        credit.watch(case, audit)


def contents_concluded(case: Case, task: Task, answer: AuditContents) -> None:
    """R:7/6.5.2, R:7/6.5.2 a-f, at a recertification R:7/6.6.1 a-c as well: each concluded with evidence."""
    audit = case.audit(task)
    missing = [(f"/items/{letter}", "required") for letter in "abcdef" if letter not in answer.items]
    if case.programme_kind(audit) == "recertification":
        missing += [(f"/renewal/{letter}", "required") for letter in "abc" if letter not in answer.renewal]
    if missing:
        raise invalid("各项内容均须有结论", "Every content needs its conclusion.", missing)
    case.rely_on("contents")
    conclusions = {letter: one.conclusion for letter, one in sorted(answer.items.items())}
    _scored(case, audit, task, conclusions=conclusions)
    judge_when_complete(case, audit, task)


def approved(case: Case, task: Task, answer: Approval) -> None:
    """What does not apply: approved, or the sheet is asked for again."""
    audit = case.audit(task)
    case.refuse_if_evaluator()
    case.record_message(answer, task.clause, audit=audit.id)
    case.take_duty(case.message.actor.person, "review")
    audit.awaits.remove("approval.give")
    if answer.outcome == "refuse":
        case.reopen(audit, case.rules.evaluations[0])
    judge_when_complete(case, audit, task)


def _ask_consent(case: Case, audit: Audit) -> None:
    if case.facts.to_approve:
        audit.awaits.append("approval.give")
        sheet = case.wait(case.rules.evaluations[0])
        case.ask("approval.give", audit=audit, subject="not_applicable").clause = sheet.clause


def _take_findings(case: Case, audit: Audit, source: Source) -> None:
    kept = [finding for finding in audit.findings if finding.source != source]
    known = {(finding.content, finding.pointer): finding for finding in audit.findings}
    found = [*kept, *(known.get((one.content, one.pointer), one) for one in case.facts.findings)]
    audit.findings = [
        finding.model_copy(update={"id": f"{audit.id}-{finding.source[0]}{number}"})
        for source in ("management", "characteristics", "checklist")
        for number, finding in enumerate((one for one in found if one.source == source), start=1)
    ]


def _scored(case: Case, audit: Audit, task: Task, **data: Any) -> None:  # noqa: ANN401  # JSON values
    """A sheet lies in the record whole; its event holds its digest."""
    case.give(audit, task.kind)
    case.take_duty(case.message.actor.person, "evaluation")
    case.record(task.kind, task.clause, audit=audit.id, task=task.id, content=case.facts.content, **data)

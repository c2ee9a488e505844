"""R:7/7.4: the audit on site, its interim verdict, the deduction list and the report."""

from typing import Any

from domain.answers import (
    Approval,
    AuditContents,
    AuditReport,
    FindingsConfirmation,
    Meeting,
    MysteryVisit,
    ObjectionAnswer,
)
from domain.cycle import issue_overdue, judged_on, reaudit, recertification_on_site
from domain.dates import Anchor, earlier
from domain.results import Condition
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet
from domain.state import Audit, Deadline, Effect, Task
from domain.team import MYSTERY_VISIT
from workflows.case import Case, invalid
from workflows.stages import cycle, planning, rectification, review

ON_SITE = ("audit.open", "audit.management", "audit.characteristics", "audit.close")
"""What the leader brings in from the site, in any order."""
WITH_CONTENTS = ("surveillance", "recertification")
"""Audit kinds that conclude on R:7/6.5.2 a-f (and R:7/6.6.1 a-c)."""


def begin(case: Case, audit: Audit) -> None:
    """R:7/7.4.2: documents passed; everything that is asked on site opens together."""
    case.go_audit(audit, "audit")
    audit.awaits = [*ON_SITE, "audit.credit"]
    for kind in ON_SITE:
        case.ask(kind, audit=audit, assignee=audit.leader)
    case.ask("audit.credit", audit=audit)
    if audit.audit_kind in WITH_CONTENTS:
        audit.awaits.append("audit.contents")
        case.ask("audit.contents", audit=audit, assignee=audit.leader)
    if audit.plan and MYSTERY_VISIT in audit.plan.modes:
        audit.awaits.append("audit.mystery_visit")
        case.ask("audit.mystery_visit", audit=audit, assignee=audit.plan.in_role("visitor")[0].user)


def opened(case: Case, task: Task, answer: Meeting) -> None:
    """R:7/7.4.2: the opening meeting is the audit's first day; a re-audit's must lie within its 90 days."""
    audit = case.audit(task)
    case.refuse_later_than_today("/on", answer.on)
    passed = audit.given["audit.documents"].on
    if answer.on < passed:
        raise case.refuse(task.clause, f"早于文件评审通过日{passed}", f"Before the document review passed ({passed}).")
    window = case.running("reaudit", audit)
    if window:
        if answer.on > window.due_on:
            raise case.refuse(
                window.clause, f"再次审查须在{window.due_on}前开始", f"The re-audit had to begin by {window.due_on}."
            )
        case.flag("late_entry", on=case.today > window.due_on)
        case.settle(window)
    audit.first_day = answer.on
    _given(case, audit, task, answer)


def closed(case: Case, task: Task, answer: Meeting) -> None:
    """R:7/7.4.2: the closing meeting is the audit's last day."""
    audit = case.audit(task)
    if audit.first_day is None:
        raise case.conflict("须先记录首次会议", "The opening meeting comes first.")
    case.refuse_later_than_today("/on", answer.on)
    if answer.on < audit.first_day:
        fault = ("/on", f"before {audit.first_day}")
        raise invalid("末次会议早于首次会议", "The audit closes before it opens.", [fault])
    audit.last_day = answer.on
    if audit.audit_kind == "surveillance":
        cycle.surveillance_closed(case, answer.on)
    else:
        cycle.recertification_closed(case, audit, answer.on)
    _given(case, audit, task, answer)


def management_scored(case: Case, task: Task, answer: ManagementSheet) -> None:
    """R:7/7.4.3: all 41 rows are scored; rows that do not apply wait for the reviewer's consent."""
    audit = case.audit(task)
    _take_findings(case, audit, "management")
    _scored(case, audit, task, findings=len(answer.findings), not_applicable=case.facts.to_approve)
    if case.facts.to_approve:
        audit.awaits.append("approval.give")
        case.ask("approval.give", audit=audit, subject="not_applicable")
    _judge_when_complete(case, audit)


def characteristics_scored(case: Case, task: Task, answer: CharacteristicsSheet) -> None:
    """R:7/7.4.4: the service characteristics are evaluated, with each deduction's reason."""
    audit = case.audit(task)
    _take_findings(case, audit, "characteristics")
    _scored(case, audit, task, deductions=len(answer.deductions))
    _judge_when_complete(case, audit)


def credit_checked(case: Case, task: Task, answer: CreditSheet) -> None:
    """R:7/7.4.5: the organization's credit; asked again before a decision when it has grown old."""
    audit = case.audit(task)
    _scored(case, audit, task, listed=answer.listed, entries=len(answer.entries))
    if audit.stage == "audit":
        _judge_when_complete(case, audit)
    elif case.facts.results and audit.results:
        audit.results = case.facts.results.model_copy(update={"final": audit.results.final})
        audit.results_content = case.facts.results_content
        review.watch_credit(case, audit)


def contents_concluded(case: Case, task: Task, answer: AuditContents) -> None:
    """R:7/6.5.2 a-f, at a recertification R:7/6.6.1 a-c as well: each concluded with evidence."""
    audit = case.audit(task)
    missing = [(f"/items/{letter}", "required") for letter in "abcdef" if letter not in answer.items]
    if audit.audit_kind == "recertification":
        missing += [(f"/renewal/{letter}", "required") for letter in "abc" if letter not in answer.renewal]
    if missing:
        raise invalid("各项内容均须有结论", "Every content needs its conclusion.", missing)
    conclusions = {letter: one.conclusion for letter, one in sorted(answer.items.items())}
    _scored(case, audit, task, conclusions=conclusions)
    _judge_when_complete(case, audit)


def visited(case: Case, task: Task, answer: MysteryVisit) -> None:
    """R:4/4.2: the visit's own event is held until the client may know of it."""
    audit = case.audit(task)
    case.refuse_later_than_today("/visited_on", answer.visited_on)
    if audit.plan and answer.site not in audit.plan.sites:
        raise invalid("该场所不在计划内", "The site is not in the plan.", [("/site", "not a planned site")])
    case.give(audit, task.kind)
    case.hold(task.kind, task.clause, audit=audit.id, content=case.facts.content, visited_on=answer.visited_on)
    _judge_when_complete(case, audit)


def approved(case: Case, task: Task, answer: Approval) -> None:
    """Rows that do not apply: approved, or the sheet is asked for again."""
    audit = case.audit(task)
    case.refuse_if_evaluator(task.clause)
    if answer.subject != task.subject:
        raise invalid("审批事项不符", "This is another subject.", [("/subject", f"not {task.subject}")])
    if answer.outcome not in ("approve", "refuse"):
        raise invalid("该事项只能同意或不同意", "Approve or refuse.", [("/outcome", "approve or refuse")])
    case.record_message(answer, task.clause, audit=audit.id)
    case.take_duty(case.message.actor.person, "review")
    audit.awaits.remove("approval.give")
    if answer.outcome == "refuse":
        reopen(case, audit, "audit.management")
    _judge_when_complete(case, audit)


def reopen(case: Case, audit: Audit, kind: str) -> None:
    """An input is asked for again; the earlier one stays in the record."""
    audit.given.pop(kind, None)
    case.ask(kind, audit=audit, assignee=None if kind == "audit.credit" else audit.leader)


def _take_findings(case: Case, audit: Audit, source: str) -> None:
    kept = [finding for finding in audit.findings if finding.source != source]
    found = [*kept, *case.facts.findings]
    audit.findings = [
        finding.model_copy(update={"id": f"{audit.id}-f{number}"}) for number, finding in enumerate(found, start=1)
    ]


def _scored(case: Case, audit: Audit, task: Task, **data: Any) -> None:  # noqa: ANN401  # JSON values
    """A sheet lies in the record whole; its event holds its digest."""
    case.give(audit, task.kind)
    case.take_duty(case.message.actor.person, "evaluation")
    case.record(task.kind, task.clause, audit=audit.id, task=task.id, content=case.facts.content, **data)


def _given(case: Case, audit: Audit, task: Task, answer: Meeting) -> None:
    case.give(audit, task.kind)
    case.take_duty(case.message.actor.person, "evaluation")
    case.record_message(answer, task.clause, audit=audit.id)
    _judge_when_complete(case, audit)


def _judge_when_complete(case: Case, audit: Audit) -> None:
    """R:7/7.4.5: the interim verdict, once everything is in; then the deduction list goes to the client."""
    if case.facts.results:
        audit.results, audit.results_content = case.facts.results, case.facts.results_content
    if any(kind not in audit.given for kind in audit.awaits):
        return
    if audit.results is None:
        raise RuntimeError("everything is in and nothing was scored")
    results = audit.results
    case.disclose(audit)
    case.record(
        "audit.verdict",
        "R:7/7.4.5",
        audit=audit.id,
        content=audit.results_content,
        verdict=results.verdict,
        failed_conditions=results.failed_conditions,
        reading_used=results.reading_used,
        sensitive=results.sensitive,
    )
    case.flag("interpretation_sensitive", on=bool(results.sensitive))
    if audit.findings:
        case.ask("findings.confirm", audit=audit)
    else:
        after_the_list(case, audit, confirmed=False)


def list_confirmed(case: Case, task: Task, answer: FindingsConfirmation) -> None:
    """R:7/7.4.4: the client confirms the list, or objects once and the leader answers."""
    audit = case.audit(task)
    if not answer.confirmed and not answer.comments:
        raise invalid("异议须说明理由", "An objection needs comments.", [("/comments", "required")])
    case.record_message(answer, task.clause, audit=audit.id)
    if answer.confirmed:
        after_the_list(case, audit)
    else:
        case.ask("findings.answer", audit=audit, assignee=audit.leader)


def objection_answered(case: Case, task: Task, answer: ObjectionAnswer) -> None:
    """R:7/7.4.4: the leader has answered; the list stands."""
    audit = case.audit(task)
    case.record_message(answer, task.clause, audit=audit.id)
    after_the_list(case, audit)


def list_not_confirmed(case: Case, deadline: Deadline) -> None:
    """The client said nothing within the limit: that is noted, and the audit goes on."""
    audit = case.audit(deadline)
    case.drop_tasks("findings.confirm", audit)
    after_the_list(case, audit)


def after_the_list(case: Case, audit: Audit, *, confirmed: bool = True) -> None:
    """Failed: straight to the report. Passing with findings to rectify: rectification. Otherwise: the report."""
    passing = audit.results is not None and audit.results.verdict == "pass"
    if passing and confirmed and any(finding.rectify for finding in audit.findings):
        rectification.begin(case, audit)
    else:
        ask_report(case, audit)


def ask_report(case: Case, audit: Audit) -> None:
    """R:7/7.4.4: the leader reports and recommends."""
    case.ask("audit.report", audit=audit, assignee=audit.leader)


def fail(audit: Audit, condition: Condition, *, final: bool = False) -> None:
    """The audit has failed for a reason beside its scores."""
    if audit.results:
        failed = [*audit.results.failed_conditions, condition]
        changed = {"failed_conditions": failed, "verdict": "fail", "final": final or audit.results.final}
        audit.results = audit.results.model_copy(update=changed)


def reported(case: Case, task: Task, answer: AuditReport) -> None:
    """R:7/7.4.4: the report; a failed first audit is repeated once, everything else goes to the reviewer."""
    audit = case.audit(task)
    failed = audit.results is None or audit.results.verdict == "fail"
    if failed and answer.recommendation == "pass":
        raise case.refuse(
            "R:7/7.4.5", "计算结果为不通过,不得推荐通过", "A computed fail cannot be recommended as a pass."
        )
    if not failed and answer.recommendation == "fail" and not answer.reason:
        raise invalid("推荐不通过须说明理由", "A recommendation to fail needs a reason.", [("/reason", "required")])
    case.record_message(answer, task.clause, audit=audit.id, verdict="fail" if failed else "pass")
    case.take_duty(case.message.actor.person, "evaluation")
    audit.recommendation = answer.recommendation
    if audit.results:
        audit.results = audit.results.model_copy(update={"final": True})
    case.send(Effect(id="", kind="report", about=audit.id))
    if failed and _may_be_repeated(case, audit):
        _open_reaudit(case, audit)
        return
    if not failed and audit.audit_kind != "surveillance":
        _watch_issue(case)
    review.ask_review(case, audit)


def _may_be_repeated(case: Case, audit: Audit) -> bool:
    """R:7/6.4.6.1: an initial audit once; a recertification only where the repetition can close before expiry."""
    if audit.audit_kind == "recertification":
        return case.certificate.status != "expired" and case.today < case.certificate.valid_until
    return audit.audit_kind == "initial"


def _open_reaudit(case: Case, audit: Audit) -> None:
    """R:7/6.4.6.1: one re-audit, whose first day lies at most 90 days after the first audit's last."""
    audit.stage = "closed"
    again = planning.open_audit(case, "reaudit", of=audit.id, attempt=audit.attempt + 1)
    if audit.last_day is None:
        raise RuntimeError("a reported audit has a last day")
    until = reaudit(audit.last_day, case.rules.cycle)
    if audit.audit_kind == "recertification":
        closes = recertification_on_site(case.certificate.valid_until)
        until = earlier(until, closes)
        judged = judged_on(closes.on, case.rules.cycle)
        case.run_deadline(
            "recertification.on_site", closes, deadline_id=f"on-site-{again.id}", audit=again, judged=judged
        )
    case.run_deadline(
        "reaudit",
        until,
        deadline_id=f"reaudit-{again.id}",
        audit=again,
        judged=judged_on(until.on, case.rules.cycle),
    )
    case.tell_applicant("审查未通过,可再次审查一次", f"The audit failed; one re-audit may begin by {until.on}")


def reaudit_missed(case: Case, deadline: Deadline) -> None:
    """R:7/6.4.6.1: the re-audit did not begin in time: certification ends, or the renewal is not granted."""
    if case.state.certificates:
        cycle.on_site_not_closed(case, deadline)
        return
    case.end("terminated")
    case.record_fees()
    case.tell_applicant("未在期限内再次审查,认证终止", "No re-audit in time: certification ends")


def _watch_issue(case: Case) -> None:
    """R:7/6.4.7: a certificate is due 90 working days after the passing report."""
    until = issue_overdue(Anchor(kind="report", on=case.today), case.rules.cycle, case.calendar)
    case.run_deadline("certificate.issue", until, deadline_id=f"certificate.issue-{case.state.turn}")


def issue_is_overdue(case: Case, _: Deadline) -> None:
    """R:7/6.4.7: that is shown and told; it ends nothing."""
    case.flag("issue_overdue")
    case.tell_role("ops", "超过90个工作日未颁发证书", "No certificate 90 working days after the passing report")


def failed_by_timer(case: Case, audit: Audit) -> None:
    """A limit that the client let pass has failed this audit; the report follows."""
    fail(audit, "rectification", final=True)
    ask_report(case, audit)

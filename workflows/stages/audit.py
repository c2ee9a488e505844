"""R:7/7.4: the audit on site, its interim verdict, the deduction list and the report."""

from domain.answers import (
    AuditReport,
    FindingsConfirmation,
    Meeting,
    MysteryVisit,
    ObjectionAnswer,
)
from domain.audit import Audit
from domain.engagement import plan_stands
from domain.state import Deadline, Effect
from domain.tasks import Task
from domain.team import MYSTERY_VISIT
from workflows.case import Case
from workflows.recording import MYSTERY
from workflows.refusing import invalid
from workflows.stages import issue, reaudit, windows

WITH_CONTENTS = ("surveillance", "recertification")
"""Audit kinds that conclude on R:7/6.5.2 a-f (and R:7/6.6.1 a-c)."""


def begin(case: Case, audit: Audit) -> None:
    """R:7/7.4.2: documents passed; everything that is asked on site opens together."""
    audit.awaits = ["audit.open", *case.rules.evaluations, "audit.close", "audit.credit"]
    for kind in audit.awaits:
        case.ask(kind, audit=audit)
    if case.programme_kind(audit) in WITH_CONTENTS:
        audit.awaits.append("audit.contents")
        case.ask("audit.contents", audit=audit)
    if audit.plan and MYSTERY_VISIT in audit.plan.modes:
        audit.awaits.append(MYSTERY)
        case.ask(MYSTERY, audit=audit)


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
    if not plan_stands(case.state, audit):
        raise case.conflict("审查计划已重新打开,须先确定", "The plan is open again; it has to stand first.")
    case.refuse_later_than_today("/on", answer.on)
    if answer.on < audit.first_day:
        fault = ("/on", f"before {audit.first_day}")
        raise invalid("末次会议早于首次会议", "The audit closes before it opens.", [fault])
    audit.last_day = answer.on
    if case.programme_kind(audit) == "surveillance":
        windows.surveillance_closed(case, audit, answer.on)
    else:
        windows.recertification_closed(case, audit, answer.on)
    _given(case, audit, task, answer)


def visited(case: Case, task: Task, answer: MysteryVisit) -> None:
    """R:4/4.2: the visit's own event is held until the client may know of it."""
    audit = case.audit(task)
    case.refuse_later_than_today("/visited_on", answer.visited_on)
    passed = audit.given["audit.documents"].on
    if answer.visited_on < passed:
        raise case.refuse(task.clause, f"早于文件评审通过日{passed}", f"Before the document review passed ({passed}).")
    if audit.plan and answer.site not in audit.plan.sites:
        raise invalid("该场所不在计划内", "The site is not in the plan.", [("/site", "not a planned site")])
    case.give(audit, task.kind)
    shown = {"content": case.facts.content, "visited_on": answer.visited_on}
    if covered_at := case.uncover(audit):
        shown["last_input_at"] = covered_at.isoformat()
        if audit.last_day:
            windows.recertification_closed(case, audit, audit.last_day)
    case.hold(task.kind, task.clause, audit=audit.id, **shown)
    judge_when_complete(case, audit, task)


def _given(case: Case, audit: Audit, task: Task, answer: Meeting) -> None:
    case.give(audit, task.kind)
    case.take_duty(case.message.actor.person, "evaluation")
    case.record_message(answer, task.clause, audit=audit.id)
    judge_when_complete(case, audit, task)


def judge_when_complete(case: Case, audit: Audit, task: Task) -> None:
    """R:7/7.4.5: the interim verdict, once everything is in; then the deduction list goes to the client.

    What came in last before a mystery visit is still to come in the client's eyes: a verdict that does not follow
    would tell of the visit (R:4/4.2).
    """
    if case.facts.results:
        audit.score(case.facts.results, case.facts.results_content)
    if case.waits_for_visit(audit):
        case.cover(task)
    if any(kind not in audit.given for kind in audit.awaits):
        return
    audit.judged = True
    note_verdict(case, audit)
    case.rely_on("verdict")
    if not audit.findings:
        after_the_list(case, audit, confirmed=False)
    elif _sheets(audit) == audit.listed:
        after_the_list(case, audit)
    else:
        case.disclose(audit)
        case.ask("findings.confirm", audit=audit)


def note_verdict(case: Case, audit: Audit) -> None:
    """The event that brought a verdict says it, and names the results by their digest (R:7/7.4.5)."""
    results = audit.results
    if results is None:
        raise RuntimeError("everything is in and nothing was scored")
    case.note(
        verdict=results.verdict,
        results=audit.results_content,
        failed_conditions=results.failed_conditions,
        reading_used=results.reading_used,
        sensitive=results.sensitive,
    )


def _sheets(audit: Audit) -> list[str]:
    return sorted({finding.content for finding in audit.findings})


def list_confirmed(case: Case, task: Task, answer: FindingsConfirmation) -> None:
    """R:7/7.4.4: the client confirms the list, or objects once and the leader answers."""
    audit = case.audit(task)
    if not answer.confirmed and not answer.comments:
        raise invalid("异议须说明理由", "An objection needs comments.", [("/comments", "required")])
    case.record_message(answer, task.clause, audit=audit.id)
    if answer.confirmed:
        after_the_list(case, audit)
    else:
        case.ask("findings.answer", audit=audit)


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
    audit.listed = _sheets(audit)
    if (
        audit.passed
        and confirmed
        and any(finding.rectify and finding.status != "accepted" for finding in audit.findings)
    ):
        case.enter(audit, "rectification")
    else:
        case.ask("audit.report", audit=audit)


def reported(case: Case, task: Task, answer: AuditReport) -> None:
    """R:7/7.4.4: the report; a failed first audit is repeated once, everything else goes to the reviewer."""
    audit = case.audit(task)
    failed = not audit.passed
    if failed and answer.recommendation == "pass":
        raise case.refuse(
            "R:7/7.4.5", "计算结果为不通过,不得推荐通过", "A computed fail cannot be recommended as a pass."
        )
    if not failed and answer.recommendation == "fail" and not answer.reason:
        raise invalid("推荐不通过须说明理由", "A recommendation to fail needs a reason.", [("/reason", "required")])
    case.record_message(answer, task.clause, audit=audit.id, verdict="fail" if failed else "pass")
    case.take_duty(case.message.actor.person, "evaluation")
    audit.recommendation = answer.recommendation
    case.disclose(audit)
    audit.close_results()
    case.send(Effect(id="", kind="report", about=audit.id))
    if failed and reaudit.may_follow(case, audit):
        reaudit.open_reaudit(case, audit)
        return
    if not failed:
        _clear_earlier_findings(case, audit)
        if issue.leads_to_a_certificate(case, audit):
            case.rely_on("report")
        issue.watch(case, audit, "report")
    case.enter(audit, "review")


def _clear_earlier_findings(case: Case, audit: Audit) -> None:
    """R:7/6.4.6.1: the findings of a failed audit are verified in the re-audit that passed."""
    for earlier in case.state.audits:
        if earlier.id == audit.of:
            for finding in earlier.findings:
                finding.status = "accepted"

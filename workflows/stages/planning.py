"""R:7/7.3, R:11: planning an audit, its confirmation by the client, and the document review before it."""

from domain.answers import MAIN_POINTS, AuditPlan, DocumentReview, PlanConfirmation
from domain.application import Supplement
from domain.audit import Audit, Plan, TeamMember
from domain.dates import Due
from domain.planning import (
    PersonDays,
    check_coverage,
    check_person_days,
    refuse_first,
    required,
)
from domain.points import format_points
from domain.prose import figures
from domain.refusal import Refused
from domain.sampling import Sites, check_sampling, draw
from domain.sheets import AuditKind
from domain.state import Deadline, Task
from domain.team import MYSTERY_VISIT, Engagement, Member, auditors, check_team
from workflows.case import Case, invalid

PLANNING = "R:7/7.3.1"
WINDOWED = ("surveillance", "recertification")
"""Audit kinds whose plan is due by the end of the window in which they must close."""


def open_audit(
    case: Case, kind: AuditKind, *, of: str | None = None, attempt: int = 1, until: Due | None = None
) -> Audit:
    """A new audit begins with its plan, due within the pack's limit or `until` its window's end."""
    audit = Audit(id=f"audit-{len(case.state.audits) + 1}", audit_kind=kind, of=of, attempt=attempt)
    case.state.audits.append(audit)
    case.go_audit(audit, "planning")
    case.ask("audit.plan", audit=audit, until=until)
    return audit


def planned(case: Case, task: Task, answer: AuditPlan) -> None:
    """R:7/7.3.1: purpose, basis, team, person-days, sampling and both evaluations; the client is asked."""
    audit = case.audit(task)
    _check(case, audit, answer)
    plan = _plan(case, audit, answer)
    audit.plan = plan
    for member in plan.team:
        case.take_duty(member.person, "evaluation")
    _record(case, task, plan, answer)
    case.ask("audit.plan.confirm", audit=audit)


def _check(case: Case, audit: Audit, answer: AuditPlan) -> None:
    if case.state.special_rule is None:
        raise _without_trade_pack(case)
    if answer.planned_from < case.today:
        raise invalid("计划日期早于今天", "The plan lies in the past.", [("/planned_from", f"before {case.today}")])
    _check_window(case, audit, answer)
    team = [Member(user=member.user, role=member.role) for member in answer.team]
    engagement = Engagement(
        organization=case.application.organization.uscc,
        trade=case.application.service.category,
        modes=answer.modes,
        planned_from=answer.planned_from,
        planned_to=answer.planned_to,
    )
    days = PersonDays.model_validate(answer.person_days.model_dump())
    table = required(case.application.headcount_in_scope, audit.audit_kind, case.rules)
    refuse_first(
        [
            *check_team(team, case.facts.people, engagement),
            *check_person_days(days, table, answer.reason, case.rules.planning),
            *check_coverage(days, auditors(team, case.facts.people), answer.planned_from, answer.planned_to),
            *(check_sampling(answer.sites.risk_basis, _sites(case, answer)) if answer.sites else []),
        ]
    )
    two = "audit.characteristics" in case.rules.evaluations
    if not days.management or (two and not days.characteristics):
        raise case.refuse(PLANNING, "各项评价均须安排人日", "Every evaluation needs person-days.")
    _check_independence(case, answer)


def _without_trade_pack(case: Case) -> Refused:
    if "audit.checklist" in case.rules.evaluations:
        return case.refuse("G:5", "没有“山西精品”标准,不能策划", "Without a standard no audit can be planned.")
    return case.refuse("R:7/7.4.5", "没有专用规则,不能策划", "Without a special rule no audit can be planned.")


def _check_window(case: Case, audit: Audit, answer: AuditPlan) -> None:
    begins = case.running("reaudit", audit)
    if begins and answer.planned_from > begins.due_on:
        zh, en = f"再次审查须在{begins.due_on}前开始", f"The re-audit has to begin by {begins.due_on}."
        raise case.refuse(begins.clause, zh, en, [("/planned_from", "after the window")])
    closes = case.running("recertification.on_site", audit)
    if audit.audit_kind == "surveillance":
        closes = case.running("surveillance")
    if closes and answer.planned_to > closes.due_on:
        zh, en = f"审查须在{closes.due_on}前结束", f"The audit has to close by {closes.due_on}."
        raise case.refuse(closes.clause, zh, en, [("/planned_to", "after the window")])


def _check_independence(case: Case, answer: AuditPlan) -> None:
    judges = {person for person, duties in case.state.duties.items() if set(duties) - {"evaluation"}}
    users = {one.user for one in case.facts.people if one.person in judges}
    barred = [
        (f"/team/{place}/user", "has reviewed or decided in this case")
        for place, member in enumerate(answer.team)
        if member.user in users
    ]
    if barred:
        zh, en = "复核或决定人员不得参与评价", "Reviewers and deciders may not evaluate."
        raise case.refuse("R:7/6.4.6.2", zh, en, barred)


def _sites(case: Case, answer: AuditPlan) -> Sites:
    sites = case.application.sites
    seen = {site for audit in case.state.audits if audit.last_day and audit.plan for site in audit.plan.sites}
    return Sites(
        central=[site.id for site in sites if site.central],
        others=[site.id for site in sites if not site.central],
        mandatory=answer.sites.mandatory if answer.sites else [],
        visited=sorted(seen),
    )


def _plan(case: Case, audit: Audit, answer: AuditPlan) -> Plan:
    person_of = {one.user: one.person for one in case.facts.people}
    sites, seed = [site.id for site in case.application.sites], None
    if answer.sites:
        seed = case.state.head
        sites = draw(_sites(case, answer), seed, audit.audit_kind, case.rules.planning).sites
    return Plan(
        team=[TeamMember(user=one.user, person=person_of[one.user], role=one.role) for one in answer.team],
        person_days={name: format_points(days) for name, days in answer.person_days.model_dump().items()},
        modes=answer.modes,
        sites=sites,
        seed=seed,
        planned_from=answer.planned_from,
        planned_to=answer.planned_to,
    )


def _record(case: Case, task: Task, plan: Plan, answer: AuditPlan) -> None:
    """The plan's event, without a mystery visit: that part is held until the client may know (R:4/4.2)."""
    shown = figures(answer) | {"sites": plan.sites, "seed": plan.seed}
    visitors = [member for member in plan.team if member.role == "visitor"]
    if visitors:
        case.hold(
            "audit.plan",
            task.clause,
            audit=task.audit_id,
            content=case.facts.content,
            visitors=[member.user for member in visitors],
            modes=[MYSTERY_VISIT],
        )
        shown["team"] = [member for member in shown["team"] if member["role"] != "visitor"]
        shown["modes"] = [mode for mode in shown["modes"] if mode != MYSTERY_VISIT]
    content = case.facts.public_content or case.facts.content
    case.record("audit.plan", task.clause, audit=task.audit_id, task=task.id, content=content, **shown)


def confirmed(case: Case, task: Task, answer: PlanConfirmation) -> None:
    """R:7/7.3.1: agreed → document review; an objection to members opens the plan once."""
    audit = case.audit(task)
    if answer.outcome == "object":
        if not answer.members or not answer.reason:
            faults = [("/members", "name members")] if not answer.members else [("/reason", "required")]
            raise invalid("异议须指明成员并说明理由", "An objection names members and a reason.", faults)
        _check_members(audit, answer)
        audit.objections += 1
    case.record_message(answer, task.clause, audit=audit.id)
    if answer.outcome == "object" and audit.objections == 1:
        case.go_audit(audit, "planning")
        window = case.same_due("audit.plan", audit) if audit.audit_kind in WINDOWED else None
        case.ask("audit.plan", audit=audit, until=window)
    else:
        case.enter(audit, "document_review")


def _check_members(audit: Audit, answer: PlanConfirmation) -> None:
    known = {member.user for member in audit.plan.team if member.role != "visitor"} if audit.plan else set()
    faults = [(f"/members/{at}", "not in the team") for at, user in enumerate(answer.members) if user not in known]
    if faults:
        raise invalid("成员不在审查组内", "Somebody named is not in the team.", faults)


def taken_as_agreed(case: Case, deadline: Deadline) -> None:
    """The client said nothing within the limit: the plan stands."""
    audit = case.audit(deadline)
    case.drop_tasks("audit.plan.confirm", audit)
    case.enter(audit, "document_review")


def begin_document_review(case: Case, audit: Audit) -> None:
    """R:7/7.4.1: the leader reviews the documents before anything happens on site."""
    case.ask("audit.documents", audit=audit)


def documents_reviewed(case: Case, task: Task, answer: DocumentReview) -> None:
    """R:7/7.4.1: both points met → on site; otherwise the client corrects its documents."""
    audit = case.audit(task)
    if answer.outcome == "pass" and not answer.met:
        raise case.refuse(task.clause, "文件评审两项要点均须满足", "The review passes only when a and b are both met.")
    if answer.outcome == "return" and not answer.issues:
        raise invalid("须说明需修正的问题", "Say what is to be corrected.", [("/issues", "required")])
    left_out = [(f"/checks/{letter}", "required") for letter in MAIN_POINTS if letter not in answer.checks]
    if left_out:
        raise invalid("两项要点均须有结论", "Answer both points.", left_out)
    case.record_message(answer, task.clause, audit=audit.id)
    case.give(audit, "audit.documents")
    case.take_duty(case.message.actor.person, "evaluation")
    if answer.outcome == "pass":
        case.enter(audit, "audit")
    else:
        case.ask("documents.correct", audit=audit)


def documents_corrected(case: Case, task: Task, answer: Supplement) -> None:
    """R:7/7.4.1: the corrected documents are reviewed again."""
    audit = case.audit(task)
    if not answer.documents and not answer.note:
        raise invalid("没有修正内容", "Nothing was corrected.", [("/documents", "add a document or a note")])
    case.record_message(answer, task.clause, audit=audit.id)
    documents = [*case.application.documents, *answer.documents]
    case.state.application = case.application.model_copy(update={"documents": documents})
    case.ask("audit.documents", audit=audit)


def documents_not_corrected(case: Case, deadline: Deadline) -> None:
    """Nothing came in time: an initial certification ends, any other audit fails (R:7/7.4.1)."""
    audit = case.audit(deadline)
    if audit.audit_kind == "initial":
        case.terminate(audit)
        case.tell_applicant("逾期未修正文件,认证终止", "The documents were not corrected: certification ends")
    else:
        case.drop_tasks("documents.correct", audit)
        audit.fail("rectification", final=True)
        # It has taken place and failed: it can be missed no more.
        case.settle_deadlines("void", kind="reaudit", audit_id=audit.id)
        case.settle_deadlines("void", kind="recertification.on_site", audit_id=audit.id)
        if audit.audit_kind == "surveillance":
            case.settle_deadlines("void", kind="surveillance")
        case.ask("audit.report", audit=audit)

"""R:7/7.3, R:11: planning an audit, its confirmation by the client, and the document review before it."""

from typing import Any

from domain.answers import MAIN_POINTS, Approval, AuditPlan, DocumentReview, PlanConfirmation
from domain.application import Supplement
from domain.audit import Audit, Plan, TeamMember
from domain.cycle import recertification_on_site
from domain.dates import Anchor, Due, due, earlier
from domain.engagement import (
    PERSON_DAYS,
    all_modes,
    check_dates,
    check_modes,
    days_by_table,
    engagement,
    plan_is_open,
    sites,
)
from domain.planning import (
    INCREASE,
    PersonDays,
    check_coverage,
    check_days_on_top,
    check_person_days,
    exceeds,
    refuse_first,
)
from domain.points import format_points
from domain.prose import figures
from domain.refusal import Refusal, Refused
from domain.sampling import NAMED, Sites, check_named, check_sampling, draw, factor
from domain.scope import extension_in, sites_about
from domain.sheets import AuditKind
from domain.state import Deadline
from domain.tasks import Task
from domain.team import MYSTERY_VISIT, Member, auditors, check_team
from workflows.case import Case
from workflows.recording import MYSTERY
from workflows.refusing import invalid
from workflows.stages import held_up, proposals

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


def ask_plan(case: Case, audit: Audit, subject: str | None = None) -> None:
    """The plan is asked for again; a plan that is due by the end of a window stays so."""
    until = case.same_due("audit.plan", audit) if audit.audit_kind in WINDOWED else for_reaudit_of(case, audit)
    case.ask("audit.plan", audit=audit, until=until, subject=subject)


def for_reaudit_of(case: Case, audit: Audit) -> Due | None:
    """Until when the re-audit of a renewal is planned: within the pack's limit, never past the end of its window."""
    if case.programme_kind(audit) != "recertification":
        return None
    usual = due(Anchor(kind="task", on=case.today), case.limit("audit.plan"), PLANNING, case.calendar)
    return earlier(usual, recertification_on_site(case.certificate.valid_until))


def reopen(case: Case, audit: Audit, why: str) -> None:
    """What is under way about a plan is void; it is made again, unless that is asked for already.

    Documents that have not passed are reviewed under the new one.
    """
    case.drop_tasks("audit.plan.confirm", audit)
    if audit.stage == "document_review":
        case.go_audit(audit, "planning")
        case.drop_tasks("audit.documents", audit)
        case.drop_tasks("documents.correct", audit)
    mine = [task for task in case.state.tasks if (task.audit_id, task.subject) == (audit.id, PERSON_DAYS)]
    for task in mine:
        if task.kind == "approval.give":
            case.state.tasks.remove(task)
    if not plan_is_open(case.state, audit):
        ask_plan(case, audit, why)


def planned(case: Case, task: Task, answer: AuditPlan) -> None:
    """R:7/7.3.1: purpose, basis, team, person-days, sampling and both evaluations; the client is asked.

    A plan above the cap, with its deviation, goes to the decision maker first (R:11/10.2).
    """
    audit, planning = case.audit(task), case.rules.planning
    answer = answer.model_copy(update={"modes": all_modes(answer.modes, planning)})
    days = PersonDays.model_validate(answer.person_days.model_dump())
    table = _table(case, audit, answer)
    _check(case, audit, answer, days, table)
    if extension_in(case.state, audit):
        table = None  # no cap binds the days on top
    plan = _plan(case, audit, answer)
    audit.plan = plan
    for member in plan.team:
        case.take_duty(member.person, "evaluation")
    above = exceeds(days, table, planning)
    _record(case, task, plan, answer, deviation=above or None)
    if above:
        case.ask("approval.give", audit=audit, subject=PERSON_DAYS).clause = INCREASE
    else:
        case.ask("audit.plan.confirm", audit=audit)


def deviation_decided(case: Case, task: Task, answer: Approval) -> None:
    """R:11/10.2: the decision maker lets a plan exceed the cap, or it is made again; that is a duty of judgement."""
    audit = case.audit(task)
    case.refuse_if_evaluator()
    case.refuse_if_asked_by(audit.plan.by if audit.plan else "")
    case.record_message(answer, task.clause, audit=audit.id)
    case.take_duty(case.message.actor.person, "decision")
    if answer.outcome == "approve":
        case.ask("audit.plan.confirm", audit=audit)
    else:
        ask_plan(case, audit, PERSON_DAYS)


def _table(case: Case, audit: Audit, answer: AuditPlan) -> int | None:
    """The table's person-days; a plan combined with another audit names one of this case that is not closed."""
    others = [one.id for one in case.state.audits if one.stage != "closed" and one.id != audit.id]
    if answer.combined_with not in (None, *others):
        raise invalid("没有可合并的审查", "There is no such audit.", [("/combined_with", "no open audit of this case")])
    return days_by_table(case.state, audit, combined=answer.combined_with is not None)


def _check(case: Case, audit: Audit, answer: AuditPlan, days: PersonDays, table: int | None) -> None:
    if case.state.special_rule is None:
        raise _without_trade_pack(case)
    refuse_first(check_dates(case.state, audit, answer.planned_from, answer.planned_to, case.today))
    team = [Member(user=member.user, role=member.role) for member in answer.team]
    sent = engagement(case.state, answer.modes, (answer.planned_from, answer.planned_to), case.today)
    refuse_first(
        [
            *check_modes(answer.modes, case.rules.planning),
            *check_team(team, case.facts.people, sent),
            *_check_days(case, audit, answer, days, table),
            *check_coverage(days, auditors(team, case.facts.people), answer.planned_from, answer.planned_to),
            *(check_sampling(answer.sites.risk_basis, _sites(case, audit, answer)) if answer.sites else []),
            *(check_named(audit.audit_kind, _sites(case, audit, answer)) if answer.sites else []),
        ]
    )
    two = "audit.characteristics" in case.rules.evaluations
    if not days.management or (two and not days.characteristics):
        raise case.refuse(PLANNING, "各项评价均须安排人日", "Every evaluation needs person-days.")


def _check_days(case: Case, audit: Audit, answer: AuditPlan, days: PersonDays, table: int | None) -> list[Refusal]:
    if extension_in(case.state, audit) and table is not None:
        return check_days_on_top(days, table, answer.reason, case.rules.planning)
    deviation = bool(answer.deviation.strip())
    return check_person_days(days, table, answer.reason, case.rules.planning, deviation=deviation)


def _without_trade_pack(case: Case) -> Refused:
    """R:5, G:3.2: an audit has a basis, a service's special rule or a product's standard."""
    if "audit.checklist" in case.rules.evaluations:
        return case.refuse("G:5", "没有“山西精品”标准,不能策划", "Without a standard no audit can be planned.")
    return case.refuse("R:7/7.4.5", "没有专用规则,不能策划", "Without a special rule no audit can be planned.")


def _sites(case: Case, audit: Audit, answer: AuditPlan) -> Sites:
    return sites(case.state, answer.sites.mandatory if answer.sites else [], audit)


def _plan(case: Case, audit: Audit, answer: AuditPlan) -> Plan:
    person_of = {one.user: one.person for one in case.facts.people}
    visited, seed = [site.id for site in sites_about(case.state, audit)], None
    if audit.stage == "audit" and audit.plan:
        # The sites stay those the work on site began with: what was found there stays too.
        visited, seed = audit.plan.sites, audit.plan.seed
    elif answer.sites and audit.audit_kind in NAMED:
        visited = [site for site in visited if site in answer.sites.mandatory]
    elif answer.sites:
        seed = case.state.head
        visited = draw(_sites(case, audit, answer), seed, audit.audit_kind, case.rules.planning).sites
    return Plan(
        team=[TeamMember(user=one.user, person=person_of[one.user], role=one.role) for one in answer.team],
        person_days={name: format_points(days) for name, days in answer.person_days.model_dump().items()},
        modes=answer.modes,
        sites=visited,
        seed=seed,
        planned_from=answer.planned_from,
        planned_to=answer.planned_to,
        combined_with=answer.combined_with,
        by=case.message.actor.person,
    )


def _record(case: Case, task: Task, plan: Plan, answer: AuditPlan, **more: Any) -> None:  # noqa: ANN401  # JSON values
    """The plan's event, without a mystery visit: that part is held until the client may know (R:4/4.2)."""
    shown = figures(answer) | {"sites": plan.sites, "seed": plan.seed} | more
    if plan.seed == case.state.head:
        shown["draw"] = _drawn_from(case, case.audit(task), answer)
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


def _drawn_from(case: Case, audit: Audit, answer: AuditPlan) -> dict[str, Any]:
    """What anybody needs beside the seed to repeat the draw (R:7/7.3.2)."""
    rules = case.rules
    return _sites(case, audit, answer).model_dump() | {
        "factor": factor(audit.audit_kind, rules.planning),
        "random_share": rules.planning.random_share,
        "edition": f"{rules.scheme} {rules.edition}",
    }


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
        if audit.stage != "audit":
            case.go_audit(audit, "planning")
        ask_plan(case, audit)
    else:
        _stands(case, audit)


def _stands(case: Case, audit: Audit) -> None:
    """The plan stands: document review begins, or the work on site goes on under the new plan."""
    if audit.stage != "audit":
        case.enter(audit, "document_review")
        return
    planned = audit.plan is not None and MYSTERY_VISIT in audit.plan.modes
    if planned and MYSTERY not in audit.awaits:
        audit.awaits.append(MYSTERY)
        case.ask(MYSTERY, audit=audit)
    elif not planned and MYSTERY in audit.awaits and MYSTERY not in audit.given:
        audit.awaits.remove(MYSTERY)
        case.drop_tasks(MYSTERY, audit)
    case.reassign(audit)
    held_up.plan_stands_again(case, audit)


def _check_members(audit: Audit, answer: PlanConfirmation) -> None:
    known = {member.user for member in audit.plan.team if member.role != "visitor"} if audit.plan else set()
    faults = [(f"/members/{at}", "not in the team") for at, user in enumerate(answer.members) if user not in known]
    if faults:
        raise invalid("成员不在审查组内", "Somebody named is not in the team.", faults)


def taken_as_agreed(case: Case, deadline: Deadline) -> None:
    """The client said nothing within the limit: the plan stands."""
    audit = case.audit(deadline)
    case.drop_tasks("audit.plan.confirm", audit)
    _stands(case, audit)


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
            proposals.drop_proposals(case, proposals.POSTPONE)
        case.ask("audit.report", audit=audit)

"""R:7/6.5.3.2, R:10/9.3.2: how a suspended certification is restored: by a re-audit, or once its cause is gone."""

from domain import suspension as rules
from domain.acts import RestorationRequest
from domain.answers import Decision, RestorationVerification
from domain.audit import Audit
from domain.engagement import engagement
from domain.planning import refuse_first
from domain.state import Effect
from domain.tasks import Task
from domain.team import Member, check_team
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import planning, proposals, surveillance, suspension, withdrawal
from workflows.stages.rulings import ruling


def open_reaudit(case: Case, audit: Audit) -> None:
    """R:7/6.5.3.2: the one re-audit of a failed surveillance, within the suspension; its plan opens by itself."""
    now = case.state.suspension
    if now and not now.over:
        planning.open_audit(case, "reaudit", of=audit.id, attempt=audit.attempt + 1)
        case.tell_applicant(
            f"可重新审查一次,恢复决定不迟于{now.ends_on}", f"One re-audit may restore it, decided by {now.ends_on}"
        )


def requested(case: Case, act: RestorationRequest) -> None:
    """R:10/9.3.2: the cause is said to be gone; a leader verifies it."""
    now = suspension.running(case)
    if now.clause == rules.AFTER_SURVEILLANCE:
        raise case.refuse(now.clause, "须经重新审查恢复", "Its re-audit restores it.")
    missed = any(one.audit_kind == "surveillance" and one.stage != "closed" for one in case.state.audits)
    if "c" in now.grounds and missed:
        raise case.refuse("R:10/9.3.1c", "须先接受监督审查", "The surveillance that was missed restores it.")
    for task in [task for task in case.state.tasks if task.kind == "restoration.verify" and act.leader]:
        # Somebody else is to verify what is open already.
        case.drop(task)
        case.close_matter(case.matter(task), "replaced")
    if case.open_matters(proposals.RESTORE):
        raise case.conflict("已有未决的恢复申请", "A restoration is asked for already.")
    leader = _leader(case, act)
    case.record_message(act, rules.RESTORATION)
    matter = case.open_matter(proposals.RESTORE, grounds=list(now.grounds))
    case.ask("restoration.verify", subject=matter.id, assignee=leader)


def _leader(case: Case, act: RestorationRequest) -> str:
    """Who verifies: the leader of the latest audit, or whom the case manager names instead."""
    if act.leader is None:
        planned = [audit.member("leader") for audit in case.state.audits if audit.plan]
        return next(leader for leader in reversed(planned) if leader)
    if case.bringer != "body":
        raise invalid("审查组长由机构指定", "The body names the leader.", [("/leader", "not the client's to name")])
    sent = engagement(case.state, [], (case.today, case.today), case.today)
    refuse_first(check_team([Member(user=act.leader, role="leader")], case.facts.people, sent))
    case.take_duty(next(one.person for one in case.facts.people if one.user == act.leader), "evaluation")
    return act.leader


def verified(case: Case, task: Task, answer: RestorationVerification) -> None:
    """R:10/9.3.2: verified as gone, it is decided on; otherwise it may be asked for again while it lasts."""
    matter = case.matter(task)
    suspension.running(case)
    if not answer.evidence:
        raise invalid("须附证据", "Evidence is needed.", [("/evidence", "required")])
    case.record_message(answer, task.clause, subject=task.subject)
    case.take_duty(case.message.actor.person, "evaluation")
    if answer.outcome == "pass":
        case.ask("decision.make", subject=matter.id).clause = rules.RESTORATION
        return
    case.close_matter(matter, "fail")
    case.tell_applicant("暂停原因尚未消除", "The cause of the suspension is not gone yet")


def decided(case: Case, task: Task, answer: Decision) -> None:
    """R:10/9.3.2, R:10/9.4a: restored in time, or withdrawn with a reason; the reason is the decision maker's."""
    matter = case.matter(task)
    case.refuse_if_asked_by(matter.by)
    if answer.outcome not in ("restore", "withdraw"):
        raise case.refuse(task.clause, "只能恢复或撤销", "Restore or withdraw.", [("/outcome", "restore or withdraw")])
    if answer.outcome == "withdraw" and not answer.reason:
        raise invalid("不利决定须说明理由", "This decision needs a reason.", [("/reason", "required")])
    case.record_message(answer, task.clause, subject=task.subject)
    case.take_duty(case.message.actor.person, "decision")
    case.close_matter(matter, answer.outcome)
    if answer.outcome == "restore":
        restore(case)
    else:
        with ruling(case, task):
            withdrawal.withdraw(case, ["a"])


def after_audit(case: Case, audit: Audit) -> None:
    """R:7/6.5.3.2: the re-audit, or a surveillance held while suspended, restores; the next surveillance is due."""
    restore(case)
    proposals.drop_proposals(case)
    case.send(Effect(id="", kind="submission", about=f"surveillance:{audit.id}"))
    surveillance.watch_next(case, audit)


def restore(case: Case) -> None:
    """R:10/9.3.2: on or before its last day the suspension ends; certificate and marks may be used again."""
    now = suspension.running(case)
    rules.check_restoration(now.ends_on, case.today, verified=True)
    case.settle_deadlines("met", kind="suspension.end")
    suspension.is_past(case)
    case.state.status = "certified"
    case.follow_programme()
    for certificate in case.state.certificates:
        if certificate.status == "suspended":
            certificate.status = "valid"
            case.record("certificate.valid", rules.RESTORATION, number=certificate.number, outcome="restored")
            case.send(Effect(id="", kind="submission", about=f"restoration:{certificate.number}"))
    case.tell_applicant(
        "认证已恢复,可继续使用证书和标志", "Certification is restored: certificate and marks may be used"
    )

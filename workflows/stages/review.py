"""R:7/6.4.6.2: independent review and certification decision, by people who took no part in the evaluation."""

from contextlib import nullcontext
from typing import Final

from domain.answers import Decision, IndependentReview, is_met
from domain.audit import Audit
from domain.grounds import MAINTENANCE, not_met, not_stated
from domain.state import Effect
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import changes, credit, cycle, issue, restoration, special, surveillance, suspension, withdrawal
from workflows.stages.rulings import ruling

INDEPENDENCE = "R:7/6.4.6.2"
VERIFY: Final = "rectification.verify"
OTHER: Final = "k"
"""The ground of R:10/9.3.1 for what the others do not name; the decision's reason does."""


def begin(case: Case, audit: Audit) -> None:
    """Somebody who took no part looks at everything again."""
    case.ask("review.independent", audit=audit)


def begin_decision(case: Case, audit: Audit) -> None:
    """Somebody who took no part decides, on a credit check that is not old."""
    case.ask("decision.make", audit=audit)
    credit.watch(case, audit)


def reviewed(case: Case, task: Task, answer: IndependentReview) -> None:
    """Agreed or not → the decision; returned → the report, or what is named, as a new version."""
    audit = case.audit(task)
    case.refuse_if_evaluator()
    if answer.outcome != "agree" and not answer.comments:
        raise invalid("须说明复核意见", "Say why.", [("/comments", "required")])
    if answer.outcome != "return":
        _check_acknowledged(case, audit, answer)
    case.record_message(answer, task.clause, audit=audit.id)
    case.take_duty(case.message.actor.person, "review")
    audit.review = answer.outcome
    if answer.outcome == "return":
        _return(case, audit, answer.reopen or ["audit.report"])
    else:
        issue.watch(case, audit, "review")
        case.enter(audit, "decision")


def _check_acknowledged(case: Case, audit: Audit, answer: IndependentReview) -> None:
    sensitive = audit.results.sensitive if audit.results else []
    if sorted(answer.readings_acknowledged) != sorted(sensitive):
        listed = ", ".join(sensitive)
        raise case.refuse(
            INDEPENDENCE,
            f"须确认结论所依赖的读法:{listed or '无'}",
            f"Acknowledge the readings on which the verdict depends: {listed or 'none'}.",
            [("/readings_acknowledged", f"expected: {listed or 'none'}")],
        )


def _return(case: Case, audit: Audit, kinds: list[str]) -> None:
    reopenable = {*case.rules.evaluations, "audit.credit", "audit.report"} | ({"audit.contents"} & {*audit.awaits})
    reopenable |= {VERIFY} if audit.may_verify_again else set()
    unknown = [(f"/reopen/{place}", "cannot be reopened") for place, kind in enumerate(kinds) if kind not in reopenable]
    if unknown:
        raise invalid("所列任务不能重新打开", "A named task cannot be reopened.", unknown)
    if VERIFY in kinds:
        if len(set(kinds)) > 1:
            faults = [("/reopen", "more than the verification")]
            raise invalid("退回整改验证时不得同时退回其他任务", "The verification is returned alone.", faults)
        _return_verification(case, audit)
        return
    if not audit.on_site and set(kinds) != {"audit.report"}:
        faults = [("/reopen", "it never came to work on site: only the report")]
        raise invalid("未到现场的审查只能退回报告", "Only the report can be returned.", faults)
    if issue.leads_to_a_certificate(case, audit):
        case.stop_watching_issue(audit)
    case.go_audit(audit, "audit")
    audit.reopen_results()
    for kind in dict.fromkeys(kinds):
        if kind != "audit.report" or len(set(kinds)) == 1:
            case.reopen(audit, kind)


def _return_verification(case: Case, audit: Audit) -> None:
    """R:7/6.4.6.1: whether the findings are rectified is looked at once more; the report follows."""
    audit.verify_again()
    case.go_audit(audit, "rectification")
    case.reopen(audit, VERIFY)


def decided(case: Case, task: Task, answer: Decision) -> None:
    """R:7/6.4.6.2, R:7/6.4.8, R:7/6.5.3, R:10: what becomes of the certification after an audit or a verification."""
    case.refuse_if_evaluator()
    if task.audit_id is None:
        restoration.decided(case, task, answer)
        return
    audit = case.audit(task)
    _check_outcome(case, audit, answer)
    case.record_message(answer, task.clause, audit=audit.id, audit_kind=audit.audit_kind)
    case.take_duty(case.message.actor.person, "decision")
    audit.stage = "closed"
    case.drop_tasks("audit.credit", audit)
    with nullcontext() if answer.outcome in FAVOURABLE else ruling(case, task):
        _take_effect(case, task, audit, answer)
        changes.audit_decided(case, audit, answer.outcome)


def _take_effect(case: Case, task: Task, audit: Audit, answer: Decision) -> None:
    match answer.outcome:
        case _ if audit.audit_kind == "special":
            special.concluded(case, task, audit, answer)
        case _ if audit.audit_kind == "scope":
            case.follow_programme()
        case "grant":
            issue.watch(case, audit, "decision")
            cycle.certify(case, audit)
        case "maintain" | "extend" | "reduce":
            surveillance.maintained(case, audit)
        case "suspend":
            _suspend(case, task, audit, answer)
        case "restore":
            restoration.after_audit(case, audit)
        case "withdraw":
            case.send(Effect(id="", kind="submission", about=f"surveillance:{audit.id}"))
            withdrawal.withdraw(case, ["b"])
        case _:
            _refuse(case, audit)


def _suspend(case: Case, task: Task, audit: Audit, answer: Decision) -> None:
    """R:7/6.5.3.2: a failed surveillance suspends for ninety days, with one re-audit; another ground as it is named."""
    case.send(Effect(id="", kind="submission", about=f"surveillance:{audit.id}"))
    failed = audit.fails
    grounds = ["b"] if failed else answer.grounds or [OTHER]
    suspension.suspend(case, task, list(grounds), failed_surveillance=failed)
    if failed:
        restoration.open_reaudit(case, audit)
    else:
        surveillance.watch_next(case, audit)


OUTCOMES = {
    "initial": ("grant", "refuse"),
    "recertification": ("grant", "refuse"),
    "surveillance": ("maintain", "suspend", "extend", "reduce"),
    "special": ("maintain", "suspend", "extend", "reduce"),
    "scope": ("grant", "extend", "refuse"),
}
"""Kind of an audit, of a re-audit that of the one it repeats → decisions that fit it."""
FAILED = {"surveillance": "R:7/6.5.3.2", "special": "R:10/9.3.1"}
"""The same kind → the clause that bars a decision in the client's favour after a failed audit."""
FAVOURABLE = ("grant", "maintain", "extend", "reduce", "restore")


def _outcomes(case: Case, audit: Audit) -> tuple[str, ...]:
    if suspension.restores(case, audit):
        return ("restore", "withdraw")
    while_suspended = ("restore",) if audit.audit_kind == "surveillance" and case.state.suspension else ()
    return (*OUTCOMES.get(case.programme_kind(audit), ()), *while_suspended)


def _check_outcome(case: Case, audit: Audit, answer: Decision) -> None:
    if answer.outcome not in _outcomes(case, audit):
        raise case.refuse(INDEPENDENCE, "该决定不适用于本次审查", "This decision does not fit this audit.")
    changes.check_outcome(case, audit, answer.outcome)
    if answer.outcome not in FAVOURABLE:
        if not answer.reason:
            raise invalid("不利决定须说明理由", "This decision needs a reason.", [("/reason", "required")])
        return
    if not audit.passed:
        clause = FAILED.get(case.programme_kind(audit), "R:7/6.4.8")
        raise case.refuse(clause, "审查未通过,不得作出该决定", "The audit failed: this decision is not left.")
    if audit.review == "disagree":
        raise case.refuse(INDEPENDENCE, "复核不同意,不得作出该决定", "The review disagreed.")
    if not credit.is_fresh(case, audit):
        raise case.refuse(credit.CLAUSE, "信用查询已超过30天,须重新查询", "The credit check is too old: check again.")
    if audit.audit_kind != "scope" and answer.outcome in ("maintain", "extend", "reduce"):
        _check_conditions(case, audit, answer)
    if answer.outcome == "restore":
        _check_restoration(case, audit)
    if answer.outcome in ("grant", "extend") and case.state.status == "suspended":
        raise case.refuse("R:10/9.3.1", "暂停期间不得授予", "Nothing is granted before restoration.")


def _check_restoration(case: Case, audit: Audit) -> None:
    """R:7/6.5.3.2: in time, on a report that would have maintained the certification."""
    suspension.running(case)
    if audit.recommendation != "pass":
        raise case.refuse(FAILED["surveillance"], "审查报告未推荐通过", "The report does not recommend a pass.")


def _check_conditions(case: Case, audit: Audit, answer: Decision) -> None:
    """R:10/9.1a-f: the report recommends a pass, each condition is stated, and any "no" bars it."""
    if audit.recommendation != "pass":
        zh, en = "审查报告未推荐通过,不得保持认证", "The report does not recommend a pass."
        raise case.refuse(f"{MAINTENANCE}a", zh, en)
    left_out = [(f"/conditions/{letter}", "required") for letter in not_stated(answer.conditions)]
    if left_out:
        raise invalid("须逐项说明保持条件", "State each condition.", left_out)
    unmet = not_met({letter: is_met(value) for letter, value in answer.conditions.items()})
    if unmet:
        listed = ", ".join(unmet)
        raise case.refuse(MAINTENANCE, f"不满足保持条件:{listed}", f"Conditions not met: {listed}.")


def _refuse(case: Case, audit: Audit) -> None:
    failed = not audit.passed
    if not case.state.certificates or not cycle.refused_renewal(case, audit):
        case.end("terminated" if failed and audit.audit_kind == "reaudit" else "refused")
        case.record_fees()
    case.send(Effect(id="", kind="submission", about=f"refusal:{audit.id}"))
    case.tell_applicant("认证未通过", "Certification is refused")

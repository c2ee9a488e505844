"""R:7/6.4.6.2: independent review and certification decision, by people who took no part in the evaluation."""

from domain.answers import Decision, IndependentReview
from domain.cycle import credit_good_until, expiry
from domain.dates import Anchor, Step, counted
from domain.state import Audit, Certificate, Deadline, Effect, Task
from workflows.case import Case, invalid
from workflows.stages import audit as on_site

INDEPENDENCE = "R:7/6.4.6.2"
CREDIT = "R:7/7.4.5"
REOPENABLE = ("audit.management", "audit.characteristics", "audit.credit", "audit.report")


def ask_review(case: Case, audit: Audit) -> None:
    """Somebody who took no part looks at everything again."""
    case.go_audit(audit, "review")
    case.ask("review.independent", audit=audit)


def reviewed(case: Case, task: Task, answer: IndependentReview) -> None:
    """Agreed or not → the decision; returned → the report, or what is named, as a new version."""
    audit = case.audit(task)
    case.refuse_if_evaluator(INDEPENDENCE)
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
        case.go_audit(audit, "decision")
        case.ask("decision.make", audit=audit)
        watch_credit(case, audit)


def _check_acknowledged(case: Case, audit: Audit, answer: IndependentReview) -> None:
    sensitive = audit.results.sensitive if audit.results else []
    if sorted(answer.readings_acknowledged) != sorted(sensitive):
        listed = ", ".join(sensitive) or "none"
        raise case.refuse(
            INDEPENDENCE,
            f"须确认结论所依赖的读法:{listed}",
            f"Acknowledge the readings on which the verdict depends: {listed}.",
            [("/readings_acknowledged", f"expected: {listed}")],
        )


def _return(case: Case, audit: Audit, kinds: list[str]) -> None:
    unknown = [(f"/reopen/{place}", "cannot be reopened") for place, kind in enumerate(kinds) if kind not in REOPENABLE]
    if unknown:
        raise invalid("所列任务不能重新打开", "A named task cannot be reopened.", unknown)
    inputs = [kind for kind in dict.fromkeys(kinds) if kind != "audit.report"]
    case.settle_deadlines("void", kind="certificate.issue", audit_id=None)
    if not inputs:
        case.go_audit(audit, "audit")
        on_site.ask_report(case, audit)
        return
    case.go_audit(audit, "audit")
    for kind in inputs:
        on_site.reopen(case, audit, kind)


def watch_credit(case: Case, audit: Audit) -> None:
    """R:7/7.4.5: a check older than 30 days bears no decision; it is asked for again when it grows old."""
    if not any(task.kind == "decision.make" and task.audit_id == audit.id for task in case.state.tasks):
        return
    checked = audit.given["audit.credit"].on
    good_until = credit_good_until(checked, case.rules.cycle)
    if good_until < case.today:
        on_site.reopen(case, audit, "audit.credit")
        return
    days = case.rules.cycle.credit_valid_days
    step = Step(op=f"+{days} days", from_=checked, to=good_until)
    until = counted(Anchor(kind="task", on=checked), CREDIT, f"{days} days", [step])
    case.run_deadline("audit.credit", until, deadline_id=f"audit.credit-{checked}-{audit.id}", audit=audit)


def credit_is_old(case: Case, deadline: Deadline) -> None:
    """The check before the decision has grown old: credit is checked again."""
    on_site.reopen(case, case.audit(deadline), "audit.credit")


def decided(case: Case, task: Task, answer: Decision) -> None:
    """R:7/6.4.6.2, R:7/6.4.8: grant or refuse."""
    audit = case.audit(task)
    case.refuse_if_evaluator(INDEPENDENCE)
    _check_outcome(case, audit, answer)
    case.record_message(answer, task.clause, audit=audit.id)
    case.take_duty(case.message.actor.person, "decision")
    audit.stage = "closed"
    case.drop_tasks("audit.credit", audit)
    if answer.outcome == "grant":
        _grant(case)
    else:
        _refuse(case, audit)


def _check_outcome(case: Case, audit: Audit, answer: Decision) -> None:
    passed = audit.results is not None and audit.results.verdict == "pass"
    if answer.outcome not in ("grant", "refuse"):
        raise case.refuse(INDEPENDENCE, "该决定不适用于本次审查", "This decision does not fit this audit.")
    if answer.outcome == "refuse":
        if not answer.reason:
            raise invalid("拒绝须说明理由", "A refusal needs a reason.", [("/reason", "required")])
        return
    if not passed:
        raise case.refuse("R:7/6.4.8", "再次审查未通过,只能拒绝", "After a failed re-audit only refusal is left.")
    if audit.review == "disagree":
        raise case.refuse(INDEPENDENCE, "复核不同意,不得授予", "The review disagreed: it cannot be granted.")
    checked = audit.given.get("audit.credit")
    if checked is None or credit_good_until(checked.on, case.rules.cycle) < case.today:
        raise case.refuse(CREDIT, "信用查询已超过30天,须重新查询", "The credit check is too old: check again.")


def _grant(case: Case) -> None:
    """R:7/7.3.3: three years from the decision; the certificate is made, the alliance is told."""
    valid_until = expiry(Anchor(kind="decision", on=case.today), case.rules.cycle)
    certificate = Certificate(
        number=case.facts.certificate_number,
        status="valid",
        decided_on=case.today,
        valid_from=case.today,
        valid_until=valid_until.on,
    )
    case.state.certificates.append(certificate)
    case.settle_deadlines("met", kind="certificate.issue", audit_id=None)
    case.flag("issue_overdue", on=False)
    case.state.status = "certified"
    case.go("certified")
    case.record(
        "certificate.valid",
        "R:7/7.3.3",
        number=certificate.number,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
    )
    case.run_deadline("certificate.expiry", valid_until, deadline_id=f"certificate.expiry-{certificate.number}")
    case.send(Effect(id="", kind="certificate", about=certificate.number))
    case.send(Effect(id="", kind="submission", about=f"certification:{certificate.number}"))
    case.tell_applicant("认证通过,证书已颁发", f"Certified: certificate {certificate.number}")


def _refuse(case: Case, audit: Audit) -> None:
    failed = audit.results is None or audit.results.verdict == "fail"
    case.end("terminated" if failed and audit.audit_kind == "reaudit" else "refused")
    case.record_fees()
    case.send(Effect(id="", kind="submission", about=f"refusal:{audit.id}"))
    case.tell_applicant("认证未通过", "Certification is refused")

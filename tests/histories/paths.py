"""The paths up to the decision, each as the steps that lead through it; `PATHS` names every path of a case."""

from collections.abc import Awaitable, Callable

from tests.domain.sheets import NOT_APPLICABLE
from tests.histories.journey import Journey
from tests.lives import FAILING, PLAN, PRODUCT, a_deduction

Path = Callable[[Journey], Awaitable[Journey]]

PATHS: dict[str, Path] = {}


def path(steps: Path) -> Path:
    """Name a path after its function."""
    PATHS[steps.__name__] = steps
    return steps


# R:7/7.2 application and contract -------------------------------------------------------------------------


@path
async def supplemented_and_certified(case: Journey) -> Journey:
    await case.apply(documents="abcdegh")
    await case.answer("manager", "application.review", outcome="supplement", missing=["i"])
    await case.days(20)
    document = {"kind": "i", "file_id": await case.file("applicant", "i")}
    await case.answer("applicant", "application.supplement", documents=[document])
    await case.contracted()
    await case.on_site()
    await case.audited()
    await case.reported()
    return await case.granted()


@path
async def rejected_by_review(case: Journey) -> Journey:
    await case.apply()
    return await case.answer("manager", "application.review", outcome="reject", reason="超出认证领域")


@path
async def not_supplemented_in_time(case: Journey) -> Journey:
    await case.apply(documents="abc")
    await case.answer("manager", "application.review", outcome="supplement", missing=["d"])
    return await case.lapse("application.supplement")


@path
async def no_contract_in_time(case: Journey) -> Journey:
    await case.apply()
    await case.answer("manager", "application.review", outcome="accept")
    return await case.days(91)


@path
async def withdrawn_by_the_applicant(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    return await case.act("applicant", "case.withdraw", reason="不再需要")


# R:7/7.3, 7.4.1 planning and document review --------------------------------------------------------------


@path
async def plan_objected_to_twice(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    for _ in range(2):
        await case.planned()
        await case.answer("applicant", "audit.plan.confirm", outcome="object", members=["auditor"], reason="x")
    return case


@path
async def plan_taken_as_agreed(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    await case.planned()
    return await case.lapse("audit.plan.confirm")


async def documents_returned(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    await case.planned()
    await case.answer("applicant", "audit.plan.confirm", outcome="agree")
    found = {"outcome": "return", "checks": {"a": True, "b": False}, "issues": ["缺少内审记录"]}
    return await case.answer("leader", "audit.documents", **found)


@path
async def documents_corrected(case: Journey) -> Journey:
    await documents_returned(case)
    await case.answer("applicant", "documents.correct", note="已补充内审记录")
    return await case.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})


@path
async def documents_not_corrected(case: Journey) -> Journey:
    await documents_returned(case)
    return await case.lapse("documents.correct")


# R:7/7.4.2–7.4.5 on site ----------------------------------------------------------------------------------


async def auditing(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    return await case.on_site()


@path
async def mystery_visit(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    team = [*PLAN["team"], {"user": "visitor", "role": "visitor"}]
    await case.on_site(team=team, modes=["observation", "mystery_visit"])
    visit = {"visited_on": str(case.today), "site": "s1", "observations": "服务规范"}
    await case.answer("visitor", "audit.mystery_visit", **visit)
    return await case.audited()


@path
async def mystery_visit_comes_last(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    team = [*PLAN["team"], {"user": "visitor", "role": "visitor"}]
    await case.on_site(team=team, modes=["observation", "mystery_visit"])
    await case.audited()
    visit = {"visited_on": str(case.today), "site": "s1", "observations": "服务规范"}
    return await case.answer("visitor", "audit.mystery_visit", **visit)


@path
async def not_applicable_row_approved(case: Journey) -> Journey:
    await auditing(case)
    await case.audited({38: NOT_APPLICABLE})
    return await case.answer("reviewer", "approval.give", subject="not_applicable", outcome="approve")


@path
async def not_applicable_row_refused(case: Journey) -> Journey:
    await auditing(case)
    await case.audited({38: NOT_APPLICABLE})
    answer = {"subject": "not_applicable", "outcome": "refuse", "reason": "该项适用"}
    return await case.answer("reviewer", "approval.give", **answer)


async def found(case: Journey) -> Journey:
    """Audited with one finding to rectify."""
    await auditing(case)
    return await case.audited(deductions=[a_deduction()])


@path
async def findings_objected_to(case: Journey) -> Journey:
    await found(case)
    await case.answer("applicant", "findings.confirm", confirmed=False, comments="标识当日已更换")
    return await case.answer("leader", "findings.answer", answer="维持")


@path
async def findings_not_confirmed_in_time(case: Journey) -> Journey:
    await found(case)
    return await case.lapse("findings.confirm")


# R:7/6.4.6.1 rectification and re-audit -------------------------------------------------------------------


async def rectified(case: Journey, *, accepted: bool) -> Journey:
    [finding] = case.findings
    items = [{"finding": finding, "cause": "c", "action": "a"}]
    await case.answer("applicant", "rectification.submit", items=items)
    return await case.answer("leader", "rectification.verify", items=[{"finding": finding, "accepted": accepted}])


@path
async def rectified_after_one_rejection(case: Journey) -> Journey:
    await found(case)
    await case.answer("applicant", "findings.confirm", confirmed=True)
    await rectified(case, accepted=False)
    await case.days(5)
    await rectified(case, accepted=True)
    await case.reported()
    return await case.granted()


@path
async def rectification_missed_and_reaudit_passed(case: Journey) -> Journey:
    await found(case)
    await case.answer("applicant", "findings.confirm", confirmed=True)
    await case.lapse("rectification.submit")
    await case.reported("fail")
    await case.on_site(reason="再次审查全部内容")
    await case.audited()
    await case.reported()
    return await case.granted()


async def failed(case: Journey) -> Journey:
    """The first audit failed: the re-audit is asked for."""
    await auditing(case)
    await case.audited(FAILING)
    return await case.reported("fail")


@path
async def reaudit_failed(case: Journey) -> Journey:
    await failed(case)
    await case.on_site(reason="再次审查全部内容")
    await case.audited(FAILING)
    await case.reported("fail")
    await case.reviewed()
    return await case.answer("decider", "decision.make", outcome="refuse", reason="再次审查未通过")


@path
async def reaudit_missed(case: Journey) -> Journey:
    await failed(case)
    return await case.lapse("reaudit", late=4)


# G:A decided on a checklist -------------------------------------------------------------------------------


@path
async def product_rectified_and_certified(case: Journey) -> Journey:
    await case.apply(**PRODUCT)
    await case.contracted()
    await case.on_site(person_days={"documents": "2", "management": "10", "characteristics": "0"})
    finding = {"indicator": "4.4.1", "description": "无排名证明", "severity": "minor", "rectify": True}
    await case.checked({"4.4.1": "partly", "3.3.7": "not_applicable"}, [finding])
    await case.answer("reviewer", "approval.give", subject="not_applicable", outcome="approve")
    await case.answer("applicant", "findings.confirm", confirmed=True)
    await rectified(case, accepted=True)
    await case.reported()
    return await case.granted()


# R:7/6.4.6.2 review and decision --------------------------------------------------------------------------


async def reviewing(case: Journey) -> Journey:
    await auditing(case)
    await case.audited()
    return await case.reported()


@path
async def review_returned(case: Journey) -> Journey:
    await reviewing(case)
    returned = {"outcome": "return", "comments": "总分有误", "reopen": ["audit.management", "audit.report"]}
    return await case.answer("reviewer", "review.independent", **returned)


@path
async def decision_refused(case: Journey) -> Journey:
    await reviewing(case)
    await case.answer("reviewer", "review.independent", outcome="disagree", comments="证据不足")
    return await case.answer("decider", "decision.make", outcome="refuse", reason="证据不足")


@path
async def credit_grown_old_before_the_decision(case: Journey) -> Journey:
    await reviewing(case)
    await case.reviewed()
    await case.days(32)
    await case.answer("manager", "audit.credit", listed=False)
    return await case.answer("decider", "decision.make", outcome="grant")


# Beside the programme -------------------------------------------------------------------------------------


@path
async def refused_by_the_record(case: Journey) -> Journey:
    await case.apply()
    assert await case.refused_inside() == "invalid"
    return await case.act("manager", "note.add", text="x")


@path
async def delivery_failed_and_resolved(case: Journey) -> Journey:
    await case.apply()
    await case.answer("manager", "application.review", outcome="supplement", missing=["j"])
    await case.asked("operations.resolve")
    await case.answer("ops", "operations.resolve", outcome="retry")
    await case.asked("operations.resolve", times=2)
    return await case.answer("ops", "operations.resolve", outcome="abandon", reason="已电话通知")

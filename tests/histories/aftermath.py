"""The paths of what happens beside the programme (R:8-10): suspension and its ends, withdrawal, postponement."""

from datetime import timedelta
from typing import Any

from tests.histories.journey import YEARLY_DAYS, Journey
from tests.histories.paths import path
from tests.histories.years import surveillance_failed_and_suspended
from tests.lives import CONTENTS, FAILING, MAINTAINED

WITHDRAWN = {"outcome": "withdraw", "reason": "属实"}


async def reaudited(case: Journey, scores: dict[int, Any] | None = None) -> Journey:
    """The re-audit of the failed surveillance, reviewed."""
    await surveillance_failed_and_suspended(case)
    await case.on_site(person_days=YEARLY_DAYS, reason="再次审查")
    await case.answer("leader", "audit.contents", items=CONTENTS)
    await case.audited(scores)
    await case.reported("fail" if scores else "pass")
    return await case.reviewed()


@path
async def restored_after_the_reaudit(case: Journey) -> Journey:
    await reaudited(case)
    return await case.answer("decider", "decision.make", outcome="restore")


@path
async def withdrawn_after_the_reaudit(case: Journey) -> Journey:
    await reaudited(case, FAILING)
    return await case.answer("decider", "decision.make", **WITHDRAWN)


async def suspended_on_request(case: Journey) -> Journey:
    await case.certified()
    await case.act("manager", "suspension.request", grounds=["i"], reason="责令停业整顿")
    return await case.answer("decider", "suspension.decide", outcome="suspend", reason="属实")


@path
async def restored_once_the_cause_is_gone(case: Journey) -> Journey:
    await suspended_on_request(case)
    await case.days(40)
    await case.act("applicant", "restoration.request", reason="已恢复营业")
    await case.answer("leader", "restoration.verify", outcome="pass", evidence="现场核查")
    return await case.answer("decider", "decision.make", outcome="restore")


@path
async def suspension_made_longer_and_run_out(case: Journey) -> Journey:
    await suspended_on_request(case)
    longer = str(case.due("suspension.end") + timedelta(days=30))
    await case.act("manager", "suspension.extend", until=longer, reason="整改需要更长时间")
    await case.approved("decider2", "approve")
    await case.lapse("suspension.end")
    return await case.answer("decider", "withdrawal.decide", **WITHDRAWN)


@path
async def withdrawn_at_once_by_two(case: Journey) -> Journey:
    await case.certified()
    await case.act("manager", "withdrawal.request", grounds=["b"], reason="不达标")
    await case.answer("decider", "withdrawal.decide", **WITHDRAWN)
    return await case.answer("decider2", "withdrawal.decide", **WITHDRAWN)


@path
async def cancelled_at_the_client_s_wish(case: Journey) -> Journey:
    await case.certified()
    await case.act("applicant", "withdrawal.request", reason="停止经营")
    return await case.answer("decider", "withdrawal.decide", outcome="withdraw", reason="自愿注销")


@path
async def second_surveillance_put_off(case: Journey) -> Journey:
    await case.certified()
    await case.maintained()
    await case.until(case.due("surveillance") - timedelta(days=61))
    until = str(case.due("surveillance") + timedelta(days=60))
    evidence = [await case.file("manager", "notice")]
    await case.act("manager", "surveillance.postpone", until=until, reason="停业装修", evidence=evidence)
    return await case.approved("decider", "approve")


# Beside the programme ---------------------------------------------------------------------------------------------


@path
async def special_audit_passed(case: Journey) -> Journey:
    await case.certified()
    await case.act("manager", "incident.report", trigger="c", description="食品安全事故", on=str(case.today))
    await case.approved("decider", "special_audit")
    await case.on_site(reason="核查事故")
    await case.audited()
    await case.reported()
    await case.reviewed()
    return await case.answer("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)


@path
async def surveilled_more_often(case: Journey) -> Journey:
    await case.certified()
    await case.act("manager", "incident.report", trigger="d", description="媒体曝光", on=str(case.today))
    await case.approved("decider", "higher_frequency")
    return await case.until(case.due("surveillance") - timedelta(days=61))


@path
async def changed_reduced_and_issued_again(case: Journey) -> Journey:
    await case.certified()
    renamed = case.case["organization"] | {"legal_representative": "李晋"}
    await case.act("applicant", "change.request", changes=["certificate"], organization=renamed)
    await case.approved("manager", "approve")
    remaining = [site["id"] for site in case.case["sites"]][:-1] or ["s1"]
    if len(case.case["sites"]) > 1:
        await case.act("applicant", "scope.reduce", sites=remaining, reason="关闭门店")
        await case.answer("applicant", "scope.confirm", confirmed=True)
    return case


@path
async def scope_extended(case: Journey) -> Journey:
    await case.certified()
    site = {"id": "s9", "name": "新店", "address": "x", "city": "太原", "headcount": 20}
    await case.act("applicant", "scope.extend", sites=[site], reason="新开门店")
    await case.on_site(person_days={"documents": "1", "management": "4", "characteristics": "4"})
    await case.audited()
    await case.reported()
    await case.reviewed()
    return await case.answer("decider", "decision.make", outcome="extend")


@path
async def withdrawn_appealed_and_decided_again(case: Journey) -> Journey:
    await case.certified()
    await case.act("manager", "withdrawal.request", grounds=["d"], reason="公示失信")
    await case.answer("decider", "withdrawal.decide", **WITHDRAWN)
    await case.act("applicant", "appeal.file", about="withdrawal.decide", reason="公示有误")
    await case.answer("manager", "appeal.acknowledge")
    await case.answer("decider2", "appeal.decide", outcome="uphold", reason="证据不足")
    return await case.days(3)

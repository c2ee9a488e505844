"""The paths of what happens beside the programme (R:8-10): suspension and its ends, withdrawal, postponement."""

from datetime import timedelta
from typing import Any

from tests.histories.journey import YEARLY_DAYS, Journey
from tests.histories.paths import path
from tests.histories.years import surveillance_failed_and_suspended
from tests.lives import CONTENTS, FAILING

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

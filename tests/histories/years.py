"""The paths through the certified years (R:7/6.5, R:7/6.6, R:10): surveillance, suspension, renewal, expiry."""

from datetime import timedelta

from tests.histories.journey import Journey
from tests.histories.paths import path
from tests.lives import FAILING


@path
async def maintained_twice_and_renewed_in_time(case: Journey) -> Journey:
    await case.third_year()
    expiry = case.expiry
    await case.renewing(days_before_expiry=120)
    await case.audited()
    await case.reported()
    await case.granted()
    return await case.until(expiry + timedelta(days=1))


async def surveillance_missed(case: Journey) -> Journey:
    await case.certified()
    return await case.lapse("surveillance", late=4)


@path
async def surveillance_missed_and_suspended(case: Journey) -> Journey:
    await surveillance_missed(case)
    suspended = {"outcome": "suspend", "grounds": ["c"], "reason": "未按期接受监督"}
    return await case.answer("decider", "suspension.decide", **suspended)


@path
async def surveillance_missed_and_dismissed(case: Journey) -> Journey:
    await surveillance_missed(case)
    dismissed = {"outcome": "dismiss", "reason": "不可抗力", "until": str(case.today + timedelta(days=60))}
    return await case.answer("decider", "suspension.decide", **dismissed)


@path
async def surveillance_failed_and_suspended(case: Journey) -> Journey:
    await case.certified()
    await case.surveilled(FAILING)
    await case.reported("fail")
    await case.reviewed()
    return await case.answer("decider", "decision.make", outcome="suspend", reason="监督未通过")


@path
async def renewal_applied_for_late(case: Journey) -> Journey:
    await case.third_year()
    return await case.renewing(days_before_expiry=80)


@path
async def on_site_not_closed_by_expiry(case: Journey) -> Journey:
    await case.third_year()
    expiry = case.expiry
    await case.renewing(days_before_expiry=30)
    await case.until(expiry + timedelta(days=4))
    await case.audited()
    await case.reported()
    return await case.granted()


@path
async def expired_without_renewal(case: Journey) -> Journey:
    await case.third_year()
    return await case.until(case.expiry + timedelta(days=1))


@path
async def handed_on_after_every_turn(case: Journey) -> Journey:
    """Recorded on a product whose runs are one turn long."""
    await case.apply()
    await case.contracted()
    await case.planned()
    await case.lapse("audit.plan.confirm")
    await case.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})
    await case.audited()
    await case.reported()
    await case.granted()
    return await case.lapse("surveillance", late=4)

"""Each limit on the real engine with virtual time: open on its last day, judged at the end of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.histories import paths
from tests.histories.journey import Journey
from tests.product import Product

Begin = Callable[[Journey], Awaitable[Journey]]


async def supplementing(case: Journey) -> Journey:
    await case.apply(documents="abc")
    return await case.answer("manager", "application.review", outcome="supplement", missing=["d"])


async def confirming(case: Journey) -> Journey:
    await case.apply()
    await case.contracted()
    return await case.planned()


async def rectifying(case: Journey) -> Journey:
    await paths.found(case)
    return await case.answer("applicant", "findings.confirm", confirmed=True)


async def renewing(case: Journey) -> Journey:
    await case.third_year()
    return await case.renewing(days_before_expiry=30)


LIMITS: dict[str, tuple[Begin, int, str]] = {
    # deadline kind → how it begins, days after which an entry may still come, the case's stage after the lapse
    "application.supplement": (supplementing, 0, "closed"),
    "audit.plan.confirm": (confirming, 0, "document_review"),
    "documents.correct": (paths.documents_returned, 0, "closed"),
    "findings.confirm": (paths.found, 0, "rectification"),
    "rectification.submit": (rectifying, 0, "rectification"),
    "reaudit": (paths.failed, 3, "closed"),
    "surveillance": (Journey.certified, 3, "planning"),
    "recertification.on_site": (renewing, 3, "audit"),
    "certificate.expiry": (Journey.third_year, 0, "closed"),
}


@pytest.mark.parametrize("kind", LIMITS)
async def test_a_limit_runs_to_the_end_of_its_last_day_and_no_longer(product: Product, kind: str) -> None:
    begin, late_entry, stage = LIMITS[kind]
    case = await begin(Journey(product))
    last = case.due(kind) + timedelta(days=late_entry)
    await case.until(last)
    assert case.due(kind) + timedelta(days=late_entry) == last
    await case.days(1)
    settled = [one for one in case.case["deadlines"] if one["kind"] == kind]
    assert settled[-1]["state"] == "missed"
    assert case.case["stage"] == stage
    event = next(one for one in reversed(await case.events()) if one["kind"] == f"timer.{kind}")
    assert event["at"] == f"{last}T16:00:00.000000Z"

"""R:7/7.4.1: an audit whose documents were not corrected has failed without coming to work on site."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.flow.steps import ended, kinds, pointers
from tests.flow.years import (
    EXPIRY,
    deadlines,
    reaudit_failed_by_documents,
    renewal_failed_by_documents,
    reviewed,
    submissions,
    surveillance_failed_by_documents,
)
from tests.lives import MAINTAINED, Life

KINDS: dict[str, Callable[[Life], Life]] = {
    "surveillance": surveillance_failed_by_documents,
    "reaudit": reaudit_failed_by_documents,
    "recertification": renewal_failed_by_documents,
}
RETURN = {"outcome": "return", "comments": "x"}


@pytest.fixture(params=KINDS)
def failed(life: Life, request: pytest.FixtureRequest) -> Life:
    """An audit of each kind; its report is asked for."""
    return KINDS[request.param](life)


def test_it_has_failed_for_good_without_any_score(failed: Life) -> None:
    results = failed.audit.results
    assert results is not None
    assert (results.verdict, results.failed_conditions, results.final) == ("fail", ["rectification"], True)
    assert (results.readings, results.characteristic, results.credit, results.sensitive) == (None, None, None, [])
    assert (failed.audit.first_day, failed.open) == (None, ["audit.report"])


def test_no_pass_is_recommended_and_nothing_repeated(failed: Life) -> None:
    assert failed.refused("leader", "audit.report", recommendation="pass", summary="x").clause == "R:7/7.4.5"
    count = len(failed.case.audits)
    failed.reported("fail")
    assert (len(failed.case.audits), failed.open) == (count, ["review.independent"])


@pytest.mark.parametrize("reopen", [["audit.management"], ["audit.credit"], ["audit.report", "audit.characteristics"]])
def test_only_its_report_can_be_returned(failed: Life, reopen: list[str]) -> None:
    failed.reported("fail")
    refusal = failed.refused("reviewer", "review.independent", **RETURN, reopen=reopen)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/reopen"])


@pytest.mark.parametrize("reopen", [[], ["audit.report"]])
def test_its_report_is_made_again_and_it_stays_failed(failed: Life, reopen: list[str]) -> None:
    failed.reported("fail").answer("reviewer", "review.independent", **RETURN, reopen=reopen)
    assert failed.open == ["audit.report"]
    failed.reported("fail")
    assert failed.open == ["review.independent"]
    assert failed.audit.results is not None
    assert (failed.audit.results.failed_conditions, failed.audit.results.final) == (["rectification"], True)


def test_it_cannot_be_missed_any_more(failed: Life) -> None:
    failed.days(150)
    assert failed.open == ["audit.report"]
    assert {"timer.reaudit", "timer.surveillance", "timer.recertification.on_site"} & set(kinds(failed)) == set()
    assert failed.case.flags == ["overdue"]


# What it leads to -------------------------------------------------------------------------------------------------


def test_a_surveillance_that_failed_so_is_suspended(life: Life) -> None:
    reviewed(surveillance_failed_by_documents(life), "fail")
    refusal = life.refused("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert refusal.clause == "R:7/6.5.3.2"
    life.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert ended(life) == ("planning", "suspended", ["audit.plan"])
    life.until(date(2027, 3, 10))
    assert [one.state for one in deadlines(life, "surveillance")] == ["void"]
    assert life.open == ["audit.plan"]


def test_a_reaudit_that_failed_so_is_refused_and_terminated(life: Life) -> None:
    reviewed(reaudit_failed_by_documents(life), "fail")
    assert life.refused("decider", "decision.make", outcome="grant").clause == "R:7/6.4.8"
    life.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert ended(life) == ("closed", "terminated", [])
    assert (submissions(life), kinds(life)[-1]) == ([f"refusal:{life.audit.id}"], "fees.recorded")


def test_a_renewal_that_failed_so_is_refused_and_the_certificate_runs_on(life: Life) -> None:
    reviewed(renewal_failed_by_documents(life), "fail").answer("decider", "decision.make", outcome="refuse", reason="x")
    assert (life.case.stage, life.case.certificates[0].status) == ("certified", "valid")
    life.until(EXPIRY + timedelta(days=1))
    assert ended(life) == ("closed", "expired", [])


def test_credit_is_not_asked_for_before_its_decision(failed: Life) -> None:
    reviewed(failed, "fail").days(31)
    assert failed.open == ["decision.make"]

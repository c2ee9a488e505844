"""What an audit has come to: who is named in its plan, what it passed and what stays failed."""

from datetime import date
from typing import Any

import pytest

from domain.audit import Audit, Plan, TeamMember
from domain.results import Condition, Results

DAY = date(2026, 3, 9)
TEAM = [
    TeamMember(user="ann", person="p-ann", role="auditor"),
    TeamMember(user="lea", person="p-lea", role="leader"),
    TeamMember(user="vic", person="p-vic", role="visitor"),
]
PLAN = Plan(team=TEAM, person_days={}, modes=[], sites=[], planned_from=DAY, planned_to=DAY)
PASS = Results(failed_conditions=[], verdict="pass")
SHORT = Results(failed_conditions=["total"], verdict="fail")


def an_audit(**changes: Any) -> Audit:
    return Audit.model_validate({"id": "audit-1", "audit_kind": "initial"} | changes)


def conditions(audit: Audit) -> list[Condition]:
    assert audit.results
    return audit.results.failed_conditions


def is_final(audit: Audit) -> bool:
    assert audit.results
    return audit.results.final


@pytest.mark.parametrize(("role", "user"), [("leader", "lea"), ("visitor", "vic"), ("auditor", None), ("ops", None)])
def test_a_plan_gives_the_places_of_leader_and_visitor(role: str, user: str | None) -> None:
    assert an_audit(plan=PLAN).member(role) == user
    assert an_audit().member(role) is None


def test_a_plan_without_a_mystery_visit_names_no_visitor() -> None:
    assert an_audit(plan=PLAN.model_copy(update={"team": TEAM[:2]})).member("visitor") is None


def test_an_audit_passes_when_all_is_scored_and_nothing_has_failed() -> None:
    assert an_audit(results=PASS).passed
    assert not an_audit().passed
    assert not an_audit(results=SHORT).passed
    assert not an_audit(results=PASS, failed=["rectification"]).passed


def test_an_audit_that_failed_by_its_documents_never_came_on_site() -> None:
    assert not an_audit().on_site
    assert an_audit(first_day=DAY).on_site


def test_fresh_scores_do_not_undo_what_failed_for_good() -> None:
    """R:7/6.4.6.1: a rectification that ran out stays failed."""
    audit = an_audit(failed=["rectification"])
    audit.score(PASS, "digest")
    assert (conditions(audit), audit.results_content, audit.passed) == (["rectification"], "digest", False)


@pytest.mark.parametrize("final", [True, False])
def test_fresh_scores_are_as_final_as_those_they_replace(*, final: bool) -> None:
    audit = an_audit(results=SHORT.model_copy(update={"final": final}))
    audit.score(PASS, "digest")
    assert is_final(audit) == final


def test_first_scores_are_not_final() -> None:
    audit = an_audit()
    audit.score(PASS, "digest")
    assert not is_final(audit)


def test_an_audit_may_fail_before_it_is_scored() -> None:
    """R:7/7.4.1: by its documents, for instance."""
    audit = an_audit()
    audit.fail("rectification")
    assert audit.results
    assert (audit.judged, audit.results.verdict, audit.failed) == (True, "fail", ["rectification"])
    assert conditions(audit) == ["rectification"]
    assert not is_final(audit)


def test_a_reason_to_fail_counts_once_beside_the_scores() -> None:
    audit = an_audit(results=SHORT)
    audit.fail("credit")
    audit.fail("credit")
    assert (audit.failed, conditions(audit)) == (["credit"], ["total", "credit"])


def test_a_timer_may_fail_an_audit_for_good() -> None:
    """R:7/6.4.6.1."""
    audit = an_audit(results=SHORT)
    audit.fail("rectification", final=True)
    assert is_final(audit)
    assert audit.failed == ["total", "rectification"]


def test_a_reviewer_who_returns_an_audit_opens_its_scores_but_not_what_a_timer_failed() -> None:
    """R:7/6.4.6.2."""
    audit = an_audit(results=SHORT.model_copy(update={"final": True}), failed=["total", "rectification"])
    audit.reopen_results()
    assert (audit.failed, is_final(audit)) == (["rectification"], False)


def test_final_results_keep_every_fail() -> None:
    audit = an_audit(results=SHORT)
    audit.close_results()
    assert (audit.failed, is_final(audit)) == (["total"], True)


def test_nothing_is_closed_or_reopened_before_there_are_scores() -> None:
    audit = an_audit(failed=["rectification"])
    audit.close_results()
    audit.reopen_results()
    assert (audit.results, audit.failed) == (None, ["rectification"])

"""What a surveillance concludes on, and a recertification besides."""

from datetime import date

import pytest

from tests.flow.steps import pointers
from tests.flow.years import FEWER_DAYS, days_before, renewed, renewing
from tests.lives import CONTENTS, FAILING, RENEWAL, Life


@pytest.fixture
def surveilled(certified: Life) -> Life:
    certified.until(date(2027, 1, 15))
    return certified.on_site(**FEWER_DAYS)


@pytest.mark.parametrize("left_out", list("abcdef"))
def test_a_surveillance_concludes_on_each_of_six_contents(surveilled: Life, left_out: str) -> None:
    """R:7/6.5.2a-f."""
    items = {letter: one for letter, one in CONTENTS.items() if letter != left_out}
    refusal = surveilled.refused("leader", "audit.contents", items=items)
    assert (refusal.code, pointers(refusal)) == ("invalid", [f"/items/{left_out}"])


def test_a_recertification_concludes_on_three_more(third_year: Life) -> None:
    """R:7/6.6.1a-c."""
    renewing(third_year, days_before(100)).on_site()
    for left_out in "abc":
        renewal = {letter: one for letter, one in RENEWAL.items() if letter != left_out}
        refusal = third_year.refused("leader", "audit.contents", items=CONTENTS, renewal=renewal)
        assert (refusal.code, pointers(refusal)) == ("invalid", [f"/renewal/{left_out}"])


def test_each_conclusion_has_its_evidence(surveilled: Life) -> None:
    """R:7/6.5.2."""
    unproven = CONTENTS | {"e": {"conclusion": "conforms"}}
    refusal = surveilled.refused("leader", "audit.contents", items=unproven)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/items/e/evidence"])


def test_a_reaudit_of_a_renewal_concludes_on_all_of_it_again(third_year: Life) -> None:
    """R:7/6.6.1a-c: the re-audit takes the failed audit's place."""
    renewed(third_year, days_before(60)).audited(scores=FAILING).reported("fail").on_site(reason="x")
    assert (third_year.audit.audit_kind, "audit.contents" in third_year.open) == ("reaudit", True)
    refusal = third_year.refused("leader", "audit.contents", items=CONTENTS)
    assert pointers(refusal) == ["/renewal/a", "/renewal/b", "/renewal/c"]


def test_the_reviewer_returns_the_contents(surveilled: Life) -> None:
    """R:7/6.4.6.2."""
    surveilled.answer("leader", "audit.contents", items=CONTENTS)
    surveilled.audited().reported()
    surveilled.answer("reviewer", "review.independent", outcome="return", comments="x", reopen=["audit.contents"])
    assert surveilled.open == ["audit.contents"]
    surveilled.answer("leader", "audit.contents", items=CONTENTS)
    assert surveilled.open == ["audit.report"]

"""What a surveillance concludes on, and a recertification besides."""

from datetime import date

import pytest

from tests.flow.steps import pointers
from tests.flow.years import FEWER_DAYS, days_before, renewing
from tests.lives import CONTENTS, RENEWAL, Life


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

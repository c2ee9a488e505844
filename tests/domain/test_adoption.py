"""R:7/7.4.2: what rows and items of the special rule adopt from each other, and evidence that counts twice."""

from typing import Any

import pytest

from domain.adoption import adoptions, characteristics_side, check_adoptions, management_side, shared_evidence
from domain.results import Adoption, SharedEvidence
from domain.sheets import CharacteristicsSheet, ManagementSheet, with_carried
from tests.domain.sheets import CATALOGUE, NOT_APPLICABLE, RULE, a_sheet, faults, told


def element(name: str, points: str, *files: str, adopted_from: str | None = None) -> dict[str, Any]:
    return {"id": name, "points": points, "evidence": list(files), "adopted_from": adopted_from}


def items(*given: dict[str, Any]) -> CharacteristicsSheet:
    return CharacteristicsSheet.model_validate({"items": list(given)})


def item(name: str, *files: str, adopted_from: str | None = None, site: str | None = None) -> dict[str, Any]:
    return {"id": name, "site": site, "evidence": list(files), "adopted_from": adopted_from}


SITES = ("s1", "s2", "s3")


def wrong_in_rows(
    rows: ManagementSheet, other: CharacteristicsSheet | None, sites: tuple[str, ...] = SITES
) -> list[tuple[str, str]]:
    return told(check_adoptions(management_side(CATALOGUE, rows), characteristics_side(RULE, other, sites)))


def wrong_in_items(other: ManagementSheet | None, handed_in: CharacteristicsSheet) -> list[tuple[str, str]]:
    return told(check_adoptions(characteristics_side(RULE, handed_in, SITES), management_side(CATALOGUE, other)))


ADOPTS_B2 = a_sheet({21: [element("21.1", "2", adopted_from="b2"), element("21.2", "1")]})
ELSE = ", or not at every site"
"""What the faults add: an item asked for at each site is evaluated only when it was at all of them."""
AT_21_1 = "/scores/20/elements/0/adopted_from"


# Checked ----------------------------------------------------------------------------------------------------------


def test_an_element_may_adopt_an_item_evaluated_before_it_or_after_it() -> None:
    evaluated = items(item("b2"))
    assert wrong_in_rows(ADOPTS_B2, evaluated) == []
    assert wrong_in_rows(ADOPTS_B2, None) == []
    assert wrong_in_items(ADOPTS_B2, evaluated) == []


def test_an_item_may_adopt_an_element_scored_before_it_or_after_it() -> None:
    adopting = items(item("b2", adopted_from="21.1"))
    assert wrong_in_items(a_sheet(), adopting) == []
    assert wrong_in_items(None, adopting) == []
    assert wrong_in_rows(a_sheet(), adopting) == []


def test_what_does_not_exist_cannot_be_adopted() -> None:
    rows = a_sheet({21: [element("21.1", "2", adopted_from="zz")]})
    assert wrong_in_rows(rows, None) == [(AT_21_1, "there is no zz to adopt")]
    assert wrong_in_items(None, items(item("b2", adopted_from="99.1"))) == [
        ("/items/0/adopted_from", "there is no 99.1 to adopt")
    ]


def test_an_item_that_this_audit_did_not_evaluate_cannot_be_adopted() -> None:
    missing = f"b2 was not evaluated in this audit{ELSE}"
    assert wrong_in_rows(ADOPTS_B2, items(item("f1"))) == [(AT_21_1, missing)]


def test_an_element_that_this_audit_did_not_score_cannot_be_adopted() -> None:
    missing = [("/items/0/adopted_from", f"21.1 was not evaluated in this audit{ELSE}")]
    adopting = items(item("b2", adopted_from="21.1"))
    assert wrong_in_items(a_sheet({21: []}), adopting) == missing
    assert wrong_in_items(a_sheet({21: {"carried": True, "reason": "as before"}}), adopting) == missing


def test_the_sheet_that_comes_second_holds_what_the_first_adopts() -> None:
    missing = f"21.1 adopts b2, which is not evaluated here{ELSE}"
    assert wrong_in_items(ADOPTS_B2, items(item("f1"))) == [("/items", missing)]
    adopting = items(item("b2", adopted_from="21.1"))
    missing = f"b2 adopts 21.1, which is not evaluated here{ELSE}"
    assert wrong_in_rows(a_sheet({21: []}), adopting) == [("/scores", missing)]


def test_nothing_goes_round_in_a_circle() -> None:
    round_and_round = items(item("f1"), item("b2", adopted_from="21.1"))
    assert wrong_in_rows(ADOPTS_B2, round_and_round) == [(AT_21_1, "b2 is adopted itself")]
    assert wrong_in_items(ADOPTS_B2, round_and_round) == [("/items/1/adopted_from", "21.1 is adopted itself")]


def test_what_is_adopted_is_not_adopted_onward() -> None:
    onward = items(item("b2"), item("b4", adopted_from="21.1"))
    detail = "b4 adopts 21.1, which has to be evaluated itself"
    assert wrong_in_rows(ADOPTS_B2, onward) == [(AT_21_1, detail)]


def test_a_carried_row_adopts_nothing() -> None:
    carried = {"carried": True, "reason": "x", "elements": [element("21.1", "2", adopted_from="b2")]}
    assert ("/scores/20/elements", "a carried row adopts nothing") in faults({21: carried})
    assert management_side(CATALOGUE, a_sheet({21: carried})).links == []


def test_an_adoption_of_an_earlier_audit_is_not_carried() -> None:
    rows = with_carried(a_sheet({21: {"carried": True, "reason": "as before", "elements": []}}), ADOPTS_B2)
    assert adoptions(rows, items(item("b2"))) == []


def test_an_item_asked_for_at_each_site_is_adopted_only_when_every_planned_site_was_evaluated() -> None:
    rows = a_sheet({21: [element("21.1", "2", adopted_from="f1")]})
    partly = [(AT_21_1, f"f1 was not evaluated in this audit{ELSE}")]
    assert wrong_in_rows(rows, items(*(item("f1", site=site) for site in SITES))) == []
    assert wrong_in_rows(rows, items(item("f1", site="s1"), item("f1", site="s2"))) == partly
    assert wrong_in_rows(rows, items(item("f1"))) == partly
    assert wrong_in_rows(rows, items(item("f1")), ("s1", "s2")) == partly
    assert wrong_in_rows(rows, items(item("f1")), ("s1",)) == []


def test_an_item_asked_for_once_is_adopted_wherever_it_was_evaluated() -> None:
    assert wrong_in_rows(ADOPTS_B2, items(item("b2", site="s2"))) == []


def test_a_row_that_does_not_apply_neither_adopts_nor_is_adopted_from() -> None:
    gone = {21: NOT_APPLICABLE | {"elements": [element("21.1", "0", adopted_from="b2")]}}
    assert faults(gone) == [("/scores/20/elements", "a row that does not apply adopts nothing")]
    assert management_side(CATALOGUE, a_sheet(gone)).links == []
    adopting = items(item("b2", adopted_from="21.1"))
    missing = f"21.1 was not evaluated in this audit{ELSE}"
    assert wrong_in_items(a_sheet(gone), adopting) == [("/items/0/adopted_from", missing)]


# Shown ------------------------------------------------------------------------------------------------------------


def test_adoptions_name_both_sides_and_who_adopts() -> None:
    found = adoptions(ADOPTS_B2, items(item("b2"), item("f1", site="s1", adopted_from="17.1")))
    assert found == [
        Adoption(row=21, element="21.1", item="b2", by="element"),
        Adoption(row=17, element="17.1", item="f1", site="s1", by="item"),
    ]


ROWS_17_AND_21: dict[int, Any] = {
    17: [element("17.2.1", "0.5", "blueprint"), element("17.2.2", "0.5", "blueprint", "scope")],
    21: [element("21.1", "2", "blueprint")],
}


def shared(rows: ManagementSheet, other: CharacteristicsSheet) -> list[SharedEvidence]:
    return shared_evidence(rows, other, adoptions(rows, other))


def test_a_file_under_two_rows_is_shown() -> None:
    found = shared(a_sheet(ROWS_17_AND_21), items())
    assert found == [SharedEvidence(file="blueprint", rows=[17, 21], items=[], adopted=False)]


def test_a_file_under_a_row_and_an_item_is_shown() -> None:
    found = shared(a_sheet({21: [element("21.1", "2", "a", "b")]}), items(item("b2", "b", "c")))
    assert found == [SharedEvidence(file="b", rows=[21], items=["b2"], adopted=False)]


def test_a_file_under_one_row_or_under_items_alone_is_not_shown() -> None:
    twice_in_a_row = a_sheet({21: [element("21.1", "2", "a"), element("21.2", "1", "a")]})
    assert shared(twice_in_a_row, items(item("b2", "c"), item("b4", "c"))) == []


def test_the_evidence_of_what_is_adopted_counts_for_the_adopter() -> None:
    by_element = shared(ADOPTS_B2, items(item("b2", "a")))
    assert by_element == [SharedEvidence(file="a", rows=[21], items=["b2"], adopted=True)]
    by_item = shared(a_sheet({21: [element("21.1", "2", "a")]}), items(item("b2", adopted_from="21.1")))
    assert by_item == by_element


@pytest.mark.parametrize(
    "elsewhere", [({17: [element("17.1", "1", "a")]}, []), ({}, [item("b4", "a")])], ids=["row", "item"]
)
def test_a_place_that_no_adoption_joins_is_still_a_surprise(elsewhere: tuple[dict[int, Any], list[Any]]) -> None:
    rows, more = elsewhere
    sheet = a_sheet({21: [element("21.1", "2", adopted_from="b2")]} | rows)
    found = shared(sheet, items(item("b2", "a"), *more))
    assert [one.adopted for one in found] == [False]


def test_two_adoptions_that_do_not_meet_leave_a_surprise() -> None:
    rows = a_sheet({17: [element("17.1", "1", "a")], 21: [element("21.1", "2", adopted_from="b2")]})
    found = shared(rows, items(item("b2", "a"), item("f6", adopted_from="17.1")))
    assert found == [SharedEvidence(file="a", rows=[17, 21], items=["b2", "f6"], adopted=False)]


def test_the_evidence_of_every_site_counts_for_whoever_adopts_the_item() -> None:
    adopting = a_sheet({21: [element("21.1", "2", adopted_from="f1")]})
    found = shared(adopting, items(item("f1", "a", site="s1"), item("f1", "b", site="s2")))
    assert found == [
        SharedEvidence(file="a", rows=[21], items=["f1"], adopted=True),
        SharedEvidence(file="b", rows=[21], items=["f1"], adopted=True),
    ]


def test_two_rows_that_adopt_the_same_item_share_its_evidence_without_surprise() -> None:
    rows = a_sheet({17: [element("17.1", "1", adopted_from="b2")], 21: [element("21.1", "2", adopted_from="b2")]})
    found = shared(rows, items(item("b2", "a")))
    assert found == [SharedEvidence(file="a", rows=[17, 21], items=["b2"], adopted=True)]

"""R:7/7.4.2: rows and items adopt each other's results, whichever sheet comes first; evidence that counts twice."""

import json
from typing import Any

from sqlmodel import Session

from domain.results import Adoption, Results, SharedEvidence
from records import queries
from tests.domain.sheets import raw_sheet
from tests.flow.steps import pointers
from tests.lives import Life

FILE = "f-leader"
ADOPTS_B2: dict[int, Any] = {
    21: [
        {"id": "21.1", "points": "2", "adopted_from": "b2"},
        {"id": "21.2", "points": "1"},
        {"id": "21.3", "points": "1"},
    ]
}
B2 = {"id": "b2", "evidence": [FILE]}


def results(life: Life) -> Results:
    """The results whole, as the record keeps them."""
    with Session(life.engine) as session:
        text = queries.content(session, life.case.id, life.audit.results_content)
    return Results.model_validate(json.loads(text))


def finish(life: Life) -> None:
    life.answer("manager", "audit.credit", listed=False)
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])


def on_site(life: Life) -> Life:
    life.contracted().on_site().answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    return life


def test_the_rows_may_come_first(life: Life) -> None:
    on_site(life).answer("leader", "audit.management", **raw_sheet(ADOPTS_B2))
    refusal = life.refused("leader", "audit.characteristics", items=[{"id": "b4"}])
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/items"])
    life.answer("leader", "audit.characteristics", items=[B2])
    finish(life)
    assert results(life).adoptions == [Adoption(row=21, element="21.1", item="b2", by="element")]


def test_the_items_may_come_first(life: Life) -> None:
    on_site(life).answer("leader", "audit.characteristics", items=[{"id": "b4"}])
    refusal = life.refused("leader", "audit.management", **raw_sheet(ADOPTS_B2))
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/scores/20/elements/0/adopted_from"])
    life.answer("leader", "audit.management", **raw_sheet())
    finish(life)
    assert results(life).adoptions == []


def test_evidence_of_what_is_adopted_is_shown_at_the_adopter_in_the_record_and_not_in_the_state(life: Life) -> None:
    on_site(life).answer("leader", "audit.management", **raw_sheet(ADOPTS_B2))
    life.answer("leader", "audit.characteristics", items=[B2])
    finish(life)
    assert results(life).shared_evidence == [SharedEvidence(file=FILE, rows=[21], items=["b2"], adopted=True)]
    assert life.audit.results is not None
    assert (life.audit.results.shared_evidence, life.audit.results.adoptions) == ([], [])


def test_the_same_evidence_on_rows_17_and_21_is_shown(life: Life) -> None:
    twice: dict[int, Any] = {
        17: [{"id": "17.2.1", "points": "0.5", "evidence": [FILE]}],
        21: [{"id": "21.1", "points": "2", "evidence": [FILE]}],
    }
    life.contracted().on_site().audited(scores=twice)
    assert results(life).shared_evidence == [SharedEvidence(file=FILE, rows=[17, 21], items=[], adopted=False)]


def test_what_was_evaluated_at_one_of_three_sites_is_not_adopted(life: Life) -> None:
    adopts_f1: dict[int, Any] = {21: [{"id": "21.1", "points": "2", "adopted_from": "f1"}]}
    on_site(life).answer("leader", "audit.management", **raw_sheet(adopts_f1))
    refusal = life.refused("leader", "audit.characteristics", items=[{"id": "f1", "site": "s1"}])
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/items"])
    life.answer("leader", "audit.characteristics", items=[{"id": "f1", "site": site} for site in ("s1", "s2", "s3")])
    assert "audit.characteristics" not in life.open


def test_an_item_adopts_nothing_of_a_row_that_does_not_apply(life: Life) -> None:
    gone = {21: {"elements": [{"id": "21.1", "points": "0"}], "not_applicable": True, "reason": "x"}}
    on_site(life).answer("leader", "audit.management", **raw_sheet(gone))
    refusal = life.refused("leader", "audit.characteristics", items=[{"id": "f6", "adopted_from": "21.1"}])
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/items/0/adopted_from"])

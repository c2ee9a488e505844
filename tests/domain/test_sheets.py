"""Faults of score sheets: each says where and what, and a sound sheet has none."""

from decimal import Decimal
from typing import Any

import pytest

from domain.catalogue import Catalogue
from domain.scoring import Setting, check_sheet, score_management
from domain.sheets import ManagementSheet, with_carried
from tests.domain.sheets import CATALOGUE, NOT_APPLICABLE, a_sheet, awards, faults, raw_sheet, told


def test_a_row_left_out_and_a_row_given_twice_are_both_named() -> None:
    """R:4/4.3, R:7/7.4.3."""
    raw = raw_sheet()
    raw["scores"][4]["row"] = 4
    found = told(check_sheet(CATALOGUE, ManagementSheet.model_validate(raw)))
    assert ("/scores/4/row", "row 4 stands twice") in found
    assert ("/scores", "row 5 is missing") in found


def test_a_row_that_is_not_in_the_catalogue_is_refused() -> None:
    raw = raw_sheet()
    raw["scores"].append({"row": 42})
    found = told(check_sheet(CATALOGUE, ManagementSheet.model_validate(raw)))
    assert found == [("/scores/41/row", "the catalogue has no row 42")]


@pytest.mark.parametrize(
    ("row", "given", "fault"),
    [
        (2, awards("3.1=1"), ("/scores/1/elements/0/id", "row 2 has no element 3.1")),
        (2, awards("2.1=2.05"), ("/scores/1/elements/0/points", "2.1 earns at most 2")),
        (2, awards("2.1=1.01"), ("/scores/1/elements/0/points", "1.01 is no multiple of 0.05")),
        (2, [{"id": "2.1", "points": "1"}], ("/scores/1/elements/0/remark", "a partial award needs a remark")),
        (2, [{"id": "2.1"}], ("/scores/1/elements/0", "an element has either points or a count")),
        (2, [{"id": "2.1", "count": 1}], ("/scores/1/elements/0/count", "2.1 is not counted: give points")),
        (7, awards("7.1=0.5"), ("/scores/6/elements/0/points", "7.1 earns 1 for each, never in part")),
        (15, awards("15.1=1"), ("/scores/14/elements/0/points", "15.1 earns 2 or nothing")),
        (15, awards("15.1=2", "15.2=1"), ("/scores/14/elements/1", "only one of the alternatives can be chosen")),
        (18, awards("18.1=3"), ("/scores/17/elements/0/points", "18.1 earns 4 or nothing")),
        (2, {"violation": True}, ("/scores/1/violation", "row 2 knows no violation")),
        (30, {"veto": True}, ("/scores/29/veto", "row 30 knows no veto")),
        (31, NOT_APPLICABLE, ("/scores/30/not_applicable", "row 31 always applies")),
        (38, NOT_APPLICABLE | {"reason": ""}, ("/scores/37/reason", "a row that does not apply needs a reason")),
        (
            38,
            {"not_applicable": True, "reason": "x"},
            ("/scores/37/elements", "a row that does not apply earns nothing"),
        ),
    ],
)
def test_a_fault_says_where_and_what(row: int, given: Any, fault: tuple[str, str]) -> None:  # any change
    assert faults({row: given}) == [fault]


def test_an_element_is_scored_once() -> None:
    twice = [
        ("/scores/1/elements/0/id", "element 2.1 stands twice"),
        ("/scores/1/elements/1/id", "element 2.1 stands twice"),
    ]
    assert faults({2: awards("2.1=1", "2.1=1")}) == twice


def test_a_finding_names_a_row_and_a_planned_site() -> None:
    finding = {"row": 99, "site": "s9", "description": "x", "severity": "minor", "rectify": True}
    sheet = ManagementSheet.model_validate(raw_sheet() | {"findings": [finding]})
    found = told(check_sheet(CATALOGUE, sheet, Setting(sites=["s1"])))
    assert [pointer for pointer, _ in found] == ["/findings/0/row", "/findings/0/site"]


@pytest.mark.parametrize("site", [None, "s1"])
def test_a_finding_is_made_at_a_planned_site_or_at_none(site: str | None) -> None:
    finding = {"row": 2, "site": site, "description": "x", "severity": "minor", "rectify": True}
    sheet = ManagementSheet.model_validate(raw_sheet() | {"findings": [finding]})
    assert check_sheet(CATALOGUE, sheet, Setting(sites=["s1"])) == []


def test_every_element_of_another_row_is_named_and_is_no_alternative() -> None:
    assert faults({15: awards("15.1=2", "2.1=1", "3.1=1")}) == [
        ("/scores/14/elements/1/id", "row 15 has no element 2.1"),
        ("/scores/14/elements/2/id", "row 15 has no element 3.1"),
    ]


CARRIED = {"elements": [], "carried": True, "reason": "unchanged since last year"}
EARLIER = a_sheet({2: awards("2.1=1")})


def test_a_row_is_carried_from_the_previous_audit_with_its_points() -> None:
    setting = Setting(audit_kind="surveillance", previous=EARLIER)
    sheet = a_sheet({2: CARRIED})
    assert check_sheet(CATALOGUE, sheet, setting) == []
    assert score_management(CATALOGUE, with_carried(sheet, EARLIER)).cap.rows["2"].read == "1"


def test_a_carried_row_says_so_with_its_own_reason_and_adopts_nothing() -> None:
    """R:7/7.4.2: an adoption holds in its own audit."""
    adopting = [{"id": "21.1", "points": "2", "adopted_from": "b2"}]
    [carried] = with_carried(a_sheet({21: CARRIED}), a_sheet({21: adopting})).scores[20:21]
    assert (carried.carried, carried.reason) == (True, "unchanged since last year")
    assert [(one.points, one.adopted_from) for one in carried.elements] == [(Decimal(2), None)]


def test_a_count_is_carried_as_it_was() -> None:
    setting = Setting(audit_kind="surveillance", previous=a_sheet({7: [{"id": "7.2", "count": 2}]}))
    assert faults({7: CARRIED | {"elements": [{"id": "7.2", "count": 2}]}}, setting) == []
    assert faults({7: CARRIED | {"elements": [{"id": "7.2", "count": 1}]}}, setting) != []
    assert faults({7: CARRIED | {"elements": [{"id": "7.2", "points": "0.5"}]}}, setting) != []


@pytest.mark.parametrize("kind", ["initial", "reaudit", "recertification"])
def test_nothing_is_carried_where_all_is_audited(kind: Any) -> None:  # a literal in turn
    found = faults({2: CARRIED}, Setting(audit_kind=kind, previous=EARLIER))
    assert found == [("/scores/1/carried", f"nothing is carried in an audit of kind {kind}")]


def test_a_row_is_carried_only_with_a_reason_and_without_open_findings() -> None:
    setting = Setting(audit_kind="surveillance", previous=EARLIER, open_rows=[2])
    found = faults({2: CARRIED | {"reason": ""}, 31: CARRIED}, setting)
    assert found == [
        ("/scores/1/carried", "row 2 has open findings"),
        ("/scores/1/reason", "a carried row needs a reason"),
        ("/scores/30/carried", "row 31 is never carried"),
    ]


def test_a_row_with_a_finding_in_the_same_sheet_is_not_carried() -> None:
    finding = {"row": 2, "description": "x", "severity": "minor", "rectify": False}
    sheet = ManagementSheet.model_validate(raw_sheet({2: CARRIED, 8: CARRIED}) | {"findings": [finding]})
    found = told(check_sheet(CATALOGUE, sheet, Setting(audit_kind="surveillance", previous=EARLIER)))
    assert found == [("/scores/1/carried", "row 2 has open findings")]


def test_a_carried_row_that_did_not_apply_may_not_leave_its_indicator_empty() -> None:
    setting = Setting(audit_kind="surveillance", previous=a_sheet({28: NOT_APPLICABLE}))
    assert faults({28: CARRIED}, setting) == []
    found = faults({28: CARRIED, 29: NOT_APPLICABLE}, setting)
    assert [pointer for pointer, _ in found] == ["/scores/28/not_applicable"]


def test_a_carried_row_repeats_the_earlier_points_or_none() -> None:
    setting = Setting(audit_kind="surveillance", previous=EARLIER)
    assert faults({2: CARRIED | {"elements": awards("2.1=1")}}, setting) == []
    changed = faults({2: CARRIED | {"elements": awards("2.1=2")}}, setting)
    assert changed == [("/scores/1/elements", "differ from the earlier audit that is carried")]


@pytest.mark.parametrize(("row", "claim"), [(36, "violation"), (23, "not_applicable")])
def test_a_carried_row_claims_only_what_the_earlier_audit_said(row: int, claim: str) -> None:
    """R:7/6.5.2: what is not audited again can neither get worse nor drop out."""
    said = {"elements": [], claim: True, "reason": "seen then"}
    claimed = {row: CARRIED | {claim: True}}
    detail = "the earlier audit that is carried does not say so"
    assert faults(claimed, Setting("surveillance", a_sheet())) == [(f"/scores/{row - 1}/{claim}", detail)]
    assert faults(claimed, Setting("surveillance", a_sheet({row: said}))) == []
    assert faults({row: CARRIED}, Setting("surveillance", a_sheet({row: said}))) == []


def test_a_veto_is_not_claimed_by_carrying() -> None:
    found = faults({31: CARRIED | {"veto": True}}, Setting("surveillance", a_sheet()))
    assert [pointer for pointer, _ in found] == ["/scores/30/carried", "/scores/30/veto"]


def test_a_row_whose_scores_are_not_on_this_editions_scale_is_audited_again() -> None:
    """R:B: under another edition a row may be worth less than it earned."""
    changed = CATALOGUE.model_dump(mode="json")
    changed["rows"][17]["groups"][0]["elements"][0]["points"] = "0.5"
    edition = Catalogue.model_validate(changed)
    setting = Setting(audit_kind="surveillance", previous=a_sheet())
    sheet = a_sheet({18: CARRIED})
    assert check_sheet(CATALOGUE, sheet, setting) == []
    assert [fault.pointer for fault in check_sheet(edition, sheet, setting)] == ["/scores/17/carried"]

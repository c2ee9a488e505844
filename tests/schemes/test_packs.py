"""Scheme packs: the shipped ones are sound and the product's own words."""

import hashlib
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from domain.overrides import Override
from domain.pack import Scheme
from domain.pack_parts import PackSummary, canonical_digest
from domain.rules import Rules
from domain.trade_pack import SpecialRule
from domain.wait_checks import CONSEQUENCES, TASK_ROLES
from services.schemes import SCHEMES, Library, load_scheme
from tests.timing import least_seconds
from workflows.flow import LAPSED

LIBRARY = Library.load()
SCHEME = LIBRARY.scheme("service", "1.0")
RULE = LIBRARY.special_rule("example-heritage-hotel", "1.0")
RULE_TEXTS = sorted((SCHEMES.parents[1] / "shared" / "rules").glob("*.txt"))
LONGEST_COMMON = 23


# --- what is shipped --------------------------------------------------------------------------------------


def test_the_library_lists_every_pack() -> None:
    listed = [(pack.id, pack.version, pack.kind) for pack in LIBRARY.list()]
    assert ("service", "1.0", "service") in listed
    assert ("example-heritage-hotel", "1.0", "special_rule") in listed


def test_the_library_loads_fast() -> None:
    assert least_seconds(Library.load, times=5) < 0.5


def test_a_pack_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        LIBRARY.scheme("service", "9.9")
    with pytest.raises(KeyError):
        LIBRARY.special_rule("service", "1.0")


def test_every_task_kind_is_asked_of_somebody() -> None:
    assert set(SCHEME.rules().waits) == set(TASK_ROLES)


@pytest.mark.parametrize(
    ("kind", "role", "amount", "unit", "lapse"),
    [
        ("application.review", "case_manager", 10, "working_days", "escalate"),
        ("application.supplement", "applicant", 30, "days", "rejected"),
        ("contract.sign", "case_manager", 30, "days", "escalate"),
        ("audit.plan", "case_manager", 20, "working_days", "escalate"),
        ("audit.plan.confirm", "applicant", 3, "working_days", "taken_as_agreed"),
        ("audit.documents", "leader", 15, "working_days", "escalate"),
        ("documents.correct", "applicant", 30, "days", "terminated"),
        ("findings.confirm", "applicant", 5, "working_days", "noted"),
        ("rectification.submit", "applicant", 30, "days", "audit_failed"),
        ("rectification.verify", "leader", 10, "working_days", "escalate"),
        ("audit.report", "leader", 10, "working_days", "escalate"),
        ("review.independent", "reviewer", 10, "working_days", "escalate"),
        ("decision.make", "decision_maker", 10, "working_days", "escalate"),
        ("withdrawal.decide", "decision_maker", 5, "working_days", "escalate"),
    ],
)
def test_a_wait_is_as_the_readings_say(kind: str, role: str, amount: int, unit: str, lapse: str) -> None:
    wait = SCHEME.rules().waits[kind]
    assert wait.limit is not None
    assert (wait.role, wait.limit.amount, wait.limit.unit, wait.lapse) == (role, amount, unit, lapse)


def test_documents_not_corrected_end_an_initial_audit_and_fail_the_others() -> None:
    assert SCHEME.rules().waits["documents.correct"].lapse_after_initial == "audit_failed"


def test_table_1_is_as_printed() -> None:
    """R:11/10.1."""
    bands = [(band.people_from, band.initial, band.surveillance) for band in SCHEME.planning.person_days]
    assert bands == [(0, 9, 4), (100, 12, 6), (500, 15, 8)]


def test_long_dates_are_reminded_of_five_times() -> None:
    assert SCHEME.reminders == [90, 60, 30, 7, 0]


def test_documents_a_to_j_are_asked_for_and_f_and_j_may_be_without_a_file() -> None:
    """R:7/7.2.1a-j."""
    assert "".join(one.kind for one in SCHEME.documents) == "abcdefghij"
    assert "".join(one.kind for one in SCHEME.documents if not one.file_required) == "fj"
    assert SCHEME.rules().needs_a_file == "abcdeghi"


def test_a_case_from_before_its_documents_were_pinned_needs_those_that_are_printed() -> None:
    """R:7/7.2.1 a-e, g-i."""
    kept = SCHEME.rules().model_dump(mode="json", exclude={"needs_a_file"})
    assert Rules.model_validate(kept).needs_a_file == "abcdeghi"


def test_every_erratum_of_the_readings_is_recorded() -> None:
    """R:3: five documents are not at hand."""
    errata = {one.id: one for one in SCHEME.errata}
    assert sum(one.startswith("document-2022-") for one in errata) == 5
    assert errata["issue-overdue-anchor"].choices == ["report", "review", "decision"]
    assert errata["appendix-b-points"].choices == ["normalise", "cap"]
    assert errata["credit-strictness"].choices == ["literal", "serious-only"]
    assert errata["holiday-roll"].choices == ["stays", "roll-forward"]
    assert errata["voluntary-end"].choices == ["cancelled", "withdrawn"]


def test_a_case_carries_the_readings_a_body_has_chosen() -> None:
    assert SCHEME.rules({"appendix-b-points": "cap"}).readings["appendix-b-points"] == "cap"
    assert SCHEME.rules().readings["credit-strictness"] == "literal"


def test_a_case_carries_which_errata_it_rests_on_from_which_moment() -> None:
    errata = SCHEME.rules().errata
    assert errata["contract"] == ["document-2022-10"]
    assert "appendix-b-points" in errata["verdict"]
    assert sorted(one for listed in errata.values() for one in listed) == sorted(one.id for one in SCHEME.errata)
    assert list(errata) == ["application", "certificate", "contents", "contract", "report", "verdict", "withdrawal"]


def test_a_pack_is_known_by_the_hash_of_its_canonical_json() -> None:
    """Sorted keys, no spaces, UTF-8."""
    expected = hashlib.sha256('{"id":"tea","title":{"en":"Tea","zh":"茶"}}'.encode()).hexdigest()
    assert canonical_digest({"title": {"zh": "茶", "en": "Tea"}, "id": "tea"}) == expected


def test_a_body_chooses_only_a_listed_reading() -> None:
    assert SCHEME.chosen_readings()["appendix-b-points"] == "normalise"
    assert SCHEME.chosen_readings({"appendix-b-points": "cap"})["appendix-b-points"] == "cap"
    with pytest.raises(ValueError, match="lists no reading generous"):
        SCHEME.chosen_readings({"appendix-b-points": "generous"})
    with pytest.raises(ValueError, match="erratum weather lists no reading fine"):
        SCHEME.chosen_readings({"weather": "fine"})


def test_a_case_carries_in_which_tasks_its_verdict_is_handed_in() -> None:
    """R:6."""
    assert SCHEME.rules().evaluations == ["audit.management", "audit.characteristics"]
    assert LIBRARY.scheme("product", "1.0").rules().evaluations == ["audit.checklist"]


def test_rows_carry_their_own_clauses() -> None:
    assert [row for row in range(1, 42) if f"R:B/row{row}" not in SCHEME.clause_titles] == []


def test_row_flags_are_31_36_and_37() -> None:
    """R:B/row31, R:B/row36-37."""
    flags = {row.row: row.flags for row in SCHEME.scored.rows if row.flags}
    assert flags == {31: ["veto"], 36: ["zeroed_by_violation"], 37: ["zeroed_by_violation"]}


def test_row_15_is_exclusive_and_its_first_element_is_2() -> None:
    """R:B/row15."""
    (group,) = SCHEME.scored.by_number[15].groups
    assert (group.kind, [str(one.points) for one in group.elements]) == ("alternative", ["2", "1"])


def test_a_survey_of_85_is_enough() -> None:
    """R:B/row22: 85 itself counts, in both languages."""
    [survey] = [one for group in SCHEME.scored.by_number[22].groups for one in group.elements if one.id == "22.1"]
    assert ("85分以上" in survey.title.zh, "85 or more" in survey.title.en) == (True, True)


def test_the_example_special_rule_covers_all_five_dimensions() -> None:
    """R:4/4.1."""
    assert len(RULE.items) >= 28
    assert len({item.dimension for item in RULE.items}) == 5
    assert {item.kind for item in RULE.items} == {"quantitative", "qualitative"}
    assert {item.per_site for item in RULE.items} == {True, False}
    assert "示例" in RULE.title.zh


def test_the_digest_is_the_same_for_the_same_pack_and_another_for_another() -> None:
    assert SCHEME.rules().digest == load_scheme(SCHEMES / "service" / "1.0").rules().digest
    changed = SCHEME.model_copy(update={"reminders": [90, 60, 30, 7]})
    assert changed.rules().digest != SCHEME.rules().digest


def test_a_scheme_survives_being_written_as_json() -> None:
    assert Scheme.read(SCHEME.model_dump(mode="json")) == SCHEME
    assert SpecialRule.read(RULE.model_dump(mode="json")) == RULE


# --- a special rule comes first (R:2) ---------------------------------------------------------------------


def overriding(path: str, value: Any) -> Scheme:  # any JSON value
    return SCHEME.under(RULE.model_copy(update={"overrides": [Override(path=path, value=value)]}))


def test_a_special_rule_overrides_a_parameter_and_its_origin_is_kept() -> None:
    rules = overriding("/waits/audit.plan/limit/amount", 15).rules()
    assert rules.waits["audit.plan"].limit is not None
    assert rules.waits["audit.plan"].limit.amount == 15
    assert rules.origins["/waits/audit.plan/limit/amount"] == "example-heritage-hotel 1.0"
    assert overriding("/catalogue/thresholds/total", "85").scored.thresholds.total == 85
    assert overriding("/reminders/0", 120).reminders[0] == 120


def test_a_special_rule_that_overrides_nothing_leaves_the_scheme() -> None:
    assert SCHEME.under(RULE) is SCHEME


@pytest.mark.parametrize(
    "path", ["/cycle/no_such", "/reminders/9", "/waits/none/limit/amount", "/cycle/validity_years/x"]
)
def test_an_override_of_nothing_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no parameter of the scheme"):
        overriding(path, 1)


# --- the product's own words ------------------------------------------------------------------------------


@pytest.mark.skipif(not RULE_TEXTS and "CI" not in os.environ, reason="the rule texts are not beside this checkout")
def test_no_text_of_a_pack_repeats_a_sentence_of_the_rules() -> None:
    assert RULE_TEXTS, "continuous integration has the rule texts beside the checkout"
    rules = ["".join(path.read_text(encoding="utf-8").split()) for path in RULE_TEXTS]
    for path in sorted(SCHEMES.rglob("*.yaml")):
        text = "".join(path.read_text(encoding="utf-8").split())
        length = LONGEST_COMMON + 1
        for start in range(len(text) - length + 1):
            piece = text[start : start + length]
            # identical sentences can only be Chinese; ids and figures are no sentences
            if re.search(r"[\u4e00-\u9fff]", piece):
                assert not any(piece in rule for rule in rules), f"{path.name} repeats {piece}"


def texts(data: Any) -> Iterator[dict[str, str]]:  # any JSON value inside a pack
    """Every text of a pack, wherever it stands."""
    if isinstance(data, dict) and set(data) == {"zh", "en"}:
        yield data
    elif isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from texts(one)


@pytest.mark.parametrize("one", LIBRARY.list(), ids=lambda one: f"{one.id}-{one.version}")
def test_every_text_is_in_both_languages(one: PackSummary) -> None:
    find = LIBRARY.trade_pack if one.kind in ("special_rule", "standard") else LIBRARY.scheme
    found = list(texts(find(one.id, one.version).model_dump(mode="json")))
    assert found
    for text in found:
        assert re.search(r"[\u4e00-\u9fff]", text["zh"])
        assert text["en"]
        # a printed character that is itself the defect may be quoted
        assert not re.search(r"[\u4e00-\u9fff]", text["en"]) or "倒" in text["en"]


# --- the flow and the packs -------------------------------------------------------------------------------


def test_the_flow_has_the_consequences_that_a_pack_may_name_and_no_others() -> None:
    asked = {kind for kind, purpose in LAPSED if kind in TASK_ROLES and not purpose}
    assert asked == set(CONSEQUENCES)

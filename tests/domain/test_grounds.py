"""Grounds of special audits, suspension and withdrawal, and the conditions of maintenance: R:7/6.5.1, R:10."""

import pytest

from domain.grounds import (
    Bringer,
    Condition,
    Ground,
    Grounds,
    check_brought,
    decision_makers,
    grounds_problems,
    not_met,
    not_stated,
    reported_as,
    status_after,
)
from domain.refusal import Refused
from domain.wait_checks import TASK_ROLES
from services.schemes import Library
from tests.domain.sheets import told

SCHEME = Library.load().scheme("service", "1.0")
assert SCHEME.grounds
GROUNDS: Grounds = SCHEME.grounds
KNOWN_ACTS = {"incident.report", "change.request", "mark_use.record"}
ALL_MET: dict[Condition, bool] = {"a": True, "b": True, "c": True, "d": True, "e": True, "f": True}


def clauses(listed: list[Ground]) -> list[str]:
    return [one.clause for one in listed]


def refused(known: list[Ground], letters: list[str], by: Bringer) -> tuple[str, str | None]:
    with pytest.raises(Refused) as raised:
        check_brought(known, letters, by)
    return raised.value.refusal.code, raised.value.refusal.clause


def test_six_circumstances_call_for_a_special_audit_or_more_surveillance() -> None:
    """R:7/6.5.1a-f."""
    assert clauses(GROUNDS.special_audit) == [f"R:7/6.5.1{letter}" for letter in "abcdef"]


def test_a_body_or_a_machine_may_report_each_of_them() -> None:
    """R:7/6.5.1a-f."""
    for by in ("body", "machine"):
        check_brought(GROUNDS.special_audit, list("abcdef"), by)


def test_the_client_itself_reports_a_major_change_and_the_alliance_a_changed_basis() -> None:
    """R:7/6.5.1b, R:7/6.5.1e."""
    check_brought(GROUNDS.special_audit, ["b"], "client")
    check_brought(GROUNDS.special_audit, ["e"], "alliance")
    assert refused(GROUNDS.special_audit, ["a"], "client") == ("rule_refused", "R:7/6.5.1a")


def test_eleven_grounds_suspend() -> None:
    """R:10/9.3.1a-k."""
    assert clauses(GROUNDS.suspension) == [f"R:10/9.3.1{letter}" for letter in "abcdefghijk"]


def test_the_client_asks_for_its_own_suspension_and_for_no_other() -> None:
    """R:10/9.3.1a-k."""
    check_brought(GROUNDS.suspension, ["j"], "client")
    for letter in "abcdefghik":
        assert refused(GROUNDS.suspension, [letter], "client") == ("rule_refused", f"R:10/9.3.1{letter}")


def test_the_body_brings_every_ground_but_the_clients_own_wish() -> None:
    """R:10/9.3.1a-k."""
    check_brought(GROUNDS.suspension, list("abcdefghik"), "body")
    assert refused(GROUNDS.suspension, ["a", "j"], "body") == ("rule_refused", "R:10/9.3.1j")


def test_a_timer_brings_only_a_surveillance_that_did_not_take_place() -> None:
    """R:10/9.3.1c."""
    assert [one.letter for one in GROUNDS.suspension if "timer" in one.brought_by] == ["c"]


def test_nine_grounds_withdraw() -> None:
    """R:10/9.4a-i."""
    assert clauses(GROUNDS.withdrawal) == [f"R:10/9.4{letter}" for letter in "abcdefghi"]


def test_a_timer_brings_only_a_suspension_that_has_run_out() -> None:
    """R:10/9.4a."""
    assert [one.letter for one in GROUNDS.withdrawal if "timer" in one.brought_by] == ["a"]


def test_only_the_client_gives_its_certification_up_and_it_brings_nothing_else() -> None:
    """R:10/9.4a-i."""
    check_brought(GROUNDS.withdrawal, ["h"], "client")
    check_brought(GROUNDS.withdrawal, list("abcdefgi"), "body")
    assert refused(GROUNDS.withdrawal, ["h"], "body") == ("rule_refused", "R:10/9.4h")
    assert refused(GROUNDS.withdrawal, ["c"], "client") == ("rule_refused", "R:10/9.4c")


@pytest.mark.parametrize(
    ("letters", "wrong"),
    [
        ([], [("/grounds", "required")]),
        (["z"], [("/grounds/0", "no such ground")]),
        (["a", "l", "b", "m"], [("/grounds/1", "no such ground"), ("/grounds/3", "no such ground")]),
    ],
)
def test_a_ground_is_one_of_those_listed(letters: list[str], wrong: list[tuple[str, str]]) -> None:
    assert refused(GROUNDS.suspension, letters, "body") == ("invalid", None)
    with pytest.raises(Refused) as raised:
        check_brought(GROUNDS.suspension, letters, "body")
    assert told(raised.value.refusal.faults) == wrong


def test_the_ground_that_is_anothers_to_bring_is_pointed_at() -> None:
    with pytest.raises(Refused) as raised:
        check_brought(GROUNDS.suspension, ["a", "j"], "body")
    assert told(raised.value.refusal.faults) == [("/grounds/1", "not brought by body")]


def test_whatever_brings_a_ground_a_person_decides() -> None:
    """R:10/9.3.1, R:10/9.4: no end of a limit suspends or withdraws."""
    waits = SCHEME.rules().waits
    for kind in ("suspension.decide", "withdrawal.decide"):
        assert (waits[kind].role, waits[kind].lapse, waits[kind].lapse_after_initial) == (
            "decision_maker",
            "escalate",
            None,
        )


@pytest.mark.parametrize(
    ("letters", "suspended", "makers"),
    [
        (["b"], False, 2),
        (["b"], True, 1),
        (["b", "c"], False, 1),
        (["c"], False, 1),
        (["a"], True, 1),
    ],
)
def test_a_failed_surveillance_withdraws_at_once_by_two_decision_makers(
    letters: list[str], makers: int, *, suspended: bool
) -> None:
    """R:10/9.4b, R:7/6.5.3.2: it suspends first; at once only with the reasons of two."""
    assert decision_makers(GROUNDS.withdrawal, letters, suspended=suspended) == makers


def test_a_certificate_given_up_is_cancelled_and_any_other_withdrawn() -> None:
    """R:10/9.4h."""
    assert status_after(["h"]) == "cancelled"
    assert status_after(["h", "c"]) == "withdrawn"
    assert [status_after([letter]) for letter in "abcdefgi"] == ["withdrawn"] * 8


@pytest.mark.parametrize(
    ("letters", "reading", "code"),
    [
        (["h"], "cancelled", "cancellation"),
        (["h"], "withdrawn", "withdrawal"),
        (["c"], "cancelled", "withdrawal"),
        (["c"], "withdrawn", "withdrawal"),
    ],
)
def test_a_voluntary_end_is_reported_as_its_erratum_is_read(letters: list[str], reading: str, code: str) -> None:
    """R:10/9.4h."""
    assert reported_as(letters, {"voluntary-end": reading}) == code


def test_the_packs_own_reading_reports_a_voluntary_end_as_a_cancellation() -> None:
    """R:10/9.4h."""
    assert reported_as(["h"], SCHEME.chosen_readings()) == "cancellation"


def test_maintenance_takes_six_conditions_each_stated() -> None:
    """R:10/9.1a-f."""
    assert [one.clause for one in GROUNDS.maintenance] == [f"R:10/9.1{letter}" for letter in "abcdef"]
    assert not_stated(ALL_MET) == []
    assert not_stated({"a": True, "c": False}) == ["b", "d", "e", "f"]


@pytest.mark.parametrize("letter", ["a", "b", "c", "d", "e", "f"])
def test_any_no_bars_maintenance(letter: Condition) -> None:
    """R:10/9.1a-f."""
    assert not_met(ALL_MET) == []
    assert not_met({**ALL_MET, letter: False}) == [letter]


def test_the_record_speaks_of_each_condition_in_a_task_or_an_act() -> None:
    assert {kind for one in GROUNDS.maintenance for kind in one.seen_in} <= {*TASK_ROLES, *KNOWN_ACTS}


def test_a_pack_lists_every_letter_that_answers_know_each_once() -> None:
    short = GROUNDS.model_copy(update={"suspension": GROUNDS.suspension[:-1]})
    twice = GROUNDS.model_copy(update={"withdrawal": [*GROUNDS.withdrawal, GROUNDS.withdrawal[0]]})
    titles = SCHEME.clause_titles
    assert [found.loc for found in grounds_problems(short, titles)] == [("grounds", "suspension")]
    assert [found.loc for found in grounds_problems(twice, titles)] == [("grounds", "withdrawal")]
    assert list(grounds_problems(GROUNDS, titles)) == []


def test_a_ground_is_a_clause_of_the_pack() -> None:
    titles = {one: title for one, title in SCHEME.clause_titles.items() if one != "R:10/9.4g"}
    [found] = grounds_problems(GROUNDS, titles)
    assert (found.loc, found.reason) == (("grounds", "withdrawal", 6, "clause"), "clause R:10/9.4g is not defined")

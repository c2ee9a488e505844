"""Changes that affect certification: R:9 and R:10/9.2."""

from datetime import date

import pytest

from domain.certificates import Certificate, CertificateStatus
from domain.changes import (
    change_needs_audit,
    check_combined,
    check_reduction,
    reissue,
    transition,
)
from domain.pack_parts import ChangeKind
from domain.refusal import Refused
from services.schemes import Library
from tests.domain.sheets import told

CHANGES: list[ChangeKind] = Library.load().scheme("service", "1.0").changes
UNTIL = date(2027, 12, 31)
THREE_SITES = ["s1", "s2", "s3"]


def a_certificate(status: CertificateStatus = "valid", valid_from: date = date(2026, 3, 6)) -> Certificate:
    return Certificate(
        number="SX-1",
        status=status,
        decided_on=date(2026, 3, 6),
        valid_from=valid_from,
        valid_until=date(2029, 3, 5),
    )


def clause_of(before: list[str], after: list[str], *, confirmed: bool = True) -> str | None:
    with pytest.raises(Refused) as refused:
        check_reduction(before, after, confirmed=confirmed)
    assert refused.value.refusal.code == "rule_refused"
    return refused.value.refusal.clause


# --- R:9/8.1 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "passed_on", "state"),
    [
        (date(2027, 6, 1), None, "running"),
        (UNTIL, None, "running"),
        (date(2028, 1, 1), None, "propose_suspension"),
        (date(2027, 6, 1), date(2027, 5, 1), "reissue"),
        (date(2028, 1, 1), UNTIL, "reissue"),
        (date(2028, 2, 1), date(2028, 1, 31), "reissue"),
        (date(2028, 1, 31), date(2028, 1, 31), "reissue"),
        (date(2027, 6, 1), date(2027, 6, 2), "running"),
    ],
)
def test_whoever_passes_by_the_new_requirements_gets_a_new_certificate(
    today: date, passed_on: date | None, state: str
) -> None:
    """R:9/8.1: the old ones hold until the transition's last day; who has not passed by then is proposed to suspend."""
    assert transition(UNTIL, today, passed_on) == state


# --- R:9/8.2 ----------------------------------------------------------------------------------------------


def test_what_the_certificate_says_and_four_key_elements_are_applied_for() -> None:
    """R:9/8.2: people, equipment, sites and methods make the service what it is."""
    assert [kind.id for kind in CHANGES] == ["certificate", "people", "equipment", "sites", "methods"]


@pytest.mark.parametrize(
    ("changed", "audited"),
    [
        (["certificate"], False),
        (["people", "equipment"], False),
        (["sites"], True),
        (["methods"], True),
        (["certificate", "sites"], True),
    ],
)
def test_a_change_is_audited_first_where_any_part_of_it_needs_that(changed: list[str], *, audited: bool) -> None:
    """R:9/8.2."""
    assert change_needs_audit(CHANGES, changed) is audited


def test_a_body_sets_which_changes_it_audits() -> None:
    """R:9/8.2: the body's own review says what is needed."""
    strict = [kind.model_copy(update={"needs": "audit"}) for kind in CHANGES]
    assert change_needs_audit(strict, ["people"])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [([], []), (["weather", "people", "mood"], ["no kind of change: weather", "no kind of change: mood"])],
)
def test_a_change_says_what_changes(changed: list[str], wrong: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        change_needs_audit(CHANGES, changed)
    assert refused.value.refusal.code == "invalid"
    assert told(refused.value.refusal.faults) == [("/changes", one) for one in wrong]


# --- R:9/8.3 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("combined_with", [None, "surveillance", "special", "recertification"])
def test_an_extension_is_audited_alone_or_with_a_surveillance_a_special_audit_or_a_renewal(
    combined_with: str | None,
) -> None:
    """R:9/8.3."""
    check_combined(combined_with)


@pytest.mark.parametrize("combined_with", ["initial", "reaudit", "scope"])
def test_an_extension_is_combined_with_no_other_audit(combined_with: str) -> None:
    """R:9/8.3."""
    with pytest.raises(Refused) as refused:
        check_combined(combined_with)
    refusal = refused.value.refusal
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:9/8.3")
    assert told(refusal.faults) == [("/combined_with", "recertification, special, surveillance")]


# --- R:10/9.2 ---------------------------------------------------------------------------------------------


def test_a_reduction_gives_what_advertising_may_no_longer_name() -> None:
    """R:10/9.2, R:8/7.3.3."""
    assert check_reduction(THREE_SITES, ["s2"], confirmed=True) == ["s1", "s3"]


def test_a_reduction_needs_the_clients_confirmation() -> None:
    """R:10/9.2."""
    assert clause_of(THREE_SITES, ["s1"], confirmed=False) == "R:10/9.2"


def test_a_reduction_gives_something_up_and_leaves_something() -> None:
    """R:10/9.2."""
    assert clause_of(THREE_SITES, THREE_SITES) == "R:10/9.2"
    assert clause_of(THREE_SITES, []) == "R:10/9.2"


def test_a_scope_with_anything_new_in_it_is_an_extension() -> None:
    """R:9/8.3."""
    assert clause_of(THREE_SITES, ["s1", "s4"]) == "R:9/8.3"
    with pytest.raises(Refused) as refused:
        check_reduction(THREE_SITES, ["s5", "s1", "s4"], confirmed=True)
    assert told(refused.value.refusal.faults) == [("/sites", "not in the scope: s5, s4")]


# --- re-issue ---------------------------------------------------------------------------------------------


def test_a_reissued_certificate_keeps_its_last_day_under_a_new_number() -> None:
    """R:9/8.1, R:9/8.2, R:10/9.2."""
    _, new = reissue(a_certificate(), "SX-2", date(2027, 5, 20))
    assert (new.number, new.status, new.predecessor) == ("SX-2", "valid", "SX-1")
    assert (new.decided_on, new.valid_from, new.valid_until) == (date(2027, 5, 20), date(2027, 5, 20), date(2029, 3, 5))


def test_the_old_certificate_is_superseded_and_recalled() -> None:
    """R:9/8.2, R:10/9.2."""
    old, _ = reissue(a_certificate(), "SX-2", date(2027, 5, 20))
    assert (old.number, old.status, old.successor, old.valid_until) == ("SX-1", "superseded", "SX-2", date(2029, 3, 5))


def test_a_reissue_lifts_no_suspension() -> None:
    """R:10/9.3.2: only a decision restores."""
    _, new = reissue(a_certificate("suspended"), "SX-2", date(2027, 5, 20))
    assert new.status == "suspended"


def test_a_certificate_that_has_not_begun_begins_no_earlier_by_a_reissue() -> None:
    upcoming = a_certificate("upcoming", valid_from=date(2027, 6, 1))
    _, new = reissue(upcoming, "SX-2", date(2027, 5, 20))
    assert (new.status, new.valid_from) == ("upcoming", date(2027, 6, 1))


@pytest.mark.parametrize("status", ["withdrawn", "cancelled", "expired", "superseded"])
def test_what_has_ended_is_not_issued_again(status: CertificateStatus) -> None:
    with pytest.raises(ValueError, match=status):
        reissue(a_certificate(status), "SX-2", date(2027, 5, 20))

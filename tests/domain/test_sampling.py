"""R:7/7.3.2: how many sites are visited, and a draw that anybody can repeat."""

from fractions import Fraction
from hashlib import sha256
from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sampling import Sites, check_named, check_sampling, draw, factor, in_draw_order, sample_size
from tests.domain.sheets import told
from tests.domain.test_planning import PLANNING

SEED = "0f" * 32
FACTORS = {"initial": (10, "1"), "surveillance": (6, "0.6"), "recertification": (8, "0.8")}
"""Kind of audit → the factor in tenths and as the pack writes it."""


def smallest(tenths: int, sites: int) -> int:
    """The smallest k with (10k)² ≥ (tenths)² · sites, found by counting."""
    k = 0
    while (10 * k) ** 2 < tenths**2 * sites:
        k += 1
    return k


@pytest.mark.parametrize(("tenths", "written"), FACTORS.values(), ids=FACTORS)
@pytest.mark.parametrize("sites", range(101))
def test_the_sample_of_up_to_a_hundred_sites(sites: int, tenths: int, written: str) -> None:
    assert sample_size(sites, written) == smallest(tenths, sites)


@pytest.mark.parametrize(
    ("sites", "initial", "surveillance", "recertification"),
    [(0, 0, 0, 0), (1, 1, 1, 1), (4, 2, 2, 2), (10, 4, 2, 3), (25, 5, 3, 4), (26, 6, 4, 5), (100, 10, 6, 8)],
)
def test_the_sample_is_the_factor_times_the_root(
    sites: int, initial: int, surveillance: int, recertification: int
) -> None:
    sizes = [sample_size(sites, PLANNING.sampling[kind]) for kind in PLANNING.sampling]
    assert sizes == [initial, surveillance, recertification]


@given(st.integers(0, 10**12), st.sampled_from(["1", "0.6", "0.8", "1.25", "2/3"]))
def test_the_sample_size_is_the_smallest_that_reaches_the_root(sites: int, by: str) -> None:
    size, square = sample_size(sites, by), Fraction(by) ** 2 * sites
    assert size**2 >= square
    assert size == 0 or (size - 1) ** 2 < square


def test_a_kind_without_its_own_factor_is_sampled_as_at_first() -> None:
    assert factor("surveillance", PLANNING) == "0.6"
    assert factor("reaudit", PLANNING) == "1"


def a_service(others: int, mandatory: int = 0, visited: list[str] | None = None) -> Sites:
    ids = [f"s{n}" for n in range(others)]
    return Sites(central=["hq"], others=ids, mandatory=ids[:mandatory], visited=visited or [])


def test_the_central_function_is_visited_and_not_counted() -> None:
    drawn = draw(a_service(16), SEED, "initial", PLANNING)
    assert (drawn.size, len(drawn.drawn), drawn.sites[0]) == (4, 4, "hq")


def test_mandatory_sites_count_inside_the_sample() -> None:
    drawn = draw(a_service(100, mandatory=3), SEED, "initial", PLANNING)
    assert (len(drawn.mandatory), len(drawn.drawn)) == (3, 7)


def test_mandatory_sites_leave_a_quarter_rounded_up_to_chance() -> None:
    drawn = draw(a_service(100, mandatory=9), SEED, "initial", PLANNING)
    assert (len(drawn.mandatory), len(drawn.drawn)) == (9, 3)


def test_where_every_site_is_mandatory_none_is_left_to_draw() -> None:
    drawn = draw(a_service(5, mandatory=5), SEED, "initial", PLANNING)
    assert (len(drawn.mandatory), drawn.drawn) == (5, [])


def test_a_mandatory_central_site_changes_nothing() -> None:
    sites = a_service(16).model_copy(update={"mandatory": ["hq"]})
    assert draw(sites, SEED, "initial", PLANNING) == draw(a_service(16), SEED, "initial", PLANNING)


def test_sites_not_visited_before_are_drawn_first() -> None:
    seen = [f"s{n}" for n in range(14)]
    drawn = draw(a_service(16, visited=seen), SEED, "initial", PLANNING)
    assert set(drawn.drawn[:2]) == {"s14", "s15"}
    assert set(drawn.drawn[2:]) <= set(seen)


def test_the_draw_follows_the_hash_of_seed_and_site() -> None:
    # as `printf "seed:a" | sha256sum` orders them
    assert in_draw_order(["a", "b", "c", "d"], [], "seed") == ["a", "d", "c", "b"]


@given(st.integers(0, 60), st.integers(0, 60), st.text("0123456789abcdef", min_size=1), st.randoms())
def test_anybody_can_repeat_a_draw_within_its_bounds(others: int, mandatory: int, seed: str, random: Random) -> None:
    sites = a_service(others, min(mandatory, others))
    shuffled = list(sites.others)
    random.shuffle(shuffled)
    first = draw(sites, seed, "initial", PLANNING)
    again = draw(sites.model_copy(update={"others": shuffled}), seed, "initial", PLANNING)
    assert first.drawn == again.drawn
    assert len(set(first.sites)) == len(first.sites) <= others + 1
    assert len(first.mandatory) + len(first.drawn) >= first.size
    assert len(first.drawn) >= min(ceil(Fraction(first.size, 4)), others - len(first.mandatory))


def test_sampling_needs_a_recorded_risk_basis() -> None:
    [refusal] = check_sampling(" ", a_service(4))
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.2")
    assert told(refusal.faults) == [("/sites/risk_basis", "missing")]
    assert check_sampling("one system, same menu", a_service(4, mandatory=1)) == []


def test_a_mandatory_site_of_another_case_is_invalid() -> None:
    sites = a_service(4).model_copy(update={"mandatory": ["s1", "nowhere"]})
    [refusal] = check_sampling("one system", sites)
    assert refusal.code == "invalid"
    assert told(refusal.faults) == [("/sites/mandatory/1", "no site of this case")]


# Whatever the service ---------------------------------------------------------------------------------------


@st.composite
def services(make: st.DrawFn) -> Sites:
    """Any service: up to sixty sites, some central, some wanted, some seen before."""
    ids = [f"s{n}" for n in range(make(st.integers(0, 60)))]
    places = st.lists(st.sampled_from(ids), unique=True) if ids else st.just([])
    central = make(st.lists(st.sampled_from(["hq", "hq2"]), unique=True))
    return Sites(central=central, others=ids, mandatory=make(places), visited=make(places))


KINDS = st.sampled_from(["initial", "surveillance", "recertification"])
SEEDS = st.text("0123456789abcdef", min_size=64, max_size=64)


def repeated(sites: Sites, seed: str, tenths: int) -> set[str]:
    """The draw as the rule tells it, with nothing but SHA-256."""
    size = smallest(tenths, len(sites.others))
    wanted = [site for site in sites.others if site in sites.mandatory]
    by_chance = max(size - len(wanted), (size + 3) // 4)
    lots = sorted(
        (site in sites.visited, sha256(f"{seed}:{site}".encode()).hexdigest(), site)
        for site in sites.others
        if site not in wanted
    )
    return {*sites.central, *wanted, *(site for _, _, site in lots[:by_chance])}


@given(services(), SEEDS, KINDS)
def test_anybody_can_repeat_any_draw(sites: Sites, seed: str, kind: str) -> None:
    drawn = draw(sites, seed, kind, PLANNING)
    assert set(drawn.sites) == repeated(sites, seed, FACTORS[kind][0])
    assert draw(sites, seed, kind, PLANNING) == drawn


@given(services(), SEEDS, KINDS)
def test_every_draw_holds_enough_sites_and_no_others(sites: Sites, seed: str, kind: str) -> None:
    drawn = draw(sites, seed, kind, PLANNING)
    chosen = [site for site in drawn.sites if site not in sites.central]
    assert len(set(drawn.sites)) == len(drawn.sites)
    assert drawn.size <= len(chosen) <= len(sites.others)
    assert set(chosen) <= set(sites.others)


@given(services(), SEEDS, KINDS)
def test_central_and_mandatory_sites_are_always_visited(sites: Sites, seed: str, kind: str) -> None:
    assert {*sites.central, *sites.mandatory} <= set(draw(sites, seed, kind, PLANNING).sites)


@given(services(), SEEDS, KINDS)
def test_a_quarter_of_the_sample_is_left_to_chance(sites: Sites, seed: str, kind: str) -> None:
    drawn = draw(sites, seed, kind, PLANNING)
    assert len(drawn.drawn) >= min((drawn.size + 3) // 4, len(sites.others) - len(drawn.mandatory))


@given(services(), SEEDS, KINDS)
def test_no_site_is_seen_again_by_chance_while_an_unseen_one_waits(sites: Sites, seed: str, kind: str) -> None:
    drawn = draw(sites, seed, kind, PLANNING)
    waiting = set(sites.others) - set(drawn.sites) - set(sites.visited)
    assert not waiting or not set(drawn.drawn) & set(sites.visited)


@pytest.mark.parametrize(
    ("kind", "mandatory", "pointers"),
    [("special", [], ["/sites/mandatory"]), ("special", ["s1"], []), ("surveillance", [], [])],
)
def test_a_special_audit_names_the_sites_it_does_not_visit_all_of(
    kind: str, mandatory: list[str], pointers: list[str]
) -> None:
    """R:7/7.3.2, R:7/6.5.1."""
    found = check_named(kind, Sites(central=["s1"], others=["s2"], mandatory=mandatory, visited=[]))
    assert [fault.pointer for one in found for fault in one.faults] == pointers
    assert [one.code for one in found] == ["invalid"] * len(pointers)

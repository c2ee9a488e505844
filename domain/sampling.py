"""Which sites an audit visits: how many by the rule of R:7/7.3.2, and a draw that anybody can repeat."""

from collections.abc import Collection, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, isqrt
from typing import Final

from domain.model import Record
from domain.planning import invalid, rule_refused
from domain.refusal import Fault, Refusal
from domain.rules import Planning

SAMPLING: Final = "R:7/7.3.2"
NAMED: Final = frozenset({"special"})
"""Kinds of audit that visit the sites their plan names, or every site: none are drawn."""


class Sites(Record):
    """The sites in scope by what the sampling plan says of them; every list holds site ids."""

    central: list[str]
    """Sites with the central function: always visited, never counted."""
    others: list[str]
    mandatory: list[str]
    """Sites the plan wants visited in any case."""
    visited: list[str]
    """Sites seen in an earlier audit of the case."""


class Sample(Record):
    """The sites to visit and how they came in."""

    size: int
    """The computed number of sites, without the central function."""
    central: list[str]
    mandatory: list[str]
    drawn: list[str]
    """By the seed, in the order of the draw."""

    @property
    def sites(self) -> list[str]:
        """Every site to visit."""
        return [*self.central, *self.mandatory, *self.drawn]


def factor(audit_kind: str, planning: Planning) -> str:
    """Give the factor of √n as a decimal string; a kind without one takes initial's, the largest."""
    return planning.sampling.get(audit_kind, planning.sampling["initial"])


def sample_size(sites: int, factor: str) -> int:
    """Give ⌈factor · √sites⌉, exactly: the smallest k with k² ≥ factor² · sites."""
    least_square = ceil(Fraction(factor) ** 2 * sites)
    return isqrt(least_square - 1) + 1 if least_square else 0


def check_sampling(risk_basis: str, sites: Sites) -> list[Refusal]:
    """Say why these sites may not be sampled: no risk basis is `rule_refused`, an unknown site `invalid`."""
    known = {*sites.central, *sites.others}
    faults = [
        Fault(pointer=f"/sites/mandatory/{place}", detail="no site of this case")
        for place, site in enumerate(sites.mandatory)
        if site not in known
    ]
    found = [invalid("指定的场所不存在", "A mandatory site does not exist", faults)] if faults else []
    if not risk_basis.strip():
        missing = Fault(pointer="/sites/risk_basis", detail="missing")
        found.append(
            rule_refused(
                "未记录风险评估依据，不得抽样",
                "Without a recorded risk basis every site is visited",
                SAMPLING,
                [missing],
            )
        )
    return found


def check_named(audit_kind: str, sites: Sites) -> list[Refusal]:
    """Say that an audit which draws no sites has to name some, or leave sampling out for every site."""
    if audit_kind not in NAMED or sites.mandatory:
        return []
    missing = Fault(pointer="/sites/mandatory", detail="name the sites to visit; without `sites` it is every site")
    return [invalid("须指明审查的场所", "Name the sites to visit", [missing])]


def draw(sites: Sites, seed: str, audit_kind: str, planning: Planning) -> Sample:
    """Draw the sites to visit (R:7/7.3.2); the same arguments always give the same sample.

    Mandatory sites count inside the computed size, but random ones keep at least the pack's share of it,
    rounded up: then the sample grows. Sites not visited before come first, each group ascending by the
    hexadecimal SHA-256 of `seed:site id`.
    """
    others = list(dict.fromkeys(sites.others))
    mandatory = [site for site in others if site in sites.mandatory]
    pool = [site for site in others if site not in sites.mandatory]
    size = sample_size(len(others), factor(audit_kind, planning))
    random = max(size - len(mandatory), ceil(Fraction(planning.random_share) * size))
    return Sample(
        size=size,
        central=list(dict.fromkeys(sites.central)),
        mandatory=mandatory,
        drawn=in_draw_order(pool, sites.visited, seed)[:random],
    )


def in_draw_order(pool: Sequence[str], visited: Collection[str], seed: str) -> list[str]:
    """Order sites as they are drawn: unseen ones first, then by the hash that the seed gives each."""
    return sorted(pool, key=lambda site: (site in visited, sha256(f"{seed}:{site}".encode()).hexdigest()))

"""What the general requirements ask of a 山西精品 standard before anything is certified by it (G:5)."""

from collections.abc import Iterator
from typing import Final

from domain.pack_parts import SchemeKind
from domain.problems import Problem
from domain.trade_pack import Level, Standard

BEATEN: Final[dict[SchemeKind, Level]] = {"product": "mandatory", "agricultural_product": "food_safety"}
"""Kind of scheme → the level of standards that each parameter has to beat."""
REACHED: Final = ("international", "national", "industry")
"""Levels of standards one of which a product's key parameters have to reach."""


def standard_asks_enough(standard: Standard, kind: SchemeKind) -> Iterator[Problem]:
    """Say where a standard asks less than is wanted of one for this kind of scheme (G:5, G:5a-b)."""
    level = BEATEN.get(kind)
    if level is None:
        yield Problem(("scheme",), f"a scheme of kind {kind} is certified by a special rule, not by a standard")
        return
    for place, parameter in enumerate(standard.parameters):
        for at, other in enumerate(parameter.compared):
            if other.level == level and not parameter.beats(other):
                yield Problem(("parameters", place, "compared", at), f"{parameter.id} does not beat {other.standard}")
    if not any(other.level == level for parameter in standard.parameters for other in parameter.compared):
        yield Problem(("parameters",), f"no parameter is compared with a standard of level {level}")
    if kind == "product":
        yield from _key_parameters(standard)


def _key_parameters(standard: Standard) -> Iterator[Problem]:
    """G:5b asks it of some key indicators: one that falls short beside another that reaches is no fault."""
    compared = [
        (parameter, other)
        for parameter in standard.parameters
        for other in parameter.compared
        if parameter.key and other.level in REACHED
    ]
    if not compared:
        yield Problem(("parameters",), f"no key parameter is compared with a standard of level {', '.join(REACHED)}")
    elif not any(parameter.reaches(other) for parameter, other in compared):
        said = ", ".join(dict.fromkeys(other.standard for _, other in compared))
        yield Problem(("parameters",), f"no key parameter reaches any of {said}")

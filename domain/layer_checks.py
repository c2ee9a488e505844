"""What makes a pack sound that lies over a scheme: a special rule, a standard, a body's own rules."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from pydantic import ValidationError

from domain.catalogue_checks import FULL_MARKS
from domain.house_rules import HouseRules
from domain.pack import Scheme
from domain.pack_checks import scheme_problems
from domain.points import format_points
from domain.problems import Problem, empty_texts, first_fault, repeats
from domain.standards import standard_asks_enough
from domain.trade_pack import SpecialRule, Standard

LaidOver = SpecialRule | Standard | HouseRules


def standard_problems(standard: Standard) -> list[Problem]:
    """Say everything that does not fit together in a standard; an empty list when it is sound."""
    return [
        *repeats("parameters", (one.id for one in standard.parameters)),
        *_doubled(standard),
        *empty_texts(standard),
    ]


def house_rules_problems(rules: HouseRules) -> list[Problem]:
    """Say what is twice or empty in a body's own rules; what does not fit a scheme, `layer_problems` says."""
    return [*_doubled(rules), *empty_texts(rules)]


def special_rule_problems(rule: SpecialRule) -> list[Problem]:
    """Say everything that does not fit together in a special rule; an empty list when it is sound."""
    problems = [*repeats("items", (item.id for item in rule.items)), *_doubled(rule), *empty_texts(rule)]
    total = sum((Fraction(item.points) for item in rule.items), Fraction(0))
    if total != FULL_MARKS:
        problems.append(Problem(("items",), f"items add up to {format_points(total)}, not {FULL_MARKS}"))
    if rule.threshold > FULL_MARKS:
        reason = f"threshold {format_points(rule.threshold)} is above {FULL_MARKS}"
        problems.append(Problem(("threshold",), reason))
    if rule.threshold == 0:
        problems.append(Problem(("threshold",), "a threshold of 0 asks nothing"))
    if rule.step == 0:
        return [*problems, Problem(("step",), "a step of 0 leads nowhere")]
    for place, item in enumerate(rule.items):
        if item.points == 0:
            problems.append(Problem(("items", place, "points"), f"{item.id} can earn nothing"))
        if item.points % rule.step:
            problems.append(Problem(("items", place, "points"), f"is no multiple of the step {rule.step}"))
    return problems


def layer_problems(
    pack: LaidOver, schemes: Iterable[Scheme], trades: Iterable[SpecialRule | Standard] = ()
) -> Iterator[Problem]:
    """Say what does not fit each of the schemes that a pack lies over: overrides, readings, G:5's requirement.

    A body's own rules have to fit under each of the trades' packs as well.
    """
    known = list(schemes)
    if not known:
        yield Problem(("scheme",), f"there is no scheme {pack.scheme}")
    for scheme in known:
        yield from _override_problems(pack, scheme)
        if isinstance(pack, HouseRules):
            yield from _reading_problems(pack, scheme)
            for trade in trades:
                refused = _misfits(scheme, pack, trade)
                yield from (Problem(("overrides",), f"with {trade.origin}: {reason}") for reason in refused)
        if isinstance(pack, Standard):
            yield from standard_asks_enough(pack, scheme.kind)
        if isinstance(pack, SpecialRule) and scheme.catalogue is None:
            yield Problem(("scheme",), f"{scheme.id} {scheme.version} has no points: it takes a standard")


def _doubled(pack: LaidOver) -> Iterator[Problem]:
    return repeats("overrides", (override.path for override in pack.overrides))


def _override_problems(pack: LaidOver, scheme: Scheme) -> Iterator[Problem]:
    """What makes the scheme unsound under all overrides, each at the override that does it alone."""
    together = _misfits(scheme, pack)
    told: set[str] = set()
    for place, override in enumerate(pack.overrides if together else []):
        for reason in _misfits(scheme, pack.model_copy(update={"overrides": [override]})):
            if reason in together:
                told.add(reason)
                yield Problem(("overrides", place), reason)
    yield from (Problem(("overrides",), reason) for reason in together if reason not in told)


def _misfits(scheme: Scheme, *layers: LaidOver) -> list[str]:
    try:
        under = scheme.under(*layers)
    except ValidationError as broken:
        return [first_fault(broken).reason]
    except ValueError as nowhere:
        return [str(nowhere)]
    return [found.reason for found in scheme_problems(under)]


def _reading_problems(pack: HouseRules, scheme: Scheme) -> Iterator[Problem]:
    for erratum, reading in pack.readings.items():
        try:
            scheme.chosen_readings({erratum: reading})
        except ValueError as refused:
            yield Problem(("readings", erratum), f"{scheme.id} {scheme.version}: {refused}")

"""What makes a pack sound that lies over a scheme: a special rule, a standard, a body's own rules."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from domain.house_rules import HouseRules
from domain.pack import Scheme
from domain.pack_checks import FULL_MARKS, scheme_problems
from domain.points import format_points
from domain.problems import Problem, repeats
from domain.standards import standard_asks_enough
from domain.trade_pack import SpecialRule, Standard


def standard_problems(standard: Standard) -> list[Problem]:
    """Say everything that does not fit together in a standard; an empty list when it is sound."""
    return list(repeats("parameters", (one.id for one in standard.parameters)))


def house_rules_problems(_: HouseRules) -> list[Problem]:
    """What a body sets fits or does not fit a scheme: `override_problems` says it."""
    return []


def override_problems(pack: SpecialRule | Standard | HouseRules, schemes: Iterable[Scheme]) -> Iterator[Problem]:
    """Say what does not fit each of the schemes that a pack lies over: overrides, readings, G 5's requirement."""
    known = list(schemes)
    if not known:
        yield Problem(("scheme",), f"there is no scheme {pack.scheme}")
    for scheme in known:
        for place, override in enumerate(pack.overrides):
            try:
                alone = scheme.under(pack.model_copy(update={"overrides": [override]}))
            except ValueError as refused:
                yield Problem(("overrides", place), f"{override.path}: {refused}")
                continue
            yield from (Problem(("overrides", place), found.reason) for found in scheme_problems(alone))
        if isinstance(pack, HouseRules):
            try:
                scheme.chosen_readings(pack.readings)
            except ValueError as refused:
                yield Problem(("readings",), str(refused))
        if isinstance(pack, Standard):
            yield from standard_asks_enough(pack, scheme.kind)


def special_rule_problems(rule: SpecialRule) -> list[Problem]:
    """Say everything that does not fit together in a special rule; an empty list when it is sound."""
    problems = list(repeats("items", (item.id for item in rule.items)))
    total = sum((Fraction(item.points) for item in rule.items), Fraction(0))
    if total != FULL_MARKS:
        problems.append(Problem(("items",), f"items add up to {format_points(total)}, not {FULL_MARKS}"))
    if rule.threshold > FULL_MARKS:
        reason = f"threshold {format_points(rule.threshold)} is above {FULL_MARKS}"
        problems.append(Problem(("threshold",), reason))
    off = [place for place, item in enumerate(rule.items) if item.points % rule.step]
    problems += [Problem(("items", place, "points"), f"is no multiple of the step {rule.step}") for place in off]
    return problems

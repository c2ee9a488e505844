"""What makes a checklist sound: heads, pass rule, and how a scored catalogue covers it (G, Appendix A)."""

from collections.abc import Iterator
from fractions import Fraction

from domain.pack import Scheme
from domain.pack_parts import PassRule
from domain.problems import Problem, repeats


def checklist_problems(scheme: Scheme) -> Iterator[Problem]:
    """Say everything that does not fit together in a scheme's checklist and in what rests on it."""
    yield from repeats("checklist", (item.id for item in scheme.checklist))
    yield from repeats("heads", (head.id for head in scheme.heads))
    yield from repeats("coverage", (one.indicator for one in scheme.coverage))
    yield from _head_problems(scheme)
    if scheme.pass_rule is not None:
        yield from _pass_rule_problems(scheme, scheme.pass_rule)
    elif scheme.checklist and scheme.catalogue is None:
        yield Problem((), "a scheme that is decided on its checklist needs a pass_rule")
    yield from _coverage_problems(scheme)


def _head_problems(scheme: Scheme) -> Iterator[Problem]:
    dimensions = {head.id for head in scheme.heads if head.parent is None}
    groups = {(head.parent, head.id) for head in scheme.heads if head.parent is not None}
    used = {one for item in scheme.checklist for one in (item.dimension, item.group)}
    for place, head in enumerate(scheme.heads):
        if head.parent is not None and head.parent not in dimensions:
            yield Problem(("heads", place), f"{head.parent} is no dimension")
    for place, item in enumerate(scheme.checklist):
        if item.dimension not in dimensions:
            yield Problem(("checklist", place, "dimension"), f"{item.dimension} is no dimension")
        elif (item.dimension, item.group) not in groups:
            yield Problem(("checklist", place, "group"), f"{item.group} is no group of {item.dimension}")
    empty = [(place, head.id) for place, head in enumerate(scheme.heads) if head.id not in used]
    yield from (Problem(("heads", place), f"nothing stands under {head}") for place, head in empty)


def _pass_rule_problems(scheme: Scheme, rule: PassRule) -> Iterator[Problem]:
    if scheme.catalogue is not None or not scheme.checklist:
        yield Problem(("pass_rule",), "a pass rule is for a scheme that is decided on its checklist")
    if "conforms" in rule.barred:
        yield Problem(("pass_rule", "barred"), "with conforms barred nobody can pass")
    if Fraction(rule.partly_at_most) > 1:
        yield Problem(("pass_rule", "partly_at_most"), f"{rule.partly_at_most} is more than the whole")
    if rule.standard_conforms and not any(item.standard for item in scheme.checklist):
        yield Problem(("pass_rule", "standard_conforms"), "no indicator of the checklist speaks of the standard")


def _coverage_problems(scheme: Scheme) -> Iterator[Problem]:
    rows = set(scheme.catalogue.by_number) if scheme.catalogue else set()
    indicators = [item.id for item in scheme.checklist]
    covered = {one.indicator for one in scheme.coverage}
    if scheme.coverage and scheme.catalogue is None:
        yield Problem(("coverage",), "there is no catalogue that could cover a checklist")
    if scheme.catalogue is not None:
        missing = [one for one in indicators if one not in covered]
        yield from (Problem(("coverage",), f"nothing is said of indicator {one}") for one in missing)
    for place, one in enumerate(scheme.coverage):
        if one.indicator not in indicators:
            yield Problem(("coverage", place, "indicator"), f"there is no indicator {one.indicator}")
        unknown = [row for row in one.rows if row not in rows]
        yield from (Problem(("coverage", place, "rows"), f"there is no row {row}") for row in unknown)

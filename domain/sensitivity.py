"""Whether a verdict depends on how the errata are read, and on which of them (R:B, R:7/7.4.5)."""

from collections.abc import Callable
from itertools import product
from typing import get_args

from domain.results import APPENDIX_B_POINTS, CREDIT_STRICTNESS, ChosenReadings, CreditStrictness, PointsReading


def sensitivity(passes: Callable[[ChosenReadings], bool], chosen: ChosenReadings) -> dict[str, str]:
    """Give the errata that turn the verdict when read otherwise, alone or only together, in alphabetical order.

    Each with the verdict when it alone is read otherwise: where only several together turn it, the same as now.
    """
    read = [
        ChosenReadings(points=points, credit=strictness)
        for points, strictness in product(get_args(PointsReading), get_args(CreditStrictness))
    ]
    verdicts = {_differing(one, chosen): "pass" if passes(one) else "fail" for one in read}
    turned = [errata for errata, found in verdicts.items() if found != verdicts[frozenset()]]
    fewest = [errata for errata in turned if not any(other < errata for other in turned)]
    return {erratum: verdicts[frozenset({erratum})] for erratum in sorted(frozenset().union(*fewest))}


def _differing(one: ChosenReadings, chosen: ChosenReadings) -> frozenset[str]:
    differs = {APPENDIX_B_POINTS: one.points != chosen.points, CREDIT_STRICTNESS: one.credit != chosen.credit}
    return frozenset(erratum for erratum, is_so in differs.items() if is_so)

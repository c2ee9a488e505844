"""The fewest points that would turn a fail into a pass, and raises that would do for the management audit."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from domain.catalogue import Catalogue
from domain.points import format_points, parse_points
from domain.raises import Climb
from domain.results import Counterfactual, ReadingResult, Results
from domain.scoring import NOTHING, score_awards
from domain.sheets import ManagementSheet

SCORED: Final = ("q1", "q2", "q3", "q4", "total")


def counterfactual(catalogue: Catalogue, sheet: ManagementSheet, results: Results) -> Counterfactual | None:
    """Say how far a fail is from a pass under the readings used; None for a pass, or where there are no points.

    `sheet` is the one that was scored, its carried rows filled in. No raise touches a row that is carried, does not
    apply or earns nothing after a violation.
    """
    if results.verdict == "pass" or results.readings is None or results.reading_used is None:
        return None
    reading = results.readings.under(results.reading_used)
    missing = _missing(reading)
    wanting = missing | _characteristic(results)
    climb = Climb(catalogue, sheet, reading, results.reading_used)
    climb.reach(reading)
    again = score_awards(catalogue, sheet, climb.now, results.reading_used)
    of_points = {*SCORED, "characteristic"}
    reached = NOTHING if again.failed else again.total - climb.pare(again)
    example = [] if again.failed else climb.raises()
    return Counterfactual(
        shortfalls={name: format_points(points) for name, points in wanting.items()},
        management_points=format_points(_fewest(missing)),
        characteristic_points=format_points(wanting.get("characteristic", NOTHING)),
        beyond_points=[one for one in results.failed_conditions if one not in of_points or one in again.failed],
        example=example,
        example_points=format_points(reached - parse_points(reading.total)) if example else "",
    )


def _missing(reading: ReadingResult) -> dict[str, Fraction]:
    reached = reading.q | {"total": reading.total}
    return {
        name: parse_points(reading.thresholds[name]) - parse_points(reached[name])
        for name in SCORED
        if name in reading.failed
    }


def _characteristic(results: Results) -> dict[str, Fraction]:
    found = results.characteristic
    if found is None or found.passed:
        return {}
    return {"characteristic": parse_points(found.threshold) - parse_points(found.score)}


def _fewest(missing: Mapping[str, Fraction]) -> Fraction:
    """Points given to an indicator that falls short count for the total as well."""
    of_indicators = sum((points for name, points in missing.items() if name != "total"), NOTHING)
    return max(of_indicators, missing.get("total", NOTHING))

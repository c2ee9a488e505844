"""For any marks: fewer points than the fewest never pass, and the example always does."""

from fractions import Fraction
from random import Random
from typing import get_args

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.counterfactual import counterfactual
from domain.points import parse_points
from domain.results import ChosenReadings, PointsReading, Raise, ReadingResult, Results
from domain.scoring import check_sheet, score_management, verdict
from domain.sheets import ManagementSheet
from tests.domain.lawful import more, raised, sheets
from tests.domain.sheets import CATALOGUE, CLEAN, GOOD, full_row

READINGS = st.sampled_from(get_args(PointsReading))


def judged(sheet: ManagementSheet, reading: PointsReading) -> Results:
    return verdict(score_management(CATALOGUE, sheet), GOOD, CLEAN, ChosenReadings(points=reading))


def scored(sheet: ManagementSheet, reading: PointsReading) -> ReadingResult:
    return score_management(CATALOGUE, sheet).under(reading)


def uncarried(sheet: ManagementSheet) -> ManagementSheet:
    """The sheet as an initial audit would hand it in, so that its awards can be checked."""
    scores = [score.model_copy(update={"carried": False}) for score in sheet.scores]
    return sheet.model_copy(update={"scores": scores})


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS, st.randoms(use_true_random=False))
def test_raises_that_gain_less_than_the_fewest_never_pass(
    sheet: ManagementSheet, reading: PointsReading, random: Random
) -> None:
    results = judged(sheet, reading)
    found = counterfactual(CATALOGUE, sheet, results)
    assume(found is not None)
    assert found is not None
    part = [one for one in found.example if random.random() < 0.9]
    raises = raised(sheet, part) if random.random() < 0.5 else more(sheet, random)
    again = scored(raises, reading)
    gained = parse_points(again.total) - parse_points(scored(sheet, reading).total)
    assert not again.passed or gained >= parse_points(found.management_points)


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS)
def test_the_example_is_lawful_and_passes(sheet: ManagementSheet, reading: PointsReading) -> None:
    found = counterfactual(CATALOGUE, sheet, judged(sheet, reading))
    assume(found is not None and not found.beyond_points)
    assert found is not None
    after = raised(sheet, found.example)
    assert check_sheet(CATALOGUE, uncarried(after)) == []
    assert scored(after, reading).passed


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS)
def test_no_raise_of_the_example_can_be_left_out(sheet: ManagementSheet, reading: PointsReading) -> None:
    found = counterfactual(CATALOGUE, sheet, judged(sheet, reading))
    assume(found is not None)
    for one in found.example if found else []:
        if parse_points(one.to) > parse_points(one.before):
            assert not scored(raised(sheet, without(one, found.example if found else [])), reading).passed


def without(raise_: Raise, example: list[Raise]) -> list[Raise]:
    """The example without a raise, and without giving up the alternative whose place it takes."""
    groups = [group for row in CATALOGUE.rows for group in row.groups]
    group = next(group for group in groups if raise_.element in {one.id for one in group.elements})
    gone = {one.id for one in group.elements} if group.kind == "alternative" else {raise_.element}
    return [one for one in example if one.element not in gone]


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS)
def test_the_example_adds_what_it_says(sheet: ManagementSheet, reading: PointsReading) -> None:
    found = counterfactual(CATALOGUE, sheet, judged(sheet, reading))
    assume(found is not None and found.example)
    assert found is not None
    after = parse_points(scored(raised(sheet, found.example), reading).total)
    assert parse_points(found.example_points) == after - parse_points(scored(sheet, reading).total)


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS)
def test_the_example_leaves_alone_what_cannot_rise(sheet: ManagementSheet, reading: PointsReading) -> None:
    found = counterfactual(CATALOGUE, sheet, judged(sheet, reading))
    fixed = {score.row for score in sheet.scores if score.carried or score.not_applicable or score.violation}
    assert not fixed & {one.row for one in (found.example if found else [])}


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS)
def test_what_is_beyond_points_fails_with_every_row_in_full(sheet: ManagementSheet, reading: PointsReading) -> None:
    found = counterfactual(CATALOGUE, sheet, judged(sheet, reading))
    assume(found is not None)
    assert found is not None
    full = {row.row: ManagementSheet.model_validate({"scores": [full_row(row)]}).scores[0] for row in CATALOGUE.rows}
    scores = [
        score
        if score.carried or score.not_applicable
        else score.model_copy(update={"elements": full[score.row].elements})
        for score in sheet.scores
    ]
    best = scored(sheet.model_copy(update={"scores": scores}), reading)
    assert [one for one in found.beyond_points if one != "veto"] == best.failed


@settings(max_examples=30, deadline=None)
@given(sheets(), READINGS)
def test_the_fewest_points_are_no_less_than_any_shortfall(sheet: ManagementSheet, reading: PointsReading) -> None:
    found = counterfactual(CATALOGUE, sheet, judged(sheet, reading))
    assume(found is not None)
    assert found is not None
    shortfalls = [parse_points(points) for points in found.shortfalls.values()]
    fewest = parse_points(found.management_points)
    assert all(Fraction(0) < points <= fewest for points in shortfalls)

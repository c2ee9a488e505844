"""Service characteristics: deductions, sites and the special rule's threshold."""

import pytest

from domain.scoring import check_characteristics, score_characteristics
from domain.sheets import CharacteristicsSheet
from tests.domain.sheets import RULE, deductions, told


def test_no_deduction_is_100() -> None:
    """R:7/7.4.4."""
    result = score_characteristics(RULE, deductions(), ["s1", "s2"])
    assert (result.score, result.threshold, result.passed) == ("100", "80", True)


def test_items_per_site_are_averaged_over_the_visited_sites_exactly() -> None:
    """R:7/7.4.4."""
    sheet = deductions(("f1", "s1", "2"), ("f1", "s2", "1"), ("f7", None, "0.5"))
    result = score_characteristics(RULE, sheet, ["s1", "s2", "s3"])
    assert (result.items["f1"], result.items["f7"], result.score) == ("4", "2.5", "98.5")


def test_an_average_that_never_ends_is_a_fraction() -> None:
    assert score_characteristics(RULE, deductions(("f1", "s1", "1")), ["s1", "s2", "s3"]).score == "299/3"


# 20 points in items that are evaluated once: f6 3, f7 3, b2 4, b4 4, b6 3, t4 3
AT_THRESHOLD = (
    ("f6", None, "3"),
    ("f7", None, "3"),
    ("b2", None, "4"),
    ("b4", None, "4"),
    ("b6", None, "3"),
    ("t4", None, "3"),
)


def test_the_threshold_itself_passes_and_less_fails() -> None:
    assert score_characteristics(RULE, deductions(*AT_THRESHOLD), ["s1"]).passed
    below = score_characteristics(RULE, deductions(*AT_THRESHOLD, ("f1", "s1", "0.05")), ["s1"])
    assert (below.score, below.passed) == ("79.95", False)


def test_a_score_needs_a_visited_site() -> None:
    with pytest.raises(ValueError, match="visited site"):
        score_characteristics(RULE, deductions(), [])


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (("zz", "s1", "1"), ("/deductions/0/item", "the special rule has no such item")),
        (("f1", "s9", "1"), ("/deductions/0/site", "site s9 was not visited")),
        (("f1", None, "1"), ("/deductions/0/site", "f1 is evaluated at each site: name it")),
        (("f1", "s1", "5.05"), ("/deductions/0/points", "takes more than the 5 of f1")),
        (("f1", "s1", "0"), ("/deductions/0/points", "is no positive multiple of 0.05")),
        (("f1", "s1", "0.01"), ("/deductions/0/points", "is no positive multiple of 0.05")),
    ],
)
def test_a_deduction_fits_its_item_and_site(given: tuple[str, str | None, str], fault: tuple[str, str]) -> None:
    assert told(check_characteristics(RULE, deductions(given), ["s1", "s2"])) == [fault]


def test_an_item_is_listed_once_for_each_visited_site() -> None:
    """R:7/7.4.4."""
    listed = [("f1", "s1"), ("f1", "s2"), ("f6", None), ("zz", None), ("f2", "s9"), ("f7", None), ("f7", None)]
    items = [{"id": item, "site": site} for item, site in listed]
    sheet = CharacteristicsSheet.model_validate({"items": items})
    assert told(check_characteristics(RULE, sheet, ["s1", "s2"])) == [
        ("/items/3/id", "the special rule has no such item"),
        ("/items/4/site", "site s9 was not visited"),
        ("/items/5/id", "f7 stands twice"),
        ("/items/6/id", "f7 stands twice"),
    ]


def test_deductions_together_take_no_more_than_the_item_at_one_site() -> None:
    apart = deductions(("f1", "s1", "5"), ("f1", "s2", "5"))
    assert check_characteristics(RULE, apart, ["s1", "s2"]) == []
    together = deductions(("f1", "s1", "5"), ("f1", None, "0.05"))
    assert [fault.pointer for fault in check_characteristics(RULE, together, ["s1"])] == ["/deductions/1/points"]

"""Which readings a scheme's errata may list: those that the code decides by, and no others."""

from typing import Any

import pytest

from domain.pack import Scheme
from tests.domain.schemes import PRODUCT, SERVICE, told


@pytest.mark.parametrize(
    ("scheme", "erratum", "reason"),
    [
        (SERVICE, "appendix-b-points", "appendix-b-points must list exactly cap, normalise"),
        (SERVICE, "credit-strictness", "credit-strictness must list exactly literal, serious-only"),
        (PRODUCT, "credit-strictness", "credit-strictness must list exactly literal, serious-only"),
    ],
)
def test_the_errata_a_verdict_decides_by_list_their_readings(scheme: Scheme, erratum: str, reason: str) -> None:
    def without_choice(errata: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one | ({"alternatives": []} if one["id"] == erratum else {}) for one in errata]

    assert told(scheme, errata=without_choice) == [("errata", reason)]


PLACES = {scheme.id: {one.id: place for place, one in enumerate(scheme.errata)} for scheme in (SERVICE, PRODUCT)}


@pytest.mark.parametrize("scheme", [SERVICE, PRODUCT], ids=lambda scheme: scheme.id)
@pytest.mark.parametrize(
    ("erratum", "known"),
    [
        ("issue-overdue-anchor", "report, review, decision"),
        ("holiday-roll", "stays, roll-forward"),
        ("voluntary-end", "cancelled, withdrawn"),
    ],
)
def test_a_reading_that_the_code_does_not_know_is_told(scheme: Scheme, erratum: str, known: str) -> None:
    """R:7/6.4.7, R:10/9.4h: a misspelt one would be taken for none."""
    place = PLACES[scheme.id][erratum]
    assert told(scheme, **{f"errata__{erratum}__reading__id": "reprot"}) == [
        (f"errata/{place}/reading", f"{erratum} knows no reading reprot, only {known}")
    ]
    assert told(scheme, **{f"errata__{erratum}__alternatives__0__id": "x"}) == [
        (f"errata/{place}/alternatives/0", f"{erratum} knows no reading x, only {known}")
    ]


def test_not_every_reading_that_the_code_knows_has_to_be_listed() -> None:
    only = {f"errata__{one}__alternatives": [] for one in ("issue-overdue-anchor", "holiday-roll", "voluntary-end")}
    assert told(SERVICE, **only) == []
    assert told(SERVICE, errata=lambda listed: [one for one in listed if one["id"] != "holiday-roll"]) == []


def test_a_scheme_without_points_that_lists_their_erratum_lists_known_readings() -> None:
    """R:B."""
    points = SERVICE.model_dump(mode="json")["errata"][0] | {"rows": [], "indicators": []}
    points["reading"]["id"] = "generous"
    place = len(PRODUCT.errata)
    assert told(PRODUCT, errata=lambda listed: [*listed, points]) == [
        (f"errata/{place}/reading", "appendix-b-points knows no reading generous, only normalise, cap")
    ]


def test_a_reading_is_listed_once() -> None:
    place = next(place for place, one in enumerate(SERVICE.errata) if one.id == "holiday-roll")
    found = told(SERVICE, **{"errata__holiday-roll__alternatives": lambda listed: [*listed, listed[0]]})
    assert found == [(f"errata/{place}/alternatives", "roll-forward stands twice")]


def test_an_erratum_that_a_verdict_decides_by_is_told_of_once() -> None:
    """R:7/7.4.5: all of its readings are known, so one that is not is one too few as well."""

    def other(errata: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kind = {"id": "kind", "title": {"zh": "宽", "en": "Kind"}}
        return [one | ({"alternatives": [kind]} if one["id"] == "credit-strictness" else {}) for one in errata]

    found = told(SERVICE, errata=other)
    assert found == [("errata", "credit-strictness must list exactly literal, serious-only")]

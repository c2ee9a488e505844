"""What makes a scheme unsound: one value of the service or the product scheme changed, and what is said of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.pack import Scheme
from tests.domain.schemes import PRODUCT, SERVICE, told, twice

ROWS = {row.row: place for place, row in enumerate(SERVICE.scored.rows)}


def test_the_shipped_schemes_are_sound() -> None:
    assert told(SERVICE) == []
    assert told(PRODUCT) == []


# Ids, clauses, waits and readings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "place", "one"),
    [
        ("clauses", len(SERVICE.clauses), "R:1"),
        ("stages", 10, "application"),
        ("waits", len(SERVICE.waits), "application.review"),
        ("errata", len(SERVICE.errata), "appendix-b-points"),
        ("documents", 10, "a"),
        ("changes", 5, "certificate"),
        ("checklist", 49, "1.1.1"),
        ("heads", len(SERVICE.heads), "1"),
        ("coverage", 49, "1.1.1"),
    ],
)
def test_an_id_stands_once_in_each_list(field: str, place: int, one: str) -> None:
    assert told(SERVICE, **{field: twice}) == [(f"{field}/{place}", f"{one} stands twice")]


@pytest.mark.parametrize(
    ("field", "place"), [("stages", 1), ("waits", 2), ("errata", 3), ("documents", 4), ("changes", 2)]
)
def test_every_clause_is_defined(field: str, place: int) -> None:
    data = SERVICE.model_dump(mode="json")[field]
    data[place]["clause"] = "R:99"
    assert told(SERVICE, **{field: data}) == [(f"{field}/{place}/clause", "clause R:99 is not defined")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"waits__audit.plan__reminders": [0, 5]},
            ("waits/3/reminders", "reminders are days before the due date, the earliest first, each once"),
        ),
        (
            {"reminders": [7, 7, 0]},
            ("reminders", "reminders are days before the due date, the earliest first, each once"),
        ),
        (
            {"reminders": [7, -1]},
            ("reminders", "reminders are days before the due date, the earliest first, each once"),
        ),
        ({"errata__appendix-b-points__rows": [19, 28, 39, 40, 41, 99]}, ("errata/0/rows", "there is no row 99")),
        (
            {"errata__appendix-b-points__indicators": ["q1.2", "q4.3", "q4.5", "q9", "1.2.2"]},
            ("errata/0/indicators", "there is no indicator q9"),
        ),
    ],
)
def test_a_value_that_does_not_fit_is_told(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert told(SERVICE, **changes) == [problem]


@pytest.mark.parametrize(
    "changes",
    [
        # A pack may have an end that the flow knows escalate instead.
        {"waits__application.supplement__lapse": "escalate"},
        {"waits__documents.correct__lapse": "escalate", "waits__documents.correct__lapse_after_initial": None},
        {"waits__audit.plan__reminders": []},
        {"cycle__late_entry_days": 0},
        {"planning__increase_percent": 0},
        {"planning__random_share": "1"},
        {"catalogue__thresholds__total": "98"},
        {"changes": []},
    ],
)
def test_what_fits_is_not_told(changes: dict[str, Any]) -> None:
    assert told(SERVICE, **changes) == []


@pytest.mark.parametrize(("place", "letter"), list(enumerate("abcdefghij")))
def test_a_scheme_says_of_every_document_whether_it_needs_a_file(place: int, letter: str) -> None:
    """R:7/7.2.1a-j."""
    found = told(SERVICE, documents=lambda listed: listed[:place] + listed[place + 1 :])
    assert found == [("documents", f"nothing is said of document {letter}")]


STAGES = [stage.id for stage in SERVICE.stages]


@pytest.mark.parametrize(("place", "stage"), list(enumerate(STAGES)))
def test_a_scheme_says_of_every_stage_of_the_flow(place: int, stage: str) -> None:
    """R:7/7.1a-f."""
    missing = ("stages", f"nothing is said of the stage {stage}")
    assert told(SERVICE, stages=lambda listed: listed[:place] + listed[place + 1 :]) == [missing]
    misspelt = (f"stages/{place}/id", f"{stage}s is no stage")
    assert told(SERVICE, **{f"stages__{stage}__id": f"{stage}s"}) == [missing, misspelt]


def test_the_stages_of_the_flow_are_ten() -> None:
    assert STAGES == [
        "application",
        "contract",
        "planning",
        "document_review",
        "audit",
        "rectification",
        "review",
        "decision",
        "certified",
        "closed",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("title", "title"),
        ("waits__audit.plan__title", "waits/3/title"),
        ("planning__modes__interview__title", "planning/modes/1/title"),
        ("errata__credit-strictness__reading__title", "errata/1/reading/title"),
        ("catalogue__rows__2__groups__0__elements__2.1__title", f"catalogue/rows/{ROWS[2]}/groups/0/elements/0/title"),
    ],
)
@pytest.mark.parametrize("empty", ["", " "])
def test_a_text_says_something_in_both_languages(path: str, place: str, language: str, empty: str) -> None:
    found = told(SERVICE, **{f"{path}__{language}": empty})
    assert found == [(f"{place}/{language}", f"{language} says nothing")]


@pytest.mark.parametrize(
    ("listed", "stem", "clause"),
    [
        ("special_audit", "R:7/6.5.1", "R:10/9.4a"),
        ("suspension", "R:10/9.3.1", "R:10/9.4a"),
        ("withdrawal", "R:10/9.4", "R:10/9.3.1a"),
        ("maintenance", "R:10/9.1", "R:10/9.4a"),
    ],
)
def test_a_ground_stands_under_the_clause_of_its_list(listed: str, stem: str, clause: str) -> None:
    """R:7/6.5.1a, R:10/9.3.1a, R:10/9.4a, R:10/9.1a: the letter alone does not say which."""
    assert told(SERVICE, **{f"grounds__{listed}__0__clause": clause}) == [
        (f"grounds/{listed}/0/clause", f"{clause} does not stand under {stem}")
    ]


def test_a_service_scheme_is_scored_and_any_other_has_a_checklist() -> None:
    assert ("", "a service scheme is scored and needs a catalogue") in told(SERVICE, catalogue=None)
    assert ("", "a scheme without scores needs a checklist") in told(PRODUCT, checklist=[])
    assert ("", "a scheme without scores needs a pass rule") in told(PRODUCT, pass_rule=None)


def test_only_a_scheme_without_scores_needs_a_checklist() -> None:
    assert told(SERVICE, checklist=[], heads=[], coverage=[]) == [
        ("errata/" + str(place) + "/indicators", f"there is no indicator {one}")
        for place, erratum in enumerate(SERVICE.errata)
        for one in erratum.indicators
        if not one.startswith("q")
    ]


def test_a_scheme_may_have_no_grounds_and_else_has_every_letter() -> None:
    """R:10/9.3.1a-k."""
    assert told(SERVICE, grounds=None) == []
    assert told(SERVICE, grounds__withdrawal=lambda listed: listed[:-1]) == [
        ("grounds/withdrawal", "the letters are a, b, c, d, e, f, g, h, i, each once and in order")
    ]


def test_a_key_that_nobody_knows_is_refused_at_any_depth() -> None:
    data = SERVICE.model_dump(mode="json")
    data["cycle"]["moons"] = 3
    with pytest.raises(ValidationError, match="Extra inputs"):
        Scheme.read(data)

"""What makes a scheme unsound: one value of the service or the product scheme changed, and what is said of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.pack import Scheme
from tests.domain.schemes import PRODUCT, SERVICE, Told, told

ROWS = {row.row: place for place, row in enumerate(SERVICE.scored.rows)}


def twice(listed: list[Any]) -> list[Any]:
    """The first entry once more at the end."""
    return [*listed, listed[0]]


def test_the_shipped_schemes_are_sound() -> None:
    assert told(SERVICE) == []
    assert told(PRODUCT) == []


# Ids, clauses, waits and readings -----------------------------------------------------------------------------------


ASKED_BY_SUBJECT = (
    "approval.give asks by its subject for not_applicable the reviewer, for change.request the case_manager"
)


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
        ({"waits__audit.plan__role": "boss"}, ("waits/3/role", "audit.plan asks the case_manager, not the boss")),
        (
            {"waits__approval.give__roles_by_subject": {"change.request": "boss"}},
            (
                "waits/27/roles_by_subject",
                ASKED_BY_SUBJECT,
            ),
        ),
        ({"waits__findings.answer__limit": None}, ("waits/16/reminders", "findings.answer has reminders but no limit")),
        (
            {"waits__audit.plan__lapse": "rejected"},
            ("waits/3/lapse", "audit.plan knows no other end of its limit than escalate"),
        ),
        (
            {"waits__audit.plan__lapse_after_initial": "audit_failed"},
            ("waits/3/lapse", "audit.plan knows no other end of its limit than escalate"),
        ),
        (
            {"waits__documents.correct__lapse": "rejected"},
            (
                "waits/6/lapse",
                "documents.correct knows no other end of its limit than terminated or audit_failed or escalate",
            ),
        ),
        (
            {"waits__application.supplement__lapse": "noted"},
            ("waits/1/lapse", "application.supplement knows no other end of its limit than rejected or escalate"),
        ),
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
    "kind",
    [
        "application.review",
        "application.supplement",
        "contract.sign",
        "audit.plan",
        "audit.plan.confirm",
        "audit.documents",
        "documents.correct",
        "findings.confirm",
        "rectification.submit",
        "rectification.verify",
        "audit.report",
        "review.independent",
        "decision.make",
        "withdrawal.decide",
    ],
)
def test_what_the_readings_give_a_limit_has_one(kind: str) -> None:
    """R:7/6.4.7: without one nothing reminds and nothing escalates."""
    place = next(place for place, wait in enumerate(SERVICE.waits) if wait.kind == kind)
    changes = {f"waits__{kind}__limit": None, f"waits__{kind}__reminders": []}
    assert told(SERVICE, **changes) == [(f"waits/{place}", f"{kind} needs a limit")]


@pytest.mark.parametrize("kind", ["findings.answer", "suspension.decide", "restoration.verify", "scope.confirm"])
def test_what_the_readings_give_no_limit_may_have_one_or_none(kind: str) -> None:
    without = {f"waits__{kind}__limit": None, f"waits__{kind}__reminders": []}
    assert told(SERVICE, **without) == []
    assert told(SERVICE, **{f"waits__{kind}__limit": {"amount": 10, "unit": "working_days"}}) == []


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


def test_a_scheme_says_of_every_task_whom_it_asks_and_of_no_other() -> None:
    waits = SERVICE.model_dump(mode="json")["waits"]
    waits[3]["kind"] = "audit.dance"
    waits[3]["reminders"] = []
    assert told(SERVICE, waits=waits) == [
        ("waits", "nothing is said of the task audit.plan"),
        ("waits/3/kind", "audit.dance is no task kind"),
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


def test_a_row_stands_once_in_the_catalogue() -> None:
    found = told(SERVICE, catalogue__rows=lambda listed: [*listed, listed[30]])
    assert found[0] == ("catalogue/rows/41", "31 stands twice")


# The catalogue ------------------------------------------------------------------------------------------------------


def row(number: int, what: str) -> str:
    return f"catalogue__rows__{number}__{what}"


def at(number: int, what: str = "") -> str:
    return f"catalogue/rows/{ROWS[number]}{what}"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"catalogue__indicators": twice},
            [
                ("catalogue/indicators/19", "q1 stands twice"),
                ("catalogue/indicators", "first-level indicators add up to 130, not 100"),
            ],
        ),
        (
            {row(2, "groups__0__elements__2.1__points"): "1.05"},
            [(at(2, "/points"), "row 2 is printed 2, its elements 1.05, and no erratum names it")],
        ),
        (
            {row(2, "normalised_points"): "2"},
            [(at(2, "/points"), "row 2 is printed 2, its elements 2, and no erratum names it")],
        ),
        (
            {row(2, "indicator"): "q1"},
            [
                ("catalogue/indicators/1/points", "q1.1 is printed 10, its parts 8, and no erratum names it"),
                (at(2, "/indicator"), "q1 is no second-level indicator"),
            ],
        ),
        ({"catalogue__step": "0"}, [("catalogue/step", "a step of 0 leads nowhere")]),
        (
            {row(7, "groups__0__elements__7.1__points"): "1.05"},
            [(at(7, "/groups/0/elements/0"), "7.1 earns more each than the cap of 1 lets count")],
        ),
        (
            {row(26, "groups__0__elements__26.2__points"): "2"},
            [(at(26, "/groups/0/elements/1"), "26.1 can never count: 26.2, which is easier, earns as much")],
        ),
        (
            {row(26, "groups__0__elements__26.3__points"): "0"},
            [(at(26, "/groups/0/elements/2"), "26.3 can earn nothing")],
        ),
        (
            {row(26, "groups__0__elements__26.3__points"): "0.99"},
            [(at(26, "/groups"), "26.3 is no multiple of the step 0.05")],
        ),
        (
            {row(26, "groups__0__elements__26.3__id"): "26.1"},
            [(at(26, "/groups/0/elements/2"), "26.1 stands twice")],
        ),
        # R:7/7.4.2: what is adopted is named by its element alone
        (
            {row(26, "groups__0__elements__26.3__id"): "2.1"},
            [(at(26, "/groups/0/elements/2"), "2.1 stands twice")],
        ),
        (
            {row(1, "groups__0__elements__1.1.1__id"): "41.1"},
            [(at(41, "/groups/0/elements/0"), "41.1 stands twice")],
        ),
        ({"catalogue__thresholds__total": "100.05"}, [("catalogue/thresholds/total", "100.05 is above 100")]),
        (
            {"catalogue__thresholds__total": "98.05"},
            [("catalogue/thresholds/total", "only 98 can be reached under cap")],
        ),
        (
            {"catalogue__thresholds__indicator_percent": 94},
            [("catalogue/thresholds/indicator_percent", "of q4 only 14 can be reached under cap")],
        ),
        ({"catalogue__thresholds__indicator_percent": 93}, []),
        (
            {"catalogue__indicators__q1.1__points": "9"},
            [
                ("catalogue/indicators/0/points", "q1 is printed 30, its parts 29, and no erratum names it"),
                ("catalogue/indicators/1/points", "q1.1 is printed 9, its parts 10, and no erratum names it"),
            ],
        ),
        (
            {"catalogue__indicators__q1.1__parent": "q1.2"},
            [
                ("catalogue/indicators/1", "q1.1: level 1 has no parent, level 2 one of level 1"),
                ("catalogue/indicators/0/points", "q1 is printed 30, its parts 20, and no erratum names it"),
                ("catalogue/thresholds/indicator_percent", "of q1 only 20 can be reached under cap"),
            ],
        ),
    ],
)
def test_points_add_up_and_can_be_earned(changes: dict[str, Any], problems: Told) -> None:
    """R:B/2, R:B/3."""
    assert told(SERVICE, **changes) == problems


def renamed(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """q1 under another name."""
    new = {"q1": "q9"}
    return [
        one | {"id": new.get(one["id"], one["id"]), "parent": new.get(one["parent"], one["parent"])} for one in listed
    ]


def test_a_row_earns_something_or_vetoes() -> None:
    """R:B/row31."""
    nothing = {row(2, "points"): "0", row(2, "groups__0__elements__2.1__points"): "0"}
    assert (at(2, "/points"), "row 2 can earn nothing and vetoes nothing") in told(SERVICE, **nothing)
    assert (at(31, "/points"), "row 31 can earn nothing and vetoes nothing") not in told(SERVICE, **nothing)
    read_as_nothing = told(SERVICE, **{row(41, "normalised_points"): "0"})
    assert (at(41, "/points"), "row 41 can earn nothing and vetoes nothing") in read_as_nothing


def test_a_cap_lets_something_count() -> None:
    found = told(SERVICE, **{row(7, "groups__0__cap"): "0"})
    assert (at(7, "/groups/0/cap"), "a cap of 0 lets nothing count") in found


def test_an_element_of_a_small_row_earns_something_too() -> None:
    found = told(SERVICE, **{row(7, "groups__0__elements__7.2__points"): "0"})
    assert found == [(at(7, "/groups/0/elements/1"), "7.2 can earn nothing")]


def test_thresholds_that_only_one_reading_can_reach_are_told() -> None:
    """R:B/3: capped, q2 reaches 29 of 30, q4 14 of 15, all together 98."""
    assert told(SERVICE, catalogue__thresholds__indicator_percent=100) == [
        ("catalogue/thresholds/indicator_percent", "of q2 only 29 can be reached under cap"),
        ("catalogue/thresholds/indicator_percent", "of q4 only 14 can be reached under cap"),
    ]
    assert told(SERVICE, catalogue__thresholds__total="100") == [
        ("catalogue/thresholds/total", "only 98 can be reached under cap")
    ]


def test_the_four_first_level_indicators_have_their_names() -> None:
    """R:B/2."""
    found = told(SERVICE, catalogue__indicators=renamed)
    assert found == [("catalogue/indicators", "first-level indicators are q1, q2, q3, q4")]


def test_an_indicator_without_rows_earns_nothing() -> None:
    found = told(SERVICE, catalogue__indicators=lambda listed: [*listed, listed[1] | {"id": "q1.5", "points": "0"}])
    assert found == [("catalogue/indicators/19", "q1.5 has no part that could earn points")]


# The checklist ------------------------------------------------------------------------------------------------------


def edited(place: int, **changes: Any) -> Any:
    """An entry of a list with other values."""
    return lambda listed: [one | (changes if number == place else {}) for number, one in enumerate(listed)]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"checklist": edited(0, dimension="9")}, [("checklist/0/dimension", "9 is no dimension")]),
        ({"checklist": edited(0, dimension="1.1")}, [("checklist/0/dimension", "1.1 is no dimension")]),
        ({"checklist": edited(0, group="2.1")}, [("checklist/0/group", "2.1 is no group of 1")]),
        (
            {"heads": edited(1, parent="9")},
            [("heads/1", "9 is no dimension"), ("checklist/0/group", "1.1 is no group of 1")],
        ),
        (
            {"heads": lambda listed: [*listed, listed[1] | {"id": "1.9"}]},
            [(f"heads/{len(PRODUCT.heads)}", "nothing stands under 1.9")],
        ),
        (
            {"pass_rule__barred": ["does_not", "conforms"]},
            [("pass_rule/barred", "with conforms barred nobody can pass")],
        ),
        ({"pass_rule__partly_at_most": "6/5"}, [("pass_rule/partly_at_most", "6/5 is more than the whole")]),
        ({"pass_rule__partly_at_most": "1"}, []),
        (
            {"checklist": lambda listed: [one | {"standard": False} for one in listed]},
            [("pass_rule/standard_conforms", "no indicator of the checklist speaks of the standard")],
        ),
        (
            {"coverage": [{"indicator": "1.1.1", "rows": [], "special_rule": False}]},
            [("coverage", "there is no catalogue that could cover a checklist")],
        ),
    ],
)
def test_a_checklist_its_heads_and_its_pass_rule_fit_together(changes: dict[str, Any], problems: Told) -> None:
    """G:A."""
    found = told(PRODUCT, **changes)
    assert found[: len(problems)] == problems
    assert {reason.split(" ")[-1] for _, reason in found[len(problems) :]} <= {"1"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"coverage": lambda listed: listed[1:]}, ("coverage", "nothing is said of indicator 1.1.1")),
        ({"coverage": edited(1, rows=[12, 99])}, ("coverage/1/rows", "there is no row 99")),
        (
            {"coverage": lambda listed: [*listed, listed[0] | {"indicator": "9.9.9"}]},
            ("coverage/49/indicator", "there is no indicator 9.9.9"),
        ),
        (
            {"pass_rule": PRODUCT.model_dump(mode="json")["pass_rule"]},
            ("pass_rule", "a pass rule is for a scheme that is decided on its checklist"),
        ),
    ],
)
def test_a_scored_catalogue_covers_every_indicator_of_the_checklist(
    changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """G:A."""
    assert told(SERVICE, **changes) == [problem]

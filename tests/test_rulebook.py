"""The rulebook: every clause of both texts has its data, function, test and page, or is a duty of people."""

import re
from functools import cache
from pathlib import Path

import pytest

from api.app import create_app
from domain.pack import Scheme
from domain.pack_parts import Clause
from domain.payloads import MODELS
from services import citations
from services.pack_entries import SETTINGS
from services.rulebook import CLAUSES_OF, MOST_DUTIES, ROOT, Rulebook
from services.rulebook_page import PAGE, written
from services.schemes import Library
from settings import Settings
from tests.timing import least_seconds

LIBRARY = Library.load()
BOOK = Rulebook(LIBRARY)
SCHEME = LIBRARY.scheme(*CLAUSES_OF)
TEMPLATES = ROOT / "services" / "templates"

R_CHAPTERS = {"R:1": 0, "R:2": 0, "R:3": 0, "R:4": 4, "R:5": 0, "R:6": 0, "R:12": 0, "R:A": 0, "R:C": 0}
"""Chapter → how many clauses stand under it, counted in the text."""
LETTERED = {
    "R:7/7.1": "abcdef",
    "R:7/7.2.1": "abcdefghij",
    "R:7/7.4.1": "ab",
    "R:7/7.4.5": "ab",
    "R:7/6.5.1": "abcdef",
    "R:7/6.5.2": "abcdef",
    "R:7/6.6.1": "abc",
    "R:10/9.1": "abcdef",
    "R:10/9.3.1": "abcdefghijk",
    "R:10/9.4": "abcdefghi",
    "R:11/10.2": "ab",
    "G:5": "abcd",
    "G:6.1.1": "abcd",
    "G:6.1.2": "abc",
    "G:6.1.3": "abc",
    "G:6.1.4": "abcd",
    "G:6.1.5": "abcde",
}
NUMBERED = {
    "R:7": "7.1 7.2 7.2.1 7.2.2 7.3 7.3.1 7.3.2 7.3.3 7.4 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 6.4.6 6.4.6.1 6.4.6.2 6.4.7"
    " 6.4.8 6.5 6.5.1 6.5.2 6.5.3 6.5.3.1 6.5.3.2 6.5.3.3 6.6 6.6.1 6.6.2",
    "R:8": "7.1 7.2 7.2.1 7.2.2 7.3 7.3.1 7.3.2 7.3.3 7.3.4",
    "R:9": "8.1 8.2 8.3",
    "R:10": "9.1 9.2 9.3 9.3.1 9.3.2 9.4",
    "R:11": "10.1 10.2",
    "R:B": "1 2 3",
}
"""Chapter → its clauses as they are numbered in print."""
G_CLAUSES = "1 2 3 3.1 3.2 4 4.1 4.2 4.3 5 6 6.1 6.1.1 6.1.2 6.1.3 6.1.4 6.1.5 6.2 A"


@cache
def routes() -> set[str]:
    """Every path of the API and beside it, its parameters unnamed, with and without its prefix."""
    paths = {re.sub(r"\{[^}]*\}", "{}", path) for path in create_app(Settings()).openapi()["paths"]}
    return paths | {path.removeprefix("/api/v1") for path in paths}


def is_there(page: str) -> bool:
    if not page.startswith("/"):
        return (TEMPLATES / page).is_file()
    if page.startswith("/schemas/"):
        return page.removeprefix("/schemas/") in MODELS
    return re.sub(r"\{[^}]*\}", "{}", page) in routes()


def with_clauses(*changed: Clause) -> Library:
    """A library whose service scheme has some clauses otherwise."""
    new = {clause.id: clause for clause in changed}
    clauses = [new.get(clause.id, clause) for clause in SCHEME.clauses]
    packs: list[Scheme] = [SCHEME.model_copy(update={"clauses": clauses})]
    packs += [LIBRARY.scheme(name, "1.0") for name in ("product", "agricultural-product")]
    return Library([*packs, *LIBRARY.trade_packs])


# --- the clauses ------------------------------------------------------------------------------------------


def test_every_clause_of_both_texts_is_there_and_no_other() -> None:
    expected = {*R_CHAPTERS, *NUMBERED, *(f"G:{one}" for one in G_CLAUSES.split())}
    expected |= {f"R:4/4.{place}" for place in range(1, R_CHAPTERS["R:4"] + 1)}
    expected |= {f"{chapter}/{number}" for chapter, numbers in NUMBERED.items() for number in numbers.split()}
    expected |= {f"{clause}{letter}" for clause, letters in LETTERED.items() for letter in letters}
    assert {clause.id for clause in SCHEME.clauses} == expected


def test_41_rows_and_49_indicators_stand_among_them() -> None:
    ids = [rule.id for rule in BOOK.rules]
    assert [one for one in ids if "row" in one] == [f"R:B/row{number}" for number in range(1, 42)]
    assert len([one for one in ids if one.startswith("G:A/")]) == 49


# --- what each has ----------------------------------------------------------------------------------------


def test_every_clause_has_data_function_test_and_page_or_is_a_duty_that_is_recorded() -> None:
    assert BOOK.problems == []


def test_every_page_that_is_named_exists() -> None:
    assert sorted({page for rule in BOOK.rules for page in rule.pages if not is_there(page)}) == []


def test_a_page_that_is_not_there_is_found() -> None:
    assert [one for one in ("/nowhere", "/schemas/audit.nothing", "none.typ", "/cases/{x}") if not is_there(one)] == [
        "/nowhere",
        "/schemas/audit.nothing",
        "none.typ",
    ]


def test_every_setting_that_is_named_exists() -> None:
    named = {entry.name for rule in BOOK.rules for entry in rule.data if entry.path == SETTINGS}
    assert named
    assert named <= set(Settings.model_fields)


def test_every_file_that_is_named_exists() -> None:
    files = {found.path for rule in BOOK.rules for found in (*rule.data, *rule.functions, *rule.tests)}
    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []


def test_nothing_cites_a_clause_that_is_not_there() -> None:
    known = SCHEME.clause_titles
    found = {*citations.of_code(ROOT, known), *citations.of_tests(ROOT, known)}
    assert sorted(found - set(known)) == []


def test_the_rulebook_is_read_in_under_two_seconds() -> None:
    assert least_seconds(lambda: Rulebook(LIBRARY), times=2) < 2


# --- what is wrong is found -------------------------------------------------------------------------------


def test_a_clause_without_function_and_test_is_found(tmp_path: Path) -> None:
    problems = Rulebook(LIBRARY, tmp_path).problems
    assert {"R:7/6.4.8 has no function", "R:7/6.4.8 has no test", "R:B/row1 has no test"} <= set(problems)
    assert "R:7/7.4.1a has no test" not in problems


def test_a_clause_without_data_and_page_is_found() -> None:
    bare = Clause(id="R:1", title=SCHEME.clause_titles["R:1"])
    assert Rulebook(with_clauses(bare)).problems == ["R:1 has no data", "R:1 has no page"]


def test_a_clause_without_a_page_of_its_own_has_that_of_the_clause_above_it() -> None:
    pages = {rule.id: rule.pages for rule in BOOK.rules}
    assert pages["R:7/6.5.2a"] == pages["R:7/6.5.2"] == ["/schemas/audit.contents", "audit_report.typ"]
    assert pages["R:B/row31"] == pages["R:B"]
    assert pages["G:A/5.5.1"] == pages["G:A"]


def test_data_that_is_not_there_is_refused() -> None:
    nowhere = Clause(id="R:1", title=SCHEME.clause_titles["R:1"], data=["/cycle/nothing"])
    with pytest.raises(ValueError, match="/cycle/nothing"):
        _ = Rulebook(with_clauses(nowhere)).rules


def test_a_heading_has_something_under_it() -> None:
    empty = Clause(id="R:12", title=SCHEME.clause_titles["R:12"], heading=True)
    assert Rulebook(with_clauses(empty)).problems == ["R:12 is a heading of nothing"]


@pytest.mark.parametrize("record", ["decision.make/nothing", "nothing.at.all/conditions", "decision.make"])
def test_a_duty_is_confirmed_in_a_field_of_a_task_or_an_act(record: str) -> None:
    own = next(clause for clause in SCHEME.clauses if clause.id == "R:10/9.1b")
    unrecorded = own.model_copy(update={"duty": record})
    assert Rulebook(with_clauses(unrecorded)).problems == [f"R:10/9.1b: there is no {record}"]


def test_at_most_15_percent_are_duties_of_people() -> None:
    assert MOST_DUTIES == 15
    assert len(BOOK.duties) / len(BOOK.counted) <= 0.15
    duty = {"duty": "decision.make/conditions"}
    lazy = [clause.model_copy(update=duty) for clause in SCHEME.clauses if not clause.heading][:60]
    [problem] = Rulebook(with_clauses(*lazy)).problems
    assert "are duties, more than 15 %" in problem


# --- what nothing reaches yet -----------------------------------------------------------------------------

RULES = """
def carries(on):
    \"\"\"R:1, R:2.\"\"\"

def waits(on):
    \"\"\"R:2, R:5, R:10/9.1b.\"\"\"

class Basis:
    \"\"\"R:6.\"\"\"
"""


def test_what_no_form_calls_and_what_only_a_type_says_is_marked(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "x.py").write_text(RULES, encoding="utf-8")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "y.py").write_text("from domain.x import Basis, carries\n\ncarries(Basis)\n", encoding="utf-8")
    book = Rulebook(LIBRARY, tmp_path)
    carried = {rule.id for rule in book.counted if rule.carried_out and not rule.duty}
    assert carried == {"R:1", "R:2"}
    rules = {rule.id: rule for rule in book.rules}
    assert [one.name for one in rules["R:6"].types] == ["Basis"]
    assert (rules["R:5"].types, rules["R:6"].functions) == ([], [])
    cells = functions_shown(written(book))
    file = "(../domain/x.py)"
    assert cells["R:1"] == f"[x.carries]{file}"
    assert cells["R:2"] == f"[x.carries]{file}, [x.waits]{file} †"
    assert cells["R:5"] == cells["R:10/9.1b"] == f"[x.waits]{file} †"
    assert (cells["R:6"], cells["R:10/9.1c"], cells["R:4"]) == ("†", "", "")
    assert {"R:2", "R:5", "R:6", "R:10/9.1b"} <= {rule.id for rule in book.marked}
    assert {"R:2", "R:10/9.1b"}.isdisjoint(rule.id for rule in book.waiting)


def functions_shown(page: str) -> dict[str, str]:
    """Clause → what the page says of its functions."""
    rows = (line.split(" | ") for line in page.splitlines() if line.startswith(("| R:", "| G:")))
    return {cells[0].removeprefix("| "): cells[3].strip() for cells in rows}


def test_of_many_functions_every_one_that_nothing_reaches_is_named(tmp_path: Path) -> None:
    used = ["a", "b", "c", "d"]
    source = "\n".join(f'def {name}():\n    """R:1."""\n' for name in [*used, "e", "f"])
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "x.py").write_text(source, encoding="utf-8")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "y.py").write_text(
        f"from domain.x import {', '.join(used)}\n\nprint({', '.join(used)})\n", encoding="utf-8"
    )
    shown = functions_shown(written(Rulebook(LIBRARY, tmp_path)))["R:1"]
    assert shown.replace("(../domain/x.py)", "") == "[x.a], [x.b], [x.c] +1, [x.e] †, [x.f] †"


def test_the_clauses_with_a_mark_and_those_without_a_function_that_is_reached_are_counted() -> None:
    shown = functions_shown(PAGE.read_text(encoding="utf-8"))
    marked = [clause for clause, functions in shown.items() if "†" in functions]
    bare = [one for one in marked if all(part.endswith("†") for part in shown[one].split(", "))]
    assert f"; {len(marked)} name a function that nothing reaches yet, or none (†), {len(bare)} none" in BOOK.coverage
    assert (len(marked), len(bare)) == (len(BOOK.marked), len(BOOK.waiting))


@pytest.mark.parametrize("clause", ["R:8/7.2.2", "G:5c"])
def test_what_is_data_and_tested_functions_alone_is_not_said_to_be_carried_out(clause: str) -> None:
    assert clause in {rule.id for rule in BOOK.waiting}


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(BOOK), "run: jingpin scheme rulebook"


def test_the_page_has_a_row_for_each_clause() -> None:
    rows = re.findall(r"^\| ([RG]:[^ ]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [rule.id for rule in BOOK.rules]

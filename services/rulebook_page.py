"""The rulebook as a page: a table for each chapter, every name a link to its file."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import Final

from services.citations import Place
from services.rulebook import CLAUSES_OF, ROOT, Rule, Rulebook

PAGE: Final = ROOT / "docs" / "rulebook.md"
SHOWN: Final = 3
"""So many functions and entries are named of a clause, and one test; the others are counted."""
UNREACHED: Final = "†"
_HEAD: Final = """# Rulebook

Made by `jingpin scheme rulebook` from the packs, the code and the tests; a test fails when it is out of date.
R: service certification rules, G: general requirements; a clause's id is its chapter and its printed number. *Data* are
entries of the packs and types of the code, *functions* the code that carries the clause out, a *test* is named by its
rule, a *page* is where a person sees it: a call of the API, a form (`/schemas/`), a printed document. A **duty** is
what only people can do: named is the field of a task in which a person confirms it. A heading says nothing but what
stands under it. A function marked † is tested and not reached yet: the flow, the activities and the API do not use it,
as they do the others. A † alone: the clause stands as data, and has no function.

{coverage}.
"""
_COLUMNS: Final = "| clause | | data | functions | tests | page, duty |\n|---|---|---|---|---|---|"


def written(book: Rulebook) -> str:
    """Give the page as it stands in its file."""
    chapters = [_chapter(list(rules)) for _, rules in groupby(book.rules, key=lambda rule: _chapter_of(rule.id))]
    return "\n".join([_HEAD.format(coverage=book.coverage), *chapters])


def _chapter_of(clause: str) -> str:
    return clause.partition("/")[0].partition(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz")


def _chapter(rules: Sequence[Rule]) -> str:
    first = rules[0]
    return "\n".join([f"## {first.id} {first.title.zh} · {first.title.en}\n", _COLUMNS, *map(_row, rules), ""])


def _row(rule: Rule) -> str:
    title = f"{rule.title.zh} · {rule.title.en}"
    cells = [_data(rule), _functions(rule), _tests(rule.tests), _seen(rule)]
    cells = [f"**{title}**", *[""] * len(cells)] if rule.heading else [title, *cells]
    return f"| {rule.id} | {' | '.join(cells)} |"


def _data(rule: Rule) -> str:
    own = f"schemes/{'/'.join(CLAUSES_OF)}"
    by_file: dict[str, list[str]] = {}
    for entry in sorted(rule.data, key=lambda one: not one.path.startswith(own)):
        by_file.setdefault(entry.path, []).append(entry.name)
    packs = [f"{_link(_pack(path), path)} {_some(names)}" for path, names in by_file.items()]
    return _some([*packs, *map(_definition, rule.types)], "; ")


def _pack(path: str) -> str:
    folder, stem = PurePosixPath(path).parts, PurePosixPath(path).stem
    return stem if folder[0] != "schemes" or folder[1] == CLAUSES_OF[0] else f"{folder[1]} {stem}"


def _functions(rule: Rule) -> str:
    """What carries it out, then all that is still to do so."""
    reached = _some(_definition(place) for place in rule.functions if place not in rule.unreached)
    waiting = [f"{_definition(place)} {UNREACHED}" for place in rule.unreached]
    alone = [] if rule.functions or rule.carried_out else [UNREACHED]
    return ", ".join([*([reached] if reached else []), *waiting, *alone])


def _definition(place: Place) -> str:
    return _link(f"{PurePosixPath(place.path).stem}.{place.name}", place.path)


def _tests(places: Sequence[Place]) -> str:
    shown = [_link(one.name.removeprefix("test_").replace("_", " "), one.path) for one in places]
    return _some(shown, most=1)


def _seen(rule: Rule) -> str:
    pages = _some([f"`{page}`" for page in rule.pages])
    return f"{pages}; **duty** `{rule.duty.replace('/', ': ')}`" if rule.duty else pages


def _some(names: Iterable[str], between: str = ", ", most: int = SHOWN) -> str:
    every = list(names)
    more = f" +{len(every) - most}" if len(every) > most else ""
    return between.join(every[:most]) + more


def _link(text: str, path: str) -> str:
    return f"[{text.replace('_', chr(92) + '_')}](../{path})"

"""The rulebook: for every clause of both texts its data, functions, tests and pages, or the people's duty it is."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from domain.model import Text
from domain.pack_parts import Clause
from domain.payloads import MODELS
from services import citations
from services.citations import Place
from services.pack_entries import Entry, Pointers, naming, schemes
from services.reach import RULES, reached
from services.schemes import Library

ROOT: Final = Path(__file__).parents[1]
CLAUSES_OF: Final = ("service", "1.0")
"""The scheme that holds the clauses of both texts."""
MOST_DUTIES: Final = 15
"""Percent of the clauses that may be duties of people."""
_LAST_STEP: Final = re.compile(r"[a-z]$|row[0-9]+$|[./]?[0-9]+$|/$")


class Rule(NamedTuple):
    """A clause, and where it is found."""

    id: str
    title: Text
    heading: bool
    """Whether it says nothing but what stands under it."""
    data: list[Entry]
    functions: list[Place]
    unreached: list[Place]
    """Those of its functions that neither the flow, an activity nor a call of the API reaches yet."""
    types: list[Place]
    """Models and tables of the code that hold it: data as well."""
    tests: list[Place]
    pages: list[str]
    duty: str | None

    @property
    def carried_out(self) -> bool:
        """Whether a function of it is reached, or people have it as their duty."""
        return bool(self.duty) or len(self.unreached) < len(self.functions)

    @property
    def marked(self) -> bool:
        """Whether part of it, or all, stands as data and tested functions alone."""
        return not self.heading and (bool(self.unreached) or not self.carried_out)

    @property
    def missing(self) -> list[str]:
        """What it should have and has not: of a heading nothing, of a duty its page."""
        wanted = {"data": self.data, "function": self.functions or self.types, "test": self.tests, "page": self.pages}
        asked = [] if self.heading else ["page"] if self.duty else list(wanted)
        return [name for name in asked if not wanted[name]]


class Rulebook:
    """Every clause of R and G, and where packs, code and tests speak of it."""

    def __init__(self, library: Library, root: Path = ROOT) -> None:
        self._library = library
        self._root = root
        self._scheme = library.scheme(*CLAUSES_OF)
        self._titles = self._scheme.clause_titles
        self._clauses = {clause.id: clause for clause in self._scheme.clauses}

    @cached_property
    def rules(self) -> list[Rule]:
        """Every clause, R before G, rows and indicators after the clause they are printed under."""
        cited = citations.of_code(self._root, self._titles)
        tests = citations.of_tests(self._root, self._titles)
        data, reach = self._data, reached(self._root)

        def is_unreached(place: Place) -> bool:
            return place.dotted.startswith(RULES) and place.dotted not in reach

        found = []
        for one, title in self._titles.items():
            own = self._clauses.get(one) or Clause(id=one, title=title)
            places = cited.get(one, [])
            functions = [place for place in places if place.runs]
            rule = Rule(
                id=one,
                title=title,
                heading=own.heading,
                data=data.get(one, []),
                functions=functions,
                unreached=[place for place in functions if is_unreached(place)],
                types=[place for place in places if not place.runs],
                tests=tests.get(one, []),
                pages=self._pages(one),
                duty=own.duty,
            )
            found.append(rule)
        order = {clause: place for place, clause in enumerate(self._clauses)}
        return sorted(found, key=lambda rule: order[rule.id if rule.id in order else self._above(rule.id) or ""])

    @property
    def counted(self) -> list[Rule]:
        """The clauses that say something of their own."""
        return [rule for rule in self.rules if not rule.heading]

    @property
    def duties(self) -> list[Rule]:
        """The clauses that are duties of people."""
        return [rule for rule in self.counted if rule.duty]

    @property
    def marked(self) -> list[Rule]:
        """The clauses of which something stands as data and tested functions alone, with those that do as a whole."""
        return [rule for rule in self.counted if rule.marked]

    @property
    def waiting(self) -> list[Rule]:
        """The clauses that stand as data and tested functions alone: nothing reaches them yet."""
        return [rule for rule in self.counted if not rule.carried_out]

    @property
    def coverage(self) -> str:
        """How many clauses have all they should, on one line."""
        found = (self._whole, self.counted, self.marked, self.waiting, self.duties)
        whole, every, marked, waiting, duties = map(len, found)
        of_functions = f"{marked} name a function that nothing reaches yet, or none (†), {waiting} none that is reached"
        of_people = f"{duties} are duties of people ({duties * 100 / every:.0f} %)"
        return f"{whole} of {every} clauses covered; {of_functions}; {of_people}"

    def report(self) -> Iterator[str]:
        """What is told of the clauses beside the packs; nothing where the sources are not at hand."""
        if (self._root / citations.TESTS).is_dir():
            yield self.coverage
            yield from (f"  {problem}" for problem in self.problems)

    @property
    def problems(self) -> list[str]:
        """Everything that keeps the rulebook from being whole, in words; pages are looked up by who knows them."""
        found = [f"{rule.id} has no {name}" for rule in self.rules for name in rule.missing]
        parents = {self._above(one) for one in self._titles}
        found += [
            f"{rule.id} is a heading of nothing" for rule in self.rules if rule.heading and rule.id not in parents
        ]
        found += [f"{rule.id}: there is no {rule.duty}" for rule in self.duties if not _is_recorded(rule.duty or "")]
        if len(self.duties) * 100 > len(self.counted) * MOST_DUTIES:
            found.append(f"{len(self.duties)} of {len(self.counted)} clauses are duties, more than {MOST_DUTIES} %")
        return found

    @property
    def _whole(self) -> list[Rule]:
        return [rule for rule in self.counted if not rule.missing]

    @cached_property
    def _data(self) -> dict[str, list[Entry]]:
        """Clause → the entries that name it, then those it points at."""
        found: dict[str, dict[Entry, None]] = {}
        for scheme in schemes(self._library):
            for clause, entry in naming(scheme):
                found.setdefault(clause, {})[entry] = None
        pointers = Pointers(self._library, self._scheme)
        for own in self._scheme.clauses:
            for pointer in own.data:
                found.setdefault(own.id, {})[pointers.entry(pointer)] = None
        return {clause: list(entries) for clause, entries in found.items()}

    def _pages(self, clause: str | None) -> list[str]:
        own = self._clauses.get(clause or "")
        return own.page if own and own.page else self._pages(self._above(clause)) if clause else []

    def _above(self, clause: str) -> str | None:
        """The clause that one stands under: R:7/6.5.2a under R:7/6.5.2, that under R:7/6.5, that under R:7."""
        shorter = _LAST_STEP.sub("", clause)
        while shorter not in self._clauses and shorter != (shorter := _LAST_STEP.sub("", shorter)):
            pass
        return shorter if shorter in self._clauses and shorter != clause else None


def _is_recorded(duty: str) -> bool:
    kind, _, field = duty.partition("/")
    return kind in MODELS and field in MODELS[kind].model_fields

"""What makes a scheme sound: ids, clauses and readings that fit together, found without any I/O."""

from collections.abc import Iterator
from typing import get_args

from domain.application import DocumentLetter
from domain.audit import Stage
from domain.catalogue_checks import catalogue_problems
from domain.checklist_checks import checklist_problems
from domain.grounds import grounds_problems
from domain.pack import Scheme
from domain.problems import Loc, Problem, empty_texts, repeats
from domain.readings import KNOWN, NEEDED
from domain.results import APPENDIX_B_POINTS
from domain.table_checks import table_problems
from domain.wait_checks import wait_problems


def scheme_problems(scheme: Scheme) -> list[Problem]:
    """Say everything that does not fit together in a scheme; an empty list when it is sound."""
    problems = []
    if scheme.kind == "service" and scheme.catalogue is None:
        problems.append(Problem((), "a service scheme is scored and needs a catalogue"))
    if scheme.kind != "service" and not scheme.checklist:
        problems.append(Problem((), "a scheme without scores needs a checklist"))
    problems += [*_repeated_ids(scheme), *catalogue_problems(scheme), *checklist_problems(scheme)]
    problems += [*_undefined_clauses(scheme), *_unknown_in_errata(scheme), *_missing_readings(scheme)]
    problems += [*_unknown_readings(scheme), *_missing_documents(scheme), *_stages_of_the_flow(scheme)]
    problems += [*wait_problems(scheme), *table_problems(scheme)]
    problems += [*grounds_problems(scheme.grounds, scheme.clause_titles), *empty_texts(scheme)]
    return problems


def _repeated_ids(scheme: Scheme) -> Iterator[Problem]:
    yield from repeats("clauses", (clause.id for clause in scheme.clauses))
    yield from repeats("stages", (stage.id for stage in scheme.stages))
    yield from repeats("waits", (wait.kind for wait in scheme.waits))
    yield from repeats("errata", (erratum.id for erratum in scheme.errata))
    yield from repeats("documents", (document.kind for document in scheme.documents))
    yield from repeats("changes", (change.id for change in scheme.changes))
    yield from repeats("modes", (mode.id for mode in scheme.planning.modes), prefix=("planning",))
    for place, erratum in enumerate(scheme.errata):
        # the pack's own reading is the first choice
        for _, reason in repeats("alternatives", erratum.choices):
            yield Problem(("errata", place, "alternatives"), reason)


def _undefined_clauses(scheme: Scheme) -> Iterator[Problem]:
    known = scheme.clause_titles
    for field in ("stages", "waits", "errata", "documents", "changes"):
        for place, entry in enumerate(getattr(scheme, field)):
            if entry.clause not in known:
                yield Problem((field, place, "clause"), f"clause {entry.clause} is not defined")


def _unknown_in_errata(scheme: Scheme) -> Iterator[Problem]:
    rows = set(scheme.catalogue.by_number) if scheme.catalogue else set()
    indicators = {one.id for one in scheme.catalogue.indicators} if scheme.catalogue else set()
    indicators |= {item.id for item in scheme.checklist}
    for place, erratum in enumerate(scheme.errata):
        at: Loc = ("errata", place)
        yield from (Problem((*at, "rows"), f"there is no row {row}") for row in erratum.rows if row not in rows)
        unknown = [one for one in erratum.indicators if one not in indicators]
        yield from (Problem((*at, "indicators"), f"there is no indicator {one}") for one in unknown)


def _stages_of_the_flow(scheme: Scheme) -> Iterator[Problem]:
    listed = [stage.id for stage in scheme.stages]
    missing = [stage for stage in get_args(Stage) if stage not in listed]
    yield from (Problem(("stages",), f"nothing is said of the stage {stage}") for stage in missing)
    for place, stage in enumerate(listed):
        if stage not in get_args(Stage):
            yield Problem(("stages", place, "id"), f"{stage} is no stage")


def _missing_documents(scheme: Scheme) -> Iterator[Problem]:
    listed = {document.kind for document in scheme.documents}
    missing = [letter for letter in get_args(DocumentLetter) if letter not in listed]
    yield from (Problem(("documents",), f"nothing is said of document {letter}") for letter in missing)


def _needed_errata(scheme: Scheme) -> list[str]:
    """Those a verdict decides by: a scheme without points needs no `appendix-b-points`."""
    return [one for one in NEEDED if one != APPENDIX_B_POINTS or scheme.catalogue is not None]


def _missing_readings(scheme: Scheme) -> Iterator[Problem]:
    for erratum in _needed_errata(scheme):
        listed = next((set(one.choices) for one in scheme.errata if one.id == erratum), set())
        if listed != set(KNOWN[erratum]):
            yield Problem(("errata",), f"{erratum} must list exactly {', '.join(sorted(KNOWN[erratum]))}")


def _unknown_readings(scheme: Scheme) -> Iterator[Problem]:
    """A reading that the code does not know would be taken for none: a due date would be lost, and nobody told."""
    needed = _needed_errata(scheme)
    for place, erratum in enumerate(scheme.errata):
        known = () if erratum.id in needed else KNOWN.get(erratum.id, ())
        for number, choice in enumerate(erratum.choices if known else ()):
            if choice not in known:
                at: Loc = ("alternatives", number - 1) if number else ("reading",)
                reason = f"{erratum.id} knows no reading {choice}, only {', '.join(known)}"
                yield Problem(("errata", place, *at), reason)

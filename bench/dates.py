"""What it costs to count the due dates of many open cases again under a new calendar: `python -m bench.dates`.

The cases are real states, as the flow leaves them at the end of a year whose successor is not published: applied for,
contracted, reported, certified, under renewal, half of them with limits that roll over holidays; each is given more of
its own due dates on working days, until five of them are to be counted again. Each is read from its JSON text, as the
record holds it.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from domain.calendar import Calendar, Override
from domain.dates import A_DAY, Anchor, due, nine_oclock
from domain.redate import rests_on_calendar, under
from domain.rules import Limit
from domain.state import CALENDAR, CaseState, Deadline, DueDates, Facts, Message
from services import calendars
from tests.flow.steps import contract, pinned
from tests.flow.years import maintained, renewing, surveilled
from tests.lives import Life, a_database
from workflows.flow import react

TARGET_MS = 1.0
"""10,000 cases in ten seconds."""
FIVE = 5
END_OF_YEAR = date(calendars.load().known_until.year, 12, 20)


def next_year() -> Calendar:
    """The calendar with one more year: a week of holidays, and a weekend worked for it."""
    year = END_OF_YEAR.year + 1
    off = [date(year, 1, 1) + n * A_DAY for n in range(7)]
    return calendars.load([Override(day=day, working=False, notice_year=year) for day in off])


def some_states(folder: Path) -> list[str]:
    """Open cases at several stages, as JSON."""
    database = a_database(folder)
    found = []
    for readings in ({}, {"holiday-roll": "roll-forward"}):
        for steps in STAGES:
            life = pinned(Life(database, END_OF_YEAR), **readings)
            steps(life)
            found.append(filled(life.case).model_dump_json())
    database.dispose()
    return found


def filled(state: CaseState) -> CaseState:
    """The case with five running due dates on working days, and whatever else runs."""
    wait = Limit(amount=15, unit="working_days")
    for number in range(FIVE - sum(map(rests_on_calendar, state.deadlines))):
        asked = due(Anchor(kind="task", on=END_OF_YEAR - number * A_DAY), wait, "R:7/7.4.1", calendars.load())
        state.deadlines.append(
            Deadline(
                id=f"audit.documents-{90 + number}",
                kind="audit.documents",
                due_on=asked.on,
                judged_on=asked.on,
                provisional=asked.provisional,
                clause=asked.clause,
                proof=asked.proof,
                remind=[asked.on - 5 * A_DAY, asked.on],
            )
        )
    return state


def _certified(life: Life) -> None:
    contract(life).on_site().audited().reported().granted()


def _renewing(life: Life) -> None:
    _certified(life)
    for year in (1, 2):
        life.until(END_OF_YEAR.replace(year=END_OF_YEAR.year + year) - year * 40 * A_DAY)
        maintained(surveilled(life))
    renewing(life, END_OF_YEAR.replace(year=END_OF_YEAR.year + 3) - 120 * A_DAY).plan()
    life.answer("applicant", "audit.plan.confirm", outcome="agree")


STAGES: list[Callable[[Life], object]] = [
    lambda life: life.case,
    lambda life: life.answer("manager", "application.review", outcome="accept"),
    lambda life: contract(life),  # noqa: PLW0108  # all of them take a life
    lambda life: contract(life).on_site().audited().reported(),
    _certified,
    _renewing,
]


def copies(texts: list[str], count: int) -> list[str]:
    """So many cases, each with its own id."""
    return [text.replace('"id":"case', f'"id":"copy{n}-case', 1) for n, text in enumerate(_turns(texts, count))]


def _turns(texts: list[str], count: int) -> Iterable[str]:
    return (texts[n % len(texts)] for n in range(count))


def recounted(state: CaseState | DueDates, calendar: Calendar, today: date) -> int:
    """Count the dates of a case again; gives how many."""
    return len([under(calendar, one, today) for one in state.deadlines if rests_on_calendar(one)])


def reacted(state: CaseState, calendar: Calendar) -> int:
    """The whole turn of a rollout, as the flow works on it; gives its events."""
    message = Message(id="calendar.load", kind="rollout", name="calendar.load", actor=CALENDAR)
    return len(react(state, message, Facts(calendar=calendar), nine_oclock(END_OF_YEAR)).events)


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds of the processor, whatever else the machine does meanwhile, and what came of it."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def main() -> None:
    """Read the command line, measure, report."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--cases", type=int, default=10_000)
    count = options.parse_args().cases
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        texts = some_states(Path(folder))
    states = [CaseState.model_validate_json(text) for text in texts]
    running = [sum(one.state == "running" for one in state.deadlines) for state in states]
    resting = [sum(map(rests_on_calendar, state.deadlines)) for state in states]
    print(f"{count} cases, {len(texts)} kinds; running due dates {running}, of them on the calendar {resting}")
    print(f"JSON: {[len(text) // 1000 for text in texts]} KB")
    calendar, many = next_year(), copies(texts, count)

    def read() -> int:
        return sum(len(DueDates.model_validate_json(text).deadlines) for text in many)

    def read_and_count() -> int:
        return sum(recounted(DueDates.model_validate_json(text), calendar, END_OF_YEAR) for text in many)

    def count_only() -> int:
        return sum(recounted(states[n % len(states)], calendar, END_OF_YEAR) for n in range(count))

    def whole_turn() -> int:
        return sum(reacted(states[n % len(states)], calendar) for n in range(count))

    works = {"read": read, "count": count_only, "read and count": read_and_count, "react": whole_turn}
    for name, work in works.items():
        seconds, found = timed(work)
        print(f"{name:<16}{seconds:8.2f} s {seconds * 1000 / count:8.3f} ms a case {found:>8}")
    met = timed(read_and_count)[0] * 1000 / count <= TARGET_MS
    print(f"target: read and count at most {TARGET_MS} ms a case: {'met' if met else 'MISSED'}")
    print(f"load of the machine now: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()

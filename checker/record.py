"""Reads the record's tables, and holds chain, payloads, turns, numbers and daily roots against each other."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import rfc8785
from sqlalchemy import Connection, text

Row = dict[str, Any]
FIRST = "0" * 64
SHANGHAI = ZoneInfo("Asia/Shanghai")
SAID = ("seq", "at", "actor", "kind", "data", "clause", "previous_hash")


class Case(NamedTuple):
    """One case, as its rows hold it; JSON columns are read."""

    row: Row
    events: list[Row]
    turns: list[Row]
    contents: dict[str, str]
    certificates: list[Row]
    duties: set[tuple[str, str]]
    persons: dict[str, str]
    erased: dict[str, str]
    """SHA-256 of what was deleted at the end of its term → the day."""


def rows(connection: Connection, statement: str, **values: object) -> list[Row]:
    """What a SELECT gives; of what stands in `data`, `state`, `facts`, `message` and `moved`, the JSON."""
    found = [dict(row) for row in connection.execute(text(statement), values).mappings()]
    for row in found:
        row.update(
            {name: json.loads(row[name]) for name in ("data", "state", "facts", "message", "moved") if name in row}
        )
    return found


def load(connection: Connection, case: str) -> Case | None:
    """A case by its number or id."""
    found = rows(connection, "SELECT * FROM cases WHERE id = :case OR number = :case", case=case)
    if not found:
        return None

    def of_case(table: str, order: str) -> list[Row]:
        wanted = f"SELECT * FROM {table} WHERE case_id = :case ORDER BY {order}"  # noqa: S608  # names from below
        return rows(connection, wanted, case=found[0]["id"])

    return Case(
        found[0],
        of_case("events", "seq"),
        of_case("turns", "turn"),
        {row["sha256"]: row["body"] for row in of_case("contents", "sha256")},
        of_case("certificates", "place"),
        {(row["person"], row["side"]) for row in of_case("duties", "person")},
        {row["user"]: row["person"] for row in rows(connection, "SELECT * FROM accounts")},
        {row["digest"]: str(row["on"]) for row in of_case("erasures", "id")},
    )


def digest(value: Any) -> str:  # noqa: ANN401  # JSON
    """SHA-256 of the RFC 8785 form."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def chain(case: Case) -> Iterator[str]:
    """Each event has its number, names the one before, and has the hash of what it says."""
    head = FIRST
    for number, event in enumerate(case.events, start=1):
        if event["seq"] != number:
            yield f"the event after {number - 1} is {event['seq']}"
            return
        if event["previous_hash"] != head:
            yield f"event {number} does not name the event before it"
        if event["hash"] != digest({name: event[name] for name in SAID}):
            yield f"event {number} says something else than when it was hashed"
        head = event["hash"]
    row, state = case.row, case.row["state"]
    for name, found, wanted in (
        ("version", (row["version"], state["version"]), (len(case.events),) * 2),
        ("head", state["head"], head),
        ("turn", (row["turn"], state["turn"]), (len(case.turns),) * 2),
    ):
        if found != wanted:
            yield f"the case's {name} is {found}, its rows come to {wanted}"


def turns(case: Case) -> Iterator[str]:
    """Turns are numbered without a gap, each for one message; their heads are events, in order, to the last one."""
    places = {"": 0} | {event["hash"]: event["seq"] for event in case.events}
    before = 0
    for number, turn in enumerate(case.turns, start=1):
        if turn["turn"] != number:
            yield f"turn {number} is missing"
            return
        if turn["message"]["id"] != turn["message_id"]:
            yield f"turn {number} is of another message than it says"
        place = places.get(turn["head"], -1)
        if place < before:
            yield f"the head of turn {number} is not that of an event after those of turn {number - 1}"
            return
        before = place
    if before != len(case.events):
        yield f"the last turn ends with event {before} of {len(case.events)}"


def contents(case: Case) -> Iterator[str]:
    """Payloads are what was sent, and none that an event or a turn names is missing."""
    for name, body in case.contents.items():
        if digest(json.loads(body)) != name:
            yield f"the content {name} is not what was sent"
    named = {str(event["data"].get(part, "")) for event in case.events for part in ("content", "results")}
    for part in ("content", "public_content", "results_content"):
        named |= {turn["facts"].get(part, "") for turn in case.turns}
    missing = named - {""} - set(case.contents) - set(case.erased)
    yield from (f"the content {name} is missing" for name in sorted(missing))
    last = datetime.fromisoformat(case.events[-1]["at"]).astimezone(SHANGHAI).date()
    for day in sorted(set(case.erased.values())):
        if date.fromisoformat(day) <= last.replace(year=last.year + 2, day=min(last.day, 28)):
            yield f"it was deleted on {day}, less than two years after its last event of {last}"
    today = (now() + timedelta(seconds=case.row["clock_ahead"])).astimezone(SHANGHAI).date()
    if case.erased and date.fromisoformat(max(case.erased.values())) > today:
        yield f"it is said to be deleted on {max(case.erased.values())}, a day to come"
    if case.erased and case.row["state"].get("application"):
        yield "it is said to be deleted, and its state holds its application"


def now() -> datetime:
    """By which it is told what is still to come."""
    return datetime.now(UTC)


def numbers(connection: Connection) -> Iterator[str]:
    """No number of a case or certificate was given twice."""
    owners: dict[str, set[str]] = {}
    said = rows(connection, "SELECT case_id, data FROM events WHERE kind LIKE 'certificate.%'")
    pairs = [(row["data"]["number"], row["case_id"]) for row in said]
    for statement in ("SELECT number, id FROM cases", "SELECT number, case_id FROM certificates"):
        pairs += [tuple(row.values()) for row in rows(connection, statement)]
    for number, case in pairs:
        owners.setdefault(number, set()).add(case)
    for number, cases in sorted(owners.items()):
        if len(cases) > 1:
            yield f"the number {number} belongs to {', '.join(sorted(cases))}"


def roots(connection: Connection) -> Iterator[str]:
    """Each daily root comes from the heads of its day and the root before, and these heads are still in the record."""
    hashes = {
        (row["case_id"], row["seq"]): row["hash"] for row in rows(connection, "SELECT case_id, seq, hash FROM events")
    }
    heads: dict[str, list[Any]] = {}
    previous = FIRST
    for row in rows(connection, "SELECT * FROM roots ORDER BY day"):
        heads |= {one[0]: one for one in row["moved"]}
        list_of_day = [heads[case] for case in sorted(heads)]
        said = {"day": str(row["day"]), "cases": len(heads), "heads": digest(list_of_day), "previous": previous}
        if (row["heads"], row["root"]) != (said["heads"], digest(said)):
            yield f"the root of {row['day']} is not what its heads come to"
        for case, version, head in row["moved"]:
            if hashes.get((case, version)) != head:
                yield f"the root of {row['day']} knows another event {version} of the case {case}"
        previous = row["root"]

"""Somebody who owns the database and knows how the record is made, and no other part of the product."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from typing import Any, Self

import rfc8785

Data = dict[str, Any]


def digest(value: object) -> str:
    """SHA-256 of the RFC 8785 form."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


class Forger:
    """Changes rows of a SQLite record past the product."""

    def __init__(self, path: str) -> None:
        self.sql = sqlite3.connect(path)
        self.sql.row_factory = sqlite3.Row
        for trigger in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self.sql.execute(f"DROP TRIGGER {trigger['name']}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.sql.commit()
        self.sql.close()

    def do(self, statement: str, *values: object) -> None:
        done = self.sql.execute(statement, values)
        assert done.rowcount != 0, "a fault that changes nothing is none"

    def rows(self, statement: str, *values: object) -> list[Data]:
        return [dict(row) for row in self.sql.execute(statement, values)]

    def events(self, case: str) -> list[Data]:
        """In order, their data as JSON."""
        found = self.rows("SELECT * FROM events WHERE case_id = ? ORDER BY seq", case)
        return [event | {"data": json.loads(event["data"])} for event in found]

    def seq(self, case: str, kind: str) -> int:
        """Of the first event of a kind."""
        return next(int(event["seq"]) for event in self.events(case) if event["kind"] == kind)

    def say(self, case: str, seq: int, **data: object) -> None:
        """An event says something else; its hash stays."""
        event = next(event for event in self.events(case) if event["seq"] == seq)
        changed = json.dumps(event["data"] | data, ensure_ascii=False)
        self.do("UPDATE events SET data = ? WHERE (case_id, seq) = (?, ?)", changed, case, seq)

    def state(self, case: str, change: Callable[[Data], object]) -> None:
        """The stored state is another."""
        [row] = self.rows("SELECT state FROM cases WHERE id = ?", case)
        state = json.loads(row["state"])
        change(state)
        self.do("UPDATE cases SET state = ? WHERE id = ?", json.dumps(state, ensure_ascii=False), case)

    def replace(self, events: list[Data]) -> dict[str, str]:
        """These are a case's events, chained anew from the first to the last; gives old hash → new hash."""
        case, head, moved = events[0]["case_id"], "0" * 64, {"": ""}
        self.do("DELETE FROM events WHERE case_id = ?", case)
        for seq, event in enumerate(events, start=1):
            said = {name: event[name] for name in ("at", "actor", "kind", "data", "clause")}
            said |= {"seq": seq, "previous_hash": head}
            head = moved[event["hash"]] = digest(said)
            row = said | {"hash": head, "case_id": case, "data": json.dumps(said["data"], ensure_ascii=False)}
            places = ", ".join("?" * len(row))
            self.do(f"INSERT INTO events ({', '.join(row)}) VALUES ({places})", *row.values())  # noqa: S608
        return moved

    def fit(self, case: str, moved: dict[str, str]) -> None:
        """Turns, state and row of a case follow its new chain."""
        for turn in self.rows("SELECT turn, head FROM turns WHERE case_id = ?", case):
            self.do("UPDATE turns SET head = ? WHERE (case_id, turn) = (?, ?)", moved[turn["head"]], case, turn["turn"])
        events = self.events(case)
        last = {"head": events[-1]["hash"], "version": len(events)}
        self.state(case, lambda state: state.update(last))
        self.do("UPDATE cases SET version = ? WHERE id = ?", len(events), case)

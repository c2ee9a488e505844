"""What lists and the register show of a case, beside what its turns come to."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple, Self

from sqlmodel import Session, SQLModel, col, select

from domain.dates import local_date
from domain.state import CaseState
from records import certificates, people, store
from records.audit import CaseRecord
from records.differences import differences
from records.issued import CertificateChangeRow, CertificateRow
from records.requirements import transition_rows
from records.tables import BookingRow, DutyRow, PastDeadlineRow, TaskRow, TransitionRow, TurnRow

Row = dict[str, Any]
Keyed = dict[str, Row]
"""Rows by their keys."""


class ReadModel(NamedTuple):
    """What the rows of a case should be, by what its turns come to."""

    state: CaseState
    certificates: Keyed
    changes: Keyed
    past_deadlines: Keyed

    @classmethod
    def of_nothing(cls, start: CaseState) -> Self:
        """Before a case's first turn."""
        return cls(start, {}, {}, {})

    def after(self, turn: TurnRow, state: CaseState) -> Self:
        """With what a turn writes that led to a state."""
        self.past_deadlines.update(keyed(store.past_deadline_rows(self.state, state), "id"))
        for place, certificate in enumerate(state.certificates):
            row = self.certificates.get(certificate.number)
            if row is None:
                self.certificates[certificate.number] = certificates.issued(state, certificate, place).model_dump()
                self._change(certificate.number, local_date(turn.at), certificate.status)
                continue
            if row["status"] != certificate.status:
                self._change(certificate.number, local_date(turn.at), certificate.status)
            row.update({name: getattr(certificate, name) for name in certificates.MOVING})
        return self._replace(state=state)

    def _change(self, number: str, on: date, status: str) -> None:
        place = sum(one["number"] == number for one in self.changes.values())
        self.changes[f"{number} {place}"] = {"number": number, "place": place, "on": on, "status": status}


def row_findings(session: Session, record: CaseRecord, model: ReadModel) -> Iterator[str]:
    """Whether what lists and the register show of a case is what its turns come to."""
    state, first = model.state, record.turns[0]
    expected = store.standing(state, first.at) | store.moving(state)
    if following := expected["next_at"]:
        # What came to be in its own past is due at once.
        expected["next_at"] = max(following, min(record.row.next_at or following, record.turns[-1].at))
    yield from differences(record.row.model_dump(include={*expected}), expected, "cases")
    for table, (found, wanted) in _rows(session, model).items():
        yield from differences(found, wanted, table)


LEFT = ("number", "body", "applicant", "wave", "rehearsal", "stage", "status", "version", "turn")
"""What a deleted case's row and its state both say."""


def erased_findings(session: Session, record: CaseRecord) -> Iterator[str]:
    """Whether row, turns and register of a deleted case are what its state and its events tell."""
    row, state = record.row, CaseState.model_validate_json(record.row.state)
    told = {name: getattr(state, name) for name in LEFT} | {"wave": state.wave or None}
    yield from differences({name: getattr(row, name) for name in LEFT}, told, "cases")
    heads = [turn.head for turn in record.turns]
    places = {event["hash"]: event["seq"] for event in record.events}
    found = [places.get(head, 0) for head in heads]
    if [turn.turn for turn in record.turns] != [*range(1, row.turn + 1)] or found != sorted(found) or 0 in found[:1]:
        yield "its turns are not those that it counts, or not in the order of its events"
    if {state.head, *heads[-1:]} != {record.events[-1]["hash"]}:
        yield "its last turn or its state ends with another event than its last"
    for turn in record.turns:
        if json.loads(turn.message)["id"] != turn.message_id:
            yield f"turn {turn.turn} is of another message than {turn.message_id}"
    issued = [event for event in record.events if event["kind"].startswith("certificate.")]
    became = {event["data"]["number"]: event["kind"] for event in issued}
    register = session.exec(select(CertificateRow).where(CertificateRow.case_id == row.id)).all()
    for name, listed in (("certificates", register), ("state/certificates", state.certificates)):
        yield from differences({one.number: f"certificate.{one.status}" for one in listed}, became, name)


def _rows(session: Session, model: ReadModel) -> dict[str, tuple[Keyed, Keyed]]:
    """Table → its rows of the case, and what they should be."""
    state = model.state

    def found(table: type[SQLModel], *names: str) -> Keyed:
        of_case = select(table).where(table.__table__.c.case_id == state.id)  # type: ignore[attr-defined]
        return keyed((row.model_dump() for row in session.exec(of_case)), *names)

    duties = ({"case_id": state.id, "person": person, "side": side} for person, side in people.sides(state))
    past = found(PastDeadlineRow, "id")
    return {
        "tasks": (found(TaskRow, "id"), keyed(store.task_rows(state), "id")),
        "duties": (found(DutyRow, "person"), keyed(duties, "person")),
        "bookings": (found(BookingRow, "audit_id", "person"), keyed(people.booking_rows(state), "audit_id", "person")),
        "transitions": (found(TransitionRow, "edition"), keyed(transition_rows(state), "edition")),
        "certificates": (found(CertificateRow, "number"), model.certificates),
        "certificate_changes": (_changes(session, state.id), model.changes),
        "past_deadlines": (readable(past), readable(model.past_deadlines)),
    }


def keyed(rows: Iterable[Row], *names: str) -> Keyed:
    """Rows by what tells them apart; a second one of the same key is marked."""
    found: Keyed = {}
    for row in rows:
        key = " ".join(str(row[name]) for name in names)
        while key in found:
            key += " again"
        found[key] = row
    return found


def readable(past: Keyed) -> Keyed:
    """Past due dates with their proof as data."""
    return {key: row | {"body": json.loads(row["body"])} for key, row in past.items()}


def _changes(session: Session, case_id: str) -> Keyed:
    change, row = CertificateChangeRow, CertificateRow
    of_case = select(change).join(row, col(row.number) == change.number).where(row.case_id == case_id)
    return keyed((one.model_dump() for one in session.exec(of_case)), "number", "place")

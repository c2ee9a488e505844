"""What a turn tells of people: the side they serve on, the days they are booked, the conflicts they declare."""

from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from domain.acts import ConflictDeclaration
from domain.refusal import Refused
from domain.state import CaseState, Message
from domain.team import barred_until
from records.tables import BookingRow, ConflictRow, DutyRow

SIDES = {"evaluation": "evaluation", "review": "judgement", "decision": "judgement"}


def write(session: Session, before: CaseState, after: CaseState, message: Message) -> None:
    """Write what a turn changed.

    Raises:
        Refused: `not_independent`, for a person on both sides.
    """
    _write_duties(session, before, after)
    _write_bookings(session, before, after)
    if message.name == "conflict.declare":
        _declare_conflict(session, message)


def sides(state: CaseState) -> set[tuple[str, str]]:
    """Person and side of each duty taken in a case."""
    return {(person, SIDES[duty]) for person, duties in state.duties.items() for duty in duties}


def _write_duties(session: Session, before: CaseState, state: CaseState) -> None:
    new = sorted(sides(state) - sides(before))
    if not new:
        return
    rows = [{"case_id": state.id, "person": person, "side": side} for person, side in new]
    try:
        session.execute(insert(DutyRow), rows)
    except IntegrityError as error:
        raise Refused(
            "not_independent",
            "参与过本案评价的人员不得复核或决定",
            "Whoever took part in the evaluation may not review or decide.",
            clause="R:7/6.4.6.2",
        ) from error


def booking_rows(state: CaseState) -> list[dict[str, Any]]:
    """Whom the plans of running audits name; a rehearsed case runs on a clock of its own and books nobody."""
    planning = {task.audit_id for task in state.tasks if task.kind == "audit.plan"}
    return [
        {"case_id": state.id, "audit_id": audit.id, "person": person}
        | {"first": audit.plan.planned_from, "last": audit.plan.planned_to}
        for audit in state.audits
        if audit.plan and audit.stage != "closed" and audit.last_day is None and not state.rehearsal
        if not audit.failed  # by its documents: nobody goes there
        if audit.stage != "planning" or audit.id not in planning
        for person in sorted({member.person for member in audit.plan.team})
    ]


def _write_bookings(session: Session, before: CaseState, state: CaseState) -> None:
    rows = booking_rows(state)
    if rows == booking_rows(before):
        return
    session.execute(delete(BookingRow).where(col(BookingRow.case_id) == state.id))
    if rows:
        session.execute(insert(BookingRow), rows)


def _declare_conflict(session: Session, message: Message) -> None:
    """What a person declares bars them in every case of the organization (R:7/6.4.6.2); the longest bar stands."""
    declared = ConflictDeclaration.model_validate_json(message.content)
    until = barred_until(declared.relation, declared.since)
    known = session.get(ConflictRow, (message.actor.person, declared.organization))
    if known and (known.until is None or (until and until <= known.until)):
        return
    session.merge(ConflictRow(person=message.actor.person, organization=declared.organization, until=until))
    session.flush()

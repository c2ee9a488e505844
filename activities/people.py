"""Who may be planned: accounts of the body, their competence, conflicts of interest, days away and turns served."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from domain.acts import RestorationRequest, TeamReplacement
from domain.answers import AuditPlan
from domain.audit import Audit
from domain.engagement import days_left, seats, teams_held
from domain.payloads import payload_of
from domain.refusal import Refused
from domain.state import Actor, CaseState, Message
from domain.team import MYSTERY_VISIT, Away, Competence, Conflict, Person, audits_in_a_row
from records import queries
from records.tables import AbsenceRow, Account, BookingRow, CaseRow, CompetenceRow, ConflictRow

ANOTHER_BODY = "—"
"""Stands for the number of a case that is not the body's to know."""


Row = TypeVar("Row", CompetenceRow, ConflictRow, AbsenceRow)
Span = tuple[date, date]
"""The first and the last day."""


def named(session: Session, state: CaseState, message: Message, today: date) -> list[Person]:
    """The active members of the body whom a plan or a replacement names, as they stand for its days."""
    content, task = payload_of(message), next((task for task in state.tasks if task.id == message.task), None)
    if isinstance(content, AuditPlan):
        audit = next((audit for audit in state.audits if task and audit.id == task.audit_id), None)
        users = {member.user for member in content.team}
        return members(session, state, audit, (content.planned_from, content.planned_to), users)
    if isinstance(content, RestorationRequest):
        return members(session, state, None, (today, today), {content.leader} if content.leader else set())
    found = seats(state, content.from_) if isinstance(content, TeamReplacement) else None
    if not isinstance(content, TeamReplacement) or found is None or found[0].plan is None:
        return []
    audit, plan = found[0], found[0].plan
    users = {content.to, *(member.user for member in plan.team)}
    return members(session, state, audit, days_left(plan, today), users)


def members(
    session: Session, state: CaseState, audit: Audit | None, span: Span, users: Collection[str] | None = None
) -> list[Person]:
    """Active members of the body, all or some of them, by account: what stands for and against planning them."""
    query = select(Account).where(Account.body == state.body, col(Account.active)).order_by(Account.user)
    if users is not None:
        # Who is planned in two cases at the same moment is planned in one of them first.
        query = query.where(col(Account.user).in_(users)).with_for_update()
    accounts = session.exec(query).all()
    persons = {account.person for account in accounts}
    competences = _by_person(session.exec(select(CompetenceRow).where(col(CompetenceRow.person).in_(persons))))
    conflicts = _by_person(session.exec(select(ConflictRow).where(col(ConflictRow.person).in_(persons))))
    absent = select(AbsenceRow).where(AbsenceRow.first <= span[1], AbsenceRow.last >= span[0])
    absences = _by_person(session.exec(absent.where(col(AbsenceRow.person).in_(persons))))
    bookings = _bookings(session, state, persons)
    teams = _teams(session, state, audit)
    return [
        Person(
            user=account.user,
            person=account.person,
            roles=account.roles,
            competences=[Competence(trade=one.trade, until=one.until) for one in competences[account.person]],
            conflicts=[Conflict(organization=one.organization, until=one.until) for one in conflicts[account.person]],
            away=[
                *(Away(first=one.first, last=one.last) for one in absences[account.person]),
                *(one for one in bookings[account.person] if one.first <= span[1] and span[0] <= one.last),
            ],
            served=audits_in_a_row(account.person, teams),
            engagements=len(bookings[account.person]),
        )
        for account in accounts
    ]


def _by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.person].append(row)
    return found


def _bookings(session: Session, state: CaseState, persons: Collection[str]) -> dict[str, list[Away]]:
    """The days for which other cases have booked people; a rehearsed case has a clock of its own, and minds none."""
    found: dict[str, list[Away]] = defaultdict(list)
    if state.rehearsal:
        return found
    query = select(BookingRow, CaseRow).join(CaseRow, col(CaseRow.id) == BookingRow.case_id)
    rows = session.exec(query.where(col(BookingRow.person).in_(persons), BookingRow.case_id != state.id))
    for booking, case in rows:
        by = case.number if case.body == state.body else ANOTHER_BODY
        found[booking.person].append(Away(first=booking.first, last=booking.last, booked_by=by))
    return found


def _teams(session: Session, state: CaseState, audit: Audit | None) -> list[set[str]]:
    """Who led or audited the organization's programme audits, oldest first; empty where nobody has to take turns."""
    if state.application is None or state.rules is None or state.rules.planning.rotation is None:
        return []
    held = teams_held(state.audits, but=audit)
    same = select(CaseRow).where(CaseRow.uscc == state.application.organization.uscc, CaseRow.body == state.body)
    for row in session.exec(same.where(CaseRow.id != state.id, CaseRow.rehearsal == state.rehearsal)):
        held += teams_held(queries.state_of(row).audits)
    return [team for _, team in sorted(held, key=lambda one: one[0])]


_CONFLICT = select(col(ConflictRow.until)).where(
    col(ConflictRow.person) == bindparam("person"), col(ConflictRow.organization) == bindparam("organization")
)


def refuse_barred(session: Session, actor: Actor, organization: str, on: date) -> None:
    """A conflict of interest bars from everything in the organization's cases (R:7/6.4.6.2).

    Raises:
        Refused: `conflict_of_interest`.
    """
    asked = {"person": actor.person, "organization": organization}
    conflict = session.connection().execute(_CONFLICT, asked).first()
    if conflict is not None and (conflict.until is None or on <= conflict.until):
        raise Refused(
            "conflict_of_interest",
            "您与该组织存在利益冲突,不得办理",
            "You have a conflict of interest with this organization.",
            clause="R:7/6.4.6.2",
        )


def refuse_applicant(session: Session, actor: Actor, state: CaseState) -> None:
    """Whoever applies does nothing for the body in that case, by another account of theirs no more than by this one.

    Raises:
        Refused: `conflict_of_interest`.
    """
    applicant = session.get(Account, state.applicant)
    if applicant is not None and applicant.person == actor.person:
        raise Refused(
            "conflict_of_interest",
            "您是本案的申请人,不得代表机构办理",
            "You are the applicant of this case.",
            clause="R:7/6.4.6.2",
        )


def without_visit(content: str) -> str:
    """A plan without its mystery visit, as JSON; empty when it has none, and there is nothing to hide (R:4/4.2)."""
    plan = json.loads(content)
    modes, team = plan.get("modes", []), plan["team"]
    shown = {
        "modes": [mode for mode in modes if mode != MYSTERY_VISIT],
        "team": [member for member in team if member["role"] != "visitor"],
    }
    if shown == {"modes": modes, "team": team}:
        return ""
    return json.dumps(plan | shown, ensure_ascii=False)

"""Who may evaluate: a plan's team against roles, competence for the trade and conflicts of interest."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

from pydantic import Field

from domain.model import Record
from domain.planning import PLAN, invalid, rule_refused
from domain.refusal import Fault, Refusal

IMPARTIAL: Final = "R:7/6.4.6.2"
MYSTERY_VISIT: Final = "mystery_visit"
AUDITING: Final = frozenset({"leader", "auditor"})
"""Team roles whose days on site count."""
QUALIFIED: Final = frozenset({"leader", "auditor", "visitor"})
"""Team roles that need an auditor's account and competence for the trade."""


class Competence(Record):
    """A trade a person may audit, through its last day; without one it does not end."""

    trade: str
    until: date | None = None


class Conflict(Record):
    """An organization (its unified social credit code) a person is barred from, through the last barred day."""

    organization: str
    until: date | None = None
    """None while it lasts; after a consultancy, the end of the two years."""


class Person(Record):
    """What a plan needs to know of a member's account and of the person behind it."""

    user: str
    person: str
    roles: list[str] = Field(default_factory=list)
    """Account roles; whoever leads, audits or visits needs `auditor`."""
    competences: list[Competence] = Field(default_factory=list)
    conflicts: list[Conflict] = Field(default_factory=list)


class Member(Record):
    """One place of a team."""

    user: str
    role: Literal["leader", "auditor", "expert", "visitor"]


class Engagement(Record):
    """What a team is sent to: whom, in which trade, how and when, both days included."""

    organization: str
    trade: str
    modes: list[str]
    planned_from: date
    planned_to: date


def auditors(team: Iterable[Member], people: Iterable[Person]) -> int:
    """Count the persons who lead or audit: those whose days cover the work on site (R:7/7.3.1)."""
    person_of = {one.user: one.person for one in people}
    return len({person_of.get(member.user, member.user) for member in team if member.role in AUDITING})


def check_team(team: Sequence[Member], people: Sequence[Person], engagement: Engagement) -> list[Refusal]:
    """Say what is wrong with a team (R:7/7.3.1); an empty list when nothing is.

    A team that is no team (not one leader, a visitor missing or too many, an unknown or doubled member) is
    `invalid`; an unqualified member (R:7/7.3.1) or one with a conflict of interest (R:7/6.4.6.2) is
    `rule_refused`.
    """
    known = {one.user: one for one in people}
    faults = [*_role_faults(team, engagement), *_member_faults(team, known)]
    found = [invalid("审查组组成不完整或有误", "The team is not complete or not valid", faults)] if faults else []
    placed = [(place, member, known[member.user]) for place, member in enumerate(team) if member.user in known]
    unqualified = [
        Fault(pointer=f"/team/{place}/user", detail=f"{member.user} is not qualified for {engagement.trade}")
        for place, member, person in placed
        if member.role in QUALIFIED and not is_qualified(person, engagement)
    ]
    barred = [
        Fault(pointer=f"/team/{place}/user", detail=f"{member.user} has a conflict of interest")
        for place, member, person in placed
        if is_barred(person, engagement.organization, engagement.planned_from)
    ]
    if unqualified:
        found.append(
            rule_refused("审查组成员不具备该行业能力", "A member is not qualified for the trade", PLAN, unqualified)
        )
    if barred:
        found.append(rule_refused("审查组成员存在利益冲突", "A member has a conflict of interest", IMPARTIAL, barred))
    return found


def is_qualified(person: Person, engagement: Engagement) -> bool:
    """Say whether an auditor is competent for the trade on every planned day (R:7/7.3.1)."""
    return "auditor" in person.roles and any(
        one.trade == engagement.trade and (one.until is None or engagement.planned_to <= one.until)
        for one in person.competences
    )


def is_barred(person: Person, organization: str, on: date) -> bool:
    """Say whether a conflict of interest with the organization bars the person on that day (R:7/6.4.6.2)."""
    return any(one.organization == organization and (one.until is None or on <= one.until) for one in person.conflicts)


def _role_faults(team: Sequence[Member], engagement: Engagement) -> list[Fault]:
    leaders = sum(member.role == "leader" for member in team)
    visitors = sum(member.role == "visitor" for member in team)
    wanted = int(MYSTERY_VISIT in engagement.modes)
    faults = []
    if leaders != 1:
        faults.append(Fault(pointer="/team", detail=f"one leader, not {leaders}"))
    if visitors != wanted:
        faults.append(Fault(pointer="/team", detail=f"{wanted} visitors for these modes, not {visitors}"))
    return faults


def _member_faults(team: Sequence[Member], known: dict[str, Person]) -> list[Fault]:
    """A person has one place, beside which only a mystery visit may be theirs too."""
    faults, taken = [], set()
    for place, member in enumerate(team):
        person = known.get(member.user)
        if person is None:
            faults.append(Fault(pointer=f"/team/{place}/user", detail="no such member of the body"))
            continue
        seat = (person.person, member.role == "visitor")
        if seat in taken:
            faults.append(Fault(pointer=f"/team/{place}/user", detail="stands in the team twice"))
        taken.add(seat)
    return faults

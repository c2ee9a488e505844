"""Who may evaluate: a team's form, and each member's competence, time, impartiality and turns (R:7/7.3.1)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final, Literal

from pydantic import Field

from domain.dates import add_months
from domain.model import Record, Text
from domain.planning import PLAN, invalid, rule_refused
from domain.refusal import Fault, Refusal

IMPARTIAL: Final = "R:7/6.4.6.2"
MYSTERY_VISIT: Final = "mystery_visit"
AUDITING: Final = frozenset({"leader", "auditor"})
"""Team roles whose days on site count."""
QUALIFIED: Final = frozenset({"leader", "auditor", "visitor"})
"""Team roles that need an auditor's account and competence for the trade."""
CONSULTANCY_MONTHS: Final = 24
"""So long after its last day a consultancy bars (R:7/6.4.6.2)."""

Role = Literal["leader", "auditor", "expert", "visitor"]
Relation = Literal["consultancy", "employment", "ownership", "family", "other"]


class Competence(Record):
    """A trade a person may audit, through its last day; without one it does not end."""

    trade: str
    until: date | None = None


class Conflict(Record):
    """An organization (its unified social credit code) a person is barred from, through the last barred day."""

    organization: str
    until: date | None = None
    """None while it lasts; after a consultancy, the end of the two years."""


class Away(Record):
    """Days on which a person is not to be had, both included: absent, or booked by another audit."""

    first: date
    last: date
    booked_by: str = ""
    """Number of the other audit's case; empty for an absence."""


class Person(Record):
    """What a plan needs to know of a member's account and of the person behind it."""

    user: str
    person: str
    roles: list[str] = Field(default_factory=list)
    """Account roles; whoever leads, audits or visits needs `auditor`."""
    competences: list[Competence] = Field(default_factory=list)
    conflicts: list[Conflict] = Field(default_factory=list)
    away: list[Away] = Field(default_factory=list)
    """Within the planned days."""
    served: int = 0
    """How many programme audits of the organization the person led or audited in a row, the latest among them."""
    engagements: int = 0
    """How many running audits of other cases name the person."""


class Member(Record):
    """One place of a team."""

    user: str
    role: Role


class Engagement(Record):
    """What a team is sent to: whom, in which trade, how and when, both days included."""

    organization: str
    trade: str
    modes: list[str]
    planned_from: date
    planned_to: date
    today: date | None = None
    """The day of planning; none: the first planned day."""
    rotation: int | None = None
    """The same person leads or audits at most so many programme audits in a row; none: no limit."""
    judges: list[str] = Field(default_factory=list)
    """Persons who have reviewed, approved or decided in the case."""

    @property
    def begins(self) -> date:
        """The first day the team may work on the case: its documents are reviewed before the planned days."""
        return min(self.today or self.planned_from, self.planned_from)


Hindrance = Literal["competence", "absent", "booked", "conflict", "judged", "rotation"]


class Obstacle(Record):
    """Why a person cannot take a place in a team."""

    kind: Hindrance
    text: Text


REFUSALS: Final[dict[Hindrance, tuple[str, str, str]]] = {
    "competence": (PLAN, "审查组成员不具备该行业能力", "A member is not qualified for the trade"),
    "absent": (PLAN, "审查组成员在计划期间缺席", "A member is absent on planned days"),
    "booked": (PLAN, "审查组成员在计划期间另有审查", "A member is booked by another audit on planned days"),
    "conflict": (IMPARTIAL, "审查组成员存在利益冲突", "A member has a conflict of interest"),
    "judged": (IMPARTIAL, "复核或决定人员不得参与评价", "Reviewers and deciders may not evaluate"),
    "rotation": (PLAN, "审查组成员须轮换", "A member has audited the organization often enough in a row"),
}
"""Kind of obstacle → the clause that refuses, and in which words."""


def auditors(team: Iterable[Member], people: Iterable[Person]) -> int:
    """Count the persons who lead or audit: those whose days cover the work on site (R:7/7.3.1)."""
    person_of = {one.user: one.person for one in people}
    return len({person_of.get(member.user, member.user) for member in team if member.role in AUDITING})


def check_team(team: Sequence[Member], people: Sequence[Person], engagement: Engagement) -> list[Refusal]:
    """Say what is wrong with a team (R:7/7.3.1); an empty list when nothing is.

    A team that is no team (not one leader, a visitor missing or too many, an unknown or doubled member) is
    `invalid`; a member in whose way something is (`obstacles`) is `rule_refused`.
    """
    known = {one.user: one for one in people}
    faults = [*_role_faults(team, engagement), *_member_faults(team, known)]
    found = [invalid("审查组组成不完整或有误", "The team is not complete or not valid", faults)] if faults else []
    standing = [
        (one, Fault(pointer=f"/team/{place}/user", detail=f"{member.user}: {one.text.en}"))
        for place, member in enumerate(team)
        if member.user in known
        for one in obstacles(known[member.user], member.role, engagement)
    ]
    for kind, (clause, zh, en) in REFUSALS.items():
        if of_kind := [fault for one, fault in standing if one.kind == kind]:
            found.append(rule_refused(zh, en, clause, of_kind))
    return found


def check_replacement(
    team: Sequence[Member], to: str, people: Sequence[Person], engagement: Engagement
) -> list[Refusal]:
    """Say why a person cannot take the places it has in a team that stands; the others are not judged again."""
    person_of = {one.user: one.person for one in people}
    taking = person_of.get(to, to)
    places = {f"/team/{n}/user" for n, one in enumerate(team) if person_of.get(one.user, one.user) == taking}
    found = []
    for refusal in check_team(team, people, engagement):
        faults = [Fault(pointer="/to", detail=one.detail) for one in refusal.faults if one.pointer in places]
        if faults:
            found.append(refusal.model_copy(update={"faults": faults}))
    return found


def obstacles(person: Person, role: Role, engagement: Engagement) -> list[Obstacle]:
    """Give every reason why a person cannot take a place; an empty list where nothing is in the way."""
    found = []
    if role in QUALIFIED and not is_qualified(person, engagement):
        found.append(_unqualified(person, engagement))
    found += [_not_to_be_had(one) for one in person.away if _overlap(one, engagement)]
    if is_barred(person, engagement.organization, engagement.begins):
        found.append(_obstacle("conflict", "与该组织存在利益冲突", "has a conflict of interest with the organization"))
    if person.person in engagement.judges:
        found.append(_obstacle("judged", "曾在本案复核、审批或决定", "has reviewed or decided in this case"))
    if role in AUDITING and engagement.rotation is not None and person.served >= engagement.rotation:
        zh, en = f"已连续审查该组织{person.served}次", f"led or audited the last {person.served} audits here"
        found.append(_obstacle("rotation", zh, en))
    return found


def barred_until(relation: Relation, since: date) -> date | None:
    """Give the last day on which a relation bars: two years after a consultancy's last day; none while it lasts.

    `since` is the last known day of a consultancy, and the first of anything else.
    """
    return add_months(since, CONSULTANCY_MONTHS) if relation == "consultancy" else None


def audits_in_a_row(person: str, teams: Sequence[Collection[str]]) -> int:
    """Count the audits up to the latest that a person was in without a gap, of those given oldest first."""
    return next((count for count, team in enumerate(reversed(teams)) if person not in team), len(teams))


def is_qualified(person: Person, engagement: Engagement) -> bool:
    """Say whether an auditor is competent for the trade on every planned day (R:7/7.3.1)."""
    return "auditor" in person.roles and any(
        one.trade == engagement.trade and (one.until is None or engagement.planned_to <= one.until)
        for one in person.competences
    )


def is_barred(person: Person, organization: str, on: date) -> bool:
    """Say whether a conflict of interest with the organization bars the person on that day (R:7/6.4.6.2)."""
    return any(one.organization == organization and (one.until is None or on <= one.until) for one in person.conflicts)


def _unqualified(person: Person, engagement: Engagement) -> Obstacle:
    ended = [one.until for one in person.competences if one.trade == engagement.trade and one.until]
    if "auditor" in person.roles and ended:
        zh, en = f"{engagement.trade}能力至{max(ended)}", f"competent in {engagement.trade} until {max(ended)} only"
        return _obstacle("competence", zh, en)
    return _obstacle("competence", f"无{engagement.trade}能力", f"not competent in {engagement.trade}")


def _not_to_be_had(away: Away) -> Obstacle:
    zh, en = f"{away.first}至{away.last}", f"from {away.first} to {away.last}"
    if away.booked_by:
        return _obstacle("booked", f"{zh}参加{away.booked_by}的审查", f"booked by {away.booked_by} {en}")
    return _obstacle("absent", f"{zh}缺席", f"absent {en}")


def _overlap(away: Away, engagement: Engagement) -> bool:
    return away.first <= engagement.planned_to and engagement.planned_from <= away.last


def _obstacle(kind: Hindrance, zh: str, en: str) -> Obstacle:
    return Obstacle(kind=kind, text=Text(zh=zh, en=en))


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

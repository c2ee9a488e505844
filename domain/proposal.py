"""A proposal for a plan: person-days, a team that would be taken, why not the others, what is missing (R:7/7.3)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from domain.audit import Audit
from domain.engagement import all_modes, check_dates, check_modes, days_by_table, engagement, sites
from domain.model import Record, Text
from domain.planning import PersonDays, band, cap, check_span, decimal_text, most, refuse_first
from domain.rules import Rules
from domain.sampling import NAMED, factor, sample_size
from domain.scope import extension_in, headcount_about, new_sites
from domain.state import CaseState
from domain.team import MYSTERY_VISIT, Engagement, Member, Obstacle, Person, Role, obstacles

CHARACTERISTICS: Final = "audit.characteristics"
DOCUMENTS_SHARE: Final = 12
"""One twelfth of the days is proposed for the documents; the rest is halved, or goes to the management audit where
nothing else is evaluated. The body plans them as it likes."""
JUDGES: Final = frozenset({"reviewer", "decision_maker"})
ROLES: Final[tuple[Role, ...]] = ("leader", "auditor", "visitor", "expert")


class Candidate(Record):
    """A member of the body: what they may be in this team, and every reason why not more."""

    user: str
    engagements: int
    """How many running audits of other cases name them."""
    roles: list[Role]
    obstacles: list[Obstacle]


class Effort(Record):
    """Person-days as decimal strings: the table's, their bounds, and a split."""

    table: int | None
    """None where a plan sets them with a reason (R:11/10.1)."""
    cap: str | None
    most: str | None
    """The largest total on the grid within the cap."""
    grid: str
    proposed: dict[str, str]
    reason_needed: bool


class Extent(Record):
    """How many sites there are, and how many of those without the central function a sample would visit."""

    central: int
    others: int
    sample: int


class Proposal(Record):
    """What could be sent as the plan; without a team it says what is missing."""

    planned_from: date
    planned_to: date
    modes: list[str]
    person_days: Effort
    calendar_days: int
    auditors_needed: int
    """Leaders and auditors whose days cover the work on site."""
    sites: Extent
    team: list[Member]
    people: list[Candidate]
    missing: list[Text]


def propose(
    state: CaseState, audit: Audit, people: Sequence[Person], span: tuple[date, date], modes: Sequence[str], today: date
) -> Proposal:
    """Propose a plan for the days of the span, both included; the same arguments always give the same.

    Among those who may audit, the ones with the fewest engagements are proposed first, then by account; those who
    may judge the case come last.

    Raises:
        Refused: these days or modes cannot be planned by anybody.
    """
    rules = state.rules
    if rules is None:
        raise ValueError("a case is planned from its application on")
    refuse_first([*check_span(*span), *check_dates(state, audit, *span, today), *check_modes(modes, rules.planning)])
    planned = all_modes(modes, rules.planning)
    sent = engagement(state, planned, span, today)
    effort, on_site = _effort(state, audit, rules)
    calendar_days = (span[1] - span[0]).days + 1
    needed = ceil(on_site / calendar_days)
    auditors = _sparing(_able(people, "auditor", sent), people, state)
    visitors = _sparing(_able(people, "visitor", sent), people, state, auditors[:needed])
    missing = _missing(state, auditors, needed, on_site, sent)
    if MYSTERY_VISIT in planned and not visitors:
        missing.append(Text(zh=f"还缺暗访员:{_wanted(sent).zh}", en=f"a mystery visitor {_wanted(sent).en}"))
    return Proposal(
        planned_from=span[0],
        planned_to=span[1],
        modes=planned,
        person_days=effort,
        calendar_days=calendar_days,
        auditors_needed=needed,
        sites=_extent(state, audit, rules),
        team=[] if missing else _team(auditors[:needed], visitors if MYSTERY_VISIT in planned else []),
        people=[_candidate(person, sent) for person in people],
        missing=missing,
    )


def _effort(state: CaseState, audit: Audit, rules: Rules) -> tuple[Effort, Fraction]:
    """The person-days, and those of them on site."""
    headcount, added = headcount_about(state, audit), extension_in(state, audit)
    table = days_by_table(state, audit)
    total = Fraction(table) if table is not None else _as_before(state, audit, headcount, rules)
    if added:
        new = sum(site.headcount for site in new_sites(state, audit))
        total += band(new, rules.planning).initial
    days = _split(total, Fraction(rules.planning.grid), two=CHARACTERISTICS in rules.evaluations)
    effort = Effort(
        table=table,
        cap=None if table is None or added else decimal_text(cap(table, rules.planning)),
        most=None if table is None or added else decimal_text(most(table, rules.planning)),
        grid=rules.planning.grid,
        proposed={name: format(days.model_dump()[name].normalize(), "f") for name in PersonDays.model_fields},
        reason_needed=table is None or days.total > table,
    )
    return effort, days.on_site


def _as_before(state: CaseState, audit: Audit, headcount: int, rules: Rules) -> Fraction:
    """Where the table says nothing: the days of the audit that is repeated, else those of an initial one."""
    repeated = next((one.plan for one in state.audits if one.id == audit.of and one.plan), None)
    if repeated is None:
        return Fraction(band(headcount, rules.planning).initial)
    return sum((Fraction(days) for days in repeated.person_days.values()), Fraction())


def _split(total: Fraction, grid: Fraction, *, two: bool) -> PersonDays:
    """Share the days out; `two`: the characteristics are evaluated beside the rest, each with its part."""
    steps = ceil(total / grid)
    documents = min(max(steps // DOCUMENTS_SHARE, 1), max(steps - 2, 0))
    on_site = steps - documents
    management = ceil(Fraction(on_site, 2)) if two else on_site
    step = Decimal(grid.numerator) / grid.denominator
    return PersonDays(
        documents=documents * step,
        management=management * step,
        characteristics=(on_site - management) * step,
    )


def _extent(state: CaseState, audit: Audit, rules: Rules) -> Extent:
    in_scope = sites(state, audit=audit)
    others = len(in_scope.others)
    named = audit.audit_kind in NAMED
    sample = others if named else sample_size(others, factor(audit.audit_kind, rules.planning))
    return Extent(central=len(in_scope.central), others=others, sample=sample)


def _able(people: Sequence[Person], role: Role, sent: Engagement) -> list[Person]:
    """Those in whose way nothing is, one account of each person, fewest engagements first.

    Whoever may also review or decide comes last: the case needs somebody to judge it.
    """
    able = [person for person in people if not obstacles(person, role, sent)]
    able.sort(key=lambda one: (not JUDGES.isdisjoint(one.roles), one.engagements, one.user))
    first = {person.person: person for person in reversed(able)}
    return [person for person in able if first[person.person] is person]


def _sparing(
    able: Sequence[Person], people: Sequence[Person], state: CaseState, team: Sequence[Person] = ()
) -> list[Person]:
    """Those who can all be taken beside the team with somebody left to review and to decide (R:7/6.4.6.2)."""
    taken = {one.person for one in team}
    evaluated = {person for person, duties in state.duties.items() if "evaluation" in duties}
    judges = [{one.person for one in people if role in one.roles} - evaluated for role in sorted(JUDGES)]
    found = []
    for one in able:
        if all(who - taken - {one.person} for who in judges if who - taken):
            taken.add(one.person)
            found.append(one)
    return found


def _team(auditors: Sequence[Person], visitors: Sequence[Person]) -> list[Member]:
    """The first leads; the visit is made by somebody else where there is somebody else."""
    team = [Member(user=one.user, role="auditor" if place else "leader") for place, one in enumerate(auditors)]
    in_team = {one.person for one in auditors}
    outside_first = sorted(visitors, key=lambda one: one.person in in_team)
    return [*team, *(Member(user=one.user, role="visitor") for one in outside_first[:1])]


def _candidate(person: Person, sent: Engagement) -> Candidate:
    """Whoever audits needs everything that any place needs."""
    return Candidate(
        user=person.user,
        engagements=person.engagements,
        roles=[role for role in ROLES if not obstacles(person, role, sent)],
        obstacles=obstacles(person, "auditor", sent),
    )


def _missing(
    state: CaseState, auditors: Sequence[Person], needed: int, on_site: Fraction, sent: Engagement
) -> list[Text]:
    if state.special_rule is None:
        return [_trade_pack(state)]
    short = needed - len(auditors)
    if short <= 0:
        return []
    zh, en = (
        f"还缺{short}名审查员:{_wanted(sent).zh}",
        f"{short} more auditor{'s' if short > 1 else ''} {_wanted(sent).en}",
    )
    if auditors:
        days = ceil(on_site / len(auditors)) - ((sent.planned_to - sent.planned_from).days + 1)
        zh, en = f"{zh};或延长{days}天", f"{en}, or {days} more days"
    return [Text(zh=zh, en=en)]


def _trade_pack(state: CaseState) -> Text:
    if state.rules and CHARACTERISTICS not in state.rules.evaluations:
        return Text(zh="缺少“山西精品”标准", en="a standard")
    return Text(zh="缺少专用规则", en="a special rule")


def _wanted(sent: Engagement) -> Text:
    return Text(
        zh=f"具备{sent.trade}能力,{sent.planned_from}至{sent.planned_to}可到场",
        en=f"competent in {sent.trade} and free from {sent.planned_from} to {sent.planned_to}",
    )

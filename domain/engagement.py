"""What an audit is planned on, read from the case: its window, modes, sites, and who has judged or served (R:7/7.3)."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from domain.application import Application
from domain.audit import Audit, Plan, TeamMember
from domain.planning import invalid, required, rule_refused
from domain.refusal import Fault, Refusal
from domain.rules import Planning, Rules
from domain.sampling import Sites
from domain.scope import CHANGE_REQUEST, extension_in, headcount_about, matter_about, new_sites, sites_about
from domain.state import CaseState
from domain.team import AUDITING, MYSTERY_VISIT, Engagement

PROGRAMME: Final = frozenset({"initial", "surveillance", "recertification"})
"""Kinds of audit that make up the programme; a re-audit belongs to the one it repeats."""

RUNNING: Final = ("planning", "document_review", "audit")
"""Stages of an audit before its report."""
PERSON_DAYS: Final = "person_days"
"""Subject of the approval of a plan above the cap."""


def engagement(state: CaseState, modes: Sequence[str], span: tuple[date, date], today: date) -> Engagement:
    """Give what a plan sends its team to on the days of the span; raises ValueError before the application."""
    application, rules = _known(state)
    return Engagement(
        organization=application.organization.uscc,
        trade=application.service.category,
        modes=list(modes),
        planned_from=span[0],
        planned_to=span[1],
        today=today,
        rotation=rules.planning.rotation,
        judges=[person for person, duties in state.duties.items() if set(duties) - {"evaluation"}],
    )


def all_modes(named: Sequence[str], planning: Planning) -> list[str]:
    """Give the modes of a plan: those it names, and the usual ones where it names none beside the mystery visit.

    Nobody can tell from a plan's open part that a mystery visit was all it named (R:4/4.2).
    """
    usual = [mode.id for mode in planning.modes if mode.id != MYSTERY_VISIT]
    return list(named) if set(named) - {MYSTERY_VISIT} else [*usual, *named]


def check_modes(named: Sequence[str], planning: Planning, pointer: str = "/modes") -> list[Refusal]:
    """Say which modes the pack does not know (R:7/7.4.4); a pack that lists none knows them all."""
    known = {mode.id for mode in planning.modes}
    faults = [
        Fault(pointer=f"{pointer}/{place}", detail="no such mode")
        for place, mode in enumerate(named)
        if known and mode not in known
    ]
    return [invalid("没有此种测评方式", "There is no such mode of evaluation", faults)] if faults else []


def check_dates(state: CaseState, audit: Audit, planned_from: date, planned_to: date, today: date) -> list[Refusal]:
    """Say whether the planned days lie ahead, or follow the opening of an audit that is open, and within its window."""
    if planned_from < (audit.first_day or today):
        fault = Fault(pointer="/planned_from", detail=f"before {audit.first_day or today}")
        return [invalid("计划日期早于今天", "The plan lies in the past.", [fault])]
    found = []
    begins, closes = _window(state, "reaudit", audit), _window(state, "recertification.on_site", audit)
    if audit.audit_kind == "surveillance":
        closes = _window(state, "surveillance")
    if audit.audit_kind == "reaudit" and begins is None and closes is None:
        closes = _window(state, "suspension.end")
    if begins and planned_from > begins[0]:
        fault = Fault(pointer="/planned_from", detail="after the window")
        zh, en = f"再次审查须在{begins[0]}前开始", f"The re-audit has to begin by {begins[0]}."
        found.append(rule_refused(zh, en, begins[1], [fault]))
    if closes and planned_to > closes[0]:
        fault = Fault(pointer="/planned_to", detail="after the window")
        zh, en = f"审查须在{closes[0]}前结束", f"The audit has to close by {closes[0]}."
        found.append(rule_refused(zh, en, closes[1], [fault]))
    return found


def sites(state: CaseState, mandatory: Sequence[str] = (), audit: Audit | None = None) -> Sites:
    """Give the sites in scope, and those that an earlier audit of the case has seen; ValueError as `engagement`.

    Of an audit those that it covers: what an extension adds is visited in any case (R:9/8.3).
    """
    in_scope = sites_about(state, audit) if audit else _known(state)[0].sites
    added = [site.id for site in new_sites(state, audit)] if audit and extension_in(state, audit) else []
    seen = {site for audit in state.audits if audit.last_day and audit.plan for site in audit.plan.sites}
    return Sites(
        central=[site.id for site in in_scope if site.central],
        others=[site.id for site in in_scope if not site.central],
        mandatory=[*mandatory, *(site for site in added if site not in mandatory)],
        visited=sorted(seen),
    )


def days_by_table(state: CaseState, audit: Audit, *, combined: bool = False) -> int | None:
    """Give the table's person-days for an audit (R:11/10.1); None where its plan sets them with a reason.

    A change is audited like anything special; an extension as at first, unless its plan is `combined` with another's.
    """
    matter = matter_about(state, audit)
    special = combined or (matter is not None and matter.kind == CHANGE_REQUEST)
    return required(headcount_about(state, audit), audit.audit_kind, _known(state)[1], combined=special)


def teams_held(audits: Sequence[Audit], but: Audit | None = None) -> list[tuple[date, set[str]]]:
    """Give who led or audited each programme audit of a case that was held: its last day and the persons.

    A re-audit adds to the audit it repeats. Left out is the audit to be planned, with what it repeats.
    """
    left_out = {but.id, but.of} if but else set()
    kinds = {audit.id: audit.audit_kind for audit in audits}
    held: dict[str, tuple[date, set[str]]] = {}
    for audit in audits:
        of = audit.of or audit.id
        if audit.plan and audit.last_day and kinds[of] in PROGRAMME and not {audit.id, of} & left_out:
            team = {member.person for member in audit.plan.team if member.role in AUDITING}
            held[of] = (audit.last_day, team | held.get(of, (audit.last_day, set()))[1])
    return list(held.values())


def programme_last_day(audits: Sequence[Audit], audit: Audit) -> date | None:
    """Give the last day of a programme audit as the one from which the next counts (R:7/7.3.3).

    It is the latest of its own, its re-audit's, and those of audits planned as combined with either. None where
    none of them came to an end on site.
    """
    of = audit.of or audit.id
    held = [one for one in audits if of in (one.id, one.of)]
    ids = {one.id for one in held}
    named = {one.plan.combined_with for one in held if one.plan}
    held += [one for one in audits if one.id in named or (one.plan and one.plan.combined_with in ids)]
    return max((one.last_day for one in held if one.last_day), default=None)


def plan_is_open(state: CaseState, audit: Audit) -> bool:
    """Say whether an audit's plan is asked for, or waits for the approval of its person-days."""
    return any(
        task.audit_id == audit.id and (task.kind == "audit.plan" or task.subject == PERSON_DAYS) for task in state.tasks
    )


def plan_stands(state: CaseState, audit: Audit) -> bool:
    """Say whether nobody is asked about an audit's plan any more, the client neither."""
    asked = any((task.kind, task.audit_id) == ("audit.plan.confirm", audit.id) for task in state.tasks)
    return not asked and not plan_is_open(state, audit)


def seats(state: CaseState, user: str) -> tuple[Audit, list[TeamMember]] | None:
    """Give the open audit whose standing plan names somebody, and the places that can still be given to another.

    Those are a visitor's until the visit is in, the leader's until the audit is decided, and everybody else's until
    the closing meeting.
    """
    for audit in reversed(state.audits):
        if audit.plan is None or audit.stage == "closed" or plan_is_open(state, audit):
            continue
        taken = {"visitor": "audit.mystery_visit" in audit.given, "leader": False}
        over = audit.last_day is not None
        found = [one for one in audit.plan.team if one.user == user and not taken.get(one.role, over)]
        if found:
            return audit, found
    return None


def days_left(plan: Plan, today: date) -> tuple[date, date]:
    """Give the planned days that are not over; today where all are."""
    return max(plan.planned_from, today), max(plan.planned_to, today)


def _window(state: CaseState, kind: str, audit: Audit | None = None) -> tuple[date, str] | None:
    """The day and the clause of a running due date."""
    wanted = (kind, audit.id if audit else None, "running")
    running = (one for one in state.deadlines if (one.kind, one.audit_id, one.state) == wanted)
    return next(((one.due_on, one.clause) for one in running), None)


def _known(state: CaseState) -> tuple[Application, Rules]:
    if state.application is None or state.rules is None:
        raise ValueError("a case is planned from its application on")
    return state.application, state.rules

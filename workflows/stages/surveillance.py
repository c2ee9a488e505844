"""R:7/6.5, R:7/7.3.3: surveillances: when each is due, how one is put off, and the calendar years that need one."""

from datetime import date
from typing import Final

from domain import cycle as dates
from domain.acts import SurveillancePostponement
from domain.answers import Approval
from domain.audit import Audit
from domain.dates import A_DAY, YEAR_MONTHS, Anchor, Due, add_months
from domain.engagement import programme_last_day
from domain.matters import INCIDENT, Matter
from domain.refusal import Refused
from domain.scope import is_alive
from domain.state import Deadline, Effect
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import planning, proposals
from workflows.stages.proposals import CALENDAR_YEAR, POSTPONE

BREACH: Final = "calendar_year_breach"


def begin_cycle(case: Case, audit: Audit) -> None:
    """R:7/7.3.3: the first surveillance after the decision or the recertification's audit; an audit in each year."""
    anchor = Anchor(kind="decision", on=case.today)
    if case.state.cycle.kind == "recertification" and audit.last_day:
        anchor = Anchor(kind="audit_last_day", on=audit.last_day)
    watch(case, dates.first_surveillance(anchor, case.rules.cycle))
    _watch_years(case)


def watch(case: Case, until: Due, *, opens_on: date | None = None, planned: bool = False) -> Deadline:
    """A surveillance closes by a date; its plan opens in good time, unless it is `planned` already."""
    opens = opens_on or max(dates.surveillance_plan_opens(until.on, case.rules.cycle), case.today + A_DAY)
    case.settle_deadlines("void", kind="surveillance")
    return case.run_deadline(
        "surveillance",
        until,
        deadline_id=f"surveillance-{case.state.turn}",
        late_entry=True,
        opens_on=None if planned else opens,
    )


def opens(case: Case, deadline: Deadline) -> None:
    """R:7/6.5.1: the surveillance is planned, before its window ends; while a renewal runs, that serves it."""
    if case.state.stage == "certified":
        planning.open_audit(case, "surveillance", until=as_due(deadline))


def open_due(case: Case) -> None:
    """A surveillance whose plan gave way to something else is planned now."""
    window = case.running("surveillance")
    if window and window.opens_on is None and not _open_one(case):
        planning.open_audit(case, "surveillance", until=as_due(window))


def _open_one(case: Case) -> Audit | None:
    open_ones = (one for one in case.state.audits if one.audit_kind == "surveillance" and one.stage != "closed")
    return next(open_ones, None)


def as_due(deadline: Deadline) -> Due:
    """A due date as what it was counted from."""
    return Due(on=deadline.due_on, provisional=deadline.provisional, clause=deadline.clause, proof=deadline.proof)


def maintained(case: Case, audit: Audit) -> None:
    """R:7/6.5.3.1, R:10/9.1: the certificate goes on; the next surveillance is due, if there is one."""
    case.follow_programme()
    proposals.drop_proposals(case)
    case.send(Effect(id="", kind="submission", about=f"surveillance:{audit.id}"))
    case.tell_applicant("监督审查通过,认证保持", "Surveillance passed: certification is maintained")
    watch_next(case, audit)


def watch_next(case: Case, audit: Audit) -> None:
    """R:7/7.3.3: the surveillance after this one, or after the re-audit that took its place, if there is one."""
    months, began = case.state.surveillance_months, case.granted.cycle_began
    forget_before(case, max(began, add_months(case.today, -YEAR_MONTHS)) if months else began)
    valid_until = case.granted.valid_until
    year = dates.recertification_year(valid_until, None)
    last_day = programme_last_day(case.state.audits, audit)
    if last_day and dates.another_surveillance(held(case), last_day, valid_until, year, case.rules.cycle, months):
        due = dates.next_surveillance(last_day, case.rules.cycle, months)
        watch(case, dates.within_validity(due, valid_until))


def held(case: Case) -> int:
    """How many surveillances this cycle has held: those since the decision that certified it, or their re-audits."""
    since = case.granted.cycle_began
    days = {audit.of or audit.id: audit.last_day for audit in case.state.audits if audit.last_day}
    kinds = {audit.id: audit.audit_kind for audit in case.state.audits}
    return sum(kinds[of] == "surveillance" and day >= since for of, day in days.items())


def forget_before(case: Case, day: date) -> None:
    """What was settled before a day stands in the record only: a case's state stays small for all its years."""
    case.state.deadlines = [one for one in case.state.deadlines if one.state == "running" or one.due_on >= day]
    case.state.matters = [one for one in case.state.matters if not (one.kind == INCIDENT and _closed_before(one, day))]
    for matter in case.state.matters:
        if not is_alive(case.state, matter):
            matter.proposed = None
    for audit in case.state.audits:
        if audit.stage == "closed" and audit.last_day and audit.last_day < day:
            audit.given = {kind: given for kind, given in audit.given.items() if kind == "audit.management"}


def _closed_before(matter: Matter, day: date) -> bool:
    return matter.closed_on is not None and matter.closed_on < day


# Missed, and due on another day ----------------------------------------------------------------------------


def missed(case: Case, deadline: Deadline) -> None:
    """R:7/7.3.3, R:10/9.3.1c: one proposal to suspend, decided by a person."""
    forget_before(case, case.granted.cycle_began)
    proposals.propose(case, proposals.MISSED, ["c"])
    due = deadline.due_on
    case.tell_applicant(
        f"监督审查应不迟于{due}进行,未按期接受", f"The surveillance was due on {due} and did not take place"
    )


def give_new_date(case: Case, asked_on: date, until: date) -> None:
    """R:10/9.3.1: a missed surveillance that does not suspend is due on the day the decision names."""
    due, open_one = dates.approved_until(Anchor(kind="task", on=asked_on), until, proposals.CLAUSE), _open_one(case)
    if open_one and open_one.stage == "planning" and open_one.plan is None:
        case.drop_tasks("audit.plan", open_one)
        case.ask("audit.plan", audit=open_one, until=due)
    watch(case, due, opens_on=case.today + A_DAY, planned=open_one is not None)


def postpone(case: Case, act: SurveillancePostponement) -> None:
    """R:7/7.3.3: the client cannot host a later surveillance in time: put off with evidence, once approved."""
    window = case.running("surveillance")
    if window is None or case.today > window.due_on:
        raise case.conflict("没有尚未到期的监督审查", "No surveillance is due that could still be put off.")
    if case.open_matters(POSTPONE):
        raise case.conflict("已有未决的延期申请", "It is asked to be put off already.")
    if not act.evidence:
        raise invalid("须附证据", "Evidence is needed.", [("/evidence", "required")])
    _refuse_beyond(window, act.until, _furthest(case))
    case.record_message(act, dates.SURVEILLANCE)
    matter = case.open_matter(POSTPONE, until=act.until)
    case.ask("approval.give", subject=matter.id).clause = dates.SURVEILLANCE


def _furthest(case: Case) -> date:
    """The last day to which a surveillance may be put off (R:7/7.3.3); a first one stays where it is."""
    audits = case.state.audits
    days = (programme_last_day(audits, one) for one in audits if one.last_day and case.in_programme(one))
    previous = [day for day in days if day]
    if not held(case) or not previous:
        raise case.refuse(dates.SURVEILLANCE, "首次监督审查不得延期", "A first surveillance is not put off.")
    valid_until = case.granted.valid_until
    year = dates.recertification_year(valid_until, None)
    longest = dates.extended_surveillance(max(previous), {day.year for day in previous}, year, case.rules.cycle)
    return min(longest.on, valid_until)


def _refuse_beyond(window: Deadline, until: date, furthest: date) -> None:
    if not window.due_on < until <= furthest:
        zh, en = (
            f"须晚于{window.due_on},且不晚于{furthest}",
            f"Put it off beyond {window.due_on}, to {furthest} at most.",
        )
        raise Refused("rule_refused", zh, en, clause=dates.SURVEILLANCE)


def postponement_decided(case: Case, task: Task, answer: Approval) -> None:
    """R:7/7.3.3: approved, the window ends on the day that was asked for; what was asked for in time stays in time."""
    matter = case.matter(task)
    case.refuse_if_evaluator()
    case.refuse_if_asked_by(matter.by)
    case.record_message(answer, task.clause, until=matter.until)
    case.take_duty(case.message.actor.person, "decision")
    case.close_matter(matter, answer.outcome)
    window = case.running("surveillance")
    if answer.outcome == "refuse" or window is None or matter.until is None:
        return
    planned = window.opens_on is None
    case.settle(window, "void")
    anchor = Anchor(kind="audit_last_day", on=window.proof.anchor.on)
    open_one = _open_one(case)
    watch(case, dates.approved_until(anchor, matter.until, dates.SURVEILLANCE), planned=planned)
    if open_one and any((one.kind, one.audit_id) == ("audit.plan", open_one.id) for one in case.state.tasks):
        case.drop_tasks("audit.plan", open_one)
        case.ask("audit.plan", audit=open_one, until=as_due(case.state.deadlines[-1]))
    case.tell_applicant(f"监督审查延期至{matter.until}", f"The surveillance is put off to {matter.until}")


# Each calendar year (R:7/7.3.3) ----------------------------------------------------------------------------


def _watch_years(case: Case) -> None:
    """R:7/7.3.3: each calendar year of the cycle between the decision's and the recertification's holds an audit."""
    case.settle_deadlines("void", kind=CALENDAR_YEAR)
    certificate = case.granted
    for year in range(certificate.decided_on.year + 1, certificate.valid_until.year):
        until = dates.year_end(certificate.decided_on, year)
        case.run_deadline(CALENDAR_YEAR, until, deadline_id=f"{CALENDAR_YEAR}-{year}", late_entry=True)


def year_served(case: Case, on: date) -> None:
    """R:7/7.3.3: a programme audit was closed on a day of this year."""
    for deadline in case.state.deadlines:
        if (deadline.kind, deadline.state, deadline.due_on.year) == (CALENDAR_YEAR, "running", on.year):
            case.settle(deadline)


def year_ended(case: Case, deadline: Deadline) -> None:
    """R:7/7.3.3, R:10/9.3.1c: a year ended without an audit: flagged, and proposed once, unless it is already."""
    certificate = case.granted
    recertified = dates.recertification_year(certificate.valid_until, None)
    days = [one.last_day for one in case.state.audits if one.last_day and case.in_programme(one)]
    if deadline.due_on.year not in dates.years_without_audit(certificate.cycle_began, recertified, days, case.today):
        return
    case.flag(BREACH)
    suspended_for_it = case.state.suspension is not None and "c" in case.state.suspension.grounds
    if not suspended_for_it and not case.open_matters(proposals.MISSED):
        proposals.propose(case, CALENDAR_YEAR, ["c"])
    case.tell_applicant(f"{deadline.due_on.year}年度未接受审查", f"{deadline.due_on.year} ended without an audit")

"""Due dates that run: reminding of them, telling of those missed, counting them again under a new calendar."""

from domain.calendar import Calendar
from domain.model import Text
from domain.redate import EXPIRY, rests_on_calendar, under
from domain.reminders import ISSUE, OPENING, TITLES, ladder, reminded_under, title_of
from domain.state import CALENDAR, Deadline
from domain.tasks import Task
from workflows.case import Case
from workflows.telling import asked

MANAGER = "role:case_manager"
OVERDUE = Text(zh="已逾期", en="Overdue")
MOVED = Text(zh="日历已公布,期限变更", en="The calendar is published and the date has moved")


def remind(case: Case, deadline: Deadline) -> None:
    """Whoever is asked is reminded; long dates are told to both sides.

    A case manager reads it in the digest of the day, if there is one: not where the clock is rehearsed.
    """
    digest = case.calendar.is_working(case.today) and not case.state.rehearsal
    tell(case, deadline, Text(zh="提醒", en="Reminder"), digest=digest)


def escalate(case: Case, deadline: Deadline) -> None:
    """A limit of the body has passed: those asked and operations are told; the case goes on waiting."""
    task = _task(case, deadline)
    if task:
        case.tell_asked(task, OVERDUE)
        for role in sorted({"case_manager", "ops"} - {task.role}):
            case.tell_task(f"role:{role}", task, OVERDUE)


def tell_missed(case: Case, deadline: Deadline, concerned: list[str]) -> None:
    """A date was missed: whoever it concerned and the case manager learn of it, if its end has not told them."""
    told = case.told()
    succeeded = deadline.kind == EXPIRY and not told  # its successor took over
    if case.rules.reminding == "plain" or succeeded or not concerned:
        return
    for to in sorted({*concerned, MANAGER} - told):
        case.tell_due(to, title_of(deadline.kind, case.rules), deadline.due_on, OVERDUE)


def take_calendar(case: Case, calendar: Calendar) -> None:
    """Another calendar: provisional dates and those that it moves are counted again, recorded and told."""
    known, case.state.calendar = case.state.calendar, calendar
    if known and case.rules.reminding == "whole":
        _keep_to_working_days(case, known)
    counted = [
        (place, before, under(calendar, before, case.today))
        for place, before in enumerate(case.state.deadlines)
        if rests_on_calendar(before)
    ]
    changed = [one for one in counted if one[1].provisional or one[1].due_on != one[2].due_on]
    if known is None or not changed:
        return
    case.record_brought(
        CALENDAR,
        "calendar.loaded",
        calendar={"old": known.version, "new": calendar.version},
        deadlines=[change(before, after) for _, before, after in changed],
    )
    for place, before, after in changed:
        case.state.deadlines[place] = after
        if before.due_on != after.due_on:
            move(case, before, after, MOVED)


def _keep_to_working_days(case: Case, known: Calendar) -> None:
    """The reminders still to come follow the calendar, also of a date that stays."""
    for one in case.state.deadlines:
        if one.state == "running" and one.remind:
            rungs = ladder(case.rules, one.kind)
            one.remind = reminded_under(case.calendar, known, one.remind, one.due_on, rungs, case.today)


def change(before: Deadline, after: Deadline) -> dict[str, object]:
    """A due date that was counted again, as events show it."""
    return {
        "deadline": before.id,
        "kind": before.kind,
        "old": before.due_on,
        "new": after.due_on,
        "provisional": after.provisional,
    }


def move(case: Case, before: Deadline, after: Deadline, why: Text) -> None:
    """A due date has moved: its reminders, task and findings follow, and those asked are told why."""
    after.remind = case.reminders(after.kind, after.due_on)
    task = _task(case, after)
    if task:
        task.due_on = after.due_on
    if after.kind == "rectification.submit":
        for finding in case.audit(after).findings:
            finding.due_on = after.due_on if finding.due_on == before.due_on else finding.due_on
    tell(case, after, why)


def tell(case: Case, deadline: Deadline, lead: Text, *, digest: bool = False) -> None:
    """Tell whom it concerns of a due date."""
    title = title_of(deadline.kind, case.rules)
    for to in concerned(case, deadline):
        case.tell_due(to, title, deadline.due_on, lead, digest=digest and to == MANAGER)


def concerned(case: Case, deadline: Deadline) -> list[str]:
    """Whom a due date concerns: whoever is asked; both sides where nobody is asked yet, or asked long before."""
    task, whole = _task(case, deadline), case.rules.reminding == "whole"
    if task:
        return [asked(task), MANAGER] if whole and deadline.kind in OPENING else [asked(task)]
    if deadline.purpose == "latest":
        return ["applicant", f"role:{case.wait(deadline.kind).role}"]
    if deadline.kind in TITLES:
        return ["applicant", MANAGER]
    return [MANAGER] if whole and deadline.kind == ISSUE else []


def _task(case: Case, deadline: Deadline) -> Task | None:
    return next((task for task in case.state.tasks if task.id == deadline.id), None)

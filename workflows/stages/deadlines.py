"""Due dates that run: reminding of them, escalating them, and counting them again under a new calendar."""

from domain.calendar import Calendar
from domain.model import Text
from domain.redate import rests_on_calendar, under
from domain.state import CALENDAR, Deadline, Task
from workflows.case import Case
from workflows.stages.cycle import TITLES

MOVED = Text(zh="日历已公布,期限变更", en="The calendar is published and the date has moved")


def remind(case: Case, deadline: Deadline) -> None:
    """Whoever is asked is reminded; long dates are told to both sides."""
    tell(case, deadline, Text(zh="提醒", en="Reminder"))


def escalate(case: Case, deadline: Deadline) -> None:
    """A limit of the body has passed: those asked and operations are told; the case goes on waiting."""
    task = _task(case, deadline)
    if task:
        lead = Text(zh="已逾期", en="Overdue")
        case.tell_asked(task, lead)
        for role in sorted({"case_manager", "ops"} - {task.role}):
            case.tell_task(f"role:{role}", task, lead)


def take_calendar(case: Case, calendar: Calendar) -> None:
    """Another calendar: provisional dates and those that it moves are counted again, recorded and told."""
    known, case.state.calendar = case.state.calendar, calendar
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


def tell(case: Case, deadline: Deadline, lead: Text) -> None:
    """Tell whoever is asked of a due date; where nobody is asked yet, both sides."""
    task = _task(case, deadline)
    title = TITLES.get(deadline.kind)
    if task:
        case.tell_asked(task, lead)
    elif deadline.purpose == "latest":
        for to in ("applicant", f"role:{case.wait(deadline.kind).role}"):
            case.tell_due(to, case.wait(deadline.kind).title, deadline.due_on, lead)
    elif title:
        for to in ("applicant", "role:case_manager"):
            case.tell_due(to, title, deadline.due_on, lead)


def _task(case: Case, deadline: Deadline) -> Task | None:
    return next((task for task in case.state.tasks if task.id == deadline.id), None)

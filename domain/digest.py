"""What a case has to say in the daily digest of its body's case managers, each task and due date once."""

from datetime import date
from typing import Final, Literal, NamedTuple

from domain.dates import A_DAY
from domain.model import Text
from domain.reminders import reminders, title_of
from domain.state import CaseState, Deadline

NEAR: Final = 7 * A_DAY
Section = Literal["overdue", "due", "far", "open", "surveillance"]
"""`far`: due later, to be mentioned on the days on which it is reminded of; `open`: a task."""
ON_SITE: Final = Text(zh="监督审查现场", en="Surveillance on site")


class Line(NamedTuple):
    """One line of a digest."""

    section: Section
    on: date | None
    """Until when; of a surveillance on site, its planned first day."""
    title: Text
    role: str = ""
    """Whose turn it is; empty where nobody is asked."""
    assignee: str | None = None
    reminded_on: date | None = None
    """Of what is due later: the latest day on which it was reminded of."""


def lines_of(state: CaseState, today: date) -> list[Line]:
    """What a case has to say on a day."""
    return [*_tasks(state, today), *_due(state, today), *_surveillances(state, today)]


def _tasks(state: CaseState, today: date) -> list[Line]:
    dates = {one.id: one for one in state.deadlines}
    lines = []
    for task in state.tasks:
        deadline = dates.get(task.id)
        section = _section(deadline, today) if deadline else "open"
        last = _last_reminder(state, deadline, today) if deadline and section == "far" else None
        if not task.covered:
            shown: Section = "open" if section == "far" else section
            lines.append(Line(shown, task.due_on, task.title, task.role, task.assignee, last))
    return lines


def _due(state: CaseState, today: date) -> list[Line]:
    """The due dates for which nobody is asked, or not yet."""
    asked = {task.id for task in state.tasks}
    lines = []
    for one in state.deadlines:
        if one.state == "running" and one.id not in asked:
            section = _section(one, today)
            last = _last_reminder(state, one, today) if section == "far" else None
            lines.append(Line(section, one.due_on, title_of(one.kind, state.rules), reminded_on=last))
    return lines


def _section(deadline: Deadline, today: date) -> Section:
    if deadline.state == "missed":
        return "overdue"
    return "due" if deadline.due_on <= today + NEAR else "far"


def _last_reminder(state: CaseState, deadline: Deadline, today: date) -> date | None:
    if state.rules is None or state.calendar is None:
        return None
    days = reminders(state.rules, deadline.kind, deadline.due_on, date.min, state.calendar)
    return max((day for day in days if day <= today), default=None)


def _surveillances(state: CaseState, today: date) -> list[Line]:
    """The surveillances of this month: those planned on site, and those due."""
    planned = [
        Line("surveillance", audit.plan.planned_from, ON_SITE)
        for audit in state.audits
        if audit.audit_kind == "surveillance" and audit.stage != "closed" and audit.plan
    ]
    due = [
        Line("surveillance", one.due_on, title_of(one.kind, state.rules))
        for one in state.deadlines
        if (one.kind, one.state) == ("surveillance", "running")
    ]
    return [one for one in (*planned, *due) if one.on and (one.on.year, one.on.month) == (today.year, today.month)]

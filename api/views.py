"""What people see of a case: the snapshot of the API, cut to what the reader may know."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from domain.audit import Audit, Finding, Plan
from domain.matters import COMPLAINT, OUTLIVE, Matter
from domain.policy import UNKNOWN_TO_THE_CLIENT, brought, hidden, learns_of
from domain.state import PUBLIC, Actor, CaseState, Deadline, Veil
from domain.tasks import Task
from domain.team import MYSTERY_VISIT
from records.chain import instant
from records.queries import NEVER
from records.tables import CaseRow

CLOSED_IN_TIME = ("surveillance", "recertification.on_site", "calendar_year")
"""Due dates that a closing meeting meets."""
Content = Callable[[str], Any]
"""Gives the JSON data that lies in the record under a digest."""


def snapshot(state: CaseState, reader: Actor, now: datetime, content: Content, history_url: str = "") -> dict[str, Any]:
    """The case as its reader sees it, as JSON data."""
    application, deadlines = state.application, deadlines_for(state, reader)
    view: dict[str, Any] = {
        "id": state.id,
        "number": state.number,
        "rehearsal": state.rehearsal,
        "scheme": state.scheme and state.scheme.model_dump(),
        "special_rule": state.special_rule and state.special_rule.model_dump(),
        "body": state.body,
        "applicant": state.applicant,
        "wave": state.wave or None,
        "organization": application and application.organization.model_dump(),
        "service": application and application.service.model_dump(),
        "sites": [site.model_dump() for site in application.sites] if application else [],
        "documents": [one.model_dump(exclude_none=True) for one in application.documents] if application else [],
        "declarations": application and application.declarations.model_dump(),
        "cycle": state.cycle.model_dump(),
        "stage": state.stage,
        "status": state.status,
        "audits": [
            audit_view(audit, reader, content, covered=_closing_is_covered(state, audit)) for audit in state.audits
        ],
        "tasks": [task_view(task, state) for task in _in_order(state.tasks) if not hidden(task, reader)],
        "deadlines": [deadline_view(deadline) for deadline in deadlines],
        "certificates": [one.model_dump(mode="json") for one in reversed(state.certificates)],
        "next_surveillance": _next_surveillance(deadlines),
        "rules": state.rules
        and state.rules.model_dump(include={"edition", "digest", "house_rules", "readings", "origins"})
        | {"planned": state.edition and state.edition.model_dump(mode="json", exclude={"by"})},
        "matters": [matter_view(one, reader, content) for one in state.matters if learns_of(one, reader)],
        "surveillance_months": state.surveillance_months,
        "suspension": state.suspension and state.suspension.model_dump(mode="json", exclude={"causes"}),
        **_face(state, reader),
        "now": instant(now),
        "version": state.version,
    }
    if history_url and not _is_client(reader):
        view["history_url"] = history_url
    return view


def _face(state: CaseState, reader: Actor) -> dict[str, Any]:
    """The flags and errata that a reader is shown: the client none that a covered input brought (R:4/4.2)."""
    veil = state.veil if state.veil and _is_client(reader) else Veil()
    flags = {*state.flags, *veil.lowered} - {*veil.raised}
    return {"errata": [one for one in state.errata if one not in veil.errata], "flags": sorted(flags)}


def _in_order(tasks: list[Task]) -> list[Task]:
    """As an inbox: soonest due first; the order in which they came about is nobody's business (R:4/4.2)."""
    return sorted(tasks, key=lambda task: (task.due_on or NEVER, task.id))


def deadlines_for(state: CaseState, reader: Actor) -> list[Deadline]:
    """The due dates as their reader knows them: a closing that is covered has met none yet (R:4/4.2)."""
    if not _is_client(reader):
        return state.deadlines
    known = known_to(state.deadlines, reader)
    covered = next((task for task in state.tasks if task.covered and task.kind == "audit.close"), None)
    if covered is None:
        return known
    running = {"state": "running", "met_on": None}
    return [
        one.model_copy(update=running)
        if one.kind in CLOSED_IN_TIME and one.met_on and one.met_on >= covered.opened_on
        else one
        for one in known
    ]


def known_to(deadlines: list[Deadline], reader: Actor) -> list[Deadline]:
    """Those of some due dates that are there for their reader: the client knows of no complaint's, open or long ago."""
    return [one for one in deadlines if not (_is_client(reader) and one.kind in UNKNOWN_TO_THE_CLIENT)]


def _next_surveillance(deadlines: list[Deadline]) -> str | None:
    """The last day on which the next surveillance may close, if one is due."""
    due = [one.due_on for one in deadlines if (one.kind, one.state) == ("surveillance", "running")]
    return min(due).isoformat() if due else None


def _is_client(reader: Actor) -> bool:
    return "applicant" in reader.roles


def _closing_is_covered(state: CaseState, audit: Audit) -> bool:
    return any(task.covered and (task.kind, task.audit_id) == ("audit.close", audit.id) for task in state.tasks)


def audit_days(state: CaseState, reader: Actor) -> dict[str, list[date]]:
    """The first and the last days of the audits as their reader knows them, by the anchor kind they are."""
    closed = [one for one in state.audits if not (_is_client(reader) and _closing_is_covered(state, one))]
    return {
        "audit_first_day": [one.first_day for one in state.audits if one.first_day],
        "audit_last_day": [one.last_day for one in closed if one.last_day],
    }


def audit_view(audit: Audit, reader: Actor, content: Content, *, covered: bool = False) -> dict[str, Any]:
    """One audit; the client learns of a mystery visit, of findings and of the verdict when the list goes out."""
    told = audit.disclosed or not _is_client(reader)
    view = audit.model_dump(
        mode="json", include={"id", "audit_kind", "of", "attempt", "stage", "first_day", "last_day", "recommendation"}
    )
    if covered and not told:
        view["last_day"] = None
    view["plan"] = _plan_view(audit.plan, told=told) if audit.plan else None
    view["findings"] = [_finding_view(finding, content) for finding in audit.findings] if told else []
    view["results"] = _results_view(audit, content) if told and audit.judged and audit.results else None
    return view


def _plan_view(plan: Plan, *, told: bool) -> dict[str, Any]:
    view = plan.model_dump(mode="json", exclude={"by"})
    view["team"] = [{"user": one.user, "role": one.role} for one in plan.team if told or one.role != "visitor"]
    view["modes"] = [mode for mode in plan.modes if told or mode != MYSTERY_VISIT]
    return view


def _finding_view(finding: Finding, content: Content) -> dict[str, Any]:
    view = finding.model_dump(mode="json", exclude={"content", "pointer"})
    found = content(finding.content)
    for part in finding.pointer.strip("/").split("/"):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return {**view, "description": found}


def _results_view(audit: Audit, content: Content) -> dict[str, Any]:
    """The results whole: the state's totals with the parts that lie in the record."""
    scored = content(audit.results_content) if audit.results_content else {}
    return audit.results.whole(scored) if audit.results else {}


def task_view(task: Task, state: CaseState) -> dict[str, Any]:
    """One open task; a delivery that failed says what it was and why."""
    view = {
        "id": task.id,
        "case_id": state.id,
        "kind": task.kind,
        "role": task.role,
        "assignee": task.assignee,
        "audit_id": task.audit_id,
        "subject": task.subject,
        "due_on": task.due_on and task.due_on.isoformat(),
        "clause": task.clause,
        "title": task.title.model_dump(),
        "schema_url": f"/api/v1/schemas/{task.kind}",
    }
    failed = next((one for one in state.effects if one.id == task.subject), None)
    if failed:
        view["delivery"] = failed.model_dump(include={"kind", "to", "about", "reason", "tries"})
    return view


def matter_view(matter: Matter, reader: Actor, content: Content) -> dict[str, Any]:
    """One matter beside the programme; persons and a source's own name for its news are shown to the body only.

    Words are shown to those who are answered as well.
    """
    filed, own = matter.kind in OUTLIVE, brought(matter, reader)
    withheld = {"by", "decided_by", "told", "news"} if _is_client(reader) or (filed and not own) else set()
    view = matter.model_dump(mode="json", exclude={"proposed", "content", "message", "answer"} | withheld)
    if filed and own:
        view["filed"] = content(matter.content)
        view["answer"] = content(matter.answer) if matter.answer else None
    elif matter.kind == COMPLAINT:
        view["brought_by"] = PUBLIC.user
    return view


def deadline_view(deadline: Deadline) -> dict[str, Any]:
    """One due date with its proof."""
    shown = {"id", "kind", "audit_id", "due_on", "provisional", "clause", "state", "met_on", "proof"}
    view = deadline.model_dump(mode="json", by_alias=True, include=shown)
    view["proof"] |= {"clause": deadline.clause, "provisional": deadline.provisional}
    return view


def task_item(state: CaseState, task_id: str) -> dict[str, Any]:
    """One line of an inbox: the task and the case it belongs to."""
    task = next(task for task in state.tasks if task.id == task_id)
    application = state.application
    case = {"id": state.id, "number": state.number, "organization": application and application.organization.name}
    return {**task_view(task, state), "case": case}


def case_item(row: CaseRow) -> dict[str, Any]:
    """One line of the list of cases."""
    return {
        "id": row.id,
        "number": row.number,
        "organization": row.organization,
        "service": row.service,
        "scheme": row.scheme,
        "body": row.body,
        "stage": row.stage,
        "status": row.status,
        "next_due": row.next_due and row.next_due.isoformat(),
        "version": row.version,
        "rehearsal": row.rehearsal,
    }

"""Who may do what, and who sees a case: role and relation, in one place for API, workflow and pages."""

from domain.matters import COMPLAINT, Matter
from domain.refusal import Refused
from domain.state import PUBLIC, Actor, CaseState
from domain.tasks import Task

BODY_WIDE = {"case_manager", "reviewer", "decision_maker", "ops", "admin"}
"""Roles that see every case of their body."""

THE_BODY = {"case_manager", "auditor", "reviewer", "decision_maker", "ops", "admin"}
"""Roles of the body's own people."""

ACT_ROLES: dict[str, set[str]] = {
    "case.withdraw": {"applicant"},
    "team.replace": {"case_manager"},
    "conflict.declare": THE_BODY,
    "headcount.correct": {"leader"},
    "edition.change": {"case_manager"},
    "audit.start": {"case_manager"},
    "surveillance.postpone": {"case_manager"},
    "incident.report": {"case_manager", "ops", "applicant", "machine"},
    "suspension.request": {"applicant", "case_manager"},
    "suspension.extend": {"case_manager"},
    "restoration.request": {"applicant", "case_manager"},
    "withdrawal.request": {"applicant", "case_manager"},
    "change.request": {"applicant"},
    "scope.extend": {"applicant", "case_manager"},
    "scope.reduce": {"applicant", "case_manager"},
    "mark_use.record": {"case_manager"},
    "complaint.file": {"applicant", *THE_BODY},
    "appeal.file": {"applicant"},
    "report.correct": {"case_manager"},
    "note.add": THE_BODY,
}
"""Act kind → roles that may do it in a case they see; `leader` is whoever leads a running audit of it."""
OPEN_TO_THE_BODY = {"conflict.declare"}
"""Acts that any member of the body may do, also those who do not see the case."""
OPEN_TO_MACHINES = {"incident.report"}
"""Acts by which a machine brings its news; it sees no case."""

UNKNOWN_TO_THE_CLIENT = {"audit.mystery_visit", "complaint.acknowledge", "complaint.handle", "operations.resolve"}
"""Task kinds that are not there for an applicant."""

RELATIONS = {"leader", "visitor"}
"""Task roles that a plan gives to a named person."""


def sees(state: CaseState, actor: Actor) -> bool:
    """Whether a case exists at all for this person: the body's staff, its auditors' teams, its applicant."""
    if "machine" in actor.roles:
        return False
    if "applicant" in actor.roles:
        return state.applicant == actor.user
    if state.body != actor.body:
        return False
    return bool(BODY_WIDE & set(actor.roles)) or actor.person in state.duties


def reaches(state: CaseState, act: str, actor: Actor) -> bool:
    """Whether a case is there for whoever sends an act: a conflict may be declared before one sees the case.

    Anybody may complain.
    """
    if actor == PUBLIC:
        return act == COMPLAINT
    if "machine" in actor.roles:
        return act in OPEN_TO_MACHINES and state.body == actor.body
    return sees(state, actor) or (act in OPEN_TO_THE_BODY and state.body == actor.body)


def may_answer(state: CaseState, task: Task, actor: Actor) -> None:
    """Whether this person is the one a task asks.

    Raises:
        Refused: `not_found` when the case is not theirs to see, `forbidden` otherwise.
    """
    must_see(state, actor)
    in_role = task.role in actor.roles or task.role in RELATIONS
    if not in_role or task.assignee not in (None, actor.user):
        raise _forbidden()


def hidden(task: Task, actor: Actor) -> bool:
    """Whether a task is not there for this person.

    The client knows of no mystery visit (R:4/4.2), nor of the body's own failed deliveries; a covered task is
    there for nobody but the client.
    """
    if "applicant" in actor.roles:
        return task.kind in UNKNOWN_TO_THE_CLIENT
    return task.covered


def learns_of(matter: Matter, actor: Actor) -> bool:
    """Whether a matter is there for somebody who sees its case: a complaint of others, for the client, once handled."""
    of_others = "applicant" in actor.roles and matter.kind == COMPLAINT and not brought(matter, actor)
    return not of_others or matter.state == "closed"


def brought(matter: Matter, actor: Actor) -> bool:
    """Whether the words of a complaint or an appeal are the reader's: the client's own; to the body's judges, all."""
    if "applicant" in actor.roles:
        return matter.brought_by == "client"
    return bool(BODY_WIDE & set(actor.roles))


def knows_of(state: CaseState, audit_id: str, actor: Actor) -> bool:
    """Whether somebody who sees a case may see what an audit's team has brought in: the client, once it is told.

    What others brought in by an act, whose kind stands in the audit's place, the client is not shown: it may be the
    evidence of a complaint.
    """
    if audit_id in ACT_ROLES:
        return "applicant" not in actor.roles
    audit = next((audit for audit in state.audits if audit.id == audit_id), None)
    return audit is None or audit.disclosed or "applicant" not in actor.roles


def may_act(state: CaseState, act: str, actor: Actor) -> None:
    """Whether this person may do an act in this case.

    Raises:
        Refused: `not_found` when the case is not theirs to see, `forbidden` otherwise.
    """
    if not reaches(state, act, actor):
        raise _not_found()
    if actor == PUBLIC:
        return
    leads = any(audit.stage != "closed" and audit.member("leader") == actor.user for audit in state.audits)
    if not ACT_ROLES.get(act, set()) & {*actor.roles, *(["leader"] if leads else [])}:
        raise _forbidden()


def must_see(state: CaseState, actor: Actor) -> None:
    """Refuse what is about a case that is not there for this person.

    Raises:
        Refused: `not_found`.
    """
    if not sees(state, actor):
        raise _not_found()


def _not_found() -> Refused:
    return Refused("not_found", "未找到", "Not found.")


def _forbidden() -> Refused:
    return Refused("forbidden", "您的角色无权办理", "Your role may not do this.")

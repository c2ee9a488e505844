"""Short ways to what runs beside the programme: incidents, special audits."""

from typing import Any

from domain.audit import Audit
from domain.refusal import Refusal
from domain.state import Actor, Message
from tests.flow.steps import refused_task
from tests.flow.years import reviewed
from tests.lives import FAILING, MAINTAINED, Life

INCIDENT: dict[str, Any] = {"trigger": "c", "description": "客房失火,两人受伤"}
SPECIAL_DAYS: dict[str, Any] = {
    "person_days": {"documents": "0.5", "management": "1", "characteristics": "1"},
    "reason": "核查事故原因",
}
CARRIED: dict[str, Any] = {"elements": [], "carried": True, "reason": "与事故无关"}
"""A row that the incident does not touch."""


def an_incident(life: Life, **changes: Any) -> dict[str, Any]:
    """An incident of today."""
    return INCIDENT | {"on": str(life.today)} | changes


def report(life: Life, user: str = "manager", **changes: Any) -> Life:
    """An incident is reported: somebody is asked to decide."""
    life.act(user, "incident.report", **an_incident(life, **changes))
    return life


def machine(life: Life) -> Actor:
    """A feed of the body's, as a case knows it."""
    return Actor(user="machine:credit-feed", body=life.case.body, roles=["machine"])


def news(life: Life, act: str = "incident.report", **changes: Any) -> Message:
    """A machine's message."""
    message = life.message("manager", "act", act, an_incident(life, **changes))
    return message.model_copy(update={"actor": machine(life), "id": f"incident:{life.case.turn}"})


def decide(life: Life, outcome: str, user: str = "decider2", **payload: Any) -> Life:
    """The latest report that is not decided yet is decided."""
    task = [one for one in life.case.tasks if one.subject and one.subject.startswith("incident.report")][-1]
    answer = {"subject": task.subject, "outcome": outcome, "reason": "事故属实"} | payload
    life.work(life.message(user, "answer", "approval.give", answer, task.id))
    return life


def not_decided(life: Life, outcome: str, user: str = "decider2", **payload: Any) -> Refusal:
    """What deciding the latest report is refused with."""
    task = [one for one in life.case.tasks if one.subject and one.subject.startswith("incident.report")][-1]
    answer = {"subject": task.subject, "outcome": outcome, "reason": "事故属实"} | payload
    return refused_task(life, user, "approval.give", task.id, **answer)


def ordered(life: Life) -> Life:
    """A special audit is ordered today: its plan is asked for."""
    return decide(report(life), "special_audit")


def special(life: Life) -> Audit:
    """The latest special audit."""
    return next(audit for audit in reversed(life.case.audits) if audit.audit_kind == "special")


def answer_in(life: Life, audit: Audit, user: str, kind: str, **payload: Any) -> None:
    """Answer an open task of one of several audits."""
    task = next(task for task in life.case.tasks if (task.kind, task.audit_id) == (kind, audit.id))
    life.work(life.message(user, "answer", kind, payload, task.id))


def to_special_on_site(life: Life, **plan: Any) -> Life:
    """A special audit ordered and planned today, its documents passed: everything on site is open."""
    return ordered(life).on_site(**SPECIAL_DAYS | plan)


def to_special_decision(life: Life, *, failing: bool = False) -> Life:
    """The special audit done today and reviewed: its decision is asked for."""
    to_special_on_site(life).audited(scores=FAILING if failing else None)
    return reviewed(life, "fail" if failing else "pass")


def special_maintained(life: Life) -> Life:
    """The certification goes on after the special audit."""
    life.answer("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    return life

"""R:7/6.5.1: an audit is started now, before it is asked for by itself."""

from typing import Final

from domain.acts import AuditStart
from domain.refusal import Refused
from workflows.case import Case
from workflows.stages import planning
from workflows.stages.surveillance import as_due

FREQUENCY: Final = "R:7/6.5.1"
COMES_ABOUT: Final = {
    "initial": "R:7/7.2.2",
    "reaudit": "R:7/6.4.6.1",
    "recertification": "R:7/6.6.1",
    "scope": "R:9/8.3",
}
"""Audit kind → the clause by which it comes about, other than by being started."""


def started(case: Case, act: AuditStart) -> None:
    """R:7/6.5.1: the plan of the surveillance that is due opens now; where none is due, of one more."""
    _refuse_other_kinds(case, act)
    case.refuse_unless_certified()
    if any(one.stage != "closed" and case.in_programme(one) for one in case.state.audits):
        raise case.conflict("已有正在进行的审查", "An audit of the programme is under way already.")
    window = case.running("surveillance")
    case.record_message(act, FREQUENCY)
    if window:
        window.opens_on = None
    audit = planning.open_audit(case, "surveillance", until=as_due(window) if window else None)
    case.note(audit=audit.id)
    case.tell_applicant("监督审查提前启动", "A surveillance is planned now")


def _refuse_other_kinds(case: Case, act: AuditStart) -> None:
    if act.audit_kind == "special":
        zh, en = "专项审查须经事件报告批准", "A special audit is ordered on an incident report."
        raise Refused("approval_required", zh, en, clause=FREQUENCY)
    if clause := COMES_ABOUT.get(act.audit_kind):
        raise case.refuse(clause, "该类审查不能直接启动", "This kind of audit is not started by an act.")

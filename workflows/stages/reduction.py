"""R:10/9.2: the scope shrinks, once the client has confirmed it; what is advertised has to follow (R:8/7.3.3)."""

from domain.acts import ScopeReduction
from domain.answers import ScopeConfirmation
from domain.application import Application
from domain.changes import REDUCTION, check_reduction
from domain.scope import SCOPE_REDUCE, in_force
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import changes, marks
from workflows.stages.extension import audit_to_combine, refuse_a_second

COMBINED = ("surveillance", "special")


def requested(case: Case, act: ScopeReduction) -> None:
    """R:10/9.2: told by the client, or found at a surveillance; the client is asked to confirm it."""
    case.refuse_unless_certified()
    with_audit = audit_to_combine(case, act.combined_with)
    if with_audit and with_audit.audit_kind not in COMBINED:
        fault = ("/combined_with", ", ".join(COMBINED))
        raise case.refuse(REDUCTION, "不得与该审查结合", "A reduction is not combined with this audit.", [fault])
    if with_audit:
        refuse_a_second(case, with_audit)
    proposed = _proposed(case, act)
    matter = case.open_matter(SCOPE_REDUCE, proposed=proposed, audit_id=with_audit.id if with_audit else None)
    case.record_message(act, REDUCTION, matter=matter.id)
    case.ask("scope.confirm", subject=matter.id)


def _proposed(case: Case, act: ScopeReduction) -> Application:
    now = in_force(case.state)
    before = [site.id for site in now.sites]
    after = [site if isinstance(site, str) else site.id for site in act.sites]
    if act.service and act.service.category != now.service.category:
        raise invalid("行业类别不符", "Another trade.", [("/service/category", "not the certified one")])
    if after or act.service in (None, now.service):
        check_reduction(before, after, confirmed=True)
    kept = [site for site in now.sites if site.id in after] or now.sites
    return now.model_copy(update={"sites": kept, "service": act.service or now.service})


def confirmed(case: Case, task: Task, answer: ScopeConfirmation) -> None:
    """R:10/9.2: confirmed: issued again at once, or by the decision after its audit; else the scope stays."""
    matter = case.matter(task)
    case.record_message(answer, REDUCTION, matter=matter.id)
    if not answer.confirmed:
        case.close_matter(matter, "not_confirmed")
        case.tell_role("case_manager", "客户未确认缩小范围", "The client has not confirmed the reduction")
        return
    matter.decided_by.append(case.message.actor.person)
    if matter.audit_id is None:
        changes.grant(case, matter, "reduced")
        marks.watch_advertising(case)

"""R:9/8.3: the client's scope grows: audited as at first, alone or together with another audit of the case."""

from domain.acts import ScopeExtension
from domain.application import Application
from domain.audit import Audit
from domain.changes import EXTENSION, check_combined
from domain.scope import PROPOSES, SCOPE_EXTEND, base_of, in_force, printed
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import planning

MOST_SITES = 500
NOT_ON_SITE = ("planning", "document_review")


def requested(case: Case, act: ScopeExtension) -> None:
    """R:9/8.3: sites to add, or a wider service; the certificate stays as it is until that is audited and decided."""
    case.refuse_unless_certified()
    if case.state.status == "suspended":
        raise case.refuse("R:10/9.3.1", "暂停期间不得扩大范围", "Nothing is extended before restoration.")
    with_audit = audit_to_combine(case, act.combined_with)
    if with_audit:
        check_combined(with_audit.audit_kind)
        refuse_a_second(case, with_audit)
        if with_audit.stage not in NOT_ON_SITE:
            raise case.conflict("该审查已进入现场阶段", "This audit has gone on site: ask for an audit of its own.")
    proposed = _proposed(act, base_of(case.state, with_audit) if with_audit else in_force(case.state))
    if any(one.proposed and printed(one.proposed) == printed(proposed) for one in case.open_matters(SCOPE_EXTEND)):
        raise case.conflict("已有相同的未决扩大申请", "The same extension is asked for already.")
    matter = case.open_matter(SCOPE_EXTEND, proposed=proposed)
    case.record_message(act, EXTENSION, matter=matter.id)
    if with_audit is None:
        matter.audit_id = planning.open_audit(case, "scope").id
        return
    matter.audit_id = with_audit.id
    for kind in ("audit.documents", "documents.correct"):
        case.drop_tasks(kind, with_audit)
    case.go_audit(with_audit, "planning")
    planning.reopen(case, with_audit, SCOPE_EXTEND)


def audit_to_combine(case: Case, named: str | None) -> Audit | None:
    """The open audit of this case that a change of scope is combined with; none for one that goes alone."""
    if named is None:
        return None
    audit = next((one for one in case.state.audits if one.id == named and one.stage != "closed"), None)
    if audit is None:
        raise invalid("没有可合并的审查", "There is no such audit.", [("/combined_with", "no open audit of this case")])
    return audit


def refuse_a_second(case: Case, audit: Audit) -> None:
    """One audit, one decision: it is combined with one change of scope."""
    if any(one.audit_id == audit.id for one in case.open_matters(*PROPOSES)):
        raise case.conflict("该审查已合并其他范围变更", "Another change of scope is combined with this audit.")


def _proposed(act: ScopeExtension, base: Application) -> Application:
    if act.service and act.service.category != base.service.category:
        raise invalid("行业类别不符", "Another trade.", [("/service/category", "not the certified one")])
    known = {site.id: site for site in base.sites}
    faults = [
        (f"/sites/{place}/id", "in scope with other data: a change of it is asked for as change.request")
        for place, site in enumerate(act.sites)
        if site.id in known and site != known[site.id]
    ]
    added = [site for site in act.sites if site.id not in known]
    if len({site.id for site in added}) < len(added):
        faults.append(("/sites", "two sites have the same id"))
    if len(base.sites) + len(added) > MOST_SITES:
        faults.append(("/sites", f"more than {MOST_SITES} in all"))
    if faults:
        raise invalid("场所有误", "The sites are not valid.", faults)
    proposed = base.model_copy(update={"sites": [*base.sites, *added], "service": act.service or base.service})
    if printed(proposed) == printed(base):
        raise invalid("没有扩大的内容", "Nothing is added.", [("/sites", "name a new site, or a wider service")])
    return proposed

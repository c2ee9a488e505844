"""R:9/8.2: what the client wants to change of what is certified: approved on its papers, or audited first."""

from domain.acts import Change, ChangeRequest
from domain.answers import Approval
from domain.application import Application
from domain.audit import Audit
from domain.changes import CHANGED, EXTENSION, REDUCTION, change_needs_audit
from domain.issuing import by_decision, by_matter, decided_matter, grants_anew, is_confirmed
from domain.matters import Matter
from domain.refusal import Fault, Refused
from domain.scope import CHANGE_REQUEST, PROPOSES, SCOPE_REDUCE, in_force
from domain.state import Effect
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import marks, planning, reissue, requirements

CERTIFICATE = "certificate"
"""The kind of change by which certificates read otherwise."""
SITES = "sites"
"""The kind of change by which what is certified of a site reads otherwise."""


def requested(case: Case, act: ChangeRequest) -> None:
    """R:9/8.2: a change of what a certificate says, or of people, equipment, places, methods; nothing changes yet."""
    case.refuse_unless_certified()
    kinds = [one.kind if isinstance(one, Change) else one for one in act.changes]
    audited = change_needs_audit(case.rules.changes, kinds)
    matter = case.open_matter(CHANGE_REQUEST, grounds=sorted({*kinds}), proposed=_proposed(case, act, kinds))
    case.record_message(act, CHANGED, matter=matter.id, kinds=kinds)
    if audited:
        _audit(case, matter)
    else:
        case.ask("approval.give", subject=matter.id).clause = CHANGED


def _proposed(case: Case, act: ChangeRequest, kinds: list[str]) -> Application:
    now = in_force(case.state)
    if act.organization and act.organization.uscc != now.organization.uscc:
        raise invalid("须为同一组织", "Another organization.", [("/organization/uscc", "not the certified one")])
    if act.service and act.service.category != now.service.category:
        raise invalid("行业类别不符", "Another trade.", [("/service/category", "not the certified one")])
    if act.sites and SITES not in kinds:
        raise invalid("未申报场所变更", "No change of sites is named.", [("/sites", f"not without the change {SITES}")])
    if act.sites:
        _refuse_other_sites(case, [site.id for site in now.sites], [site.id for site in act.sites])
    parts = {"organization": act.organization, "service": act.service, "sites": act.sites}
    proposed = now.model_copy(update={name: part for name, part in parts.items() if part})
    if CERTIFICATE in kinds and proposed == now:
        fault = ("/changes", "nothing is to read otherwise")
        raise invalid("须写明证书信息如何变更", "Say how the certificate is to read.", [fault])
    return proposed


def _refuse_other_sites(case: Case, before: list[str], after: list[str]) -> None:
    if len({*after}) < len(after):
        raise invalid("场所重复", "A site stands twice.", [("/sites", "two sites have the same id")])
    if {*after} - {*before}:
        raise case.refuse(EXTENSION, "增加场所须申请扩大范围", "More sites are an extension: ask for scope.extend.")
    if {*before} - {*after}:
        raise case.refuse(REDUCTION, "减少场所须缩小范围", "Fewer sites are a reduction: ask for scope.reduce.")


def _audit(case: Case, matter: Matter) -> None:
    matter.audit_id = planning.open_audit(case, "scope").id


def decided(case: Case, task: Task, answer: Approval) -> None:
    """R:9/8.2: approved: certificates with what they print; refused with a reason; or audited before that."""
    matter = case.matter(task)
    case.refuse_if_asked_by(matter.by)
    if answer.outcome == "refuse" and not answer.reason:
        raise invalid("不批准须说明理由", "A refusal needs a reason.", [("/reason", "required")])
    case.record_message(answer, CHANGED, matter=matter.id)
    if answer.outcome == "special_audit":
        _audit(case, matter)
    elif answer.outcome == "refuse":
        case.close_matter(matter, "refused")
        case.tell_applicant("变更申请未获批准", "The change is not approved")
    else:
        grant(case, matter, "approved")
        case.tell_applicant("变更已批准", "The change is approved")


def grant(case: Case, matter: Matter, outcome: str) -> None:
    """What a matter proposes is so from now on: certificates are issued again where they say something else."""
    if what := by_matter(case.state, matter):
        reissue.reissue(case, what)
    elif matter.proposed:
        reissue.take(case, in_force(case.state), matter.proposed)
    case.close_matter(matter, outcome)


# After an audit -------------------------------------------------------------------------------------------------

GIVEN = {
    "extend": (EXTENSION, "没有待决定的扩大范围", "There is no extension to decide on."),
    "reduce": (REDUCTION, "没有经确认的缩小范围", "There is no reduction that the client has confirmed."),
}
"""Decision → the clause and the words in which it is refused where nobody has asked for that."""


def check_outcome(case: Case, audit: Audit, outcome: str) -> None:
    """R:9/8.3, R:10/9.2: after an audit the scope is extended or reduced only as was asked for.

    Raises:
        Refused: `rule_refused`.
    """
    if outcome in GIVEN and decided_matter(case.state, audit, outcome) is None:
        clause, zh, en = GIVEN[outcome]
        raise Refused("rule_refused", zh, en, clause=clause, faults=[Fault(pointer="/outcome", detail="not asked for")])


def audit_decided(case: Case, audit: Audit, outcome: str) -> None:
    """R:9/8.2, R:9/8.3, R:10/9.2: what a decision makes of the matters that its audit was about or combined with."""
    matter, what = decided_matter(case.state, audit, outcome), by_decision(case.state, audit, outcome)
    if what:
        reissue.reissue(case, what)
    if what or outcome == "grant":
        requirements.met(case, audit, outcome)
        requirements.announced(case)
    if not what and matter and matter.proposed and not grants_anew(audit, outcome):
        reissue.take(case, in_force(case.state), matter.proposed)
    if matter and matter.kind == SCOPE_REDUCE:
        marks.watch_advertising(case)
    for one in case.open_matters(*PROPOSES):
        if one.audit_id not in {audit.id, audit.of or audit.id}:
            continue
        if is_confirmed(one):
            _settle(case, one, granted=one is matter)
        else:
            one.audit_id = None  # the client still says; then it goes alone
    if audit.audit_kind == "scope":
        case.stop_watching_issue(audit, "met" if matter else "void")
        if not matter:
            case.send(Effect(id="", kind="submission", about=f"refusal:{audit.id}"))


def _settle(case: Case, matter: Matter, *, granted: bool) -> None:
    case.close_matter(matter, "granted" if granted else "refused")
    if granted:
        case.tell_applicant("认证范围变更已获批准", "The scope is changed as asked for")
    else:
        case.tell_applicant("认证范围变更未获批准,原证书有效", "The scope stays as it is, and so does the certificate")

"""R:7/7.3.1, 6.4.6.2, R:11/10.1: what changes in a planned audit: a member, somebody's impartiality, the headcount."""

from domain.acts import ConflictDeclaration, HeadcountCorrection, TeamReplacement
from domain.audit import Audit, Plan, TeamMember
from domain.engagement import RUNNING, days_left, engagement, plan_is_open, seats
from domain.planning import PLAN, TABLE, crosses_band, refuse_first
from domain.prose import figures
from domain.refusal import Refused
from domain.scope import application_of, headcount_about
from domain.team import IMPARTIAL, Member, barred_until, check_replacement
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages import planning, reissue


def replaced(case: Case, act: TeamReplacement) -> None:
    """R:7/7.3.1: another takes a member's places and open tasks; who gave way stays barred from judging.

    The client is told, but not of a mystery visitor: that replacement is held until it may know (R:4/4.2).
    """
    audit, plan, places = _places(case, act)
    team = [member.model_copy(update={"user": act.to}) if member in places else member for member in plan.team]
    sent = engagement(case.state, plan.modes, days_left(plan, case.today), case.today)
    members = [Member(user=one.user, role=one.role) for one in team]
    refuse_first(check_replacement(members, act.to, case.facts.people, sent))
    person = next(one.person for one in case.facts.people if one.user == act.to)
    team = [one.model_copy(update={"person": person}) if one.user == act.to else one for one in team]
    audit.plan = plan.model_copy(update={"team": team})
    case.take_duty(person, "evaluation")
    _record_replacement(case, audit, act, [member.role for member in places])
    case.reassign(audit)


def _places(case: Case, act: TeamReplacement) -> tuple[Audit, Plan, list[TeamMember]]:
    found = seats(case.state, act.from_)
    if found is None or found[0].plan is None:
        if not any(one.plan and one.stage != "closed" for one in case.state.audits):
            raise case.conflict("没有正在进行的审查", "No audit is planned or under way.")
        raise invalid("该人员不在审查组内", "There is no such place.", [("/from", "has no place that can be given")])
    if act.to == act.from_:
        raise invalid("须由他人接替", "Somebody else has to take over.", [("/to", "the same as from")])
    return found[0], found[0].plan, found[1]


def _record_replacement(case: Case, audit: Audit, act: TeamReplacement, roles: list[str]) -> None:
    data = {"audit": audit.id, "content": case.facts.content, "from": act.from_, "to": act.to}
    openly = [role for role in roles if role != "visitor"]
    if openly:
        case.record("team.replace", PLAN, roles=openly, **data)
        case.tell_applicant(f"审查组成员{act.from_}由{act.to}接替", f"{act.to} replaces {act.from_} in the audit team")
    if openly != roles:
        case.hold("team.replace", PLAN, roles=["visitor"], **data)


def conflict_declared(case: Case, act: ConflictDeclaration) -> None:
    """R:7/6.4.6.2: from now on the sender is barred from everything of the organization; the store keeps until when.

    The client reads nothing of another organization. Where the sender stands in a running plan of the case, the
    case manager is told.
    """
    case.refuse_later_than_today("/since", act.since)
    own = act.organization == case.application.organization.uscc
    until = barred_until(act.relation, act.since)
    case.record_quietly(IMPARTIAL, **({**figures(act), "until": until} if own else {}))
    actor = case.message.actor
    plans = [audit.plan for audit in case.state.audits if audit.plan and audit.stage != "closed"]
    if own and any(member.person == actor.person for plan in plans for member in plan.team):
        case.tell_role(
            "case_manager",
            f"审查组成员{actor.user}声明利益冲突,请更换",
            f"{actor.user}, who is planned, has a conflict of interest: replace them",
        )


def headcount_corrected(case: Case, act: HeadcountCorrection) -> None:
    """R:11/10.1: the people found on site stand; where they fall into another column, the plan is asked for again.

    An audit on site stays where it is: its sheets and open tasks stay, the sites stay those it began with, and it
    goes on under the new plan. Until that stands there is no closing meeting. What is planned beside it is as well.
    """
    audit = _led_on_site(case)
    about = application_of(case.state, audit)
    known = {site.id: site for site in about.sites}
    faults = [(f"/sites/{at}/id", "no site of this case") for at, one in enumerate(act.sites) if one.id not in known]
    if faults or len({one.id for one in act.sites}) < len(act.sites):
        raise invalid("场所有误", "Name sites of this case, each once.", faults or [("/sites", "a site stands twice")])
    running = [one for one in case.state.audits if one.plan and one.stage in RUNNING and one.last_day is None]
    before = {one.id: headcount_about(case.state, one) for one in running}
    known |= {one.id: known[one.id].model_copy(update={"headcount": one.headcount}) for one in act.sites}
    reissue.take(case, about, about.model_copy(update={"sites": list(known.values())}))
    found = {one.id: headcount_about(case.state, one) for one in running}
    case.record_message(act, TABLE, audit=audit.id, before=before[audit.id], found=found[audit.id])
    for one in running:
        if crosses_band(before[one.id], found[one.id], case.rules.planning):
            _reopen_plan(case, one)


def _led_on_site(case: Case) -> Audit:
    actor = case.message.actor.user
    led = [one for one in case.state.audits if one.stage != "closed" and one.member("leader") == actor]
    on_site = [one for one in led if one.stage == "audit" and one.last_day is None]
    if not on_site:
        raise Refused("stage_conflict", "仅在现场审查期间", "Only on site, before the closing meeting.")
    return on_site[-1]


def _reopen_plan(case: Case, audit: Audit) -> None:
    was_open = plan_is_open(case.state, audit)
    planning.reopen(case, audit, "headcount")
    if not was_open:
        case.tell_role("case_manager", "现场人数跨越区间,须重新策划", "The headcount found calls for a new plan")

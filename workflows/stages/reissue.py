"""R:9/8.1-8.3, R:10/9.2: certificates are issued again; the old numbers are superseded and recalled."""

from itertools import pairwise

from domain import changes
from domain.application import Application
from domain.certificates import Certificate
from domain.issuing import Reissue, live
from domain.scope import carried, in_force, is_alive
from domain.state import Effect
from workflows.case import Case
from workflows.stages import cycle

FOLLOW = ("certificate.expiry-", "recertification.apply-of-")
"""Due dates that name their certificate; once a renewal is asked for, its due date goes by its task."""


def reissue(case: Case, what: Reissue) -> None:
    """New numbers for whatever has not ended, on its old days: the running certificate, and one that is to follow it.

    The cycle counts on from its grant, a suspension stays one.
    """
    running = live(case.state)
    if not running:
        raise case.conflict("没有有效证书", "There is no certificate to issue again.")
    take(case, in_force(case.state), what.application)
    numbers = (case.facts.certificate_number, case.facts.further_number)
    issued = [_issue(case, old, number, what) for old, number in zip(running, numbers, strict=False)]
    for one, following in pairwise(issued):
        one.successor = following.number
    recalled = "、".join(one.number for one in running)
    case.tell_applicant(
        f"证书已换发为{'、'.join(one.number for one in issued)},原证书{recalled}收回,不得再使用原编号",
        f"Certificate {recalled} is recalled and replaced by {', '.join(one.number for one in issued)}: "
        "stop using the old number",
    )


def take(case: Case, before: Application, after: Application) -> None:
    """A change reaches whatever the case goes on with, or may after an appeal: certified, to be renewed, proposed."""
    state = case.state
    application, certified = case.application, state.certified
    state.application = carried(before, after, application)
    state.certified = certified and carried(before, after, certified)
    for made in state.rulings:
        made.renewal = made.renewal and carried(before, after, made.renewal)
    for matter in state.matters:
        if matter.proposed and is_alive(state, matter):
            matter.proposed = carried(before, after, matter.proposed, asks=True)


def _issue(case: Case, old: Certificate, number: str, what: Reissue) -> Certificate:
    superseded, new = changes.reissue(old, number, case.today)
    if what.re_evaluated:
        new.scheme, new.special_rule = case.state.scheme, case.state.special_rule
    case.state.certificates[case.state.certificates.index(old)] = superseded
    case.state.certificates.append(new)
    case.record("certificate.superseded", what.clause, number=old.number, successor=number)
    cycle.record(case, new, what.clause)
    _follow(case, old.number, number)
    case.send(Effect(id="", kind="certificate", about=number))
    case.send(Effect(id="", kind="submission", about=f"reissue:{number}"))
    return new


def _follow(case: Case, old: str, new: str) -> None:
    """The due dates of the old number are void; the same days run for the new one."""
    for kind in FOLLOW:
        for deadline in [one for one in case.state.deadlines if (one.id, one.state) == (f"{kind}{old}", "running")]:
            case.state.deadlines.append(deadline.model_copy(update={"id": f"{kind}{new}"}))
            case.settle(deadline, "void")

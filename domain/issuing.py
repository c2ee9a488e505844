"""Which messages issue certificates, and how many: only for these are numbers taken (R:4/4.4, R:9, R:10/9.2)."""

from typing import Final, NamedTuple

from domain.answers import Approval, Decision, ScopeConfirmation
from domain.application import Application
from domain.audit import Audit
from domain.certificates import Certificate
from domain.changes import CHANGED, EXTENSION, REDUCTION
from domain.editions import CHANGED_REQUIREMENTS
from domain.matters import Matter
from domain.model import Input
from domain.requirements import served
from domain.scope import AUDITED, CHANGE_REQUEST, SCOPE_EXTEND, SCOPE_REDUCE, in_force, printed
from domain.state import CaseState, Message

CLAUSES: Final = {CHANGE_REQUEST: CHANGED, SCOPE_EXTEND: EXTENSION, SCOPE_REDUCE: REDUCTION}
"""Kind of matter → the clause by which a certificate is issued again for it."""

GRANTED_BY: Final = {"grant": AUDITED, "extend": AUDITED, "reduce": (SCOPE_REDUCE,)}
"""Decision after an audit → the kinds of matter that it grants."""


class Reissue(NamedTuple):
    """What the certificates are issued again for."""

    application: Application
    clause: str
    re_evaluated: bool = False
    """Under the case's present edition; otherwise they name the one they named before."""


def live(state: CaseState) -> list[Certificate]:
    """The certificates that have not ended: one, or the running one and the renewed one that is still to come."""
    return [one for one in state.certificates if one.status in {"upcoming", "valid", "suspended"}]


def by_matter(state: CaseState, matter: Matter | None) -> Reissue | None:
    """What a granted matter issues again: nothing where nothing printed changes (R:9/8.2)."""
    if matter is None or matter.proposed is None or printed(matter.proposed) == printed(in_force(state)):
        return None
    return Reissue(matter.proposed, CLAUSES[matter.kind])


def decided_matter(state: CaseState, audit: Audit, outcome: str) -> Matter | None:
    """The open matter that a decision after an audit grants (R:9/8.2, R:9/8.3, R:10/9.2)."""
    mine = (one for one in state.matters if one.state == "open" and one.audit_id in {audit.id, audit.of or audit.id})
    return next((one for one in mine if one.kind in GRANTED_BY.get(outcome, ()) and is_confirmed(one)), None)


def is_confirmed(matter: Matter) -> bool:
    """Whether nobody has to confirm a matter any more: a reduction waits for its client (R:10/9.2)."""
    return matter.kind != SCOPE_REDUCE or bool(matter.decided_by)


def by_decision(state: CaseState, audit: Audit, outcome: str) -> Reissue | None:
    """What a decision after an audit issues again; a renewal's grant is a certificate of its own (R:9, R:10/9.2)."""
    if outcome not in {"maintain", "grant", "extend", "reduce", "restore"} or grants_anew(audit, outcome):
        return None
    found = by_matter(state, decided_matter(state, audit, outcome))
    if not served(state, audit):
        return found
    application, clause = found[:2] if found else (in_force(state), CHANGED_REQUIREMENTS)
    return Reissue(application, clause, re_evaluated=True)


def grants_anew(audit: Audit, outcome: str) -> bool:
    """Whether a decision is the grant of a new cycle (R:7/6.4.6.2, R:7/6.6)."""
    return outcome == "grant" and audit.audit_kind != "scope"


def certificates_issued(state: CaseState, message: Message, payload: Input | None) -> int:
    """How many certificates a message issues, if it is accepted."""
    task = next((one for one in state.tasks if one.id == message.task), None)
    if task is None:
        return 0
    audit = next((one for one in state.audits if one.id == task.audit_id), None)
    matter = next((one for one in state.matters if one.id == task.subject), None)
    if isinstance(payload, Decision) and audit:
        if grants_anew(audit, payload.outcome):
            return 1
        return len(live(state)) if by_decision(state, audit, payload.outcome) else 0
    granted = matter is not None and _grants(matter, payload)
    return len(live(state)) if granted and by_matter(state, matter) else 0


def _grants(matter: Matter, payload: Input | None) -> bool:
    """Whether an answer grants a matter without an audit."""
    if isinstance(payload, Approval):
        return matter.kind == CHANGE_REQUEST and payload.outcome == "approve"
    return isinstance(payload, ScopeConfirmation) and payload.confirmed and matter.audit_id is None

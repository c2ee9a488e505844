"""What is certified, what an audit is about, and how a change of the one reaches the others (R:9, R:10/9.2)."""

from typing import Final, TypeVar

from pydantic import BaseModel

from domain.application import Application, Site
from domain.audit import Audit
from domain.certificates import Certificate
from domain.changes import REDUCTION
from domain.matters import Matter
from domain.refusal import Refused
from domain.state import CaseState

M = TypeVar("M", bound=BaseModel)

CHANGE_REQUEST: Final = "change.request"
SCOPE_EXTEND: Final = "scope.extend"
SCOPE_REDUCE: Final = "scope.reduce"
PROPOSES: Final = (CHANGE_REQUEST, SCOPE_EXTEND, SCOPE_REDUCE)
"""Kinds of matter that propose another scope."""
AUDITED: Final = (CHANGE_REQUEST, SCOPE_EXTEND)
"""Kinds of matter whose audit looks at what they propose."""


def in_force(state: CaseState) -> Application:
    """Give what the running certificate certifies; ValueError before the application."""
    found = state.certified or state.application
    if found is None:
        raise ValueError("a case certifies something from its application on")
    return found


def certified_by(state: CaseState, certificate: Certificate) -> Application:
    """Give what a certificate that has not ended certifies."""
    renewed = state.application if certificate.status == "upcoming" else None
    return renewed or in_force(state)


def is_alive(state: CaseState, matter: Matter) -> bool:
    """Whether a matter is open, or would be again after an appeal."""
    return matter.state == "open" or any(matter.id in made.matters for made in state.rulings)


def matter_about(state: CaseState, audit: Audit) -> Matter | None:
    """Give the matter that an audit, or the one it repeats, was ordered for or is combined with."""
    mine = (one for one in reversed(state.matters) if one.audit_id and one.kind in AUDITED)
    return next((one for one in mine if one.audit_id == audit.id or _repeats(audit, one)), None)


def _repeats(audit: Audit, matter: Matter) -> bool:
    return matter.audit_id == audit.of and matter.state == "open"


def extension_in(state: CaseState, audit: Audit) -> Matter | None:
    """Give the extension that an audit of the programme, or a special one, looks at as well (R:9/8.3)."""
    return matter_about(state, audit) if audit.audit_kind != "scope" else None


def base_of(state: CaseState, audit: Audit) -> Application:
    """Give what an audit would be about if nothing else were asked for: a renewal's application, or what is certified.

    ValueError before the application.
    """
    kind = next((one.audit_kind for one in state.audits if one.id == audit.of), audit.audit_kind)
    renewed = state.application if kind in {"initial", "recertification"} else None
    return renewed or in_force(state)


def application_of(state: CaseState, audit: Audit) -> Application:
    """Give the application that an audit is about; ValueError as `base_of`."""
    matter = matter_about(state, audit)
    proposed = matter.proposed if matter else None
    return proposed or base_of(state, audit)


def sites_about(state: CaseState, audit: Audit) -> list[Site]:
    """Give the sites that an audit covers: of a scope audit those that are new or change, if any, else all."""
    about = application_of(state, audit).sites
    if audit.audit_kind != "scope":
        return about
    certified = in_force(state).sites
    return [site for site in about if site not in certified] or about


def headcount_about(state: CaseState, audit: Audit) -> int:
    """Give the people by whom the table counts an audit's days (R:11/10.1): those at the sites it covers.

    What an extension adds to another audit takes days of its own, on top of these.
    """
    sites = base_of(state, audit).sites if extension_in(state, audit) else sites_about(state, audit)
    return sum(site.headcount for site in sites)


def new_sites(state: CaseState, audit: Audit) -> list[Site]:
    """Give the sites that are visited in any case, because an extension adds them (R:9/8.3)."""
    known = {site.id for site in base_of(state, audit).sites}
    return [site for site in application_of(state, audit).sites if site.id not in known]


def printed(application: Application) -> list[object]:
    """Give what a certificate says of its holder: whatever else changes leaves the certificate as it is (R:9/8.2)."""
    organization, service = application.organization, application.service
    return [
        *(organization.name, organization.address, organization.city, service.name, service.description),
        *((site.id, site.name, site.address, site.city) for site in application.sites),
    ]


def carried(before: Application, after: Application, onto: Application, *, asks: bool = False) -> Application:
    """Give another application of the same holder with what changed from one to the other, field by field.

    One that `asks` for a change keeps what it asks for.

    Raises:
        Refused: `rule_refused`, R:10/9.2, nothing would be left of it.
    """
    old, new = ({site.id: site for site in one.sites} for one in (before, after))
    sites = [
        _merged(old.get(site.id, site), new.get(site.id, site), site, asks=asks)
        for site in onto.sites
        if site.id in new or site.id not in old
    ]
    known = {*old, *(site.id for site in onto.sites)}
    sites += [site for site in after.sites if site.id not in known]
    if not sites:
        en = "Nothing would be left of what is to be renewed."
        raise Refused("rule_refused", "再认证范围内将无场所", en, clause=REDUCTION)
    parts = {
        "organization": _merged(before.organization, after.organization, onto.organization, asks=asks),
        "service": _merged(before.service, after.service, onto.service, asks=asks),
    }
    return onto.model_copy(update={**parts, "sites": sites})


def _merged(before: M, after: M, onto: M, *, asks: bool) -> M:
    changed = [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
    kept = [name for name in changed if asks and getattr(onto, name) != getattr(before, name)]
    return onto.model_copy(update={name: getattr(after, name) for name in changed if name not in kept})

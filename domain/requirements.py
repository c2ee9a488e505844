"""R:9/8.1: changed requirements: an announced edition, whom it concerns, and who has come to meet it."""

from typing import Final

from domain.application import Ref
from domain.audit import Audit
from domain.matters import Matter
from domain.state import CaseState

REQUIREMENTS_CHANGE: Final = "requirements.change"
HOLDERS: Final = frozenset({"certified", "suspended"})
"""Statuses of a case that holds a certificate."""


def concerns(state: CaseState, edition: Ref) -> bool:
    """Whether a case holds a certificate and rests on another version of this pack."""
    own = {one.id: one.version for one in (state.scheme, state.special_rule) if one}
    return state.status in HOLDERS and own.get(edition.id, edition.version) != edition.version


def told_of(state: CaseState, edition: Ref) -> bool:
    """Whether a case has been told of it before."""
    return any(one.kind == REQUIREMENTS_CHANGE and one.edition == edition for one in state.matters)


def transitions(state: CaseState) -> list[Matter]:
    """The changed requirements that a case has not come to meet yet."""
    return [one for one in state.matters if one.kind == REQUIREMENTS_CHANGE and one.state == "open"]


def is_under(state: CaseState, edition: Ref | None) -> bool:
    """Whether a case has taken an edition."""
    return edition is not None and edition in (state.scheme, state.special_rule)


def served(state: CaseState, audit: Audit) -> list[Matter]:
    """The changed requirements by which an audit was done: it goes on site by the edition its case has taken.

    A scope audit looks at what is new alone, so that it serves none.
    """
    if not audit.on_site or not audit.passed or audit.audit_kind == "scope":
        return []
    return [one for one in transitions(state) if _is_met(state, one)]


def _is_met(state: CaseState, matter: Matter) -> bool:
    """Whether a case has taken an edition that it is to meet, or one of the same pack that it was told of later."""
    later = state.matters[state.matters.index(matter) :]
    same = (one.edition for one in later if one.edition and matter.edition and one.edition.id == matter.edition.id)
    return any(is_under(state, edition) for edition in same)

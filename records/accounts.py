"""Accounts that an issuer of tokens vouches for: kept in the record as the tokens have them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from domain.policy import THE_BODY
from records import grants
from records.tables import NO_PASSWORD, Account, Body

OF_A_BODY = THE_BODY | {"machine"}
ROLES = OF_A_BODY | {"applicant", "alliance"}
SIDES = (THE_BODY, {"machine"}, {"applicant"}, {"alliance"})
"""Nobody is on two of them: who applies judges nothing, whatever an issuer says."""


class Vouched(NamedTuple):
    """Somebody as a token has them."""

    user: str
    person: str
    body: str | None
    roles: list[str]
    name: str
    email: str


def vouched(claims: Mapping[str, Any], names: Mapping[str, str], roles: Mapping[str, str]) -> Vouched | None:
    """Somebody, by the claims named for each field (`a.b` is a claim in a claim) and the issuer's names of roles.

    None where the claims do not say who it is, give no role that is known here, or roles of two sides.
    """
    found = {field: _claim(claims, path) for field, path in names.items()}
    listed = found.get("roles")
    given = listed if isinstance(listed, list) else [listed]
    known = sorted({roles.get(one, one) for one in given if isinstance(one, str)} & ROLES)
    user, person = found.get("user"), found.get("person")
    if not (isinstance(user, str) and user and isinstance(person, str) and person and known):
        return None
    if sum(not side.isdisjoint(known) for side in SIDES) > 1:
        return None
    body = found.get("body") if OF_A_BODY & {*known} else None
    return Vouched(user, person, body, known, str(found.get("name") or ""), str(found.get("email") or ""))


def _claim(claims: Any, path: str) -> Any:  # noqa: ANN401  # any JSON value
    for part in path.split("."):
        claims = claims.get(part) if isinstance(claims, Mapping) else None
    return claims


def keep(session: Session, one: Vouched) -> Account | None:
    """The account as the token has it; the caller commits.

    None where the name is another person's, where the account was closed here, or for a body that is none.
    """
    if OF_A_BODY & {*one.roles} and (not isinstance(one.body, str) or session.get(Body, one.body) is None):
        return None
    new = Account(**one._asdict() | {"name": one.name or one.user}, password_hash=NO_PASSWORD)
    account = session.get(Account, one.user) or new
    if account.person != one.person or not account.active:
        return None
    if one.body and (account is new or account.roles != one.roles or account.body != one.body):
        fresh = account.model_copy(update={"roles": one.roles, "body": one.body})
        grants.vouched(session, fresh, datetime.now(UTC))
    for field, value in one._asdict().items():
        # A token without these claims, for want of a scope, does not say that there is no name and no address.
        if getattr(account, field) != value and (value or field not in ("name", "email")):
            setattr(account, field, value)
    session.add(account)
    return account

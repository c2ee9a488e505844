"""Who a plan names: accounts of the body, their competence and their conflicts of interest."""

import json
from datetime import date

from sqlmodel import Session, col, select

from domain.refusal import Refused
from domain.state import Actor
from domain.team import MYSTERY_VISIT, Competence, Conflict, Person
from records.tables import Account, CompetenceRow, ConflictRow


def named(session: Session, body: str, content: str) -> list[Person]:
    """The active members of the body among those a plan's `team` names, in its order."""
    users = [member.get("user") for member in json.loads(content).get("team", []) if isinstance(member, dict)]
    found = select(Account).where(Account.body == body, col(Account.active), col(Account.user).in_(users))
    accounts = {account.user: account for account in session.exec(found)}
    return [_person(session, accounts[user]) for user in dict.fromkeys(users) if user in accounts]


def _person(session: Session, account: Account) -> Person:
    competences = session.exec(select(CompetenceRow).where(CompetenceRow.person == account.person))
    conflicts = session.exec(select(ConflictRow).where(ConflictRow.person == account.person))
    return Person(
        user=account.user,
        person=account.person,
        roles=account.roles,
        competences=[Competence(trade=one.trade, until=one.until) for one in competences],
        conflicts=[Conflict(organization=one.organization, until=one.until) for one in conflicts],
    )


def refuse_barred(session: Session, actor: Actor, organization: str, on: date) -> None:
    """A conflict of interest bars from everything in the organization's cases (R:7/6.4.6.2).

    Raises:
        Refused: `conflict_of_interest`.
    """
    conflict = session.get(ConflictRow, (actor.person, organization))
    if conflict is not None and (conflict.until is None or on <= conflict.until):
        raise Refused(
            "conflict_of_interest",
            "您与该组织存在利益冲突,不得办理",
            "You have a conflict of interest with this organization.",
            clause="R:7/6.4.6.2",
        )


def without_visit(content: str) -> str:
    """A plan without its mystery visit, as JSON; empty when it has none, and there is nothing to hide (R:4/4.2)."""
    plan = json.loads(content)
    modes, team = plan.get("modes", []), plan["team"]
    shown = {
        "modes": [mode for mode in modes if mode != MYSTERY_VISIT],
        "team": [member for member in team if member["role"] != "visitor"],
    }
    if shown == {"modes": modes, "team": team}:
        return ""
    return json.dumps(plan | shown, ensure_ascii=False)

"""What the tests of the flow share: acting as somebody else, refusals, members of the body, short ways to a stage."""

from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from domain.refusal import Refusal, Refused
from domain.state import Actor, Message
from records.seed import ACCOUNTS
from records.tables import Account, CaseRow, CompetenceRow, ConflictRow
from tests.lives import CONTENTS, FAILING, PLAN, RENEWAL, Life, a_deduction

SECRET = {
    "team": [*PLAN["team"], {"user": "visitor", "role": "visitor"}],
    "modes": ["observation", "mystery_visit"],
}
"""A plan with a mystery visit."""
MORE_DAYS = {"documents": "2", "management": "7", "characteristics": "6.5"}
"""15.5 person-days: the most for 120 people."""
DECLINE = {"outcome": "object", "members": ["auditor"], "reason": "曾任职于竞争对手"}
AGREE = {"outcome": "agree"}
MINOR_VIOLATION = {"listed": False, "entries": [{"on": "2026-01-05", "kind": "violation", "severity": "minor"}]}
MANAGEMENT_ONLY: dict[str, Any] = {"person_days": {"documents": "2", "management": "10", "characteristics": "0"}}
FINDING: dict[str, Any] = {"indicator": "4.4.1", "description": "无排名证明", "severity": "minor", "rectify": True}
"""A finding of a checklist; its indicator is met in part."""


def actor(user: str, *roles: str, person: str = "") -> Actor:
    """Somebody of the body, with any roles, and with any person behind the account."""
    return Actor(user=user, person=person or f"person-{user}", body="demo", roles=list(roles) or ACCOUNTS[user][1])


def answer_as(life: Life, who: Actor, kind: str, **payload: Any) -> None:
    """Answer an open task as anybody."""
    message = life.message("manager", "answer", kind, payload, life.task(kind).id)
    life.work(message.model_copy(update={"actor": who, "id": f"{message.id}-{who.user}"}))


def refusal_of(life: Life, message: Message) -> Refusal:
    """What a message is refused with; nothing has changed."""
    before, recorded = life.case.model_dump_json(), len(life.events())
    try:
        life.work(message)
    except Refused as refused:
        assert life.case.model_dump_json() == before
        assert len(life.events()) == recorded
        return refused.refusal
    raise AssertionError(f"{message.name} was not refused")


def refused_as(life: Life, who: Actor, kind: str, **payload: Any) -> Refusal:
    """What anybody's answer to an open task is refused with."""
    message = life.message("manager", "answer", kind, payload, life.task(kind).id)
    return refusal_of(life, message.model_copy(update={"actor": who}))


def refused_task(life: Life, user: str, kind: str, task: str, **payload: Any) -> Refusal:
    """What an answer to a task is refused with, open or not."""
    return refusal_of(life, life.message(user, "answer", kind, payload, task))


def act_refused(life: Life, user: str, kind: str, **payload: Any) -> Refusal:
    """What an act is refused with."""
    return refusal_of(life, life.message(user, "act", kind, payload))


def pointers(refusal: Refusal) -> list[str]:
    """Where the faults of a refusal are."""
    return [fault.pointer for fault in refusal.faults]


def kinds(life: Life) -> list[str]:
    """The kinds of all events."""
    return [event["kind"] for event in life.events()]


def last_event(life: Life, kind: str) -> dict[str, Any]:
    """The latest event of a kind."""
    return [event for event in life.events() if event["kind"] == kind][-1]


def verdicts(life: Life) -> list[dict[str, Any]]:
    """What the record says of each verdict."""
    return [event["data"] for event in life.events() if "verdict" in event["data"]]


def ended(life: Life) -> tuple[str, str, list[str]]:
    """Stage, status and open tasks."""
    return life.case.stage, life.case.status, life.open


# People ---------------------------------------------------------------------------------------------------


def a_member(
    database: Engine, user: str, *, until: date | None = None, trade: str = "accommodation", person: str = ""
) -> str:
    """One more auditor of the body, competent in one trade."""
    with Session(database) as session:
        session.merge(
            Account(
                user=user,
                person=person or f"person-{user}",
                body="demo",
                roles=["auditor"],
                name=user,
                email=f"{user}@example.org",
                password_hash="x",
            )
        )
        if not person:
            session.merge(CompetenceRow(person=f"person-{user}", trade=trade, until=until))
        session.commit()
    return user


def in_conflict(database: Engine, life: Life, user: str, until: date | None = None) -> None:
    """Bar a person from this life's organization."""
    assert life.case.application is not None
    organization = life.case.application.organization.uscc
    with Session(database) as session:
        session.merge(ConflictRow(person=f"person-{user}", organization=organization, until=until))
        session.commit()


def team(leader: str = "leader", *auditors: str) -> list[dict[str, str]]:
    """A team of a leader and auditors."""
    return [{"user": leader, "role": "leader"}, *({"user": user, "role": "auditor"} for user in auditors)]


# Short ways -----------------------------------------------------------------------------------------------


def with_findings(life: Life, **audit: Any) -> Life:
    """Everything of an audit in, passing, with one deduction to rectify: the list is with the client."""
    return life.contracted().on_site().audited(deductions=[a_deduction()], **audit)


def to_rectify(life: Life) -> Life:
    """The deduction list confirmed today: rectification is asked for."""
    with_findings(life).answer("applicant", "findings.confirm", confirmed=True)
    return life


def submit(life: Life) -> None:
    """Rectify whatever is outstanding."""
    outstanding = [one.id for one in life.audit.findings if one.rectify and one.status in ("open", "rejected")]
    items = [{"finding": finding, "cause": "c", "action": "a"} for finding in outstanding]
    life.answer("applicant", "rectification.submit", items=items)


def verify(life: Life, *, accepted: bool) -> None:
    """The leader accepts or rejects whatever was submitted."""
    submitted = [one.id for one in life.audit.findings if one.status == "submitted"]
    items = [{"finding": finding, "accepted": accepted} for finding in submitted]
    life.answer("leader", "rectification.verify", items=items)


def to_reaudit(life: Life) -> Life:
    """The first audit has failed today: the re-audit's plan is open."""
    return life.contracted().on_site().audited(scores=FAILING).reported("fail")


def again(life: Life, **plan: Any) -> Life:
    """The re-audit planned for the coming days and everything on site open."""
    life.on_site(**{"reason": "再次审查全部内容", **plan})
    if "audit.contents" in life.open:
        life.answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    return life


def at_decision(life: Life) -> Life:
    """A clean audit, reviewed: the decision is asked for."""
    life.contracted().on_site().audited().reported().answer("reviewer", "review.independent", outcome="agree")
    return life


def contract(life: Life) -> Life:
    """The application that is in, accepted and contracted: the plan is asked for."""
    life.answer("manager", "application.review", outcome="accept")
    signed = {"contract_number": "HT-1", "signed_on": str(life.today), "fee_total": "1.00"}
    life.answer("manager", "contract.sign", **signed, file_id="f-manager")
    return life


def pinned(life: Life, **readings: str) -> Life:
    """A case that has applied, pinned to readings as a body has chosen them."""
    life.apply()
    assert life.case.rules is not None
    life.case.rules.readings = readings
    with Session(life.engine) as session:
        row = session.get_one(CaseRow, life.case.id)
        row.state = life.case.model_dump_json()
        session.add(row)
        session.commit()
    return life

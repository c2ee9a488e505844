"""R:7/7.3.1: nobody is planned who is absent or booked on these days, or who has had enough turns."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, select

from activities.facts import FactFinder
from activities.turns import TurnActivities
from domain.refusal import Refusal, Refused
from domain.state import Facts
from records.tables import AbsenceRow, BookingRow, CaseRow, TurnRow
from services.schemes import Library
from tests.flow.conftest import Lives
from tests.flow.steps import DECLINE, a_member, actor, again, answer_as, pointers, team
from tests.flow.years import FEWER_DAYS, failed_by_documents, maintained, surveilled, to_certificate
from tests.lives import FAILING, LIBRARY, Life
from workflows.flow import react


@pytest.fixture
def planning(life: Life) -> Life:
    """The plan of an initial audit of 120 people is open."""
    return life.contracted()


def refused(life: Life, **changes: Any) -> Refusal:
    return life.refused("manager", "audit.plan", **life.a_plan(**changes))


# Time ---------------------------------------------------------------------------------------------------------


def absent(database: Engine, user: str, first: date, last: date) -> str:
    with Session(database) as session:
        session.merge(AbsenceRow(person=f"person-{user}", first=first, last=last, reason="病假"))
        session.commit()
    return user


@pytest.mark.parametrize("role", ["leader", "auditor", "expert"])
def test_whoever_is_absent_on_a_planned_day_is_not_planned(planning: Life, database: Engine, role: str) -> None:
    day = planning.today + timedelta(days=12)
    away = absent(database, a_member(database, f"ill-{role}"), day, day + timedelta(days=30))
    others = [{"user": "leader", "role": "auditor" if role == "leader" else "leader"}]
    refusal = refused(planning, team=[*others, {"user": away, "role": role}])
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/7.3.1", ["/team/1/user"])
    planning.plan(
        team=[*others, {"user": away, "role": role}, {"user": "auditor", "role": "auditor"}], **earlier(planning)
    )
    assert planning.open == ["audit.plan.confirm"]


def earlier(life: Life) -> dict[str, str]:
    """Planned days that end one day earlier than usual."""
    return {"planned_from": str(life.today + timedelta(days=6)), "planned_to": str(life.today + timedelta(days=11))}


def test_why_somebody_is_absent_enters_no_case(planning: Life, database: Engine) -> None:
    away = absent(database, a_member(database, "ill"), planning.today, planning.today)
    planning.plan(team=team("leader", "auditor", away))
    with Session(database) as session:
        turns = session.exec(select(TurnRow).where(TurnRow.case_id == planning.case.id)).all()
        assert "病假" not in str([planning.events(), *(turn.facts for turn in turns)])


@pytest.fixture
def booked(lives: Lives, database: Engine) -> Iterator[tuple[Life, Life]]:
    """Two real cases; the first is planned for a week with somebody of its own."""
    busy = a_member(database, "busy")
    first, second = (lives(rehearsal=False).contracted() for _ in range(2))
    first.plan(team=[*team(a_member(database, "busy-too")), {"user": busy, "role": "auditor"}])
    yield first, second
    with Session(database) as session:
        session.execute(delete(BookingRow))
        session.commit()


def wanting_busy(life: Life) -> dict[str, Any]:
    return {"team": team(a_member_free(life), "busy")}


def a_member_free(life: Life) -> str:
    return a_member(life.engine, "idle")


def test_whoever_stands_in_another_plan_on_these_days_is_not_planned(booked: tuple[Life, Life]) -> None:
    first, second = booked
    refusal = refused(second, **wanting_busy(second))
    assert (refusal.code, refusal.clause, pointers(refusal)) == ("rule_refused", "R:7/7.3.1", ["/team/1/user"])
    assert first.case.number in refusal.faults[0].detail


def test_a_case_may_be_planned_again_with_the_same_people(booked: tuple[Life, Life]) -> None:
    first, _ = booked
    first.answer("applicant", "audit.plan.confirm", **DECLINE | {"members": ["busy"]})
    first.plan(team=team("busy", "busy-too"))
    assert first.open == ["audit.plan.confirm"]


def test_a_plan_that_is_made_again_books_nobody(booked: tuple[Life, Life]) -> None:
    first, second = booked
    first.answer("applicant", "audit.plan.confirm", **DECLINE | {"members": ["busy"]})
    second.plan(**wanting_busy(second))
    assert second.open == ["audit.plan.confirm"]


def test_an_audit_that_has_closed_books_nobody(booked: tuple[Life, Life]) -> None:
    first, second = booked
    first.answer("applicant", "audit.plan.confirm", outcome="agree")
    leader = actor("busy-too", "auditor")
    answer_as(first, leader, "audit.documents", outcome="pass", checks={"a": True, "b": True})
    for meeting in ("audit.open", "audit.close"):
        assert "busy" in str(refused(second, **wanting_busy(second)).faults)
        answer_as(first, leader, meeting, on=str(first.today), attendees=["x"])
    second.plan(**wanting_busy(second))
    assert second.open == ["audit.plan.confirm"]


def test_a_rehearsed_case_has_a_clock_of_its_own_and_books_nobody(booked: tuple[Life, Life], lives: Lives) -> None:
    rehearsed = [lives().contracted() for _ in range(2)]
    for life in rehearsed:
        life.plan(**wanting_busy(life))
    _, second = booked
    second.plan(team=team(a_member_free(second), "leader"))
    assert [life.open for life in (*rehearsed, second)] == [["audit.plan.confirm"]] * 3


# Turns --------------------------------------------------------------------------------------------------------


def rotating(life: Life, limit: int) -> Life:
    """The same life under a special rule that limits turns."""
    assert life.case.rules is not None
    planning = life.case.rules.planning.model_copy(update={"rotation": limit})
    life.case.rules = life.case.rules.model_copy(update={"planning": planning})
    with Session(life.engine) as session:
        row = session.get_one(CaseRow, life.case.id)
        row.state = life.case.model_dump_json()
        session.add(row)
        session.commit()
    return life


def test_without_a_limit_the_same_team_audits_every_year(certified: Life) -> None:
    maintained(surveilled(in_surveillance(certified, 2027))).until(date(2027, 12, 10))
    certified.plan(**FEWER_DAYS)
    assert certified.open == ["audit.plan.confirm"]


def in_surveillance(life: Life, year: int) -> Life:
    life.until(date(year, 1, 10))
    return life


def test_where_two_turns_are_the_limit_the_third_audit_needs_another_leader(certified: Life, database: Engine) -> None:
    rotating(certified, 2)
    maintained(surveilled(in_surveillance(certified, 2027))).until(date(2027, 12, 10))
    refusal = refused(certified, **FEWER_DAYS)
    assert (refusal.code, refusal.clause) == ("rule_refused", "R:7/7.3.1")
    assert pointers(refusal) == ["/team/0/user", "/team/1/user"]
    others = team(a_member(database, "rested-1"), a_member(database, "rested-2"))
    certified.plan(**FEWER_DAYS, team=others)
    assert certified.open == ["audit.plan.confirm"]


def test_a_reaudit_is_the_same_turn_as_the_audit_it_repeats(life: Life) -> None:
    life.contracted().on_site().audited(scores=FAILING).reported("fail")
    rotating(life, 1)
    again(life).audited().reported().granted()
    life.until(date(2027, 1, 10))
    assert pointers(refused(life, **FEWER_DAYS)) == ["/team/0/user", "/team/1/user"]


def test_turns_count_over_all_cases_of_an_organization(lives: Lives) -> None:
    first = lives().contracted().on_site().audited().reported().granted()
    assert first.case.application is not None
    organization = first.case.application.organization.model_dump()
    second = lives()
    service = {"name": "康养服务", "description": "x", "category": "accommodation"}
    second.apply(organization=organization, service=service)
    second.answer("manager", "application.review", outcome="accept")
    contract = {"contract_number": "1", "signed_on": str(second.today), "fee_total": "1", "file_id": "f-manager"}
    second.answer("manager", "contract.sign", **contract)
    rotating(second, 1)
    assert pointers(refused(second)) == ["/team/0/user", "/team/1/user"]


def test_an_audit_that_failed_by_its_documents_books_nobody(lives: Lives, database: Engine) -> None:
    """Its report is still to come; nobody goes there any more."""
    first = to_certificate(lives(rehearsal=False))
    first.until(date(2027, 1, 10))
    far = {"planned_from": "2027-02-22", "planned_to": "2027-02-27"}
    failed_by_documents(first, **FEWER_DAYS, **far)
    with Session(database) as session:
        booked = session.exec(select(BookingRow).where(BookingRow.case_id == first.case.id)).all()
    assert (first.open, booked) == (["audit.report"], [])


class AtOnce(FactFinder):
    """Finds out everything for two plans before either is written, where the record lets it."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self._both = Barrier(2)

    def gather(self, *known: Any, **how: Any) -> Facts:
        facts = super().gather(*known, **how)
        with suppress(BrokenBarrierError):
            self._both.wait(0.5)
        return facts


def test_of_two_plans_at_once_one_gets_whom_both_name(lives: Lives, database: Engine) -> None:
    names = team(a_member(database, "wanted"), a_member(database, "wanted-too"))
    both = [lives(rehearsal=False).contracted() for _ in range(2)]
    facts, codes = AtOnce(LIBRARY), []
    for life in both:
        life.turns = TurnActivities(database, facts, react)

    def plan(life: Life) -> None:
        try:
            life.plan(team=names)
        except Refused as refused:
            codes.append(refused.refusal.code)

    threads = [Thread(target=plan, args=[life]) for life in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert codes == ["rule_refused"]
    assert sorted(life.open for life in both) == [["audit.plan"], ["audit.plan.confirm"]]

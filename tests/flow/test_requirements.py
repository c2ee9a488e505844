"""R:9/8.1: changed requirements are told to every holder, met by an audit under them, and let go by at a price."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from activities.rollouts import of_requirements
from domain.application import Ref
from domain.state import Actor
from records import requirements
from tests.flow.scopes import OWN_DAYS, a_new_site, decided, matter, rename, rows, statuses
from tests.flow.steps import actor, kinds, last_event
from tests.flow.test_editions import approve, propose, with_packs
from tests.flow.years import (
    FEWER_DAYS,
    days_before,
    deadlines,
    maintained,
    notices,
    renewal,
    renewing,
    reviewed,
    surveilled,
    to_certificate,
)
from tests.lives import CONTENTS, MAINTAINED, RENEWAL, Life, a_database
from tests.schemes.builders import new_edition

ALLIANCE = Actor(user="alliance", person="person-alliance", roles=["alliance"])
UNTIL = date(2027, 6, 30)
NEW = Ref(id="service", version="1.1")


def announce(life: Life, edition: Ref = NEW, until: date = UNTIL) -> None:
    with Session(life.engine) as session:
        requirements.announce(session, edition, until, "规则换版", "alliance")
        session.commit()


def tell(life: Life, edition: Ref = NEW, until: date = UNTIL) -> Life:
    """Announced, and brought to this case."""
    announce(life, edition, until)
    life.work(of_requirements(edition, until, ALLIANCE).message)
    return life


def take(life: Life) -> Life:
    """The case goes under the new edition."""
    propose(life)
    approve(life)
    assert life.case.scheme == NEW
    return life


def counts(life: Life) -> dict[str, Any]:
    """What the alliance is shown of its announcement, for a record of one case."""
    with Session(life.engine) as session:
        [item] = requirements.listed(session, ALLIANCE)
    return {name: item[name] for name in ("told", "taken", "reissued", "open", "lapsed")}


def transition(life: Life) -> str:
    return deadlines(life, "requirements.transition")[-1].state


@pytest.fixture
def holder(tmp_path: Path) -> Life:
    """Certified under 1.0; 1.1 is installed. The record is its own: announcements reach every case of it."""
    life = Life(a_database(tmp_path))
    with_packs(life, new_edition(tmp_path / "packs"))
    return to_certificate(life)


def test_a_holder_under_another_version_is_told_with_its_transition(holder: Life) -> None:
    tell(holder)
    assert (matter(holder).kind, matter(holder).edition, matter(holder).brought_by) == (
        "requirements.change",
        NEW,
        "alliance",
    )
    assert holder.due("requirements.transition") == UNTIL
    told = [one.to for one in notices(holder) if "service/1.1" in one.body.en]
    assert told == ["applicant", "role:case_manager"]
    assert last_event(holder, "requirements.change")["clause"] == "R:9/8.1"


def test_a_holder_is_told_once(holder: Life) -> None:
    tell(holder)
    message = of_requirements(NEW, UNTIL, ALLIANCE).message
    holder.work(message.model_copy(update={"id": "again"}))
    assert kinds(holder).count("requirements.change") == 1


def test_whom_it_does_not_concern_hears_nothing(holder: Life) -> None:
    tell(holder, Ref(id="example-shanxi-restaurant", version="1.0"))
    tell(holder, Ref(id="service", version="1.0"))
    assert "requirements.change" not in kinds(holder)


def test_an_applicant_is_not_told_before_it_is_certified(holder: Life) -> None:
    applying = Life(holder.engine, holder.today)
    applying.contracted()
    applying.turns = holder.turns
    tell(applying)
    assert "requirements.change" not in kinds(applying)
    applying.on_site().audited().reported().granted()
    assert (matter(applying).edition, applying.due("requirements.transition")) == (NEW, UNTIL)


def test_a_passed_surveillance_under_them_is_issued_again_and_names_them(holder: Life) -> None:
    take(tell(holder)).until(date(2027, 2, 1))
    assert counts(holder) == {"told": 1, "taken": 1, "reissued": 0, "open": 1, "lapsed": 0}
    maintained(surveilled(holder))
    assert statuses(holder) == ["superseded", "valid"]
    assert [row.scheme_version for row in rows(holder)] == ["1.0", "1.1"]
    assert (matter(holder).outcome, transition(holder)) == ("reissued", "met")
    assert last_event(holder, "certificate.superseded")["clause"] == "R:9/8.1"
    assert counts(holder) == {"told": 1, "taken": 1, "reissued": 1, "open": 0, "lapsed": 0}


def test_a_surveillance_by_the_old_edition_meets_nothing(holder: Life) -> None:
    tell(holder).until(date(2027, 2, 1))
    maintained(surveilled(holder))
    assert (statuses(holder), matter(holder).state, transition(holder)) == (["valid"], "open", "running")


def test_an_audit_that_went_on_site_before_the_edition_was_taken_meets_nothing(holder: Life) -> None:
    tell(holder).until(date(2027, 2, 1))
    holder.on_site(**FEWER_DAYS)
    propose(holder)
    approve(holder)
    holder.answer("leader", "audit.contents", items=CONTENTS)
    maintained(holder.audited())
    assert (statuses(holder), matter(holder).state) == (["valid"], "open")


def test_what_is_issued_again_for_a_change_names_the_edition_it_was_audited_by(holder: Life) -> None:
    rename(take(tell(holder)))
    assert [row.scheme_version for row in rows(holder)] == ["1.0", "1.0"]


def test_an_extension_alone_is_no_evaluation_of_the_whole(holder: Life) -> None:
    take(tell(holder)).act("manager", "scope.extend", sites=[a_new_site()])
    decided(holder.on_site(**OWN_DAYS).audited(), "extend")
    assert (rows(holder)[-1].scheme_version, transition(holder)) == ("1.0", "running")


def test_an_extension_with_a_surveillance_is_issued_once_for_both(holder: Life) -> None:
    take(tell(holder)).until(date(2027, 2, 1))
    holder.act("manager", "scope.extend", sites=[a_new_site()], combined_with=holder.audit.id)
    more = {"person_days": {"documents": "1", "management": "4", "characteristics": "3"}, "reason": "x"}
    holder.on_site(**more).answer("leader", "audit.contents", items=CONTENTS)
    decided(holder.audited(), "extend", conditions=MAINTAINED)
    assert statuses(holder) == ["superseded", "valid"]
    assert (rows(holder)[-1].scheme_version, len(rows(holder)[-1].sites), transition(holder)) == ("1.1", 4, "met")


def test_a_renewal_under_them_is_the_new_certificate(holder: Life) -> None:
    holder.until(date(2027, 2, 1))
    maintained(surveilled(holder)).until(date(2028, 1, 10))
    maintained(surveilled(holder)).until(date(2028, 10, 1))
    take(tell(holder, until=date(2029, 2, 1)))
    asked = renewal(holder) | {"scheme": NEW.model_dump()}
    holder.answer("applicant", "recertification.apply", **asked)
    holder.on_site().answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    holder.audited().reported().granted()
    assert (statuses(holder), rows(holder)[-1].scheme_version) == (["valid", "upcoming"], "1.1")
    told = [one for one in holder.case.matters if one.kind == "requirements.change"]
    assert ([one.outcome for one in told], transition(holder)) == (["renewed"], "met")


def test_whoever_lets_the_transition_go_by_is_proposed_for_suspension_once(holder: Life) -> None:
    tell(holder, until=date(2026, 6, 30)).until(date(2026, 7, 2))
    proposed = matter(holder)
    assert (proposed.kind, proposed.grounds, proposed.brought_by) == ("requirements.transition", ["a"], "timer")
    assert holder.task("suspension.decide").subject == proposed.id
    assert (holder.case.status, counts(holder)["lapsed"]) == ("certified", 1)


def test_whoever_passes_after_all_is_not_suspended_for_it(holder: Life) -> None:
    take(tell(holder, until=date(2027, 1, 15))).until(date(2027, 2, 1))
    assert "suspension.decide" in holder.open
    maintained(surveilled(holder))
    assert (statuses(holder), "suspension.decide" in holder.open) == (["superseded", "valid"], False)
    assert counts(holder) == {"told": 1, "taken": 1, "reissued": 1, "open": 0, "lapsed": 1}


def test_what_is_renewed_names_the_edition_though_it_was_asked_for_before(holder: Life) -> None:
    """By that the next renewal is known as one of the same scheme."""
    holder.until(date(2027, 2, 1))
    maintained(surveilled(holder)).until(date(2028, 1, 10))
    renewing(maintained(surveilled(holder)), days_before(100))
    holder.act("applicant", "scope.extend", sites=[a_new_site()], combined_with=holder.audit.id)
    days = {"documents": "2", "management": "7", "characteristics": "5"}
    take(holder).on_site(person_days=days, reason="x")
    holder.answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    reviewed(holder.audited()).answer("decider", "decision.make", outcome="grant")
    assert holder.case.application is not None
    assert holder.case.application.scheme == NEW


# One edition after another -----------------------------------------------------------------------------------------

BETWEEN = Ref(id="service", version="1.05")


def test_whoever_meets_a_later_edition_has_no_earlier_one_to_meet(holder: Life) -> None:
    tell(tell(holder, BETWEEN, date(2027, 4, 30)))
    take(holder).until(date(2027, 2, 1))
    maintained(surveilled(holder))
    assert [one.outcome for one in holder.case.matters] == ["reissued", "reissued"]
    holder.until(date(2027, 5, 10))
    assert "suspension.decide" not in holder.open


def test_whoever_is_certified_under_a_later_edition_is_not_told_of_an_earlier_one(tmp_path: Path) -> None:
    life = Life(a_database(tmp_path))
    with_packs(life, new_edition(tmp_path / "packs"))
    announce(life, BETWEEN, date(2027, 4, 30))
    announce(life)
    take(life.contracted()).on_site().audited().reported().granted()
    assert life.case.matters == []


def test_it_is_reminded_of_by_the_long_ladder(holder: Life) -> None:
    tell(holder)
    [due] = deadlines(holder, "requirements.transition")
    assert (len(due.remind), due.remind[0], due.remind[-1]) == (5, date(2027, 4, 1), UNTIL)


def test_a_member_of_a_body_is_shown_its_own_holders(holder: Life) -> None:
    tell(holder)
    other = actor("manager2", "case_manager").model_copy(update={"body": "other"})
    with Session(holder.engine) as session:
        [item] = requirements.listed(session, other)
    assert item["told"] == 0

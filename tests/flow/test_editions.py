"""R:9/8.1: a running case is pinned to an edition; another is tried, then taken, refused or taken from a day on."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from activities.editions import Editions
from activities.facts import FactFinder
from activities.turns import TurnActivities
from domain.application import Ref
from domain.dates import nine_oclock
from records.issued import CertificateRow
from services.schemes import Library
from tests.domain.sheets import AT_80, raw_sheet
from tests.flow.conftest import Lives
from tests.flow.steps import act_refused, actor, kinds, last_event, pointers, refusal_of, refused_as, to_rectify
from tests.lives import Life, an_application
from tests.schemes.builders import new_edition, part
from workflows.flow import react

RESTAURANT = {"id": "example-shanxi-restaurant", "version": "1.0"}
NEW = {"id": "service", "version": "1.1"}


def waits(**limits: int) -> Any:
    """The waits with other amounts; `_` stands for a full stop."""
    found = part("waits")
    for wait in found:
        if amount := limits.get(wait["kind"].replace(".", "_")):
            wait["limit"]["amount"] = amount
    return found


def total(points: str) -> Any:
    """The catalogue with another pass mark."""
    found = part("catalogue")
    found["thresholds"]["total"] = points
    return found


def with_packs(life: Life, root: Path) -> Library:
    """Install further packs."""
    library = Library.load(root)
    life.turns = TurnActivities(life.engine, FactFinder(library), react)
    return library


def propose(life: Life, outcome: str = "migrate", **more: Any) -> None:
    life.act("manager", "edition.change", scheme=NEW, outcome=outcome, reason="规则换版", **more)


def approve(life: Life, outcome: str = "approve") -> None:
    life.answer("decider", "approval.give", subject="edition", outcome=outcome, reason="同意")


def tried(life: Life, library: Library) -> dict[str, Any]:
    with Session(life.engine) as session:
        return Editions(library).trial(session, life.case, Ref(**NEW), None, life.today)


def changed(life: Life) -> dict[str, Any]:
    [event] = [event for event in life.events() if event["kind"] == "edition.changed"]
    return dict(event["data"])


@pytest.fixture
def contracting(lives: Lives, tmp_path: Path) -> Life:
    """Accepted on Monday 2 March 2026: the contract is due thirty days later, on 1 April."""
    life = lives()
    with_packs(life, new_edition(tmp_path, waits=waits(contract_sign=40)))
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    assert life.due("contract.sign") == date(2026, 4, 1)
    return life


def test_a_case_stays_under_its_edition_while_another_is_there(contracting: Life) -> None:
    assert contracting.case.scheme == Ref(id="service", version="1.0")


@pytest.fixture
def before_it_begins(lives: Lives, tmp_path: Path) -> Life:
    """Monday 2 March 2026; another edition is in force from 2 April on."""
    life = lives()
    with_packs(life, new_edition(tmp_path, valid_from="2026-04-02"))
    return life


def test_an_edition_is_not_applied_for_before_its_first_day(before_it_begins: Life) -> None:
    application = an_application(before_it_begins.number) | {"scheme": NEW}
    early = before_it_begins.message("applicant", "application", "application", application)
    refusal = refusal_of(before_it_begins, early)
    assert (refusal.code, pointers(refusal)) == ("invalid", ["/scheme"])
    before_it_begins.days(31)
    before_it_begins.apply(scheme=NEW)
    assert before_it_begins.case.scheme == Ref(**NEW)


def test_a_case_goes_under_an_edition_on_its_first_day_and_not_before(before_it_begins: Life) -> None:
    before_it_begins.apply()
    for early in ({"outcome": "migrate"}, {"outcome": "transition", "on": "2026-04-01"}):
        refusal = act_refused(before_it_begins, "manager", "edition.change", scheme=NEW, reason="x", **early)
        assert (refusal.code, pointers(refusal)) == ("invalid", ["/scheme"])
    propose(before_it_begins, "transition", on="2026-04-02")
    assert "approval.give" in before_it_begins.open


def test_an_edition_can_be_declined_before_its_first_day(before_it_begins: Life) -> None:
    before_it_begins.apply()
    propose(before_it_begins, "keep")
    assert "approval.give" in before_it_begins.open


def test_a_migrated_case_has_its_open_dates_counted_again_and_old_and_new_recorded(contracting: Life) -> None:
    """R:9/8.1."""
    propose(contracting)
    assert contracting.due("contract.sign") == date(2026, 4, 1)
    approve(contracting)
    assert contracting.due("contract.sign") == contracting.task("contract.sign").due_on == date(2026, 4, 11)
    assert contracting.case.scheme == Ref(**NEW)
    assert contracting.case.application is not None
    assert contracting.case.application.scheme == Ref(**NEW)
    [moved] = changed(contracting)["deadlines"]
    assert (moved["kind"], moved["old"], moved["new"]) == ("contract.sign", "2026-04-01", "2026-04-11")
    assert changed(contracting)["old"].startswith("service/1.0 ")
    assert changed(contracting)["new"].startswith("service/1.1 ")


def test_a_date_moved_by_an_edition_is_reminded_of_anew(contracting: Life) -> None:
    contracting.until(date(2026, 3, 30))
    propose(contracting)
    approve(contracting)
    # Due on Saturday, 11 April: ten and three days before, and on the Friday; 20 and 27 March had gone out.
    [running] = [one for one in contracting.case.deadlines if one.id == contracting.task("contract.sign").id]
    assert running.remind == [date(2026, 4, 1), date(2026, 4, 8), date(2026, 4, 10)]


def test_a_stricter_edition_lets_nobodys_date_have_passed(lives: Lives, tmp_path: Path) -> None:
    life = lives()
    with_packs(life, new_edition(tmp_path, waits=waits(contract_sign=5)))
    life.apply()
    life.answer("manager", "application.review", outcome="accept")
    life.days(10)
    propose(life)
    approve(life)
    assert life.due("contract.sign") == life.today


def test_nothing_changes_without_the_approval_of_a_decision_maker(contracting: Life) -> None:
    propose(contracting)
    refusal = refused_as(contracting, actor("manager"), "approval.give", subject="edition", outcome="approve")
    assert refusal.code == "forbidden"
    approve(contracting, "refuse")
    assert contracting.case.scheme == Ref(id="service", version="1.0")
    assert contracting.case.edition is None
    assert "approval.give" not in contracting.open


def test_whoever_evaluated_the_case_approves_no_other_edition(lives: Lives, tmp_path: Path) -> None:
    """R:7/6.4.6.2."""
    life = lives()
    with_packs(life, new_edition(tmp_path, waits=waits(contract_sign=40)))
    life.contracted().on_site()
    propose(life)
    team_mate = actor("leader", "decision_maker")
    refusal = refused_as(life, team_mate, "approval.give", subject="edition", outcome="approve")
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def test_a_kept_case_stays_as_it_is_and_a_trial_says_so(contracting: Life, tmp_path: Path) -> None:
    propose(contracting, "keep")
    approve(contracting)
    assert contracting.case.scheme == Ref(id="service", version="1.0")
    assert tried(contracting, Library.load(tmp_path))["kept"] is True


def test_a_transition_begins_on_its_day(contracting: Life) -> None:
    begins = contracting.today + timedelta(days=20)
    propose(contracting, "transition", on=str(begins))
    approve(contracting)
    assert contracting.due("edition.transition") == begins - timedelta(days=1)
    contracting.until(begins - timedelta(days=1))
    assert contracting.case.scheme == Ref(id="service", version="1.0")
    contracting.until(begins)
    assert contracting.case.scheme == Ref(**NEW)
    assert contracting.due("contract.sign") == date(2026, 4, 11)
    assert not any(one.state == "running" for one in contracting.case.deadlines if one.kind == "edition.transition")


def test_a_draws_seed_is_the_previous_hash_of_its_plan_on_which_an_edition_is_taken_too(
    lives: Lives, tmp_path: Path
) -> None:
    """R:7/7.3.2."""
    life = lives()
    with_packs(life, new_edition(tmp_path, waits=waits(audit_documents=40)))
    life.contracted()
    begins = life.today + timedelta(days=1)
    propose(life, "transition", on=str(begins))
    life.answer("decider2", "approval.give", subject="edition", outcome="approve", reason="同意")
    # The plan comes in before the timer of the transition is worked on.
    life.now = nine_oclock(begins)
    life.plan(sites={"risk_basis": "同一服务体系", "mandatory": []})
    assert kinds(life)[-2:] == ["audit.plan", "edition.changed"]
    plan = last_event(life, "audit.plan")
    assert plan["data"]["seed"] == plan["previous_hash"]
    assert plan["data"]["draw"]["edition"].startswith("service 1.1")


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({"scheme": NEW, "outcome": "transition"}, "/on"),
        ({"scheme": NEW, "outcome": "transition", "on": "2026-03-02"}, "/on"),
        ({"scheme": NEW, "outcome": "migrate", "on": "2026-12-01"}, "/on"),
        ({"scheme": {"id": "service", "version": "9.9"}, "outcome": "migrate"}, "/scheme"),
        ({"scheme": {"id": "product", "version": "1.0"}, "outcome": "migrate"}, "/scheme"),
        ({"scheme": {"id": "service", "version": "1.0"}, "outcome": "migrate"}, "/scheme"),
        ({"special_rule": {"id": "example-aged-vinegar", "version": "1.0"}, "outcome": "migrate"}, "/special_rule"),
        (
            {"special_rule": {"id": "example-shanxi-restaurant", "version": "1.0"}, "outcome": "migrate"},
            "/service/category",
        ),
    ],
)
def test_an_edition_that_does_not_fit_is_refused(contracting: Life, payload: dict[str, Any], pointer: str) -> None:
    refusal = act_refused(contracting, "manager", "edition.change", reason="x", **payload)
    assert (refusal.code, pointers(refusal)) == ("invalid", [pointer])


def test_one_change_at_a_time(contracting: Life) -> None:
    propose(contracting)
    again = act_refused(contracting, "manager", "edition.change", scheme=NEW, outcome="keep", reason="x")
    assert again.code == "stage_conflict"


def test_only_a_case_manager_proposes_another_edition(contracting: Life) -> None:
    assert act_refused(contracting, "applicant", "edition.change", outcome="keep", reason="x").code == "forbidden"


# Verdicts ---------------------------------------------------------------------------------------------------


@pytest.fixture
def at_80(lives: Lives, tmp_path: Path) -> tuple[Life, Library]:
    """An audit with exactly 80 points, where a pass mark of 81 is coming."""
    life = lives()
    library = with_packs(life, new_edition(tmp_path, catalogue=total("81")))
    life.contracted().on_site().audited(scores=AT_80)
    return life, library


def test_a_trial_says_which_verdicts_would_change_and_changes_nothing(at_80: tuple[Life, Library]) -> None:
    life, library = at_80
    before, recorded = life.case.model_dump_json(), len(life.events())
    [verdict] = tried(life, library)["verdicts"]
    assert verdict["old"] == {"verdict": "pass", "failed_conditions": []}
    assert verdict["new"] == {"verdict": "fail", "failed_conditions": ["total"]}
    assert (life.case.model_dump_json(), len(life.events())) == (before, recorded)


def test_a_verdict_under_way_stands_and_the_case_changes_after_the_decision(at_80: tuple[Life, Library]) -> None:
    """R:9/8.1: the changed requirements are for audits to come."""
    life, _ = at_80
    propose(life)
    approve(life)
    assert life.case.scheme == Ref(id="service", version="1.0")
    acknowledged = {"readings_acknowledged": ["appendix-b-points"]}
    life.reported().answer("reviewer", "review.independent", outcome="agree", **acknowledged)
    life.answer("decider2", "decision.make", outcome="grant")
    assert (life.case.status, life.case.scheme) == ("certified", Ref(id="service", version="1.0"))
    life.act("manager", "note.add", text="x")
    assert life.case.scheme == Ref(**NEW)
    with Session(life.engine) as session:
        certificate = session.get(CertificateRow, life.case.certificates[-1].number)
        assert certificate is not None
        assert certificate.scheme_version == "1.0"


def test_a_certificate_keeps_its_days_under_another_edition(lives: Lives, tmp_path: Path) -> None:
    life = lives()
    cycle = part("cycle") | {"validity_years": 5, "surveillance_months": 9}
    with_packs(life, new_edition(tmp_path, cycle=cycle))
    life.contracted().on_site().audited().reported().granted()
    expiry, surveillance = life.due("certificate.expiry"), life.due("surveillance")
    propose(life)
    life.answer("decider2", "approval.give", subject="edition", outcome="approve")
    assert life.due("certificate.expiry") == expiry
    # granted on 2 March 2026: twelve months under the old edition, nine under the new one
    assert (surveillance, life.due("surveillance")) == (date(2027, 3, 2), date(2026, 12, 2))


def test_findings_being_rectified_keep_their_edition_and_their_day(lives: Lives, tmp_path: Path) -> None:
    life = lives()
    with_packs(life, new_edition(tmp_path, waits=waits(rectification_submit=10)))
    to_rectify(life)
    due = life.due("rectification.submit")
    propose(life)
    approve(life)
    assert life.due("rectification.submit") == due


def test_an_audit_on_site_is_judged_by_the_edition_it_went_there_with(lives: Lives, tmp_path: Path) -> None:
    """R:9/8.1: everything but the closing meeting is in, at the old pass mark, when the new one is approved."""
    life = lives()
    with_packs(life, new_edition(tmp_path, catalogue=total("81")))
    life.contracted().on_site().answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    life.answer("leader", "audit.management", **raw_sheet(AT_80))
    life.answer("leader", "audit.characteristics", items=[])
    life.answer("manager", "audit.credit", listed=False)
    propose(life)
    approve(life)
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])
    assert life.case.scheme == Ref(id="service", version="1.0")
    assert life.audit.results is not None
    assert life.audit.results.verdict == "pass"


def test_what_is_approved_and_waits_gives_way_to_no_other_proposal(at_80: tuple[Life, Library]) -> None:
    life, _ = at_80
    propose(life)
    approve(life)
    acknowledged = {"readings_acknowledged": ["appendix-b-points"]}
    life.reported().answer("reviewer", "review.independent", outcome="agree", **acknowledged)
    life.answer("decider2", "decision.make", outcome="grant")
    # The edition is due with the next message, whatever that is about.
    refusal = act_refused(life, "manager", "edition.change", outcome="keep", reason="x")
    assert refusal.code == "stage_conflict"
    life.act("manager", "note.add", text="x")
    assert life.case.scheme == Ref(**NEW)


def test_whoever_proposes_an_edition_does_not_approve_it(contracting: Life) -> None:
    propose(contracting)
    both = actor("manager", "decision_maker")
    refusal = refused_as(contracting, both, "approval.give", subject="edition", outcome="approve")
    assert (refusal.code, refusal.clause) == ("not_independent", "R:7/6.4.6.2")


def stricter(life: Life, root: Path) -> None:
    """The edition that was proposed is laid anew, with a shorter limit."""
    with_packs(life, new_edition(root, waits=waits(contract_sign=35)))


def test_an_edition_that_changed_since_its_proposal_is_not_approved_but_can_be_refused(
    contracting: Life, tmp_path: Path
) -> None:
    propose(contracting)
    stricter(contracting, tmp_path / "later")
    refusal = contracting.refused("decider", "approval.give", subject="edition", outcome="approve")
    assert refusal.code == "stage_conflict"
    contracting.turns = TurnActivities(contracting.engine, FactFinder(Library.load()), react)
    approve(contracting, "refuse")
    assert (contracting.case.edition, contracting.case.scheme) == (None, Ref(id="service", version="1.0"))


def test_an_edition_that_changed_since_its_approval_is_approved_as_it_is(contracting: Life, tmp_path: Path) -> None:
    begins = contracting.today + timedelta(days=20)
    propose(contracting, "transition", on=str(begins))
    approve(contracting)
    stricter(contracting, tmp_path / "later")
    contracting.until(begins)
    contracting.act("manager", "note.add", text="x")
    assert contracting.case.scheme == Ref(id="service", version="1.0")
    approve(contracting)
    assert contracting.case.scheme == Ref(**NEW)
    # accepted on 2 March 2026, thirty-five days
    assert contracting.due("contract.sign") == date(2026, 4, 6)


def test_an_edition_that_is_due_and_cannot_be_had_leaves_the_case_under_its_own(
    contracting: Life,
) -> None:
    begins = contracting.today + timedelta(days=20)
    propose(contracting, "transition", on=str(begins))
    approve(contracting)
    contracting.turns = TurnActivities(contracting.engine, FactFinder(Library.load()), react)
    contracting.until(begins + timedelta(days=1))
    contracting.act("manager", "note.add", text="x")
    assert contracting.case.scheme == Ref(id="service", version="1.0")


def test_trying_an_application_out_writes_nothing(lives: Lives) -> None:
    """Who only asks takes no lock that somebody who writes would wait for."""
    life = lives()
    message = life.message("applicant", "application", "application", an_application(9_001))
    said: list[str] = []

    def hear(*call: Any) -> None:
        said.append(call[2])

    event.listen(life.engine, "before_cursor_execute", hear)
    with Session(life.engine) as session:
        facts = FactFinder(Library.load()).gather(session, life.case, message, life.now, preview=True)
    event.remove(life.engine, "before_cursor_execute", hear)
    assert facts.rules is not None
    assert said
    assert not [statement for statement in said if not statement.startswith("SELECT")]

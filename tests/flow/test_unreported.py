"""R:7/6.4.6.2, R:7/6.5.3.3: each fact that a case submits is missing until its receipt is on record, and no other."""

import json
from datetime import date, timedelta

import pytest

from domain.reporting import Event, unreported
from domain.state import COURIER, Message
from tests.flow.beside import special_maintained, to_special_decision
from tests.flow.conftest import Lives
from tests.flow.scopes import OWN_DAYS, a_new_site, decided, statuses
from tests.flow.situations import Way
from tests.flow.steps import to_reaudit
from tests.flow.years import (
    EXPIRY,
    days_before,
    maintained,
    renewed,
    submissions,
    surveilled,
    suspended,
    suspended_on_request,
)
from tests.lives import MAINTAINED, Life

SURVEILLANCE = date(2027, 2, 1)


def missing(life: Life) -> list[str]:
    return [one.about for one in unreported(Event(one["at"], one["kind"], one["data"]) for one in life.events())]


def receipted(life: Life) -> Life:
    """The alliance gives a receipt for everything submitted."""
    for effect in [effect for effect in life.case.effects if effect.kind == "submission"]:
        content = json.dumps({"receipt": "LM-1", "submission": effect.id})
        message = Message(id=f"done:{effect.id}", kind="delivered", name=effect.id, actor=COURIER, outcome="done")
        life.work(message.model_copy(update={"content": content}))
    return life


def test_a_certification_is_missing_until_its_receipt_is_on_record(certified: Life) -> None:
    assert missing(certified) == [f"certification:{certified.case.certificates[0].number}"]
    assert missing(receipted(certified)) == []


def test_a_report_that_operations_leaves_is_still_missing(certified: Life) -> None:
    effect = next(effect for effect in certified.case.effects if effect.kind == "submission")
    certified.work(Message(id="f", kind="delivered", name=effect.id, actor=COURIER, outcome="failed"))
    certified.answer("ops", "operations.resolve", outcome="abandon", reason="x")
    assert submissions(certified) == []
    assert missing(certified) == [effect.about]


def test_a_correction_is_no_second_receipt(certified: Life) -> None:
    receipted(certified)
    effect = certified.events()[-1]["data"]["submission"]
    certified.act("manager", "report.correct", submission=effect, reason="x")
    receipted(certified)
    certified.until(SURVEILLANCE)
    maintained(surveilled(certified))
    assert missing(certified) == submissions(certified) == ["surveillance:audit-2"]


def test_every_fact_that_is_submitted_is_missing_and_no_other(certified: Life) -> None:
    """A failed surveillance reports itself and the suspension it leads to."""
    certified.until(SURVEILLANCE)
    suspended(certified)
    assert sorted(missing(certified)) == sorted(submissions(certified))


def test_a_special_audit_is_missing_as_what_it_is(certified: Life) -> None:
    """R:7/6.5.1, R:7/6.5.3.3."""
    special_maintained(to_special_decision(receipted(certified)))
    assert missing(certified) == submissions(certified) == ["special:audit-2"]
    assert missing(receipted(certified)) == []


def test_a_second_suspension_of_a_certificate_is_missing_where_only_the_first_has_a_receipt(certified: Life) -> None:
    number = certified.case.certificates[0].number
    facts = [
        Event("2027-01-01T00:00:00Z", "certificate.valid", {"number": number}),
        Event("2027-02-01T00:00:00Z", "certificate.suspended", {"number": number, "grounds": ["b"]}),
        Event("2027-02-02T00:00:00Z", "alliance.reported", {"about": f"suspension:{number}"}),
        Event("2027-03-01T00:00:00Z", "certificate.suspended", {"number": number, "grounds": ["b"]}),
    ]
    assert [(one.kind, one.at[:10]) for one in unreported(facts)] == [
        ("certification", "2027-01-01"),
        ("suspension", "2027-03-01"),
    ]


def test_a_renewed_certificate_that_takes_over_is_no_new_fact_and_the_old_ones_end_none(third_year: Life) -> None:
    renewed(third_year, days_before(100)).audited()
    third_year.reported().granted().until(EXPIRY + timedelta(days=10))
    assert [one.status for one in third_year.case.certificates] == ["expired", "valid"]
    assert sorted(missing(third_year)) == sorted(submissions(third_year))


def test_an_expiry_without_a_renewal_is_missing(third_year: Life) -> None:
    third_year.until(date(2029, 6, 1))
    assert missing(third_year)[-1] == f"expiry:{third_year.case.certificates[0].number}"
    assert sorted(missing(third_year)) == sorted(submissions(third_year))


@pytest.mark.parametrize("end", ["reaudit missed", "documents not corrected", "refused"])
def test_a_refusal_by_a_person_or_a_timer_is_missing(lives: Lives, end: str) -> None:
    life = lives()
    if end == "reaudit missed":
        to_reaudit(life).days(120)
    elif end == "documents not corrected":
        life.contracted().plan()
        life.answer("applicant", "audit.plan.confirm", outcome="agree")
        life.answer("leader", "audit.documents", outcome="return", checks={"a": True, "b": False}, issues=["x"])
        life.days(40)
    else:
        life.contracted().on_site().audited().reported().answer("reviewer", "review.independent", outcome="agree")
        life.answer("decider", "decision.make", outcome="refuse", reason="x")
    assert life.case.stage == "closed"
    assert missing(life) == submissions(life) == [f"refusal:{life.audit.id}"]


def restored(life: Life) -> Life:
    suspended_on_request(life).act("applicant", "restoration.request", reason="x")
    life.answer("leader", "restoration.verify", outcome="pass", evidence="x")
    life.answer("decider", "decision.make", outcome="restore")
    return life


def withdrawn(life: Life) -> Life:
    life.act("manager", "withdrawal.request", grounds=["d"], reason="x")
    life.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    return life


def cancelled(life: Life) -> Life:
    life.act("applicant", "withdrawal.request", reason="x")
    life.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    return life


def reduced_and_expired(life: Life) -> Life:
    life.act("applicant", "scope.reduce", sites=["s1", "s2"], reason="x")
    life.answer("applicant", "scope.confirm", confirmed=True)
    life.until(EXPIRY + timedelta(days=1))
    return life


def withdrawn_and_appealed(life: Life) -> Life:
    withdrawn(life).act("applicant", "appeal.file", about="withdrawal.decide", reason="x")
    life.answer("manager", "appeal.acknowledge")
    life.answer("decider2", "appeal.decide", outcome="uphold", reason="x")
    return life


@pytest.mark.parametrize("way", [restored, withdrawn, cancelled, reduced_and_expired, withdrawn_and_appealed])
def test_whatever_becomes_of_a_certificate_is_missing_as_it_is_submitted(certified: Life, way: Way) -> None:
    assert sorted(missing(way(certified))) == sorted(submissions(certified))


def reduced_at_surveillance(life: Life) -> Life:
    """R:7/6.5.3.3: the surveillance has its result, whatever becomes of the scope."""
    life.until(SURVEILLANCE)
    life.act("applicant", "scope.reduce", sites=["s1", "s2"], reason="x", combined_with=life.audit.id)
    life.answer("applicant", "scope.confirm", confirmed=True)
    return decided(surveilled(life), "reduce", conditions=MAINTAINED)


def extended_alone(life: Life) -> Life:
    life.act("manager", "scope.extend", sites=[a_new_site()])
    return decided(life.on_site(**OWN_DAYS).audited(), "extend")


@pytest.mark.parametrize("way", [reduced_at_surveillance, extended_alone])
def test_a_surveillance_that_changes_the_scope_is_missing_and_a_scope_audit_is_none(certified: Life, way: Way) -> None:
    about = sorted(submissions(way(receipted(certified))))
    assert sorted(missing(certified)) == about
    assert [one.partition(":")[0] for one in about] == ["reissue"] + ["surveillance"] * (way is reduced_at_surveillance)


def with_a_renewal_to_come(life: Life) -> Life:
    renewed(life, days_before(100)).audited()
    return receipted(life.reported().granted())


def test_a_renewal_to_come_that_an_appeal_gives_back_is_told_and_missing_as_well(third_year: Life) -> None:
    """R:7/6.4.6.2: the alliance was told that both certificates are withdrawn."""
    withdrawn_and_appealed(with_a_renewal_to_come(third_year))
    numbers = [one.number for one in third_year.case.certificates]
    assert statuses(third_year) == ["valid", "upcoming"]
    told = [f"{kind}:{number}" for kind in ("restoration", "withdrawal") for number in numbers]
    assert sorted(missing(third_year)) == sorted(submissions(third_year)) == told


def test_a_renewed_certificate_that_takes_over_suspended_is_told_and_missing(third_year: Life) -> None:
    """R:7/6.5.3.3: the alliance knows of the old one's suspension alone."""
    receipted(suspended_on_request(with_a_renewal_to_come(third_year))).until(EXPIRY + timedelta(days=1))
    assert statuses(third_year) == ["expired", "suspended"]
    number = third_year.case.certificates[1].number
    assert missing(third_year) == submissions(third_year) == [f"suspension:{number}"]

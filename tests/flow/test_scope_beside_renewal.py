"""R:9/8.3, R:7/6.6: a change of scope goes on beside a renewal, and neither loses what is the other's."""

from datetime import timedelta

from domain.audit import Audit
from tests.flow.beside import answer_in
from tests.flow.scopes import OWN_DAYS, a_new_site, matter, rows, sites
from tests.flow.steps import ended
from tests.flow.years import EXPIRY, days_before, deadlines, renewal, renewing, reviewed
from tests.lives import CONTENTS, RENEWAL, Life

GRANT = {"outcome": "grant"}


def extension_audited(life: Life) -> Audit:
    """An extension was asked for and audited today: its decision is asked for."""
    life.act("applicant", "scope.extend", sites=[a_new_site()])
    audit = life.audit
    reviewed(life.on_site(**OWN_DAYS).audited())
    return audit


def renewal_reported(life: Life, **application: object) -> Life:
    """Applied to renew and audited today: the report recommends it."""
    renewing(life, life.today, **application).on_site(reason="再认证")
    life.answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    return life.audited().reported()


def test_the_certificate_of_a_renewal_is_awaited_on_while_an_extension_is_granted(third_year: Life) -> None:
    """R:7/6.4.7."""
    third_year.until(days_before(120))
    scope = extension_audited(third_year)
    renewal_reported(third_year)
    answer_in(third_year, scope, "decider", "decision.make", **GRANT)
    states = {one.audit_id: one.state for one in deadlines(third_year, "certificate.issue")}
    assert (states[scope.id], states[third_year.audit.id]) == ("met", "running")


def test_no_certificate_is_awaited_of_an_extension_that_ended_with_its_certificate(third_year: Life) -> None:
    third_year.until(days_before(40))
    scope = extension_audited(third_year)
    renewing(third_year, third_year.today).until(EXPIRY + timedelta(days=2))
    assert third_year.case.status == "expired"
    states = {one.audit_id: one.state for one in deadlines(third_year, "certificate.issue")}
    assert states[scope.id] == "void"


def renewed_with_an_open_extension(life: Life) -> Life:
    """Renewed under another service; an extension was asked for and audited before that begins."""
    service = {**renewal(life)["service"], "name": "新服务"}
    life.until(days_before(120))
    renewal_reported(life, service=service).answer("reviewer", "review.independent", outcome="agree")
    life.answer("decider", "decision.make", **GRANT)
    life.until(days_before(20))
    extension_audited(life)
    return life


def test_an_extension_granted_once_the_renewal_has_begun_adds_to_what_was_renewed(third_year: Life) -> None:
    renewed_with_an_open_extension(third_year).until(EXPIRY + timedelta(days=2))
    third_year.answer("decider", "decision.make", **GRANT)
    assert (rows(third_year)[-1].service, sites(third_year)) == ("新服务", ["s1", "s2", "s3", "s4"])


def test_a_reduction_that_the_renewal_leaves_nothing_of_is_asked_no_more(third_year: Life) -> None:
    kept = [site for site in renewal(third_year)["sites"] if site["id"] != "s3"]
    third_year.until(days_before(120))
    days = {"documents": "1", "management": "5", "characteristics": "4"}
    renewing(third_year, third_year.today, sites=kept).on_site(person_days=days, reason="x")
    third_year.answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    reviewed(third_year.audited()).answer("decider", "decision.make", **GRANT)
    third_year.until(days_before(5))
    third_year.act("manager", "scope.reduce", sites=["s3"])
    third_year.until(EXPIRY + timedelta(days=2))
    assert (ended(third_year), matter(third_year).outcome) == (("certified", "certified", []), "renewed")

"""Short ways through the certified years: surveillance, suspension, renewal."""

from datetime import date, timedelta
from typing import Any

from domain.state import Deadline, Effect
from tests.flow.steps import AGREE, to_reaudit
from tests.lives import CONTENTS, FAILING, MAINTAINED, RENEWAL, Life, an_application

EXPIRY = date(2029, 3, 1)
"""The last day of a certificate granted on the day on which tests begin."""
FEWER_DAYS: dict[str, Any] = {"person_days": {"documents": "1", "management": "3", "characteristics": "2"}}
"""The person-days of a surveillance."""
RETURNED: dict[str, Any] = {"outcome": "return", "checks": {"a": True, "b": False}, "issues": ["x"]}
SUSPEND: dict[str, Any] = {"outcome": "suspend", "grounds": ["c"], "reason": "x"}
"""How a missed surveillance is decided."""


def to_certificate(life: Life) -> Life:
    """Audited and granted today."""
    return life.contracted().on_site().audited().reported().granted()


def to_second_year(life: Life) -> Life:
    """Certified, and the first surveillance held."""
    to_certificate(life).until(date(2027, 2, 1))
    return maintained(surveilled(life))


def to_third_year(life: Life) -> Life:
    """Certified, and both surveillances of the cycle held."""
    to_second_year(life).until(date(2028, 1, 10))
    return maintained(surveilled(life))


def surveilled(life: Life, **audit: Any) -> Life:
    """The open surveillance, done today."""
    life.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    return life.audited(**audit)


def reviewed(life: Life, recommendation: str = "pass") -> Life:
    """Reported and agreed to, with whatever reading the verdict depends on: the decision is asked for."""
    life.reported(recommendation)
    sensitive = life.audit.results.sensitive if life.audit.results else []
    life.answer("reviewer", "review.independent", outcome="agree", readings_acknowledged=sensitive)
    return life


def maintained(life: Life) -> Life:
    """Reported, reviewed and maintained."""
    reviewed(life).answer("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    return life


def suspended(life: Life) -> Life:
    """The open surveillance failed today: suspended for ninety days."""
    reviewed(surveilled(life, scores=FAILING), "fail")
    life.answer("decider", "decision.make", outcome="suspend", reason="x")
    return life


def dismissed(life: Life, until: date) -> Life:
    """A missed surveillance gets a new date."""
    life.answer("decider", "suspension.decide", outcome="dismiss", reason="x", until=str(until))
    return life


def second_put_off(life: Life, until: date) -> Life:
    """The second surveillance was missed and has a new date."""
    life.until(date(2027, 2, 1))
    maintained(surveilled(life)).until(date(2028, 2, 10))
    return dismissed(life, until)


def renewal(life: Life) -> dict[str, Any]:
    """An application to renew."""
    application = an_application(life.number)
    del application["body"]
    return application | {"changes": ["新增一处场所"]}


def renewing(life: Life, on: date, **application: Any) -> Life:
    """Applied on a day to renew: the plan is asked for."""
    life.until(on)
    life.answer("applicant", "recertification.apply", **renewal(life) | application)
    return life


def renewed(life: Life, on: date, plan: dict[str, Any] | None = None, **application: Any) -> Life:
    """Applied, planned, documents passed and contents concluded on a day: the rest of the renewal on site is open."""
    renewing(life, on, **application).on_site(**plan or {})
    life.answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)
    return life


def documents_returned(life: Life, **plan: Any) -> Life:
    """The open audit is planned and its documents are returned today."""
    life.plan(**plan)
    life.answer("applicant", "audit.plan.confirm", **AGREE)
    life.answer("leader", "audit.documents", **RETURNED)
    return life


def failed_by_documents(life: Life, **plan: Any) -> Life:
    """The returned documents of the open audit were not corrected in time: the report is asked for."""
    documents_returned(life, **plan).days(31)
    return life


def surveillance_failed_by_documents(life: Life) -> Life:
    """Certified; the documents of the first surveillance were not corrected."""
    to_certificate(life).until(date(2027, 1, 10))
    return failed_by_documents(life, **FEWER_DAYS)


def reaudit_failed_by_documents(life: Life) -> Life:
    """The first audit failed; the documents of the re-audit were not corrected."""
    return failed_by_documents(to_reaudit(life), reason="再次审查全部内容")


def renewal_failed_by_documents(life: Life) -> Life:
    """In the third year; the documents of the renewal were not corrected."""
    return failed_by_documents(renewing(to_third_year(life), days_before(100)))


def days_before(days: int) -> date:
    """So many days before the certificate expires."""
    return EXPIRY - timedelta(days=days)


def deadlines(life: Life, kind: str) -> list[Deadline]:
    """All due dates of a kind, oldest first."""
    return [one for one in life.case.deadlines if one.kind == kind]


def submissions(life: Life) -> list[str]:
    """What was submitted to the alliance."""
    return [effect.about for effect in life.case.effects if effect.kind == "submission"]


def notices(life: Life) -> list[Effect]:
    """All notices, oldest first."""
    return [effect for effect in life.case.effects if effect.kind == "notice"]


# Suspended


def failed_surveillance(life: Life) -> Life:
    """Certified on 2 March 2026; the first surveillance failed on 15 January 2027: suspended for ninety days."""
    life.until(date(2027, 1, 15))
    return suspended(life)


def asked_to_suspend(life: Life, user: str = "manager", *grounds: str) -> Life:
    """A suspension is asked for: the decision is open."""
    life.act(user, "suspension.request", grounds=list(grounds or ("i",)), reason="责令停业整顿")
    return life


def suspended_on_request(life: Life, *grounds: str) -> Life:
    """Suspended today for six months."""
    asked_to_suspend(life, "manager", *grounds)
    life.answer("decider", "suspension.decide", outcome="suspend", reason="属实")
    return life


def statuses(life: Life) -> list[str]:
    """What each certificate is worth, oldest first."""
    return [one.status for one in life.case.certificates]

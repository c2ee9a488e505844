"""How a case comes to each column of the matrix."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.flow.steps import to_reaudit
from tests.flow.years import (
    EXPIRY,
    failed_surveillance,
    maintained,
    renewed,
    surveilled,
    suspended_on_request,
    to_certificate,
    to_third_year,
)
from tests.lives import FAILING, Life

Way = Callable[[Life], Life]


def is_open(life: Life) -> Life:
    return life.contracted().on_site()


def certified(life: Life) -> Life:
    """On 1 June 2027; the second surveillance is due on 1 February 2028."""
    to_certificate(life).until(date(2027, 2, 1))
    maintained(surveilled(life)).until(date(2027, 6, 1))
    return life


def suspended(life: Life) -> Life:
    return suspended_on_request(certified(life))


def suspended_after_surveillance(life: Life) -> Life:
    return failed_surveillance(to_certificate(life))


def suspension_over(life: Life) -> Life:
    suspended(life).until(date(2027, 12, 2))
    return life


def expired_renewing(life: Life) -> Life:
    renewed(to_third_year(life), EXPIRY - timedelta(days=30)).until(EXPIRY + timedelta(days=4))
    return life


def rejected(life: Life) -> Life:
    life.apply()
    life.answer("manager", "application.review", outcome="reject", reason="超出认证领域")
    return life


def application_withdrawn(life: Life) -> Life:
    life.contracted().act("applicant", "case.withdraw", reason="x")
    return life


def terminated(life: Life) -> Life:
    to_reaudit(life).on_site(reason="再次审查").audited(scores=FAILING).reported("fail")
    return _refused(life)


def withdrawn(life: Life) -> Life:
    to_certificate(life).act("manager", "withdrawal.request", grounds=["d"], reason="x")
    life.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    return life


def cancelled(life: Life) -> Life:
    to_certificate(life).act("applicant", "withdrawal.request", reason="x")
    life.answer("decider", "withdrawal.decide", outcome="withdraw", reason="x")
    return life


def expired(life: Life) -> Life:
    to_third_year(life).until(EXPIRY + timedelta(days=1))
    return life


def refused(life: Life) -> Life:
    return _refused(life.contracted().on_site().audited().reported())


def _refused(life: Life) -> Life:
    life.answer("reviewer", "review.independent", outcome="agree")
    life.answer("decider", "decision.make", outcome="refuse", reason="x")
    return life


SITUATIONS: dict[str, Way] = {"open": is_open} | {
    way.__name__: way
    for way in (
        certified,
        suspended,
        suspended_after_surveillance,
        suspension_over,
        expired_renewing,
        rejected,
        application_withdrawn,
        refused,
        terminated,
        withdrawn,
        cancelled,
        expired,
    )
}
"""Column of the matrix → the life that leads there."""

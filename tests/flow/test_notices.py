"""R:7/6.4.6.1, R:7/6.5.3.2, R:7/7.3.3: a notice says the same dates and numbers in Chinese and in English."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.flow.steps import to_reaudit
from tests.flow.years import EXPIRY, failed_surveillance, notices, suspended_on_request, to_certificate
from tests.lives import Life

NAMED = re.compile(r"\d{4}-\d{2}-\d{2}|[A-Z-]+-DEMO-\d{4}-\d{5}")


def missed(life: Life) -> Life:
    to_certificate(life).until(date(2027, 3, 10))
    return life


def expired(life: Life) -> Life:
    to_certificate(life).until(EXPIRY + timedelta(days=2))
    return life


def suspended(life: Life) -> Life:
    return suspended_on_request(to_certificate(life))


def failed(life: Life) -> Life:
    return failed_surveillance(to_certificate(life))


@pytest.mark.parametrize("begin", [to_reaudit, missed, suspended, failed, expired])
def test_dates_and_numbers_stand_in_both_languages(life: Life, begin: Callable[[Life], Life]) -> None:
    texts = [text for one in notices(begin(life)) for text in (one.subject, one.body)]
    named = [(NAMED.findall(text.zh), NAMED.findall(text.en)) for text in texts]
    assert any(zh for zh, _ in named)
    assert [zh for zh, _ in named] == [en for _, en in named]


def test_a_last_day_is_said_to_be_allowed(life: Life) -> None:
    """A due date is good until 24:00 of its day; 前 alone leaves that open (Civil Code 1259)."""
    life.contracted().plan()
    told = notices(life)[-1]
    assert told.body.zh == f"确认审查计划,期限为{life.due('audit.plan.confirm')}(含当日)。"

"""R:4/4.2: an input that is in, and only waits for the mystery visit, shows the client nothing of what it brought."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.domain.sheets import raw_sheet
from tests.flow.conftest import Lives
from tests.flow.steps import SECRET, a_member, kinds
from tests.flow.test_mystery_visit import NOTHING, OPENLY, VISIT, seen, visit
from tests.flow.years import EXPIRY, FEWER_DAYS, renewing, second_put_off, to_certificate, to_third_year
from tests.lives import CONTENTS, RENEWAL, Life

Enter = Callable[[Life], object]
DUE = date(2027, 3, 2)
"""The first surveillance after a decision on 2 March 2026."""


def inputs(last_day: date, **contents: Any) -> dict[str, Enter]:
    """What comes in from a surveillance or a renewal of one day."""
    meeting = {"on": str(last_day), "attendees": ["x"]}
    return {
        "audit.open": lambda life: life.answer("leader", "audit.open", **meeting),
        "audit.management": lambda life: life.answer("leader", "audit.management", **raw_sheet()),
        "audit.characteristics": lambda life: life.answer("leader", "audit.characteristics", **NOTHING),
        "audit.credit": lambda life: life.answer("manager", "audit.credit", listed=False),
        "audit.contents": lambda life: life.answer("leader", "audit.contents", items=CONTENTS, **contents),
        "audit.close": lambda life: life.answer("leader", "audit.close", **meeting),
    }


def pair(lives: Lives, begin: Callable[[Life], Life], **plan: Any) -> tuple[Life, Life]:
    """Two lives alike, on site; the first is planned with a visit."""
    secret, plain = begin(lives()), begin(lives())
    secret.on_site(**SECRET, **plan)
    plain.on_site(**OPENLY, **plan)
    return secret, plain


def surveilling(life: Life) -> Life:
    to_certificate(life).until(DUE - timedelta(days=30))
    return life


@pytest.mark.parametrize("last", ["audit.contents", "audit.credit", "audit.close"])
def test_the_last_input_of_a_surveillance_shows_nothing_while_the_visit_is_out(lives: Lives, last: str) -> None:
    """Entered two days late, for the last day it is due on; with the contents the case comes to rest on an erratum."""
    secret, plain = pair(lives, surveilling, **FEWER_DAYS, planned_to=str(DUE))
    for life in (secret, plain):
        life.until(DUE)
    steps = inputs(DUE)
    enter_last = steps.pop(last)
    for step in steps.values():
        step(secret)
        step(plain)
    for life in (secret, plain):
        life.until(DUE + timedelta(days=2))
    enter_last(secret)
    assert secret.open == ["audit.mystery_visit"]
    assert seen(secret) == seen(plain)
    secret.answer("visitor", "audit.mystery_visit", visited_on=str(secret.today), **VISIT)
    enter_last(plain)
    assert (secret.case.flags, secret.case.errata) == (plain.case.flags, plain.case.errata)
    shown = [seen(life)["snapshot"] for life in (secret, plain)]
    assert [(one["flags"], one["errata"]) for one in shown] == [(plain.case.flags, plain.case.errata)] * 2


def test_a_closing_after_expiry_converts_a_renewal_once_the_visit_is_in(lives: Lives) -> None:
    """R:7/6.6.2."""

    def renewal(life: Life) -> Life:
        return renewing(to_third_year(life), EXPIRY - timedelta(days=60))

    secret, plain = pair(lives, renewal, planned_to=str(EXPIRY))
    after = EXPIRY + timedelta(days=1)
    for life in (secret, plain):
        life.until(after)
    steps = inputs(after, renewal=RENEWAL)
    close = steps.pop("audit.close")
    for step in steps.values():
        step(secret)
        step(plain)
    close(secret)
    assert seen(secret) == seen(plain)
    assert secret.audit.audit_kind == "recertification"
    visit(secret)
    close(plain)
    assert (secret.audit.audit_kind, plain.audit.audit_kind) == ("initial", "initial")
    assert seen(secret)["snapshot"]["flags"] == seen(plain)["snapshot"]["flags"]


def test_what_was_hidden_of_an_audit_that_gave_way_enters_the_record(certified: Life) -> None:
    """A surveillance was planned and visited before the client applied to renew: nothing is left to hide, or lost."""
    second_put_off(certified, date(2028, 12, 31)).until(date(2028, 9, 2))
    certified.on_site(**SECRET, **FEWER_DAYS)
    visit(certified)
    renewing(certified, certified.today)
    assert certified.case.held == []
    assert kinds(certified).count("audit.mystery_visit") == 1
    certified.act("visitor", "note.add", text="x")
    assert kinds(certified)[-1] == "note.add"


def test_a_new_leader_is_not_asked_for_what_is_in(life: Life) -> None:
    life.contracted().on_site(**SECRET).audited()
    a_member(life.engine, "spare")
    before = len(life.case.effects)
    life.act("manager", "team.replace", **{"from": "leader", "to": "spare"}, reason="生病")
    assert [task.assignee for task in life.case.tasks if task.covered] == ["spare"]
    assert not [one for one in life.case.effects[before:] if one.to == "user:spare"]

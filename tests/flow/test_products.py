"""G:A: a product's mystery visits, its review and its certified years, as those of a service."""

from datetime import date
from typing import Any

import pytest

from tests.domain.sheets import a_checklist
from tests.flow.conftest import Lives
from tests.flow.steps import FINDING, MANAGEMENT_ONLY, SECRET, kinds, pointers
from tests.flow.test_mystery_visit import seen, visit
from tests.flow.years import FEWER_DAYS, reviewed, submissions
from tests.lives import CONTENTS, MAINTAINED, PRODUCT, Life


def test_a_checklist_that_waits_for_a_mystery_visit_is_still_to_come_for_the_client(product: Life) -> None:
    day = {"on": str(product.today), "attendees": ["x"]}
    product.on_site(**MANAGEMENT_ONLY, **SECRET)
    product.answer("leader", "audit.open", **day)
    product.answer("leader", "audit.close", **day)
    product.answer("manager", "audit.credit", listed=False)
    product.answer("leader", "audit.checklist", **a_checklist({"4.4.1": "partly"}), findings=[FINDING])
    assert [task.kind for task in product.case.tasks if task.covered] == ["audit.checklist"]
    assert "audit.checklist" not in kinds(product)
    visit(product)
    assert product.open == ["findings.confirm"]
    assert kinds(product).count("audit.checklist") == 1


@pytest.mark.parametrize("findings", [[], [FINDING]], ids=["no list", "a list"])
def test_the_client_sees_the_same_with_a_visit_and_without(lives: Lives, findings: list[dict[str, Any]]) -> None:
    secret, plain = (lives().contracted(**PRODUCT) for _ in range(2))
    secret.on_site(**MANAGEMENT_ONLY, **SECRET)
    plain.on_site(**MANAGEMENT_ONLY, modes=["observation"])
    day = {"on": str(plain.today), "attendees": ["x"]}
    sheet = a_checklist({"4.4.1": "partly"}) | {"findings": findings}
    for life in (secret, plain):
        life.answer("leader", "audit.open", **day)
        life.answer("leader", "audit.close", **day)
        life.answer("manager", "audit.credit", listed=False)
    assert seen(secret) == seen(plain)
    secret.answer("leader", "audit.checklist", **sheet)
    assert (seen(secret), secret.open, plain.open) == (seen(plain), ["audit.mystery_visit"], ["audit.checklist"])
    visit(secret)
    plain.answer("leader", "audit.checklist", **sheet)
    assert secret.open == plain.open == ["findings.confirm" if findings else "audit.report"]


def test_the_review_may_return_the_checklist(on_site: Life) -> None:
    returned = {"outcome": "return", "comments": "证据不足"}
    on_site.audited().reported()
    refusal = on_site.refused("reviewer", "review.independent", **returned, reopen=["audit.management"])
    assert pointers(refusal) == ["/reopen/0"]
    on_site.answer("reviewer", "review.independent", **returned, reopen=["audit.checklist"])
    assert on_site.open == ["audit.checklist"]
    on_site.answer("leader", "audit.checklist", **a_checklist({"5.5.1": "does_not"}))
    assert (on_site.open, on_site.audit.passed) == (["audit.report"], False)


def test_at_a_surveillance_every_indicator_is_answered_again(lives: Lives) -> None:
    life = lives().contracted(**PRODUCT).on_site(**MANAGEMENT_ONLY).audited().reported().granted()
    life.until(date(2027, 2, 1))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    refusal = life.refused("leader", "audit.checklist", items=a_checklist()["items"][:-1])
    assert pointers(refusal) == ["/items"]
    reviewed(life.audited()).answer("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert (life.case.stage, life.case.status) == ("certified", "certified")
    assert submissions(life)[-1] == "surveillance:audit-2"


def test_a_failed_surveillance_suspends(lives: Lives) -> None:
    life = lives().contracted(**PRODUCT).on_site(**MANAGEMENT_ONLY).audited().reported().granted()
    life.until(date(2027, 2, 1))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    reviewed(life.audited(answers={"1.2.2": "does_not"}), "fail")
    life.answer("decider", "decision.make", outcome="suspend", reason="x")
    assert life.case.status == "suspended"

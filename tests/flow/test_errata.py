"""The errata on whose reading a case rests grow with what it comes to."""

from collections.abc import Callable
from datetime import date

from tests.flow.years import FEWER_DAYS
from tests.lives import CONTENTS, LIBRARY, Life

PACK = LIBRARY.scheme("service", "1.0").errata
OF_POINTS = {one.id for one in PACK if one.rows or one.indicators}


def errata_after(life: Life, step: Callable[[], object]) -> set[str]:
    """What a step adds to those the case relied on before."""
    before = life.case.errata
    step()
    assert life.case.errata == sorted({*before, *life.case.errata})
    return set(life.case.errata) - set(before)


def sign(life: Life) -> None:
    life.answer("manager", "application.review", outcome="accept")
    contract = {"contract_number": "HT-1", "signed_on": str(life.today), "fee_total": "36000.00"}
    life.answer("manager", "contract.sign", **contract, file_id="f-manager")


def conclude_a_surveillance(life: Life) -> None:
    life.until(date(2027, 1, 10))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)


def test_each_moment_adds_the_errata_it_rests_on(life: Life) -> None:
    """R:3, R:8/7.1, R:8/7.2.1, R:8/7.2.2, R:12: documents that are not at hand."""
    added = [
        errata_after(life, step)
        for step in (
            life.apply,
            lambda: sign(life),
            life.on_site,
            life.audited,
            life.reported,
            life.granted,
            lambda: conclude_a_surveillance(life),
        )
    ]
    assert added == [
        {"printed-numbers", "holiday-roll", "document-2022-3", "document-2022-13"},
        {"document-2022-10"},
        set(),
        OF_POINTS | {"credit-strictness", "appendix-reference-7.4.3"},
        {"issue-overdue-anchor"},
        {"surveillance-count", "appendix-c-empty", "document-2022-7", "document-2022-9"},
        {"references-6.5.2"},
    ]


def test_a_case_that_was_never_withdrawn_relied_on_no_reading_of_withdrawal(third_year: Life) -> None:
    assert {one.id for one in PACK} - set(third_year.case.errata) == {"wording-9.4f", "voluntary-end"}


def test_a_failing_report_watches_no_issue_and_relies_on_no_reading_of_it(life: Life) -> None:
    life.contracted().on_site().audited(credit={"listed": True}).reported("fail")
    assert "issue-overdue-anchor" not in life.case.errata

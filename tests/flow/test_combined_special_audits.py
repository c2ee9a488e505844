"""R:7/7.3.3: a special audit on the days of a surveillance."""

from datetime import date

from domain.audit import Audit
from tests.domain.sheets import raw_sheet
from tests.flow.beside import CARRIED, SPECIAL_DAYS, answer_in, ordered
from tests.flow.steps import pointers, refused_task
from tests.flow.years import FEWER_DAYS
from tests.lives import CONTENTS, MAINTAINED, Life


def combined(life: Life) -> Life:
    """The first surveillance is planned, and a special audit on the same days as combined with it."""
    life.until(date(2027, 1, 10))
    life.on_site(**FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    surveillance = life.audit
    ordered(life).on_site(**SPECIAL_DAYS, combined_with=surveillance.id)
    return life


def hold(life: Life, audit: Audit) -> None:
    """One of several audits, done today."""
    today = str(life.today)
    answer_in(life, audit, "leader", "audit.open", on=today, attendees=["x"])
    answer_in(life, audit, "leader", "audit.management", **raw_sheet())
    answer_in(life, audit, "leader", "audit.characteristics", items=[], deductions=[])
    answer_in(life, audit, "manager", "audit.credit", listed=False)
    answer_in(life, audit, "leader", "audit.close", on=today, attendees=["x"])
    answer_in(life, audit, "leader", "audit.report", recommendation="pass", summary="x")
    now = next(one for one in life.case.audits if one.id == audit.id)
    sensitive = now.results.sensitive if now.results else []
    answer_in(life, audit, "reviewer", "review.independent", outcome="agree", readings_acknowledged=sensitive)


def test_planned_as_combined_its_last_day_is_the_previous_audits(certified: Life) -> None:
    """R:7/7.3.3: special audits count only when planned as combined."""
    combined(certified)
    surveillance, other = certified.case.audits[-2:]
    hold(certified, surveillance)
    certified.days(2)
    hold(certified, other)
    answer_in(certified, surveillance, "decider", "decision.make", outcome="maintain", conditions=MAINTAINED)
    assert certified.due("surveillance") == date(2028, 1, 12)


def test_it_is_combined_with_an_open_audit_only(certified: Life) -> None:
    ordered(certified)
    plan = certified.a_plan(**SPECIAL_DAYS, combined_with="audit-1")
    assert pointers(certified.refused("manager", "audit.plan", **plan)) == ["/combined_with"]


def test_a_row_with_an_open_finding_of_it_is_not_carried_at_the_surveillance_beside_it(certified: Life) -> None:
    """R:7/6.5.2d."""
    combined(certified)
    surveillance, other = certified.case.audits[-2:]
    finding = {"row": 5, "description": "x", "severity": "minor", "rectify": False}
    answer_in(certified, other, "leader", "audit.management", **raw_sheet(), findings=[finding])
    certified.days(1)
    task = next(
        task for task in certified.case.tasks if (task.kind, task.audit_id) == ("audit.management", surveillance.id)
    )
    refusal = refused_task(certified, "leader", "audit.management", task.id, **raw_sheet({5: CARRIED, 8: CARRIED}))
    assert pointers(refusal) == ["/scores/4/carried"]

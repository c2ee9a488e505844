"""Short ways through what changes the scope of a certificate, and what the register then shows."""

from typing import Any

from sqlmodel import Session, select

from domain.matters import Matter
from records.issued import CertificateChangeRow, CertificateRow
from tests.domain.sheets import raw_sheet
from tests.flow.steps import pointers
from tests.flow.years import reviewed
from tests.lives import Life, an_application

OWN_DAYS: dict[str, Any] = {"person_days": {"documents": "1", "management": "4", "characteristics": "4"}}
"""Nine person-days: those of an initial audit of one new site."""
RENAMED = "晋韵文旅酒店管理有限公司"


def a_new_site(site: str = "s4", **changes: Any) -> dict[str, Any]:
    return {"id": site, "name": "新店", "address": "y", "city": "晋中", "headcount": 30, "central": False} | changes


def renamed(life: Life, name: str = RENAMED) -> dict[str, Any]:
    """The organization under another name."""
    return {**an_application(life.number)["organization"], "name": name}


def rename(life: Life, name: str = RENAMED) -> Life:
    """The organization's name changed and approved today: issued again."""
    life.act("applicant", "change.request", changes=["certificate"], organization=renamed(life, name))
    return approve(life)


def extend(life: Life, *added: dict[str, Any], **more: Any) -> Life:
    """More sites are asked for, one where none is given."""
    life.act("manager", "scope.extend", sites=list(added or [a_new_site()]), **more)
    return life


def carrying_is_refused(life: Life) -> bool:
    """Whether no row may be carried over in the open audit."""
    sheet = raw_sheet()
    sheet["scores"][0] |= {"carried": True, "reason": "x"}
    return pointers(life.refused("leader", "audit.management", **sheet)) == ["/scores/0/carried"]


def approve(life: Life, outcome: str = "approve", **more: Any) -> Life:
    subject = life.task("approval.give").subject
    life.answer("manager", "approval.give", subject=subject, outcome=outcome, **more)
    return life


def decided(life: Life, outcome: str, **more: Any) -> Life:
    """The open audit reported, reviewed and decided."""
    reviewed(life).answer("decider", "decision.make", outcome=outcome, **more)
    return life


def matter(life: Life) -> Matter:
    return life.case.matters[-1]


def rows(life: Life) -> list[CertificateRow]:
    """The register's rows of a case, in the order of issue."""
    with Session(life.engine) as session:
        found = session.exec(select(CertificateRow).where(CertificateRow.case_id == life.case.id))
        return sorted(found, key=lambda row: row.place)


def statuses(life: Life) -> list[str]:
    """What each certificate of the case is, in the order of issue: in the register and in the case alike."""
    found = [row.status for row in rows(life)]
    assert found == [one.status for one in life.case.certificates]
    return found


def changes(life: Life, number: str) -> list[tuple[str, str]]:
    """A certificate's changes in the register: from which day it had which status."""
    with Session(life.engine) as session:
        found = session.exec(select(CertificateChangeRow).where(CertificateChangeRow.number == number))
        return [(str(one.on), one.status) for one in sorted(found, key=lambda one: one.place)]


def sites(life: Life, place: int = -1) -> list[str]:
    """The sites of a certificate."""
    return [site["id"] for site in rows(life)[place].sites]

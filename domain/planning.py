"""How many person-days an audit takes by the table of R:11, and whether a plan's days and team cover them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from domain.model import Record
from domain.refusal import Fault, Refusal, Refused
from domain.rules import PersonDayBand, Planning, Rules

TABLE: Final = "R:11/10.1"
INCREASE: Final = "R:11/10.2"
PLAN: Final = "R:7/7.3.1"

LIKE_INITIAL: Final = frozenset({"initial", "recertification", "scope"})
"""Kinds with the table's initial days; a renewal and an extension are audited as at first (R:7/6.6.1, R:9/8.3)."""


class PersonDays(Record):
    """A plan's person-days by kind of work (R:11/10.1)."""

    documents: Decimal
    management: Decimal
    characteristics: Decimal

    @property
    def total(self) -> Fraction:
        """All three together: what the table speaks of."""
        return Fraction(self.documents) + self.on_site

    @property
    def on_site(self) -> Fraction:
        """Management audit and characteristic evaluation: what the team must cover on the planned days."""
        return Fraction(self.management) + Fraction(self.characteristics)


def band(people: int, planning: Planning) -> PersonDayBand:
    """Give the table's column for so many people in scope; raises ValueError where the table has none."""
    reached = [one for one in planning.person_days if one.people_from <= people]
    if not reached:
        raise ValueError(f"the table has no column for {people} people")
    return max(reached, key=lambda one: one.people_from)


def crosses_band(planned: int, found: int, planning: Planning) -> bool:
    """Say whether a headcount found on site falls into another column, which reopens the plan (R:11/10.1)."""
    return band(planned, planning) != band(found, planning)


def required(people: int, audit_kind: str, rules: Rules, *, combined: bool = False) -> int | None:
    """Give the table's person-days (R:11/10.1); None where the plan sets them with a reason.

    Args:
        people: The headcount in scope, summed over the sites.
        audit_kind: `initial`, `surveillance`, `recertification`, `reaudit`, `special` or `scope`.
        rules: The case's rules.
        combined: Whether the audit is planned together with another: an extension's days are then its own.
    """
    column = band(people, rules.planning)
    if audit_kind == "surveillance":
        return column.surveillance
    if audit_kind not in LIKE_INITIAL or (audit_kind == "scope" and combined):
        return None
    return column.initial


def cap(table: int, planning: Planning) -> Fraction:
    """Give the exact upper bound of an increase (R:11/10.2): 9 days and 30 % give 117/10."""
    return Fraction(table * (100 + planning.increase_percent), 100)


def most(table: int, planning: Planning) -> Fraction:
    """Give the largest total on the body's grid within the cap: 9 days and steps of 0.5 give 23/2."""
    grid = Fraction(planning.grid)
    return cap(table, planning) // grid * grid


def check_person_days(
    days: PersonDays, table: int | None, reason: str, planning: Planning, *, deviation: bool = False
) -> list[Refusal]:
    """Say what is wrong with a plan's person-days; an empty list when nothing is.

    Off the body's grid, negative or nothing at all is `invalid`; below the table (R:11/10.1), above the cap or
    without the reason it needs (R:11/10.2, R:11/10.2a-b), or with a deviation that nothing calls for, is
    `rule_refused`.

    Args:
        days: What is planned.
        table: What `required` gives for the audit.
        reason: Why it is more than the table, or what it is where the table says nothing; blank for none.
        planning: The pack's table, cap and grid.
        deviation: Whether the plan asks the decision maker to approve that it exceeds the cap.
    """
    faults = _grid_faults(days, planning.grid)
    if faults:
        return [invalid("人日数不合规定", "The person-days are not valid", faults)]
    if table is not None and days.total < table:
        return [_below(days.total, table)]
    found = []
    above = exceeds(days, table, planning)
    if table is not None and above and not deviation:
        found.append(_above(days.total, table, planning))
    if deviation and not above:
        found.append(_needless_deviation())
    if (table is None or days.total > table) and not reason.strip():
        found.append(_without_reason(TABLE if table is None else INCREASE))
    return found


def check_days_on_top(days: PersonDays, table: int, reason: str, planning: Planning) -> list[Refusal]:
    """Say what is wrong with the days of an audit that looks at an extension as well (R:9/8.3, R:11/10.1).

    They are the table's and the extension's own on top, with a reason; the cap of the increase does not bind them.
    """
    found = check_person_days(days, None, reason, planning)
    if not found and days.total <= table:
        said = decimal_text(days.total)
        fault = Fault(pointer="/person_days", detail=f"{said} leaves no day above {table}")
        zh, en = "扩大范围须另加人日", f"The extension takes days of its own, beside the table's {table}"
        found = [rule_refused(zh, en, TABLE, [fault])]
    return found


def exceeds(days: PersonDays, table: int | None, planning: Planning) -> bool:
    """Say whether a plan is above the cap (R:11/10.2); where the table says nothing there is none."""
    return table is not None and days.total > cap(table, planning)


def check_coverage(days: PersonDays, auditors: int, planned_from: date, planned_to: date) -> list[Refusal]:
    """Say whether leaders and auditors × calendar days, both ends included, cover the work on site (R:7/7.3.1).

    An end before the start is `invalid`, too little time `rule_refused`.
    """
    if backwards := check_span(planned_from, planned_to):
        return backwards
    calendar_days = (planned_to - planned_from).days + 1
    if auditors * calendar_days >= days.on_site:
        return []
    asked = decimal_text(days.on_site)
    return [
        rule_refused(
            f"{auditors} 名审查员 {calendar_days} 天不足以完成现场 {asked} 人日",
            f"{auditors} auditors in {calendar_days} days cannot do {asked} person-days on site",
            PLAN,
            [Fault(pointer="/planned_to", detail="too few auditors or days")],
        )
    ]


def check_span(planned_from: date, planned_to: date) -> list[Refusal]:
    """Say whether a plan ends before it begins, which is `invalid`."""
    if planned_from <= planned_to:
        return []
    fault = Fault(pointer="/planned_to", detail="is before planned_from")
    return [invalid("计划结束日期早于开始日期", "The plan ends before it begins", [fault])]


def refuse_first(found: Sequence[Refusal]) -> None:
    """Raise what was found as one refusal, an `invalid` form before a rule; do nothing when nothing was found."""
    for one in sorted(found, key=lambda refusal: refusal.code != "invalid"):
        raise Refused(one.code, one.zh, one.en, clause=one.clause, faults=one.faults)


def invalid(zh: str, en: str, faults: list[Fault]) -> Refusal:
    """Give the refusal of a payload whose form is wrong."""
    return Refusal(code="invalid", zh=zh, en=en, faults=faults)


def rule_refused(zh: str, en: str, clause: str, faults: list[Fault]) -> Refusal:
    """Give the refusal that a clause asks for."""
    return Refusal(code="rule_refused", zh=zh, en=en, clause=clause, faults=faults)


def decimal_text(value: Fraction) -> str:
    """Write a number as a decimal, or as a fraction where it has no finite one: `11.5`, `59/6`."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return str(Decimal(value.numerator) / value.denominator) if rest == 1 else str(value)


def _grid_faults(days: PersonDays, grid: str) -> list[Fault]:
    faults = []
    for name in ("documents", "management", "characteristics"):
        value: Decimal = getattr(days, name)
        if not value.is_finite() or value < 0 or Fraction(value) % Fraction(grid):
            faults.append(Fault(pointer=f"/person_days/{name}", detail=f"not a multiple of {grid}"))
    if not faults and not days.total:
        faults.append(Fault(pointer="/person_days", detail="no person-days at all"))
    return faults


def _below(total: Fraction, table: int) -> Refusal:
    said = decimal_text(total)
    fault = Fault(pointer="/person_days", detail=f"{said} is below {table}")
    return rule_refused(
        f"共 {said} 人日，低于基础人日数 {table}",
        f"{said} person-days are below the table's {table}",
        TABLE,
        [fault],
    )


def _above(total: Fraction, table: int, planning: Planning) -> Refusal:
    said, bound = decimal_text(total), decimal_text(most(table, planning))
    fault = Fault(pointer="/person_days", detail=f"{said} is above {bound}")
    return rule_refused(
        f"共 {said} 人日，最多 {bound} 人日；可拆分项目，或由认证决定人员批准偏离",
        f"{said} person-days exceed {bound}: split the case or have the decision maker approve a deviation",
        INCREASE,
        [fault],
    )


def _needless_deviation() -> Refusal:
    fault = Fault(pointer="/deviation", detail="not above the cap")
    return rule_refused("人日数未超上限，无需偏离", "There is nothing to deviate from", INCREASE, [fault])


def _without_reason(clause: str) -> Refusal:
    return rule_refused(
        "该人日数须说明理由",
        "These person-days need a reason",
        clause,
        [Fault(pointer="/reason", detail="missing")],
    )

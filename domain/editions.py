"""Another edition of the rules for a running case: what is planned, and its dates' limits under it (R:9/8.1)."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from domain.application import Ref
from domain.dates import A_DAY, Length, Run, limit_run, rolling, unrolled
from domain.model import Record
from domain.readings import rolls_forward
from domain.rules import Limit, Rules

CHANGED_REQUIREMENTS: Final = "R:9/8.1"
EDITION: Final = "edition"
"""Subject of the approval of another edition."""

FROM_CYCLE: Final = {
    "cycle.contract_latest": "contract_latest_days",
    "cycle.first_surveillance": "surveillance_months",
    "cycle.later_surveillance": "surveillance_months",
    "cycle.extended_surveillance": "surveillance_extended_months",
    "cycle.reaudit": "reaudit_days",
    "cycle.reaudit_after_late_report": "reaudit_days",
    "cycle.issue_overdue": "certificate_issue_working_days",
    "cycle.credit_good_until": "credit_valid_days",
    "cycle.recertification_apply_by": "recertification_apply_months",
    "cycle.advertising_change": "advertising_days",
}
"""Function of a date → the parameter of the cycle that gives its length.

A certificate's validity and a suspension's end are not here: they stay as they were decided.
"""
LIMIT_OF_A_WAIT: Final = {"dates.due": "task", "cycle.rectification": "findings"}
"""Function of a date → the anchor from which the limit of its task runs."""


class NewEdition(Record):
    """The rules of another edition as they would bind a case."""

    scheme: Ref
    special_rule: Ref | None = None
    rules: Rules

    @property
    def name(self) -> str:
        """Its packs, as a case keeps what was decided of them."""
        return edition_name(self.scheme, self.special_rule, self.rules)


class PlannedEdition(Record):
    """What is to become of a case under another edition, from the proposal on."""

    scheme: Ref
    special_rule: Ref | None = None
    name: str = ""
    """What `edition_name` says of it: the very rules that are approved."""
    by: str = ""
    """The person who proposed it."""
    outcome: Literal["migrate", "keep", "transition"]
    begins_on: date | None = None
    """The first day under the other edition; none for the day of the approval."""
    approved: bool = False

    def is_due(self, today: date) -> bool:
        """Whether the case goes under the other edition on this day."""
        return self.approved and self.begins_on is not None and self.begins_on <= today


def last_day_before(begins: date) -> date:
    """Give the last day of the edition that a case leaves: the day before the other one begins (R:9/8.1)."""
    return begins - A_DAY


def edition_name(scheme: Ref | None, special_rule: Ref | None, rules: Rules | None) -> str:
    """Give the packs of rules in one line: scheme, trade pack, the body's own rules, and their digest."""
    packs = [f"{one.id}/{one.version}" for one in (scheme, special_rule) if one]
    return " ".join([*packs, *([rules.house_rules, rules.digest[:12]] if rules else [])])


def runs_under(rules: Rules, kind: str, runs: Sequence[Run]) -> list[Run]:
    """Give what a due date of a kind is counted from under other rules: the same anchors, their lengths."""
    rolls = rolls_forward(rules.readings)
    return [_roll(_under(rules, kind, unrolled(run)), rolls=rolls) for run in runs]


def _under(rules: Rules, kind: str, run: Run) -> Run:
    limit = _limit(rules, kind, run)
    if limit is None or run.approved or not run.lengths or run.lengths[0].unit == "year_end":
        return run
    fresh = limit_run(run.anchor, limit, run.clause)
    back = run.lengths[0].amount < 0
    first = Length(-limit.amount, limit.unit) if back else fresh.lengths[0]
    rule = f"{fresh.rule} before" if back else fresh.rule
    return run.model_copy(update={"lengths": [first, *run.lengths[1:]], "rule": rule})


def _limit(rules: Rules, kind: str, run: Run) -> Limit | None:
    """The limit that a run has under these rules; none where no parameter gives it."""
    if run.function == "cycle.rectification" and run.anchor.kind == "audit_last_day":
        return Limit(amount=rules.cycle.rectification_latest_days, unit="days")
    if LIMIT_OF_A_WAIT.get(run.function) == run.anchor.kind:
        wait = rules.waits.get(kind)
        # What is left of a rectification's days was granted, not a limit.
        return wait.limit if wait and (kind, run.anchor.kind) != ("rectification.submit", "task") else None
    parameter = FROM_CYCLE.get(run.function)
    if parameter is None or not run.lengths:
        return None
    unit = run.lengths[0].unit
    if unit not in ("days", "months", "working_days"):
        return None
    return Limit(amount=getattr(rules.cycle, parameter), unit=unit)


def _roll(run: Run, *, rolls: bool) -> Run:
    return rolling(run) if rolls else run

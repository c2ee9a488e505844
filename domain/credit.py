"""Whether an organization's credit is clean, under each reading of R:7/7.4.5."""

from collections.abc import Iterable
from datetime import date

from domain.catalogue import Thresholds
from domain.dates import YEAR_MONTHS, add_months
from domain.pack_parts import PassRule
from domain.results import CreditReadings, CreditStrictness
from domain.sheets import CreditEntry, CreditSheet


def credit_passed(
    entries: Iterable[CreditEntry],
    strictness: CreditStrictness,
    on: date,
    *,
    listed: bool = False,
    years: int,
) -> bool:
    """Say whether credit is clean on a day: nothing that counts in the years before it (R:7/7.4.5, R:7/7.4.5a-b).

    `literal`: a violation or an accident of any severity, or a serious complaint; `serious-only`: whatever is
    serious. A listing counts under both. An entry counts to the corresponding day, inclusive.
    """
    recent = [entry for entry in entries if on <= add_months(entry.on, years * YEAR_MONTHS)]
    return not listed and not any(_counts(entry, strictness) for entry in recent)


def credit_readings(sheet: CreditSheet, on: date, within: Thresholds | PassRule) -> CreditReadings:
    """Judge a credit check under both readings of erratum `credit-strictness`; the pack says how many years count."""
    years = within.credit_years
    return CreditReadings(
        literal=credit_passed(sheet.entries, "literal", on, listed=sheet.listed, years=years),
        serious_only=credit_passed(sheet.entries, "serious-only", on, listed=sheet.listed, years=years),
    )


def _counts(entry: CreditEntry, strictness: CreditStrictness) -> bool:
    any_severity = strictness == "literal" and entry.kind != "complaint"
    return any_severity or entry.severity == "serious"

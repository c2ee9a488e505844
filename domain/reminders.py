"""On which days a due date is reminded of: the ladder of its kind, kept to working days, each day once."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from domain.calendar import Calendar
from domain.model import Text
from domain.rules import Rules
from domain.working_days import A_DAY, last_until

TITLES: Final = {
    "surveillance": Text(zh="监督审查", en="Surveillance audit"),
    "calendar_year": Text(zh="本年度的审查", en="This calendar year's audit"),
    "recertification.apply": Text(zh="申请再认证", en="Apply for recertification"),
    "recertification.on_site": Text(zh="再认证现场审查", en="Recertification audit on site"),
    "certificate.expiry": Text(zh="证书到期", en="The certificate expires"),
    "reaudit": Text(zh="再次审查", en="Re-audit"),
    "edition.transition": Text(zh="认证要求变更的过渡期届满", en="The transition to changed requirements ends"),
    "mark_use": Text(zh="纠正证书或标志的使用", en="Mend the use of certificate or mark"),
    "requirements.transition": Text(zh="满足变更后的认证要求", en="Meet the changed requirements"),
    "advertising.change": Text(zh="修改广告宣传材料", en="Change the advertising"),
    "suspension.end": Text(zh="在暂停期内恢复认证", en="Have certification restored"),
}
"""Long due dates by what people call them; both sides are told of them."""
ISSUE: Final = "certificate.issue"
OPENING: Final = ("surveillance", "recertification.apply")
"""Due dates of what is asked for by itself, long after they begin to run."""


def title_of(kind: str, rules: Rules | None) -> Text:
    """What people call a due date of a kind."""
    if kind == ISSUE:
        return Text(zh="颁发证书", en="Issue the certificate")
    waits = rules.waits if rules else {}
    return TITLES.get(kind) or (waits[kind].title if kind in waits else Text(zh=kind, en=kind))


def reminders(rules: Rules, kind: str, due_on: date, today: date, calendar: Calendar) -> list[date]:
    """Give the days after today on which a due date of a kind is reminded of, as the rules of its case have it."""
    return reminded_on(due_on, ladder(rules, kind), today, calendar if rules.reminding == "whole" else None)


def ladder(rules: Rules, kind: str) -> list[int]:
    """Give how many days before it a due date of a kind is reminded of.

    A date nobody is asked for when it begins to run is reminded of by the pack's ladder for long dates.
    """
    wait = None if kind in OPENING else rules.waits.get(kind)
    return wait.reminders if wait else rules.reminders


def reminded_on(due_on: date, rungs: Iterable[int], today: date, calendar: Calendar | None = None) -> list[date]:
    """Give the days after today on which a due date is reminded of, soonest first; `rungs` says how long before.

    With a calendar, what falls on a day off goes out on the last working day before it; where that is not after
    today, it stays.
    """
    to_come = (day for day in _days(due_on, rungs) if day > today)
    return sorted({_worked(day, today + A_DAY, calendar) if calendar else day for day in to_come})


def reminded_under(
    calendar: Calendar, known: Calendar, days: Collection[date], due_on: date, rungs: Iterable[int], today: date
) -> list[date]:
    """Give the days of the reminders still to come, `days` under the calendar known so far, under another one.

    What went out on a working day before its day is not sent again.
    """
    to_come = [day for day in _days(due_on, rungs) if {day, last_until(day, known)} & set(days)]
    earliest = min([*days, today + A_DAY])
    return sorted({_worked(day, earliest, calendar) for day in to_come})


def _days(due_on: date, rungs: Iterable[int]) -> list[date]:
    return [due_on - before * A_DAY for before in rungs]


def _worked(day: date, earliest: date, calendar: Calendar) -> date:
    worked = last_until(day, calendar)
    return worked if worked >= earliest else day

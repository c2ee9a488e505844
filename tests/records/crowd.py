"""Three years of 40 bodies in a real PostgreSQL, and every list that the API asks it for."""

import functools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from domain.state import Actor
from records import certificates, exports, grants, queries, reports, roots, timers, waves
from records.days import cases_after, provisional_cases

CASES = 100_000
LARGEST = "b0"
"""The body with the most cases: a tenth of all."""
STATE_BYTES, STATE_DIGITS = 45_000, 19_000
"""The size of a certified case's state after its first surveillance, and how much of it does not compress."""
TODAY = date.today()  # noqa: DTZ011  # the crowd is made for the database's today
NOW = datetime.now(UTC)

List = Callable[[Session], object]


def fill(engine: Engine, cases: int = CASES) -> None:
    """Fill a migrated, empty PostgreSQL."""
    digits = "".join(random.Random(6).choices("0123456789abcdef", k=STATE_DIGITS))  # noqa: S311  # not a secret
    state = digits.ljust(STATE_BYTES)
    script = Path(__file__).with_name("crowd.sql").read_text(encoding="utf-8").replace("%", "%%")
    script = script.replace(":cases", str(cases)).replace(":state", state)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        # It is made whole; looking each row up again would take longer than making it.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in filter(str.strip, script.split(";\n")):
            connection.exec_driver_sql(statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")


def who(role: str, body: str = LARGEST) -> Actor:
    """Somebody of the largest body, or a client of several cases."""
    user = "client-7" if role == "applicant" else f"{body}-7"
    return Actor(user=user, person=f"p-{user}", body="" if role in ("applicant", "alliance") else body, roles=[role])


STAFF = ("case_manager", "auditor", "reviewer", "decision_maker", "ops", "admin")
CASE_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"stage": "review"},
    {"status": "withdrawn"},
    {"status": "terminated"},
    {"stage": "certified", "status": "suspended", "q": "陈醋"},
    {"organization": "平遥1酒店管理有限公司"},
    {"due_before": TODAY + timedelta(days=3)},
    {"due_before": TODAY - timedelta(days=999)},
    {"q": "酒店"},
    {"q": "grand 9"},
    {"q": "店"},
    {"q": "没有这个"},
    {"wave": f"{LARGEST}-{TODAY.year}-1"},
    {"running": True},
)
INBOX_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"role": "case_manager"},
    {"overdue": True},
    {"due_before": TODAY},
    {"due_before": TODAY - timedelta(days=999)},
)
STATUSES: tuple[certificates.Status, ...] = (
    "upcoming",
    "valid",
    "suspended",
    "withdrawn",
    "cancelled",
    "expired",
    "superseded",
)
TEXTS = ("", "酒店", "grand 29", "店", "9", "没有这个")
DAYS = (None, date(1990, 1, 1), TODAY - timedelta(days=1000), TODAY - timedelta(days=500), TODAY + timedelta(days=2000))
MIDDLE = f"JPZ-{(TODAY - timedelta(days=547)).year}-050000"
PAGE = 101
"""As many rows as the API asks for: one more than the largest page."""


def lists() -> Iterator[tuple[str, List]]:
    """Every list of the API by name, each with what decides how it is looked up: reader, filter, place."""
    yield from _of_cases()
    yield from _of_inboxes()
    yield from _of_the_register()
    yield from _of_others()


def _of_cases() -> Iterator[tuple[str, List]]:
    for role in (*STAFF, "applicant", "alliance"):
        for filters in CASE_FILTERS:
            for after in ("", MIDDLE.replace("JPZ", "JP")):
                yield (
                    f"cases {role} {filters} {after}",
                    functools.partial(queries.cases, actor=who(role), filters=filters, after=after, limit=PAGE),
                )
        yield f"running {role}", functools.partial(queries.running_cases, actor=who(role), limit=PAGE)
        yield f"provisional {role}", functools.partial(provisional_cases, actor=who(role))


def _of_inboxes() -> Iterator[tuple[str, List]]:
    deep = [(TODAY + timedelta(days=20)).isoformat(), "case-5", "task-1"]
    for role in (*STAFF, "applicant", "alliance"):
        for filters in INBOX_FILTERS:
            for after in ([], deep, [queries.NEVER.isoformat(), "case-5", "task-1"]):
                asked = {"role": None, "due_before": None, "overdue": None} | filters
                yield (
                    f"inbox {role} {filters} {after[:1]}",
                    functools.partial(queries.inbox, actor=who(role), after=after, limit=PAGE, **asked),
                )


def _of_the_register() -> Iterator[tuple[str, List]]:
    for status in (None, *STATUSES):
        for wanted in TEXTS:
            for on in DAYS:
                for after in ("", MIDDLE):
                    asked = {"status": status, "text": wanted, "after": after, "limit": PAGE, "on": on}
                    yield f"register {status} {wanted!r} {on} {after}", functools.partial(certificates.page, **asked)
    for status in STATUSES:
        for city, wanted, after in (
            ("", "", ""),
            ("大同", "", ""),
            ("", "grand 29", ""),
            ("", "", "911401000000015000"),
        ):
            yield (
                f"organizations {status} {city} {wanted} {after}",
                functools.partial(
                    certificates.holders,
                    status=status,
                    city=city,
                    text=wanted,
                    after=after,
                    limit=PAGE,
                    rehearsal=False,
                ),
            )


def _of_others() -> Iterator[tuple[str, List]]:
    long_ago = (NOW - timedelta(days=500), "")
    wave = f"{LARGEST}-{TODAY.year}-1"
    yield "events", functools.partial(queries.events, case_id="case-1", after=300, limit=PAGE)
    yield "past cases", functools.partial(queries.past_cases, uscc="911401000000000007")
    yield "certified of", functools.partial(queries.certified_of, uscc="911401000000000007", body=None)
    yield "reports", functools.partial(reports.page, after=None, limit=PAGE)
    yield "reports deep", functools.partial(reports.page, after=long_ago, limit=PAGE)
    yield "outbox", functools.partial(reports.parked, after=None, limit=PAGE)
    yield "waves", functools.partial(waves.page, body="", after="", limit=PAGE)
    yield "wave", functools.partial(waves.progress, waves=[wave])
    yield "wave applications", functools.partial(waves.applications, wave=wave, after=200, limit=PAGE)
    yield "exports", functools.partial(exports.page, body=LARGEST, after="", limit=PAGE)
    yield "grants", functools.partial(grants.page, body=LARGEST, after="", limit=PAGE)
    yield "roots", functools.partial(roots.page, before=None, limit=PAGE)
    yield "rollout", functools.partial(cases_after, selection="holders", after="case-5", limit=PAGE)
    for body in (LARGEST, "b39"):
        yield f"late timers {body}", functools.partial(timers.late_timers, body=body, before=None, limit=PAGE)
        yield f"findings {body}", functools.partial(timers.findings, body=body, before=10_000, limit=PAGE)

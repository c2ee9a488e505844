"""The personal calendar feed: who opens it, what it shows, and that it is read back as it was meant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from icalendar import Calendar, Event
from sqlalchemy import Engine
from sqlmodel import Session, select

from domain.dates import morning
from records.tables import Account, CalendarTokenRow, CaseRow, IdempotencyRow
from tests.api.conftest import Web
from tests.flow.steps import SECRET
from tests.flow.years import FEWER_DAYS, to_certificate, to_third_year
from tests.lives import CONTENTS, Life, a_database

FEED = "/api/v1/calendar.ics"


@pytest.fixture
def database(settings: Any) -> Iterator[Engine]:
    engine = a_database(settings.data, settings.sql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def life(database: Engine) -> Life:
    return Life(database)


def at_its_clock(life: Life) -> None:
    """The record knows how far the case's clock is ahead."""
    with Session(life.engine) as session:
        row = session.get_one(CaseRow, life.case.id)
        row.clock_ahead = (life.now - datetime.now(UTC)).total_seconds()
        session.add(row)
        session.commit()


async def a_token(web: Web, user: str, **headers: str) -> dict[str, str]:
    answer = await web.visitor.post("/api/v1/me/calendar-token", headers=web.signed_in(user) | headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(web: Web, token: str, **headers: str) -> httpx.Response:
    return await web.visitor.get(FEED, params={"token": token}, headers=headers)


async def feed(web: Web, user: str, life: Life | None = None) -> dict[str, Event]:
    """A person's events by the first word of their summary after any marks."""
    if life:
        at_its_clock(life)
    answer = await read(web, (await a_token(web, user))["token"])
    assert answer.status_code == 200, answer.text
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    found = {str(one["summary"]).replace("[演练] ", "").rpartition(" ")[0]: one for one in events}
    assert len({str(one["uid"]) for one in events}) == len(events)
    return found


# The token ------------------------------------------------------------------------------------------------


async def test_a_token_is_256_bits_of_which_only_the_digest_is_kept(web: Web) -> None:
    given = await a_token(web, "applicant", **{"Idempotency-Key": "once"})
    assert len(bytes.fromhex(given["token"])) == 32
    assert given["url"] == f"http://127.0.0.1:8000{FEED}?token={given['token']}"
    with web.session() as session:
        kept = [*session.exec(select(CalendarTokenRow)), *session.exec(select(IdempotencyRow))]
    assert len(kept) == 1
    assert given["token"] not in str(kept)


async def test_a_new_token_replaces_the_old(web: Web) -> None:
    old, new = (await a_token(web, "manager"))["token"], (await a_token(web, "manager"))["token"]
    assert [(await read(web, token)).status_code for token in (old, new)] == [404, 200]


async def test_the_same_key_gives_the_same_token_to_the_same_person(web: Web) -> None:
    key = {"Idempotency-Key": "k1"}
    tokens = [(await a_token(web, user, **key))["token"] for user in ("manager", "manager", "leader")]
    tokens += [(await a_token(web, "manager", **{"Idempotency-Key": "k2"}))["token"]]
    assert (tokens[0] == tokens[1], len(set(tokens))) == (True, 3)


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
async def test_an_unknown_token_opens_nothing(web: Web, token: str) -> None:
    await a_token(web, "manager")
    answer = await read(web, token)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_closed_account_opens_nothing(web: Web) -> None:
    token = (await a_token(web, "manager"))["token"]
    with web.session() as session:
        session.get_one(Account, "manager").active = False
        session.commit()
    assert (await read(web, token)).status_code == 404


async def test_only_who_is_signed_in_gets_a_token(web: Web) -> None:
    assert (await web.visitor.post("/api/v1/me/calendar-token")).status_code == 401


async def test_the_feed_is_limited_like_the_register(web: Web) -> None:
    web.app.state.gate = type(web.app.state.gate)(1)
    assert [(await read(web, "x")).status_code for _ in range(2)] == [404, 429]


# What it shows --------------------------------------------------------------------------------------------


async def test_a_task_is_an_all_day_event_with_its_clause_and_reminders(web: Web, life: Life) -> None:
    """R:7/7.2.2: ten working days from 2 March 2026; three days before and on the day itself."""
    life.apply()
    event = (await feed(web, "manager", life))["评审申请"]
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 3, 16), date(2026, 3, 17))
    assert str(event["summary"]) == f"[演练] 评审申请 {life.case.number}"
    assert "条款 Clause: R:7/7.2.2" in str(event["description"])
    assert str(event["url"]) == f"http://127.0.0.1:8000/api/v1/cases/{life.case.id}"
    alarms = event.walk("VALARM")
    assert [one["trigger"].dt for one in alarms] == [morning(date(2026, 3, 13)), morning(date(2026, 3, 16))]
    assert {str(one["action"]) for one in alarms} == {"DISPLAY"}


async def test_reminders_that_have_gone_out_are_not_there(web: Web, life: Life) -> None:
    life.apply()
    life.until(date(2026, 3, 14))
    alarms = (await feed(web, "manager", life))["评审申请"].walk("VALARM")
    assert [one["trigger"].dt for one in alarms] == [morning(date(2026, 3, 16))]


async def test_what_was_missed_says_so_and_reminds_no_more(web: Web, life: Life) -> None:
    life.apply()
    life.until(date(2026, 3, 17))
    assert (await feed(web, "manager", life))["[已逾期] 评审申请"].walk("VALARM") == []


async def test_everybody_sees_their_own_and_both_sides_the_long_dates(web: Web, life: Life) -> None:
    to_certificate(life).until(date(2026, 11, 5))
    long = {"证书到期", "监督审查", "申请再认证", "本年度的审查"}
    assert set(await feed(web, "applicant", life)) == long
    assert set(await feed(web, "manager")) == long | {"策划审查"}
    assert [await feed(web, user) for user in ("leader", "ops", "manager2", "applicant2", "alliance")] == [{}] * 5


async def test_a_leaders_task_is_in_the_leaders_feed_only(web: Web, life: Life) -> None:
    life.contracted().plan()
    life.answer("applicant", "audit.plan.confirm", outcome="agree")
    assert set(await feed(web, "leader", life)) == {"评审文件"}
    assert [await feed(web, user) for user in ("auditor", "reviewer")] == [{}, {}]


async def test_a_case_that_has_ended_is_not_there(web: Web, life: Life) -> None:
    life.apply()
    life.answer("manager", "application.review", outcome="reject", reason="x")
    assert await feed(web, "applicant", life) == {}


async def test_the_client_learns_nothing_of_a_mystery_visit(web: Web, life: Life) -> None:
    """R:4/4.2: closed before the visit, the surveillance is still to come in the client's eyes, with its reminders."""
    to_certificate(life).until(date(2027, 2, 1))
    before = await feed(web, "applicant", life)
    life.on_site(**SECRET | FEWER_DAYS).answer("leader", "audit.contents", items=CONTENTS)
    life.audited()
    after = await feed(web, "applicant", life)
    assert set(after) == set(before)
    assert after["监督审查"].to_ical() == before["监督审查"].to_ical()
    assert "监督审查" not in await feed(web, "manager")
    assert "记录暗访" not in await feed(web, "visitor")


async def test_an_event_keeps_its_id_when_the_client_is_asked_to_renew(web: Web, life: Life) -> None:
    to_third_year(life)
    ids = {}
    for day in (date(2028, 8, 1), date(2028, 9, 10)):
        life.until(day)
        ids[life.task("recertification.apply").id if "recertification.apply" in life.open else ""] = str(
            (await feed(web, "applicant", life))["申请再认证"]["uid"]
        )
    assert len(ids) == 2
    assert len(set(ids.values())) == 1


# The document ---------------------------------------------------------------------------------------------


async def test_an_unchanged_feed_is_not_sent_again(web: Web, life: Life) -> None:
    life.apply()
    at_its_clock(life)
    token = (await a_token(web, "manager"))["token"]
    first = await read(web, token)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    again = await read(web, token, **{"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    life.answer("manager", "application.review", outcome="accept")
    assert (await read(web, token, **{"If-None-Match": first.headers["etag"]})).status_code == 200


async def test_the_feed_is_a_calendar_of_rfc_5545(web: Web, life: Life) -> None:
    life.apply()
    at_its_clock(life)
    content = (await read(web, (await a_token(web, "manager"))["token"])).content
    calendar = Calendar.from_ical(content)
    assert (str(calendar["version"]), "prodid" in calendar) == ("2.0", True)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert [one.errors for one in calendar.walk()] == [[]] * len(calendar.walk())
    [event] = calendar.walk("VEVENT")
    assert event["dtstamp"].dt == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert b"DTSTART;VALUE=DATE:20260316" in content
    assert b"TRIGGER;VALUE=DATE-TIME:20260313T000000Z" in content

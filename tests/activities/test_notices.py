"""Notices on their way out: sent once, held at night, left to the digest, and told to the body's group chats."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session
from temporalio.testing import ActivityEnvironment

from activities.deliveries import CHAT_TRIES
from activities.interface import Delivered
from domain.dates import SHANGHAI
from domain.model import Text
from domain.quiet import Quiet
from domain.state import Effect
from records.tables import Account, NoticeRow
from services.chats import Chat, ChatUnavailable
from services.notices import MailSettings, Notices, NoticeUnavailable
from tests.activities.courier import CERTIFICATE, NOTICE, Courier, Killed, dying
from tests.doubles.chat_server import ChatServer, chat_server
from tests.states import granted

REMINDER = Effect(
    id="12.1",
    kind="notice",
    to="role:case_manager",
    subject=Text(zh="提醒:登记认证合同", en="Reminder: Record the contract"),
    body=Text(zh="登记认证合同,请于2027-01-04前完成。", en="Record the contract, due on 2027-01-04."),
    due_on=date(2027, 1, 4),
)
TEXT = "[JP-2026-00001] 提醒:登记认证合同 / Reminder: Record the contract\n期限 Due: 2027-01-04"
CHATS = ["dingtalk://Token1", "wecombot://key-1", "feishu://hook-1"]


@pytest.fixture
def far() -> Iterator[ChatServer]:
    with chat_server() as far:
        yield far


def at_night(courier: Courier) -> Courier:
    """It is within quiet hours now, whatever the hour."""
    now, an_hour = datetime.now(SHANGHAI), timedelta(hours=1)
    quiet = Quiet(begins=(now - an_hour).time(), ends=(now + an_hour).time())
    courier.outside = courier.outside.model_copy(update={"quiet": quiet})
    return courier


def chatting(courier: Courier, *addresses: str) -> Courier:
    """The body `demo` has group chats."""
    chats = [Chat.model_validate(one) for one in addresses or CHATS]
    courier.outside = courier.outside.model_copy(update={"chats": {"demo": chats}})
    return courier


# To whom, and once


def test_a_notice_reaches_the_applicant_of_the_case_once(courier: Courier) -> None:
    courier.keep(granted())
    first = courier.deliver(NOTICE)
    assert first == Delivered(done={"9.4": {}})
    assert courier.deliver(NOTICE) == first
    assert len(courier.letters()) == 1
    [row] = courier.rows(NoticeRow)
    assert (row.id, row.recipient) == ("case-1.9.4.applicant", "applicant@example.org")


@pytest.mark.parametrize(
    ("to", "users"),
    [
        ("applicant", ["applicant"]),
        ("role:case_manager", ["manager"]),
        ("role:decision_maker", ["decider", "decider2"]),
        ("user:leader", ["leader"]),
        ("role:alliance", []),
    ],
)
def test_a_role_is_everybody_of_the_cases_body_who_has_it(courier: Courier, to: str, users: list[str]) -> None:
    courier.keep(granted())
    assert courier.deliver(NOTICE.model_copy(update={"to": to})).done == {"9.4": {}}
    assert {row.recipient for row in courier.rows(NoticeRow)} == {f"{user}@example.org" for user in users}


@pytest.mark.parametrize("when", ["notices", "commit"])
def test_a_worker_killed_after_a_letter_sends_the_same_letter_again(courier: Courier, when: str) -> None:
    courier.keep(granted())
    with dying(courier.engine, when), pytest.raises(Killed):
        courier.deliver(NOTICE)
    courier.deliver(NOTICE)
    assert len(courier.letters()) == 1
    assert len(courier.rows(NoticeRow)) == 1


def test_somebody_who_can_never_be_reached_is_named_and_everybody_else_is_told(courier: Courier) -> None:
    courier.keep(granted())
    with Session(courier.engine) as session:
        decider = session.get(Account, "decider")
        assert decider
        decider.email = "nobody"
        session.add(decider)
        session.commit()
    deciders, applicant = (
        NOTICE.model_copy(update={"to": "role:decision_maker"}),
        NOTICE.model_copy(update={"id": "9.5"}),
    )
    delivered = courier.deliver(deciders, applicant)
    assert delivered.done == {"9.5": {}}
    assert "nobody" in delivered.refused["9.4"]
    assert sorted(row.recipient for row in courier.rows(NoticeRow)) == ["applicant@example.org", "decider2@example.org"]


def test_a_mail_server_that_is_away_is_an_outage(courier: Courier) -> None:
    courier.keep(granted())
    away = Notices(MailSettings(host="127.0.0.1", port=9, timeout=1))
    with pytest.raises(NoticeUnavailable):
        courier.deliver(NOTICE, notices=away)
    assert courier.rows(NoticeRow) == []


# Quiet hours


def test_a_notice_of_the_night_is_held_until_quiet_hours_end(courier: Courier) -> None:
    courier.keep(granted())
    delivered = at_night(courier).deliver(NOTICE)
    assert (delivered.done, delivered.refused) == ({}, {})
    assert timedelta(minutes=59) < delivered.held["9.4"] - datetime.now(UTC) <= timedelta(hours=1)
    assert (courier.letters(), courier.rows(NoticeRow)) == ([], [])


def test_a_paper_is_made_at_any_hour(courier: Courier) -> None:
    courier.keep(granted())
    assert at_night(courier).deliver(CERTIFICATE) == Delivered(done={"9.1": {}})


def test_a_rehearsed_notice_is_sent_at_any_hour(courier: Courier) -> None:
    courier.keep(granted(rehearsal=True))
    assert at_night(courier).deliver(NOTICE) == Delivered(done={"9.4": {}})
    assert len(courier.letters()) == 1


# The digest


def test_a_reminder_that_stands_in_the_digest_is_no_letter(courier: Courier) -> None:
    courier.keep(granted())
    assert courier.deliver(REMINDER.model_copy(update={"digest": True})).done == {"12.1": {}}
    assert courier.letters() == []


# Group chats


def test_what_is_due_of_a_role_is_told_to_every_chat_of_the_body_once(courier: Courier, far: ChatServer) -> None:
    courier.keep(granted())
    for _ in range(2):
        assert chatting(courier).deliver(REMINDER, chats=far.chats()).done == {"12.1": {}}
    assert far.texts() == [TEXT] * 3
    assert len(courier.letters()) == 1
    assert sorted(row.recipient for row in courier.rows(NoticeRow)) == [
        *("dingtalk", "feishu", "manager@example.org", "wecombot")
    ]


def test_a_reminder_of_the_digest_stands_in_the_chats(courier: Courier, far: ChatServer) -> None:
    courier.keep(granted())
    chatting(courier, "feishu://hook-1").deliver(REMINDER.model_copy(update={"digest": True}), chats=far.chats())
    assert far.texts() == [TEXT]


def test_several_roles_told_the_same_at_once_are_one_message(courier: Courier, far: ChatServer) -> None:
    courier.keep(granted())
    again = REMINDER.model_copy(update={"id": "12.2", "to": "role:ops"})
    later = REMINDER.model_copy(update={"id": "13.1"})
    chatting(courier, "feishu://hook-1").deliver(REMINDER, again, later, chats=far.chats())
    assert far.texts() == [TEXT] * 2


@pytest.mark.parametrize(
    "changes", [{"to": "applicant"}, {"to": "user:leader"}, {"due_on": None}], ids=["client", "person", "nothing due"]
)
def test_what_is_for_one_person_or_names_no_date_is_no_matter_of_a_chat(
    courier: Courier, far: ChatServer, changes: dict[str, Any]
) -> None:
    courier.keep(granted())
    chatting(courier).deliver(REMINDER.model_copy(update=changes), chats=far.chats())
    assert far.received == []


def test_nothing_of_a_rehearsed_case_or_of_another_body_reaches_a_chat(courier: Courier, far: ChatServer) -> None:
    courier.keep(granted(rehearsal=True))
    courier.keep(granted(2, body="other"))
    chatting(courier).deliver(REMINDER, chats=far.chats())
    courier.deliver(REMINDER, case="case-2", chats=far.chats())
    assert far.received == []


def test_a_chat_that_says_no_is_tried_again_while_everything_else_goes_out_once(
    courier: Courier, far: ChatServer
) -> None:
    courier.keep(granted())
    far.answers = [(200, {"errcode": 0}), (200, {"errcode": 45009, "errmsg": "api freq out of limit"})]
    with pytest.raises(ChatUnavailable, match="wecombot: 45009"):
        chatting(courier).deliver(REMINDER, NOTICE, chats=far.chats())
    assert len(courier.letters()) == 2
    assert courier.deliver(REMINDER, NOTICE, chats=far.chats()).done == {"12.1": {}, "9.4": {}}
    assert [path for path, *_ in far.received] == [
        *("/robot/send", "/cgi-bin/webhook/send", "/cgi-bin/webhook/send", "/open-apis/bot/v2/hook/hook-1")
    ]
    assert len(courier.letters()) == 2


def test_a_chat_that_stays_away_becomes_a_matter_of_operations(courier: Courier, far: ChatServer) -> None:
    courier.keep(granted())
    far.answers = [(200, {"code": 19001, "msg": "param invalid"})]
    env = ActivityEnvironment()
    env.info = replace(ActivityEnvironment.default_info(), attempt=CHAT_TRIES)
    chatting(courier, "feishu://hook-1")
    delivered = env.run(courier.deliver, REMINDER, NOTICE, chats=far.chats())
    assert delivered.refused == {"12.1": "feishu: 19001 param invalid"}
    assert delivered.done == {"9.4": {}}

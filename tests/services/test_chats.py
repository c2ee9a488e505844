"""Group chats by their robots' webhooks, against a far side that answers as the three providers do."""

import base64
import hashlib
import hmac
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from services.chats import HOSTS, Chat, Chats, ChatUnavailable
from settings import Settings
from tests.doubles.chat_server import ChatServer, chat_server

SECRET = "SECret0123456789"
ALL = ["dingtalk://Token123", "wecombot://a1-b2-c3", "feishu://f1-g2-h3"]


@pytest.fixture
def far() -> Iterator[ChatServer]:
    with chat_server() as far:
        yield far


def a_chat(address: str) -> Chat:
    return Chat.model_validate(address)


def test_dingtalk_gets_its_token_and_a_text(far: ChatServer) -> None:
    far.chats().send(a_chat("dingtalk://Token123"), "提醒")
    assert far.received == [
        ("/robot/send", {"access_token": "Token123"}, {"msgtype": "text", "text": {"content": "提醒"}})
    ]


def test_wecom_gets_its_key_and_a_text(far: ChatServer) -> None:
    far.chats().send(a_chat("wecombot://a1-b2-c3"), "提醒")
    assert far.received == [
        ("/cgi-bin/webhook/send", {"key": "a1-b2-c3"}, {"msgtype": "text", "text": {"content": "提醒"}})
    ]


def test_feishu_gets_its_token_and_a_text(far: ChatServer) -> None:
    far.chats().send(a_chat("feishu://f1-g2-h3/"), "提醒")
    assert far.received == [("/open-apis/bot/v2/hook/f1-g2-h3", {}, {"msg_type": "text", "content": {"text": "提醒"}})]


def signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_dingtalk_is_signed_with_the_secret_over_milliseconds(far: ChatServer) -> None:
    far.chats().send(a_chat(f"dingtalk://{SECRET}@Token123"), "提醒")
    [(_, query, _)] = far.received
    assert len(query["timestamp"]) == 13
    assert query["sign"] == signed(SECRET, f"{query['timestamp']}\n{SECRET}")


def test_feishu_is_signed_over_seconds_with_the_secret_in_the_key(far: ChatServer) -> None:
    far.chats().send(a_chat(f"feishu://{SECRET}@f1"), "提醒")
    [(_, _, body)] = far.received
    assert len(body["timestamp"]) == 10
    assert body["sign"] == signed(f"{body['timestamp']}\n{SECRET}", "")


@pytest.mark.parametrize(
    ("address", "answer", "why"),
    [
        ("dingtalk://T1", {"errcode": 310000, "errmsg": "sign not match"}, "dingtalk: 310000 sign not match"),
        ("wecombot://K1", {"errcode": 93000, "errmsg": "invalid webhook url"}, "wecombot: 93000 invalid webhook url"),
        ("feishu://T1", {"code": 19001, "msg": "param invalid"}, "feishu: 19001 param invalid"),
        ("feishu://T1", {}, "feishu: None "),
    ],
)
def test_a_no_with_http_200_is_no_delivery(far: ChatServer, address: str, answer: dict[str, Any], why: str) -> None:
    far.answers = [(200, answer)]
    with pytest.raises(ChatUnavailable) as said:
        far.chats().send(a_chat(address), "提醒")
    assert str(said.value) == why


@pytest.mark.parametrize("answer", [(502, b"<html>bad gateway</html>"), (200, b"[1]"), (500, {"errcode": 0})])
@pytest.mark.parametrize("address", ALL)
def test_what_is_no_yes_is_no_delivery(far: ChatServer, address: str, answer: tuple[int, Any]) -> None:
    far.answers = [answer]
    with pytest.raises(ChatUnavailable):
        far.chats().send(a_chat(address), "提醒")


def test_the_earlier_form_of_feishus_yes_is_one(far: ChatServer) -> None:
    far.answers = [(200, {"StatusCode": 0, "StatusMessage": "success"})]
    far.chats().send(a_chat("feishu://t"), "提醒")


def test_a_provider_that_is_away_is_no_delivery() -> None:
    with pytest.raises(ChatUnavailable, match="wecombot: ConnectError"):
        Chats(seconds=1, hosts=dict.fromkeys(HOSTS, "http://127.0.0.1:9")).send(a_chat("wecombot://k"), "提醒")


def test_a_message_stays_within_what_the_smallest_provider_takes(far: ChatServer) -> None:
    far.chats().send(a_chat("wecombot://k"), "期" * 3000)
    assert len(far.texts()[0].encode()) <= 2048


def test_nothing_of_a_chats_address_is_logged_or_said(far: ChatServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    far.answers = [(200, {"errcode": 300001, "errmsg": "token Token123 is not exist"})]
    chat = a_chat(f"dingtalk://{SECRET}@Token123")
    with pytest.raises(ChatUnavailable) as said:
        far.chats().send(chat, "提醒")
    for text in (caplog.text, str(said.value), repr(chat), chat.id):
        assert SECRET not in text
        assert "Token123" not in text


@pytest.mark.parametrize(
    "address",
    ["dingtalk://", "dingtalk://Very:Hidden@t", "wecombot://a@k", "https://oapi.dingtalk.com", "feishu://a/b"],
)
def test_what_is_no_chat_is_refused_at_the_start_without_being_repeated(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINGPIN_CHATS", f'{{"demo": ["{address}"]}}')
    with pytest.raises(ValidationError, match="a chat is dingtalk://secret@token") as refused:
        Settings()
    assert "Hidden" not in str(refused.value)


def test_settings_name_the_chats_of_a_body_and_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGPIN_CHATS", f'{{"demo": ["dingtalk://{SECRET}@Token123", "feishu://f1"]}}')
    chats = Settings().chats["demo"]
    assert [(one.kind, one.key.get_secret_value()) for one in chats] == [("dingtalk", "Token123"), ("feishu", "f1")]
    assert SECRET not in str(Settings())
    assert "Token123" not in str(Settings())

"""Notices over SMTP to the real local box."""

import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from services.notices import (
    MailSettings,
    MailSink,
    Notice,
    NoticeRefused,
    Notices,
    NoticeUnavailable,
    message_id,
)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MailSink]:
    with MailSink(tmp_path / "mail") as box:
        yield box


def _notices(box: MailSink) -> Notices:
    return Notices(MailSettings(host=box.host, port=box.port, sender="cases@body.example.cn"))


def _notice(**changes: str) -> Notice:
    fields = {
        "id": "case-1/task-7/reminder-3",
        "to": "applicant@hotel.example.cn",
        "to_name": "张䶮",
        "subject_zh": "整改期限提醒",
        "subject_en": "Rectification due",
        "body": "请于 2026-11-09 前提交整改。\nPlease submit by 9 November 2026.\n",
        "case_number": "SXJP-2026-DEMO-0042",
    }
    return Notice(**(fields | changes))


def _kept(box: MailSink) -> list[EmailMessage]:
    return [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in sorted(box.folder.iterdir())
    ]


def test_notice_arrives_as_written(sink: MailSink) -> None:
    _notices(sink).send(_notice())
    [message] = _kept(sink)
    assert message["Subject"] == "[SXJP-2026-DEMO-0042] 整改期限提醒 / Rectification due"
    assert message["To"].addresses[0].display_name == "张䶮"
    assert message.get_content().splitlines() == _notice().body.splitlines()


def test_same_notice_twice_is_one_letter(sink: MailSink) -> None:
    first = _notices(sink).send(_notice())
    assert _notices(sink).send(_notice()) == first
    assert [file.name for file in sink.folder.iterdir()] == [first.strip("<>") + ".eml"]


def test_different_notices_are_different_letters(sink: MailSink) -> None:
    for number in range(3):
        _notices(sink).send(_notice(id=f"n{number}"))
    assert len(_kept(sink)) == 3


@pytest.mark.parametrize("field", ["to_name", "subject_zh", "subject_en", "case_number", "id"])
@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028", "\x85"])
def test_line_breaks_inject_no_header(field: str, breaks: str, tmp_path: Path) -> None:
    with MailSink(tmp_path / "mail") as box:
        _notices(box).send(_notice(**{field: f"x{breaks}Bcc: thief@example.com{breaks}{breaks}body"}))
        [message] = _kept(box)
    assert message["Bcc"] is None
    assert "2026-11-09" in message.get_content()


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nRCPT TO:<x@y>", "a@b, c@d", "a b@c", "@c", "a@", "<a@b>"])
def test_what_is_no_address_is_refused(sink: MailSink, address: str) -> None:
    with pytest.raises(NoticeRefused):
        _notices(sink).send(_notice(to=address))
    assert not _kept(sink)


def test_mail_server_away_is_an_outage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoticeUnavailable):
        Notices(MailSettings(port=port, timeout=2)).send(_notice())


@pytest.mark.parametrize(
    ("step", "code", "failure"),
    [
        ("RCPT", 451, NoticeUnavailable),
        ("RCPT", 550, NoticeRefused),
        ("RCPT", 421, NoticeUnavailable),
        ("DATA", 554, NoticeRefused),
        ("MAIL", 530, NoticeUnavailable),
    ],
)
def test_final_no_is_told_from_a_later_please(
    sink: MailSink, monkeypatch: pytest.MonkeyPatch, step: str, code: int, failure: type[Exception]
) -> None:
    async def answer(*_: object) -> str:
        return f"{code} no"

    monkeypatch.setattr(sink, f"handle_{step}", answer, raising=False)
    with pytest.raises(failure):
        _notices(sink).send(_notice())


def test_message_id_stays_the_same_for_ever() -> None:
    assert message_id("n1", "cases@body.example.cn") == "<676b8bb84ce7267dd520deca4811c8f10a53e636@body.example.cn>"


async def test_message_id_that_is_a_path_stays_in_the_folder(sink: MailSink) -> None:
    for evil in ("<../../evil@x>", "</etc/evil>", ""):
        raw = f"Message-ID: {evil}\r\nSubject: x\r\n\r\nhello {evil}\r\n"
        await aiosmtplib.send(raw, sender="a@b.cn", recipients=["c@d.cn"], hostname=sink.host, port=sink.port)
    assert len(list(sink.folder.iterdir())) == 3
    assert not list(sink.folder.parent.glob("*evil*"))

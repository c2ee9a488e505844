"""Letters by electronic mail, each recognisable when it is sent again, and the local box that keeps them."""

import asyncio
import hashlib
import re
import socket
import tempfile
import unicodedata
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import localtime
from pathlib import Path
from typing import Self

import aiosmtplib
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import Field, SecretStr

from domain.model import Record

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,180}")
_PERMANENT = range(500, 600)


class NoticeRefused(Exception):  # noqa: N818  # a refusal is an outcome
    """This notice can never be delivered as it is: a wrong address, or the mail server's final no."""


class NoticeUnavailable(Exception):  # noqa: N818  # the outage is the name
    """The mail server is away or asks to wait; sending the same notice later is right."""


class Notice(Record):
    """One letter to one person; the same `id` is the same letter, however often it is sent."""

    id: str = Field(min_length=1)
    to: str
    """The bare address."""
    to_name: str = ""
    subject_zh: str
    subject_en: str = ""
    body: str
    case_number: str = ""


class MailSettings(Record):
    """How the mail server is reached; `start_tls` none means: where the server offers it."""

    host: str = "127.0.0.1"
    port: int = 25
    sender: str = "jingpin@localhost.localdomain"
    sender_name: str = "jingpin"
    username: str | None = None
    password: SecretStr | None = None
    use_tls: bool = False
    start_tls: bool | None = None
    timeout: float = 20.0
    """Seconds, for each step of the conversation."""


class Notices:
    """Sends notices over SMTP; a plain blocking call, for a thread."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, notice: Notice) -> str:
        """Deliver the notice, return its Message-ID. Raises NoticeRefused, NoticeUnavailable."""
        message = letter(notice, self._settings)
        try:
            asyncio.run(self._deliver(message))
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _failure(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _failure(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NoticeUnavailable(str(error)) from error
        return str(message["Message-ID"])

    async def _deliver(self, message: EmailMessage) -> None:
        ask = self._settings
        await aiosmtplib.send(
            message,
            hostname=ask.host,
            port=ask.port,
            username=ask.username,
            password=ask.password.get_secret_value() if ask.password else None,
            use_tls=ask.use_tls,
            start_tls=ask.start_tls,
            timeout=ask.timeout,
            local_hostname=ask.sender.rpartition("@")[2],
        )


def message_id(notice_id: str, sender: str) -> str:
    """The Message-ID of a notice: always the same for the same notice and sender's domain."""
    return f"<{hashlib.sha256(notice_id.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def letter(notice: Notice, settings: MailSettings) -> EmailMessage:
    """The notice as a message; control characters in header texts become spaces. Raises NoticeRefused."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["Message-ID"] = message_id(notice.id, settings.sender)
    message["Date"] = localtime()
    message["From"] = _address(settings.sender_name, settings.sender)
    message["To"] = _address(notice.to_name, notice.to)
    subject = " / ".join(part for part in (notice.subject_zh, notice.subject_en) if part)
    message["Subject"] = _one_line(f"[{notice.case_number}] {subject}" if notice.case_number else subject)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Jingpin-Notice"] = _one_line(notice.id)
    message.set_content(notice.body, cte="base64")
    return message


def _address(name: str, address: str) -> Address:
    if _one_line(address) != address:
        raise NoticeRefused("the address contains control characters or stray spaces")
    try:
        found = Address(display_name=_one_line(name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise NoticeRefused(f"not a mail address: {address!r}") from error
    if not found.username or not found.domain:
        raise NoticeRefused(f"not a mail address: {address!r}")
    return found


def _one_line(text: str) -> str:
    """The text without control characters and line separators, runs of blanks as one."""
    flat = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Cs"} else sign for sign in text)
    return " ".join(flat.split())


def _failure(said: aiosmtplib.SMTPResponseException) -> NoticeRefused | NoticeUnavailable:
    """Of recipient and content a server may say a final no; all else is a matter of how it is set up."""
    return (NoticeRefused if said.code in _PERMANENT else NoticeUnavailable)(f"{said.code} {said.message}")


class MailSink:
    """A mail server of one's own that keeps each message as `<Message-ID>.eml` and passes nothing on."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on a port of one's choice, or on any free one (0)."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._socket = socket.create_server((host, port))
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._controller = _Listener(self, self._socket)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
        self._socket.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep one message; the same Message-ID again replaces the same file."""
        del server, session
        content = envelope.original_content or b""
        await asyncio.to_thread(self._keep, content)
        return "250 kept"

    def _keep(self, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:
            part.write(content)
        Path(part.name).replace(self.folder / _file_name(content))


class _Listener(Controller):
    """aiosmtpd's controller on a socket that is bound already, so that port 0 is known before the start."""

    def __init__(self, handler: MailSink, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(handler, hostname=host, port=port, ready_timeout=10.0, enable_SMTPUTF8=True)
        self._listening = listening

    def _create_server(self):  # type: ignore[no-untyped-def]  # noqa: ANN202  # as untyped in aiosmtpd
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def _file_name(content: bytes) -> str:
    """The Message-ID where it can be a file's name, else the digest of it or of the whole message."""
    given = str(message_from_bytes(content).get("Message-ID", "")).strip().strip("<>")
    if _SAFE_NAME.fullmatch(given):
        return f"{given}.eml"
    return f"{hashlib.sha256(given.encode(errors='replace') or content).hexdigest()}.eml"

"""Group chats of a body, reached by their robots: DingTalk, WeCom and Feishu.

The three say no with HTTP 200 and a code in the answer, so the answer is read: apprise, which knows them too, does
not, and signs for DingTalk what DingTalk does not take.
"""

import base64
import hashlib
import hmac
import logging
import re
import time
from typing import Any, Final, Literal

import httpx
from pydantic import SecretStr, model_validator

from domain.model import Record

# It would log the addresses it asks, and with them what lets anybody write to the chat.
logging.getLogger("httpx").setLevel(logging.WARNING)

Kind = Literal["dingtalk", "wecombot", "feishu"]
HOSTS: Final[dict[Kind, str]] = {
    "dingtalk": "https://oapi.dingtalk.com",
    "wecombot": "https://qyapi.weixin.qq.com",
    "feishu": "https://open.feishu.cn",
}
ADDRESS: Final = re.compile(r"(?:(dingtalk|feishu)://(?:([\w-]+)@)?|(wecombot)://)([\w-]+)/?", re.ASCII)
LONGEST: Final = 600
"""Characters of a message: WeCom takes 2048 bytes, and a Chinese character has three."""
LONGEST_REASON: Final = 200


class ChatUnavailable(Exception):  # noqa: N818  # the outage is the name
    """A chat did not take a message; what became of it may be put right at its provider."""


class Chat(Record):
    """A robot of a group chat; as a setting `dingtalk://secret@token`, `wecombot://key`, `feishu://secret@token`."""

    kind: Kind
    key: SecretStr
    """What the robot's own address ends with."""
    secret: SecretStr | None = None
    """What messages are signed with, where the robot asks for that."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:  # noqa: ANN401  # whatever is to be read
        if not isinstance(data, str):
            return data
        found = ADDRESS.fullmatch(data)
        if found is None:
            raise ValueError("a chat is dingtalk://secret@token, wecombot://key or feishu://secret@token")
        return {"kind": found[1] or found[3], "key": found[4], "secret": found[2]}

    @property
    def id(self) -> str:
        """What tells one chat from another, without a word of its address."""
        return hashlib.sha256(f"{self.kind}:{self.key.get_secret_value()}".encode()).hexdigest()[:16]


class Chats:
    """Writes to group chats; a plain blocking call, for a thread."""

    def __init__(self, seconds: float = 10.0, hosts: dict[Kind, str] = HOSTS) -> None:
        self._seconds = seconds
        self._hosts = hosts

    def send(self, chat: Chat, text: str) -> None:
        """Write a text to a chat. Raises ChatUnavailable, which says nothing of the chat's address."""
        path, params, body = _request(chat, text[:LONGEST], time.time())
        url = self._hosts[chat.kind] + path
        try:
            answer = httpx.post(url, params=params, json=body, timeout=self._seconds)
            said = dict(answer.json())
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise ChatUnavailable(f"{chat.kind}: {type(error).__name__}") from None
        code = next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), None)
        if answer.status_code != httpx.codes.OK or code != 0:
            why = str(said.get("errmsg") or said.get("msg") or "").replace(chat.key.get_secret_value(), "…")
            raise ChatUnavailable(f"{chat.kind}: {code} {why[:LONGEST_REASON]}")


def _request(chat: Chat, text: str, now: float) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Path, query and body of a message, signed where the robot has a secret."""
    key, secret = chat.key.get_secret_value(), chat.secret.get_secret_value() if chat.secret else ""
    plain = {"msgtype": "text", "text": {"content": text}}
    if chat.kind == "wecombot":
        return "/cgi-bin/webhook/send", {"key": key}, plain
    if chat.kind == "dingtalk":
        at = str(int(now * 1000))
        sign = {"timestamp": at, "sign": _signed(secret, f"{at}\n{secret}")} if secret else {}
        return "/robot/send", {"access_token": key} | sign, plain
    at = str(int(now))
    # Feishu signs nothing, with the rest as the key.
    sign = {"timestamp": at, "sign": _signed(f"{at}\n{secret}", "")} if secret else {}
    return f"/open-apis/bot/v2/hook/{key}", {}, {"msg_type": "text", "content": {"text": text}} | sign


def _signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()

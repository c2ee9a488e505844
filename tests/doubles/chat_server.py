"""The far side of group chats: takes what robots of DingTalk, WeCom and Feishu are sent, and answers as they do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services.chats import Chats


@dataclass
class ChatServer:
    """What was received, and what is answered: each answer once, then that all is well."""

    received: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    """Path, query and body."""
    answers: list[tuple[int, Any]] = field(default_factory=list)
    address: str = ""

    def chats(self) -> Chats:
        """What writes here in place of the providers."""
        return Chats(seconds=2, hosts=dict.fromkeys(("dingtalk", "wecombot", "feishu"), self.address))

    def texts(self) -> list[str]:
        """The messages."""
        return [
            (body.get("text") or body["content"]).get("content") or body["content"]["text"]
            for *_, body in self.received
        ]


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """The far side, listening."""
    far = ChatServer()

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            far.received.append((asked.path, dict(parse_qsl(asked.query)), body))
            well = {"code": 0, "msg": "success"} if "bot/v2" in asked.path else {"errcode": 0, "errmsg": "ok"}
            status, said = far.answers.pop(0) if far.answers else (200, well)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    far.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield far
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

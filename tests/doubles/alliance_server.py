"""The alliance's side of the reports, as a process of its own that can fail on demand.

Run `python -m tests.doubles.alliance_server --port 0 --plan timeout,twice,refuse,ok`; the first line it prints is
its address. Each step of the plan answers one submission (`twice`: two); after the last step all is `ok`.

- `ok`: a receipt; the same submission again gets the same one.
- `twice`: like `ok`, for two calls, so that a repetition meets no later step.
- `lost`: the submission is taken, then the connection breaks without an answer.
- `timeout`: nothing is taken and nothing answered for `--hang` seconds.
- `refuse`: 422 with a problem document.
- `unavailable`: 503; `gateway`: 403 with a page in HTML; `busy`: 429; `garbage`: 200 with no receipt.

`GET /received` lists the calls in order: `{id, key, body, step}`.
"""

import argparse
import json
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

STEPS = ("ok", "twice", "lost", "timeout", "refuse", "unavailable", "gateway", "busy", "garbage")


class Alliance(ThreadingHTTPServer):
    """What the far side remembers: its plan, the calls, the receipts by submission."""

    daemon_threads = True

    def __init__(self, port: int, plan: Iterable[str], hang: float) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.plan = [step for name in plan for step in ([name] * (2 if name == "twice" else 1))]
        self.hang = hang
        self.over = threading.Event()
        self.calls: list[dict[str, Any]] = []
        self.receipts: dict[str, dict[str, Any]] = {}
        self.turn = threading.Lock()

    def take(self, submission: str, key: str | None, body: object) -> str:
        """Note the call, and say which step of the plan it meets."""
        with self.turn:
            step = self.plan.pop(0) if self.plan else "ok"
            self.calls.append({"id": submission, "key": key, "body": body, "step": step})
            return step

    def receipt(self, submission: str) -> dict[str, Any]:
        """The receipt of a submission: the first time a new one, later the same."""
        with self.turn:
            number = f"LM-{len(self.receipts) + 1:06d}"
            fresh = {
                "submission_id": submission,
                "number": number,
                "received_at": datetime.now(UTC).isoformat(),
            }
            return self.receipts.setdefault(submission, fresh)


class Answer(BaseHTTPRequestHandler):
    """One call, answered as the plan says."""

    server: Alliance
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """Take a submission."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        submission = unquote(self.path.removeprefix("/submissions/"))
        step = self.server.take(submission, self.headers.get("Idempotency-Key"), json.loads(body))
        if step in {"lost", "timeout"}:
            self._fall_silent(step, submission)
        elif step in {"ok", "twice"}:
            self._say(200, json.dumps(self.server.receipt(submission)), "application/json")
        else:
            self._say(*REFUSALS[step])

    def do_GET(self) -> None:
        """List what was received."""
        self._say(200, json.dumps(self.server.calls, ensure_ascii=False), "application/json")

    def _fall_silent(self, step: str, submission: str) -> None:
        if step == "lost":
            self.server.receipt(submission)
        else:
            self.server.over.wait(self.server.hang)
        self.close_connection = True

    def _say(self, status: int, text: str, media_type: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Keep the output free for the address."""


REFUSALS = {
    "refuse": (
        422,
        json.dumps({"title": "refused", "detail": "unknown certificate", "code": "unknown_certificate"}),
        "application/problem+json",
    ),
    "unavailable": (503, "later", "text/plain"),
    "gateway": (403, "<html>blocked</html>", "text/html"),
    "busy": (429, json.dumps({"title": "too many"}), "application/problem+json"),
    "garbage": (200, "<html>welcome</html>", "text/html"),
}


def main() -> None:
    """Serve until the process is ended."""
    ask = argparse.ArgumentParser(description="The alliance's side, for tests.")
    ask.add_argument("--port", type=int, default=0)
    ask.add_argument("--plan", default="")
    ask.add_argument("--hang", type=float, default=60.0)
    told = ask.parse_args()
    plan = [name for name in told.plan.split(",") if name]
    if unknown := set(plan) - set(STEPS):
        ask.error(f"unknown steps: {', '.join(sorted(unknown))}")
    with Alliance(told.port, plan, told.hang) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()

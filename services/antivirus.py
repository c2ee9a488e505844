"""ClamAV: what its daemon says of a file, over its own protocol (INSTREAM)."""

import socket
from typing import Final

from services.mapped import Bytes

PATIENCE_SECONDS: Final = 30
_AT_ONCE: Final = 1 << 20
_LONGEST_ANSWER: Final = 4096


class AntivirusUnavailable(Exception):  # noqa: N818  # the outage is the name
    """The scanner gave no verdict; nothing is clean because of that."""


class Antivirus:
    """A scanner at `host:port` or at the path of a Unix socket; without an address nothing is scanned."""

    def __init__(self, address: str) -> None:
        self._address = address

    def finds(self, data: Bytes) -> str:
        """The name of what was found; empty where the file is clean.

        Raises:
            AntivirusUnavailable: it is away, takes too long, or gives up on the file.
        """
        if not self._address:
            return ""
        try:
            with self._connect() as scanner:
                verdict = _asked(scanner, data)
        except OSError as error:
            raise AntivirusUnavailable(str(error)) from error
        if verdict == "stream: OK":
            return ""
        if not verdict.startswith("stream: ") or not verdict.endswith(" FOUND"):
            raise AntivirusUnavailable(verdict or "no answer")
        return verdict.removeprefix("stream: ").removesuffix(" FOUND")

    def _connect(self) -> socket.socket:
        host, _, port = self._address.rpartition(":")
        if not self._address.startswith("/"):
            return socket.create_connection((host, int(port)), PATIENCE_SECONDS)
        scanner = socket.socket(socket.AF_UNIX)
        scanner.settimeout(PATIENCE_SECONDS)
        try:
            scanner.connect(self._address)
        except OSError:
            scanner.close()
            raise
        return scanner


def _asked(scanner: socket.socket, data: Bytes) -> str:
    scanner.sendall(b"zINSTREAM\0")
    for at in range(0, len(data), _AT_ONCE):
        part = data[at : at + _AT_ONCE]
        scanner.sendall(len(part).to_bytes(4) + part)
    scanner.sendall(bytes(4))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        if not (part := scanner.recv(_LONGEST_ANSWER)):
            break
        answer += part
    return answer.rstrip(b"\0\n").decode(errors="replace") if answer.endswith(b"\0") else ""

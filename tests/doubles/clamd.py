"""A double of ClamAV's daemon: speaks INSTREAM as clamd does, and finds what contains the EICAR test text."""

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scan(socketserver.StreamRequestHandler):
    """One command: `zINSTREAM`, chunks with their length before them, an empty one at the end."""

    server: "Daemon"

    def handle(self) -> None:
        if self.rfile.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        self.server.asked.append(self._content())
        time.sleep(self.server.takes)
        self.wfile.write(self.server.says or _verdict(self.server.asked[-1]))

    def _content(self) -> bytes:
        found = b""
        while length := int.from_bytes(self.rfile.read(4)):
            found += self.rfile.read(length)
        return found


def _verdict(content: bytes) -> bytes:
    return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens on a Unix socket; may be made slow, or to say something else."""

    daemon_threads = True
    says = b""
    takes = 0.0

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Scan)
        self.asked: list[bytes] = []


@contextlib.contextmanager
def clamd(path: Path) -> Iterator[Daemon]:
    """A running double at this path."""
    with Daemon(path) as daemon:
        threading.Thread(target=daemon.serve_forever, daemon=True).start()
        yield daemon
        daemon.shutdown()
